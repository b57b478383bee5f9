// @ts-check
// The page once one is in: which room is in view, and that the views follow what happens.
import { OpenRooms } from "./model/open_rooms.js";
import { Pages } from "./model/pages.js";
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
import { typingSentence } from "./views/wording.js";
/** @import {Chat} from "./chat.js" */
/** @import {Memory} from "./model/memory.js" */
/** @import {Room} from "./model/room.js" */
/** @import {Said} from "./model/timeline.js" */
/** @import {Cure} from "./views/wording.js" */

/** What changes within this is drawn at once; a timer, because the title counts unseen too. */
const PAINT_MS = 16;
const ROOMS_EVERY_MS = 60_000;

export class House {
  #chat;
  #memory;
  #rooms;
  /** The one in view. @type {Room} */
  #room;
  #paintTimer = 0;
  #pages;
  #log;
  #composer;
  #lamp;
  #drawer;
  #list = new RoomList((room) => {
    this.#drawer.close();
    this.enter(room);
  });
  #people = new People();
  #header = new Header();
  #typing = find("#typing", HTMLElement);
  #ownName = find("#own-name", HTMLElement);

  /**
   * @param {Chat} chat
   * @param {Memory} memory
   * @param {string} room the one to be in view
   * @param {() => void} askToken
   */
  constructor(chat, memory, room, askToken) {
    this.#chat = chat;
    this.#memory = memory;
    this.#rooms = new OpenRooms(chat, memory, {
      changed: () => this.#paintSoon(),
      startedOver: (room) => this.#startedOver(room),
      farEnd: (room) => room === this.#room ? this.#log.farEnd : "oldest",
    });
    this.#room = this.#rooms.get(room);
    this.#drawer = new Drawer(memory);
    this.#pages = new Pages(chat, (room) => this.#pagePut(room));
    this.#log = new Log({
      apply: (cure, said) => this.#cure(cure, said),
      maxBytes: () => chat.limits?.messageBytes ?? 0,
    }, {
      older: (room) => this.#pages.older(room),
      newer: (room) => this.#pages.newer(room),
      latest: (room) => this.#latest(room),
      seen: () => this.#paintSoon(),
    });
    this.#composer = new Composer({
      say: (text) => this.#say(text),
      typing: (on) => chat.typing(this.#room.name, on),
      draft: (text) => memory.keepDraft(this.#room.name, text),
    });
    this.#lamp = new Lamp({
      retry: () => chat.retryNow(),
      askToken,
      unsent: () => chat.unsent.filter(({ status }) => status === "waiting").length,
      heard: () => this.#rooms.heard,
    });
  }

  start() {
    const { name } = this.#room;
    find("#house", HTMLElement).hidden = false;
    const parts = [this.#log, this.#composer, this.#drawer, this.#list, this.#people, this.#rooms];
    for (const part of parts) part.start();
    this.#header.start(async () => {
      await this.#rooms.join(this.#room);
      this.#paint();
      this.#composer.focus();
    });
    this.#lamp.start(this.#chat.state);
    this.#chat.on("state", (state) => {
      this.#lamp.show(state);
      this.#paintSoon();
    });
    this.#chat.on("nick", () => this.#paintSoon());
    this.enter(name, { isNew: false });
    addEventListener("popstate", () => this.enter(roomOfPage() ?? name, { isNew: false }));
    addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("visibilitychange", () => this.#looked());
    setInterval(() => document.hidden || this.#rooms.askPublic(), ROOMS_EVERY_MS);
  }

  /** Puts a room in view, opening it when it is not. @param {string} name */
  enter(name, { isNew = name !== this.#room.name } = {}) {
    const isOpen = this.#rooms.has(name);
    this.#room.unreadLine = null;
    this.#room = this.#rooms.get(name);
    if (!isOpen) this.#rooms.join(this.#room);
    if (isNew) history.pushState(null, "", linkTo(name));
    this.#memory.openRoom(name);
    this.#room.markUnread();
    this.#composer.open(name, this.#memory.draft(name));
    this.#log.show(this.#room);
    this.#paint();
    // A keyboard that comes up by itself would cover what one came to read.
    if (matchMedia("(pointer: fine)").matches) this.#composer.focus();
  }

  /** @param {Room} room */
  #startedOver(room) {
    if (room === this.#room) {
      room.markUnread();
      this.#log.startOver();
    }
    this.#paintSoon();
  }

  /** @param {string} text */
  #say(text) {
    try {
      this.#rooms.say(this.#chat.say(this.#room.name, text));
    } catch {
      speak("Too many messages wait already. This one stays in the box.");
      return false;
    }
    if (this.#room.timeline.hasNewer) this.#latest(this.#room);
    this.#paint();
    this.#log.toEnd();
    return true;
  }

  /** @param {Cure | "delete"} cure @param {Said} said */
  #cure(cure, { key, text }) {
    switch (cure) {
      case "rejoin":
        this.#rooms.join(this.#room);
        /* falls through */
      case "retry":
        this.#chat.resend(key);
        break;
      case "edit":
        this.#chat.discard(key);
        return this.#composer.edit(text);
      case "delete":
        this.#chat.discard(key);
    }
    this.#composer.focus();
  }

  /** @param {Room} room */
  async #latest(room) {
    await this.#pages.latest(room);
    if (room === this.#room) this.#log.toEnd();
  }

  /** @param {Room} room */
  #pagePut(room) {
    if (room !== this.#room) return;
    this.#log.quiet();
    this.#paint();
  }

  /** Somebody looks at the page again, or no longer. */
  #looked() {
    if (!document.hidden && this.#room.unread > 0) this.#room.markUnread();
    this.#paintSoon();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === "Escape" && this.#room.unreadLine) {
      this.#room.unreadLine = null;
      this.#paintSoon();
    }
    if (!step || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const open = this.#rooms.names.filter((name) => this.#rooms.has(name));
    const next = open.indexOf(this.#room.name) + step;
    this.enter(open.at(next % open.length) ?? this.#room.name);
  }

  #paintSoon() {
    this.#paintTimer ||= setTimeout(() => this.#paint(), PAINT_MS);
  }

  #paint() {
    clearTimeout(this.#paintTimer);
    this.#paintTimer = 0;
    const room = this.#room;
    const me = this.#chat.me ?? { uid: "", user: this.#memory.name };
    this.#log.update(this.#chat.state.status !== "connected");
    if (!document.hidden && this.#log.isAtEnd) this.#rooms.markRead(room);
    this.#header.show(room, this.#rooms.unread);
    this.#people.show(room, me.uid);
    this.#composer.showName(me);
    this.#composer.allow(room.refusal === null);
    this.#ownName.textContent = me.user;
    this.#typing.textContent = typingSentence(room.typists.names);
    this.#list.show(this.#rooms.names.map((name) => ({
      key: name,
      isCurrent: name === room.name,
      unread: name !== room.name && this.#rooms.has(name) ? this.#rooms.get(name).unread : 0,
      hasDraft: this.#memory.draft(name) !== "",
    })));
  }
}
