// @ts-check
// Who is in the room, and the link that brings others.
import { find, stamp } from "./element.js";
import { Keyed } from "./keyed.js";
import { showNick } from "./nick.js";
import { linkTo } from "./place.js";
import { speak } from "./spoken.js";
/** @import {Room} from "../model/room.js" */

/** @typedef {{key: string, user: string, note: string}} MemberRow */

const MAX_SHOWN = 200;
const stampRow = stamp("#member-row");

export class People {
  #list = new Keyed(find("#members", HTMLElement), memberView);
  #count = find("#people-count", HTMLElement);
  #rest = find("#people-rest", HTMLElement);
  #alone = find("#alone", HTMLElement);
  #room = "";

  start() {
    for (const id of ["#copy-link", "#alone-copy"]) {
      const button = find(id, HTMLButtonElement);
      // Browsers hand out the clipboard only where the page came over TLS or from this machine.
      button.hidden = !navigator.clipboard;
      button.addEventListener("click", () => this.#copyLink());
    }
  }

  /** @param {Room} room @param {string} me */
  show(room, me) {
    this.#room = room.name;
    const members = [...room.members].slice(0, MAX_SHOWN)
      .sort(([, a], [, b]) => a.localeCompare(b))
      .map(([uid, user]) => {
        const note = uid === me ? "you" : room.typists.has(uid) ? "typing" : "";
        return { key: uid, user, note };
      });
    this.#list.show(members);
    this.#count.textContent = room.isJoined ? String(room.count) : "";
    const rest = room.count - members.length;
    this.#rest.hidden = rest <= 0;
    this.#rest.textContent = `and ${rest} more`;
    this.#alone.hidden = !room.isJoined || room.count > 1;
  }

  async #copyLink() {
    await navigator.clipboard.writeText(new URL(linkTo(this.#room), location.href).href);
    speak(`The link to #${this.#room} is copied.`);
  }
}

function memberView() {
  const element = stampRow();
  const name = find("bdi", HTMLElement, element);
  const note = find(".member-note", HTMLElement, element);
  return {
    element,
    /** @param {MemberRow} row */
    update({ key, user, note: words }) {
      showNick(name, { uid: key, user });
      name.title = user;
      note.textContent = words;
    },
  };
}
