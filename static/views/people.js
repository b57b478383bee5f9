// @ts-check
// Who is in the room: who moderates it, who else is here, which bots speak there, and the link that
// brings others.
import { find, stamp } from "./element.js";
import { Keyed } from "./keyed.js";
import { Later } from "./later.js";
import { showNick } from "./nick.js";
import { linkTo } from "./place.js";
import { makeReachable, rove } from "./rove.js";
import { tell } from "./spoken.js";
/** @import {Room} from "../model/room.js" */
/** @import {Bots} from "./bots.js" */

/** @typedef {{key: string, user: string, note: string, isMe: boolean, moderates: boolean}} MemberRow */

const MAX_SHOWN = 200;
/** Among more than so many one can look for somebody. */
const FILTER_OVER = 30;
const BY_NAME = new Intl.Collator(undefined, { numeric: true });
const stampRow = stamp("#member-row");

export class People {
  #lists = find("#people-lists", HTMLElement);
  #moderators = new Keyed(find("#moderators", HTMLElement), memberView);
  #moderatorsHead = find("#moderators-head", HTMLElement);
  #moderatorsCount = find("#moderators-count", HTMLElement);
  #others = new Keyed(find("#members", HTMLElement), memberView);
  #othersHead = find("#members-head", HTMLElement);
  #othersCount = find("#people-count", HTMLElement);
  /** Without them the list is still one. @type {Later<Bots>} */
  #bots = new Later(
    async () => {
      const { Bots } = await import("./bots.js");
      return new Bots(this.#lists);
    },
    undefined,
    () => {},
  );
  #filter = find("#people-filter", HTMLInputElement);
  #rest = find("#people-rest", HTMLElement);
  #alone = find("#alone", HTMLElement);
  #copy = find("#copy-link", HTMLButtonElement);
  #bans = find("#bans", HTMLButtonElement);
  /** @type {Room | null} */
  #room = null;
  #me = "";

  /** @param {(room: Room) => void} openBans */
  start(openBans) {
    this.#bans.addEventListener("click", () => this.#room && openBans(this.#room));
    rove(this.#lists);
    this.#filter.addEventListener("input", () => this.#show());
    for (const button of [this.#copy, find("#alone-copy", HTMLButtonElement)]) {
      // Browsers hand out the clipboard only where the page came over TLS or from this machine.
      button.hidden = !navigator.clipboard;
      button.addEventListener("click", () => this.#copyLink());
    }
  }

  /** @param {Room} room @param {string} me */
  show(room, me) {
    if (room !== this.#room) this.#filter.value = "";
    this.#room = room;
    this.#me = me;
    this.#copy.hidden = !navigator.clipboard || room.isDirect;
    this.#bans.hidden = room.may !== "moderate" || room.isDirect;
    this.#show();
  }

  #show() {
    const room = this.#room;
    if (!room) return;
    this.#filter.hidden = room.count <= FILTER_OVER;
    const wanted = this.#filter.hidden ? "" : fold(this.#filter.value);
    const isWanted = (/** @type {[string, string]} */ [, user]) => fold(user).includes(wanted);
    const found = [...room.members].filter(isWanted);
    // In a house of guests the word would stand behind everybody.
    const isMixed = [...room.members.keys()].some((uid) => !isGuest(uid));
    const rows = found.map(([uid, user]) => this.#row(room, uid, user, isMixed))
      .sort((a, b) => Number(b.moderates) - Number(a.moderates) || BY_NAME.compare(a.user, b.user))
      .slice(0, MAX_SHOWN);
    const moderators = rows.filter(({ moderates }) => moderates);
    this.#moderators.show(moderators);
    this.#moderatorsHead.hidden = moderators.length === 0;
    this.#moderatorsCount.textContent = String(moderators.length);
    this.#others.show(rows.filter(({ moderates }) => !moderates));
    const others = wanted ? rows.length : room.count;
    this.#othersHead.hidden = !room.isJoined || others === moderators.length;
    this.#othersCount.textContent = room.isJoined ? String(others - moderators.length) : "";
    const bots = [...(room.isJoined ? room.programs : [])].filter(isWanted)
      .map(([uid, user]) => this.#row(room, uid, user, isMixed))
      .sort((a, b) => BY_NAME.compare(a.user, b.user));
    if (bots.length > 0 || this.#bots.now) this.#bots.do((part) => part.show(bots));
    const rest = wanted ? found.length - rows.length : room.count - rows.length;
    this.#rest.hidden = rest <= 0 && (wanted === "" || rows.length + bots.length > 0);
    this.#rest.textContent = rows.length > 0 ? `and ${rest} more` : "Nobody of this name is here.";
    this.#alone.hidden = !room.isJoined || room.count > 1 || room.isDirect;
    makeReachable(this.#lists);
  }

  /** @param {Room} room @param {string} uid @param {string} user @param {boolean} isMixed */
  #row(room, uid, user, isMixed) {
    const isMe = uid === this.#me;
    const note = isMe
      ? "you"
      : room.typists.has(uid)
      ? "typing"
      : room.muteOf(uid)
      ? "muted"
      : isMixed && isGuest(uid)
      ? "guest"
      : "";
    return { key: uid, user, note, isMe, moderates: room.moderators.has(uid) };
  }

  async #copyLink() {
    if (!this.#room) return;
    const { name, label } = this.#room;
    await navigator.clipboard.writeText(new URL(linkTo(name), location.href).href);
    tell(`The link to ${label} is copied.`);
  }
}

/** @param {string} uid */
function isGuest(uid) {
  return uid.startsWith("guest:");
}

/** @param {string} text */
function fold(text) {
  return text.trim().normalize("NFKC").toLowerCase();
}

/** The row of somebody. */
export function memberView() {
  const element = stampRow();
  const button = find("button", HTMLButtonElement, element);
  const name = find("bdi", HTMLElement, element);
  const note = find(".member-note span", HTMLElement, element);
  const muted = find(".muted", SVGElement, element);
  const key = find(".key", SVGElement, element);
  return {
    element,
    /** @param {MemberRow} row */
    update({ key: uid, user, note: words, isMe, moderates }) {
      button.dataset.uid = uid;
      button.disabled = isMe;
      showNick(name, { uid, user });
      name.title = user;
      note.textContent = words;
      muted.toggleAttribute("hidden", words !== "muted");
      key.toggleAttribute("hidden", !moderates);
    },
  };
}
