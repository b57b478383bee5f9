// @ts-check
// The connection as one sees it: lamp and words beside one's name at all times, a slip over the
// log when it takes long. Said aloud when it begins and when it is over, never the countdown.
import { find, setIcon } from "./element.js";
import { speak } from "./spoken.js";
import { slipOf, statusLine, whyOf } from "./status.js";
import { counted } from "./wording.js";
/** @import {ConnectionState} from "../sdk/reconnect.js" */

/** The slip comes when it is not connected for so long, or at that try. */
const SLIP_AFTER_MS = 5_000;
const SLIP_AT_TRY = 4;
const TICK_MS = 500;
/** What was missed has come in by then. */
const CAUGHT_UP_MS = 1_500;

/**
 * `unsent` is how many messages wait, `heard` how many came from others so far.
 * @typedef {object} House
 * @property {() => void} retry
 * @property {() => void} askToken
 * @property {() => number} unsent
 * @property {() => number} heard
 */

export class Lamp {
  #house;
  #lamp = find("#lamp", SVGSVGElement);
  #line = find("#status", HTMLElement);
  #slip = find("#slip", HTMLElement);
  #icon = find("#slip-icon", SVGSVGElement);
  #title = find("#slip-title", HTMLElement);
  #text = find("#slip-text", HTMLElement);
  #action = find("#slip-action", HTMLButtonElement);
  /** @type {ConnectionState} */
  #state = { status: "connecting", attempt: 1 };
  #outSince = Date.now();
  #heardBefore = 0;
  #why = "";
  #ticks = 0;

  /** @param {House} house */
  constructor(house) {
    this.#house = house;
  }

  /** @param {ConnectionState} state */
  start(state) {
    this.#action.addEventListener("click", () => {
      const { status, reason } = { reason: "", ...this.#state };
      if (status === "stopped" && reason === "token") this.#house.askToken();
      else this.#house.retry();
    });
    this.show(state);
  }

  /** @param {ConnectionState} state */
  show(state) {
    const wasConnected = this.#state.status === "connected";
    const isConnected = state.status === "connected";
    if (wasConnected && !isConnected) {
      this.#outSince = Date.now();
      this.#heardBefore = this.#house.heard();
    }
    if (isConnected && !this.#slip.hidden) this.#tellBack();
    this.#state = state;
    if (state.status === "waiting") this.#why = whyOf(state);
    clearInterval(this.#ticks);
    if (!isConnected) this.#ticks = setInterval(() => this.#render(), TICK_MS);
    this.#render();
  }

  #render() {
    const { icon, line } = statusLine(this.#state);
    setIcon(this.#lamp, icon);
    this.#lamp.classList.toggle("lit", icon === "lamp-lit");
    this.#lamp.classList.toggle("out", icon === "lamp-off");
    this.#line.textContent = line;
    this.#showSlip();
  }

  #showSlip() {
    const slip = this.#isLong() ? slipOf(this.#state, this.#why, this.#house.unsent()) : null;
    const isNew = this.#slip.hidden;
    this.#slip.hidden = !slip;
    if (!slip) return;
    const { icon, title, text, action } = slip;
    setIcon(this.#icon, icon);
    this.#slip.classList.toggle("trouble", icon === "warn");
    this.#title.textContent = title;
    this.#text.textContent = text;
    this.#action.hidden = !action;
    this.#action.classList.toggle("primary", action === "Enter token");
    this.#action.textContent = action ?? "";
    this.#action.disabled = this.#state.status === "connecting";
    if (isNew) speak(`${slip.spoken ?? title}. ${text}`);
  }

  #isLong() {
    switch (this.#state.status) {
      case "connecting":
      case "waiting":
        return Date.now() - this.#outSince >= SLIP_AFTER_MS ||
          this.#state.attempt >= SLIP_AT_TRY;
      case "stopped":
        return true;
    }
    return false;
  }

  #tellBack() {
    setTimeout(() => {
      const count = this.#house.heard() - this.#heardBefore;
      const news = count > 0 ? ` ${counted(count, "message")} came in meanwhile.` : "";
      speak(`Connected again.${news}`);
    }, CAUGHT_UP_MS);
  }
}
