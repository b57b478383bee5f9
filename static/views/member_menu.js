// @ts-check
// What one may do about somebody: write, mention, and where one moderates mute, remove and ban.
import { Ask } from "./ask.js";
import { find } from "./element.js";
import { Menu } from "./menu.js";
import { momentOf } from "./clock.js";
import { speak } from "./spoken.js";
/** @import {Member} from "../../src/protocol.ts" */
/** @import {Chat} from "../chat.js" */
/** @import {Room} from "../model/room.js" */
/** @import {Choice} from "./ask.js" */
/** @import {Item} from "./menu.js" */

/** @typedef {{write: (uid: string) => void, mention: (user: string) => void}} Doings */

const DAY_MINUTES = 24 * 60;
/** In minutes. @type {Choice[]} */
const TIMES = [
  { label: "10 minutes", value: "10" },
  { label: "1 hour", value: "60" },
  { label: "1 day", value: `${DAY_MINUTES}` },
  { label: "7 days", value: `${7 * DAY_MINUTES}` },
];
const FOR_GOOD = { label: "Until a moderator ends it", value: "" };
const AT_ONCE = { label: "May come back at once", value: "0" };

export class MemberMenu {
  #chat;
  #doings;
  #menu = new Menu();
  #ask = new Ask();

  /** @param {Chat} chat @param {Doings} doings */
  constructor(chat, doings) {
    this.#chat = chat;
    this.#doings = doings;
  }

  /** @param {() => Room} room the one in view */
  start(room) {
    this.#menu.start();
    this.#ask.start();
    for (const id of ["#people-lists", "#rows"]) {
      find(id, HTMLElement).addEventListener("click", ({ target }) => {
        const button = /** @type {Element} */ (target).closest("button[data-uid]");
        if (button instanceof HTMLButtonElement) this.#open(button, room());
      });
    }
  }

  /** @param {HTMLButtonElement} button @param {Room} room */
  #open(button, room) {
    const { uid = "" } = button.dataset;
    const user = button.querySelector("bdi")?.textContent ?? "";
    if (!uid || uid === this.#chat.me?.uid) return;
    const mute = room.muteOf(uid);
    const until = mute?.until ? ` until ${momentOf(mute.until)}` : "";
    const note = mute ? `muted${until}` : room.members.has(uid) ? "here" : "not here";
    const groups = [this.#talk({ uid, user }, room)];
    if (room.may === "moderate") groups.push(this.#moderate({ uid, user }, room));
    this.#menu.open(button, { who: { uid, user }, note, groups });
  }

  /** @param {Member} who @param {Room} room @returns {Item[]} */
  #talk({ uid, user }, room) {
    const mention = {
      icon: "at",
      label: "Mention in the message",
      act: () => this.#doings.mention(user),
    };
    const write = {
      icon: "bubble",
      label: `Write to ${user}`,
      act: () => this.#doings.write(uid),
    };
    return room.isDirect ? [mention] : [write, mention];
  }

  /** @param {Member} who @param {Room} room @returns {Item[]} */
  #moderate({ uid, user }, room) {
    const chat = this.#chat;
    const { name, label } = room;
    const unmute = () =>
      chat.mute(name, uid, 0).then(
        () => speak(`${user} may write here again.`),
        ({ message }) => speak(message),
      );
    const mute = () =>
      this.#ask.open({
        title: `Mute ${user}?`,
        text: `${user} can read ${label}, but not write.`,
        action: "Mute",
        isGrave: false,
        times: [...TIMES, FOR_GOOD],
        act: (time) => chat.mute(name, uid, minutesOf(time)),
      });
    const remove = () =>
      this.#ask.open({
        title: `Remove ${user} from ${label}?`,
        text: `${user} has to leave the room.`,
        action: "Remove",
        times: [AT_ONCE, ...TIMES],
        act: (time) =>
          time === AT_ONCE.value ? chat.kick(name, uid) : chat.ban(name, uid, minutesOf(time)),
      });
    const ban = () =>
      this.#ask.open({
        title: `Ban ${user}?`,
        text: `${user} has to leave, and is kept out.`,
        action: "Ban",
        places: [{ label: `From ${label}`, value: "room" }, {
          label: "From all rooms",
          value: "all",
        }],
        times: [...TIMES.slice(1), FOR_GOOD],
        act: (time, place) => chat.ban(place === "all" ? null : name, uid, minutesOf(time)),
      });
    return [
      room.muteOf(uid)
        ? { icon: "mute", label: "End the mute", act: unmute }
        : { icon: "mute", label: "Mute…", act: mute },
      { icon: "door", label: "Remove from the room…", isGrave: true, act: remove },
      { icon: "ban", label: "Ban…", isGrave: true, act: ban },
    ];
  }
}

/** @param {string} time */
function minutesOf(time) {
  return time === FOR_GOOD.value ? undefined : Number(time);
}
