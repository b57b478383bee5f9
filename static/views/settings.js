// @ts-check
// The settings: name, theme, clock, notifications. Each counts at once and is kept in this browser.
import { showClock, showTheme } from "./appearance.js";
import { build } from "./build.js";
import { choiceOf } from "./choice.js";
import { isLong } from "./clock.js";
import { openDialog } from "./dialog.js";
import { nameIn, WRONG_NAME } from "./nick.js";
import { sentence } from "./wording.js";
/** @import {Chat, ChatError} from "../chat.js" */
/** @import {Memory} from "../model/memory.js" */
/** @import {Option} from "./choice.js" */

const NO_NOTIFICATIONS = "This browser gives notifications only to pages over https.";
const NOT_ALLOWED =
  "This browser does not let Snug notify you. Its own settings for this page can.";

/**
 * @param {Chat} chat
 * @param {Memory} memory
 * @param {() => void} notify called when one wants to be notified
 */
export async function openSettings(chat, memory, notify) {
  await openDialog({
    title: "Settings",
    className: "settings",
    body: [
      nameField(chat, memory),
      themeChoice(memory),
      notifyChoice(memory, notify),
      clockChoice(memory),
    ],
    foot: [build("p", "dialog-note", "Kept in this browser.")],
  });
}

/** @param {Chat} chat @param {Memory} memory */
function nameField(chat, memory) {
  const input = build("input");
  const help = build("p");
  const isGuest = chat.me?.uid.startsWith("guest:") ?? true;
  const label = build("label", "", "Your name");
  label.htmlFor = input.id = "settings-name";
  help.id = "settings-name-help";
  help.role = "status";
  input.setAttribute("aria-describedby", help.id);
  Object.assign(input, {
    value: chat.me?.user ?? memory.name,
    dir: "auto",
    autocomplete: "nickname",
  });
  input.readOnly = !isGuest;
  /** @param {string} words @param {boolean} [isWrong] */
  const tell = (words, isWrong = false) => {
    help.textContent = words;
    input.ariaInvalid = String(isWrong);
  };
  const save = build("button", "link", "Save");
  save.hidden = !isGuest;
  const form = build("form", "field", label, build("div", "suffixed", input, save));
  form.append(build("div", "help", help));
  form.noValidate = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!isGuest) return;
    const name = nameIn(input.value);
    tell(name ? await rename(chat, name) : WRONG_NAME, true);
    if (chat.me?.user !== name) return input.focus();
    tell(`You are ${name} now.`);
  });
  input.addEventListener("input", () => tell(""));
  tell(isGuest ? "What others see." : "Your token gives you this name.");
  return form;
}

/** Why it could not be, or nothing. @param {Chat} chat @param {string} name */
async function rename(chat, name) {
  try {
    await chat.nick(name);
    return "";
  } catch (error) {
    const { code, message } = /** @type {ChatError} */ (error);
    return code === "CONFLICT" ? `Somebody here is called ${name}.` : sentence(message);
  }
}

/** @param {Memory} memory */
function themeChoice(memory) {
  return choiceOf("Theme", [["", "As the system"], ["light", "Light"], ["dark", "Dark"]], {
    chosen: memory.theme,
    choose(theme) {
      memory.theme = theme;
      showTheme(theme);
    },
  });
}

/** @param {Memory} memory */
function clockChoice(memory) {
  return choiceOf("Clock", [["24", "24 hours"], ["12", "12 hours"]], {
    chosen: isLong() ? "12" : "24",
    choose(clock) {
      memory.clock = clock;
      showClock(clock);
    },
  });
}

/** The browser is asked only when one has chosen. @param {Memory} memory @param {() => void} notify */
function notifyChoice(memory, notify) {
  const told = build("p");
  const options = /** @type {Option[]} */ ([
    ["mentions", "Mentions and direct messages"],
    ["all", "All messages"],
    ["", "None"],
  ]);
  const isAllowed = "Notification" in globalThis && Notification.permission === "granted";
  const fields = choiceOf("Notifications", options, {
    chosen: isAllowed ? memory.notify : "",
    async choose(level) {
      const isGranted = level === "" || await Notification.requestPermission() === "granted";
      told.textContent = isGranted ? "" : NOT_ALLOWED;
      memory.notify = isGranted ? level : "";
      if (memory.notify) notify();
      for (const radio of fields.querySelectorAll("input")) {
        radio.checked = radio.value === memory.notify;
      }
    },
  });
  told.role = "status";
  fields.append(build("div", "help", told));
  fields.disabled = !("Notification" in globalThis && navigator.serviceWorker);
  if (fields.disabled) told.textContent = NO_NOTIFICATIONS;
  return fields;
}
