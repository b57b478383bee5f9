// @ts-check
// The page once one is in: which rooms are open, which one is in view, and what the client tells
// goes to the views. Loading of pages is the librarian's, elements are the views'.
import { Librarian } from "./model/librarian.js";
import { Room } from "./model/room.js";
import { Composer } from "./views/composer.js";
import { Drawer } from "./views/drawer.js";
import { find } from "./views/element.js";
import { Header } from "./views/header.js";
import { Lamp } from "./views/lamp.js";
import { Log } from "./views/log.js";
import { People } from "./views/people.js";
import { linkTo, roomOfPage } from "./views/place.js";
import { RoomList } from "./views/rooms.js";
import { speak } from "./views/spoken.js";
/** @import {Entry, Refusal} from "../src/protocol.ts" */
/** @import {Chat, Outgoing} from "./chat.js" */
/** @import {Joined} from "./model/room.js" */
/** @import {Memory} from "./model/memory.js" */
/** @import {Said} from "./model/timeline.js" */
/** @import {Cure} from "./views/wording.js" */

/** What changes within this is drawn once; also where nobody looks, for the title. */
const PAINT_MS = 16;
const ROOMS_EVERY_MS = 60_000;

export class House {
  #chat;
  #memory;
  /** @type {Map<string, Room>} */
  #rooms = new Map();
  /** The public rooms, as last told. @type {string[]} */
  #listed = [];
  #current;
  #heard = 0;
  #paintTimer = 0;
  #librarian;
  #log;
  #header = new Header();
  #people = new People(speak);
  #drawer = new Drawer();
  #list = new RoomList((room) => this.enter(room));
  #lamp;
  #composer;

  /**
   * @param {Chat} chat
   * @param {Memory} memory
   * @param {string} first the room to be in view
   * @param {() => void} askToken
   */
  constructor(chat, memory, first, askToken) {
    this.#chat = chat;
    this.#memory = memory;
    this.#current = this.#room(first);
    this.#librarian = new Librarian(chat, (room) => this.#changed(room, true));
    this.#lamp = new Lamp({
      retry: () => chat.retryNow(),
      askToken,
      unsent: () => chat.unsent.filter(({ status }) => status === "waiting").length,
      heard: () => this.#heard,
    });
    this.#log = new Log({
      apply: (cure, said) => this.#cure(cure, said),
      maxBytes: () => chat.limits?.messageBytes ?? 0,
    }, {
      older: (room) => this.#librarian.older(room),
      newer: (room) => this.#librarian.newer(room),
      latest: (room) => this.#librarian.latest(room),
      moved: () => this.#paintLater(),
    });
    this.#composer = new Composer({
      say: (text) => this.#say(text),
      typing: (on) => chat.typing(this.#current.name, on),
      draft: (text) => {
        memory.keepDraft(this.#current.name, text);
      },
    });
  }

  start() {
    for (const view of [this.#log, this.#people, this.#drawer, this.#list, this.#lamp]) {
      view.start();
    }
    this.#composer.start();
    this.#listen();
    this.#lamp.show(this.#chat.state);
    find("#house", HTMLElement).hidden = false;
    for (const { room } of this.#chat.unsent) this.#room(room);
    for (const room of this.#memory.rooms) this.#room(room);
    for (const room of this.#rooms.values()) this.#join(room);
    for (const outgoing of this.#chat.unsent) this.#outgoing(outgoing);
    this.#show(this.#current);
    this.#keys();
    find("#people-toggle", HTMLElement).addEventListener("click", () => this.#togglePeople());
    this.#showPeople();
    setInterval(() => document.hidden || this.#askRooms(), ROOMS_EVERY_MS);
    document.addEventListener("visibilitychange", () => this.#cameBack());
    addEventListener("popstate", () => this.#show(this.#room(roomOfPage() ?? this.#current.name)));
  }
}
