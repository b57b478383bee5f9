// @ts-check
// What stands beside the room: the list of rooms, the way to any of them, who is here, the search.
// Knows what the room in view is, and not what is said in it.
import { directWith, isDirect, otherIn } from "./model/nicks.js";
import { build } from "./views/build.js";
import { Drawer } from "./views/drawer.js";
import { find } from "./views/element.js";
import { Jump } from "./views/jump.js";
import { Later } from "./views/later.js";
import { People } from "./views/people.js";
import { RoomList } from "./views/rooms.js";
import { speak, tell } from "./views/spoken.js";
/** @import {Chat} from "./chat.js" */
/** @import {Crowd} from "./model/crowd.js" */
/** @import {Memory} from "./model/memory.js" */
/** @import {OpenRooms} from "./model/open_rooms.js" */
/** @import {Room} from "./model/room.js" */
/** @import {Goal} from "./views/jump.js" */
/** @import {RoomRow} from "./views/rooms.js" */
/** @import {Search} from "./views/search.js" */

const NO_SEARCH = "The search could not be loaded. It comes when you are connected again.";

/**
 * What can be wished for here: another room in view, a name in the message; and that something changed.
 * @typedef {object} Wishes
 * @property {(room: string) => void} enter
 * @property {(user: string) => void} mention
 * @property {(room: string, seq: number) => void} open a message that was found
 * @property {() => void} changed
 */

export class Sides {
  #chat;
  #memory;
  #rooms;
  #wishes;
  #drawer;
  #list;
  #people = new People();
  /** Without it those are shown who are known. @type {Later<Crowd>} */
  #crowd;
  #jump;
  /** @type {Later<Search>} */
  #search;
  /** Stands in its column instead. */
  #noSearch = build("p", "search-lack", NO_SEARCH);
  /** @type {Room | null} */
  #room = null;

  /** @param {Chat} chat @param {Memory} memory @param {OpenRooms} rooms @param {Wishes} wishes */
  constructor(chat, memory, rooms, wishes) {
    this.#chat = chat;
    this.#memory = memory;
    this.#rooms = rooms;
    this.#wishes = wishes;
    this.#drawer = new Drawer(memory, () => this.#lookFor());
    this.#list = new RoomList((room) => this.#enter(room));
    this.#crowd = new Later(
      async () => {
        const { Crowd } = await import("./model/crowd.js");
        return new Crowd(chat, wishes.changed);
      },
      undefined,
      () => {},
    );
    const search = async () => {
      const { Search } = await import("./views/search.js");
      return new Search(chat, ({ room, seq }) => {
        this.close();
        wishes.open(room, seq);
      });
    };
    this.#search = new Later(search, "/css/search.css", () => {});
    this.#jump = new Jump({
      goals: () => this.#goals(),
      go: (key) => this.#enter(key),
      reveal: () => this.#drawer.reveal("rooms"),
    });
  }

  /** @param {() => Room} room the one in view */
  start(room) {
    for (const part of [this.#drawer, this.#list, this.#jump]) part.start();
    this.#people.start((room) => this.#openBans(room));
    for (const id of ["#people-lists", "#rows"]) {
      find(id, HTMLElement).addEventListener("click", ({ target }) => {
        const button = /** @type {Element} */ (target).closest("button[data-uid]");
        if (button instanceof HTMLButtonElement) this.#openMenu(button, room());
      });
    }
    find("#write", HTMLElement).addEventListener("click", () => this.#jump.open());
    // Who looks for a room finds also one that was just made.
    find("#menu", HTMLElement).addEventListener("click", () => this.#rooms.ask());
    addEventListener("keydown", (event) => this.#key(event));
    this.#chat.on("state", ({ status }) => {
      if (status === "connected" && this.#noSearch.isConnected) this.#lookFor();
    });
  }

  /** What lies over the room is put away. */
  close() {
    this.#drawer.close();
  }

  /** @param {Room} room the one in view @param {string} me */
  show(room, me) {
    this.#room = room;
    this.#people.show(room, me);
    if (room.isCrowded) this.#crowd.do((crowd) => crowd.meet(room));
    this.#list.show(this.#rows());
    this.#search.now?.here(room);
  }

  /** The search was opened, or can be had again. */
  #lookFor() {
    this.#search.do((search) => {
      this.#noSearch.remove();
      if (this.#room) search.here(this.#room);
    }, () => {
      find("#search-form", HTMLElement).before(this.#noSearch);
      speak(NO_SEARCH);
    });
  }

  /** @returns {RoomRow[]} */
  #rows() {
    const rows = this.#rooms.names.map((name) => this.#row(name));
    const directs = rows.filter(({ icon }) => icon === "bubble");
    return [
      ...rows.filter(({ icon }) => icon !== "bubble"),
      ...directs.sort((a, b) => a.title.localeCompare(b.title)),
    ];
  }

  /** @param {string} name @returns {RoomRow} */
  #row(name) {
    const { title, isPrivate, unread, mentions } = this.#rooms.standing(name);
    const isCurrent = name === this.#room?.name;
    return {
      key: name,
      title,
      icon: isDirect(name) ? "bubble" : isPrivate ? "lock" : "hash",
      isCurrent,
      unread: isCurrent ? 0 : unread,
      calls: isCurrent ? 0 : isDirect(name) ? unread : mentions,
      isQuiet: this.#memory.isQuiet(name),
      hasDraft: this.#chat.draft(name) !== "",
    };
  }

  /** Rooms and conversations, then those one could write to: who is in a room that is open. @returns {Goal[]} */
  #goals() {
    const me = this.#chat.me?.uid ?? "";
    const rows = this.#rows();
    const met = new Map(this.#rooms.all.flatMap(({ members }) => [...members]));
    met.delete(me);
    for (const { key } of rows) met.delete(otherIn(key, me) ?? "");
    const people = [...met].map(([uid, title]) => {
      return { key: directWith(me, uid), title, icon: "bubble", unread: 0, calls: 0 };
    });
    return [...rows, ...people.sort((a, b) => a.title.localeCompare(b.title))];
  }

  /** What one may do about somebody. @param {HTMLButtonElement} button @param {Room} room */
  async #openMenu(button, room) {
    const { uid } = button.dataset;
    if (!uid || uid === this.#chat.me?.uid) return;
    const { openMemberMenu } = await import("./views/member_menu.js");
    await openMemberMenu(button, this.#chat, room, {
      write: (uid) => this.#write(uid),
      mention: (user) => {
        this.#drawer.close();
        this.#wishes.mention(user);
      },
    });
  }

  /** @param {Room} room */
  async #openBans(room) {
    try {
      const { openBans } = await import("./views/bans.js");
      await openBans(this.#chat, room);
    } catch {
      tell("Who is banned can’t be told now.");
    }
  }

  /** @param {string} uid */
  #write(uid) {
    const me = this.#chat.me?.uid;
    if (me) this.#enter(directWith(me, uid));
  }

  /** @param {string} room */
  #enter(room) {
    this.#drawer.close();
    this.#wishes.enter(room);
  }

  /** Alt and an arrow goes to the next room in the list, with Shift to the next unread one. @param {KeyboardEvent} event */
  #key(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const current = this.#room?.name ?? "";
    const rows = this.#rows().filter(({ isCurrent, unread }) =>
      isCurrent || !event.shiftKey || unread > 0
    );
    const at = rows.findIndex(({ isCurrent }) => isCurrent);
    this.#wishes.enter(rows.at((at + step) % rows.length)?.key ?? current);
  }
}
