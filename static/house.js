// @ts-check
// The page once one is in: which room is in view, and that the views follow what happens.
import { Conversation } from "./conversation.js";
import { OpenRooms } from "./model/open_rooms.js";
import { Composer } from "./views/composer.js";
import { Drawer } from "./views/drawer.js";
import { find } from "./views/element.js";
import { Header } from "./views/header.js";
import { Lamp } from "./views/lamp.js";
import { People } from "./views/people.js";
import { linkTo, placeOfPage } from "./views/place.js";
import { RoomList } from "./views/rooms.js";
import { speak } from "./views/spoken.js";
import { showTab } from "./views/tab.js";
import { typingSentence } from "./views/wording.js";
/** @import {Chat} from "./chat.js" */
/** @import {Memory} from "./model/memory.js" */
/** @import {Room} from "./model/room.js" */

/** What changes within this is drawn together; a timer, because the title counts unseen too. */
const PAINT_MS = 16;
const ROOMS_EVERY_MS = 60_000;

export class House {
  #chat;
  #memory;
  #rooms;
  /** The one in view. @type {Room} */
  #room;
  #paintTimer = 0;
  #paintTookMs = 0;
  /** @type {Conversation} */
  #conversation;
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
      farEnd: (room) => room === this.#room ? this.#conversation.log.farEnd : "oldest",
    });
    this.#room = this.#rooms.get(room);
    this.#drawer = new Drawer(memory);
    this.#conversation = new Conversation(chat, {
      room: () => this.#room,
      rooms: () => this.#rooms.names,
      paint: () => this.#paint(),
      paintSoon: () => this.#paintSoon(),
      write: () => this.#composer.focus(),
      rewrite: (text) => this.#composer.edit(text),
      rejoin: () => this.#rooms.join(this.#room),
      enter: (room, seq) => this.enter(room, { seq }),
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
    const parts = [
      this.#conversation,
      this.#composer,
      this.#drawer,
      this.#list,
      this.#people,
      this.#rooms,
    ];
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
    const go = () => {
      const { room, seq } = placeOfPage() ?? { room: name, seq: null };
      this.enter(room, { isNew: false, seq });
    };
    go();
    addEventListener("popstate", go);
    addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("visibilitychange", () => this.#looked());
    setInterval(() => document.hidden || this.#rooms.askPublic(), ROOMS_EVERY_MS);
  }

  /** The room that somebody looks at, or nothing. */
  get inView() {
    return document.hidden ? "" : this.#room.name;
  }

  /**
   * Puts a room in view, opening it when it is not, and a message of it if one is named.
   * @param {string} name
   * @param {{isNew?: boolean, seq?: number | null}} [options]
   */
  enter(name, { isNew = name !== this.#room.name, seq = null } = {}) {
    if (seq !== null && name === this.#room.name && this.#room.isJoined) {
      this.#conversation.goTo(seq);
      return;
    }
    const isOpen = this.#rooms.has(name);
    this.#room.unreadLine = null;
    this.#room = this.#rooms.get(name);
    this.#room.staysUnread = false;
    if (!isOpen) this.#rooms.join(this.#room);
    if (isNew) history.pushState(null, "", linkTo(name, seq));
    this.#memory.openRoom(name);
    this.#room.markUnread();
    this.#composer.open(name, this.#memory.draft(name));
    this.#conversation.open();
    this.#paint();
    // A keyboard that comes up by itself would cover what one came to read.
    if (matchMedia("(pointer: fine)").matches) this.#composer.focus();
    if (seq !== null) this.#conversation.goTo(seq);
  }

  /** @param {Room} room */
  #startedOver(room) {
    if (room === this.#room) {
      room.markUnread();
      this.#conversation.startOver();
    }
    this.#paintSoon();
  }

  /** @param {string} text */
  #say(text) {
    const { context, log } = this.#conversation;
    try {
      const replyTo = context.of(this.#room);
      this.#rooms.say(this.#chat.say(this.#room.name, text, { replyTo }));
    } catch {
      speak("Too many messages wait already. This one stays in the box.");
      return false;
    }
    context.done(this.#room);
    if (this.#room.timeline.hasNewer) this.#conversation.latest(this.#room);
    this.#paint();
    log.toEnd();
    return true;
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
    // However much comes in, half of the time is left for who reads and writes.
    const waitMs = Math.max(PAINT_MS, this.#paintTookMs);
    this.#paintTimer ||= setTimeout(() => this.#paint(), waitMs);
  }

  #paint() {
    clearTimeout(this.#paintTimer);
    this.#paintTimer = 0;
    const startedAt = performance.now();
    const room = this.#room;
    const me = this.#chat.me ?? { uid: "", user: this.#memory.name };
    const { log } = this.#conversation;
    this.#conversation.update(this.#chat.state.status !== "connected");
    if (!document.hidden && log.isAtEnd && !room.staysUnread) this.#rooms.markRead(room);
    this.#header.show(room);
    showTab(room.name, this.#rooms.unread, this.#rooms.all);
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
    this.#paintTookMs = performance.now() - startedAt;
  }
}
