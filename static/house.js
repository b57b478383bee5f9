// @ts-check
// The page once one is in: which room is in view, and that the views follow what happens.
import { Conversation } from "./conversation.js";
import { OpenRooms } from "./model/open_rooms.js";
import { Sides } from "./sides.js";
import { Clip } from "./views/clip.js";
import { Composer } from "./views/composer.js";
import { find } from "./views/element.js";
import { Header } from "./views/header.js";
import { Lamp } from "./views/lamp.js";
import { linkTo, placeOfPage } from "./views/place.js";
import { showTab } from "./views/tab.js";
import { typingSentence, writingRefusal } from "./views/wording.js";
import { Writing } from "./writing.js";
/** @import {Chat} from "./chat.js" */
/** @import {Memory} from "./model/memory.js" */
/** @import {Room} from "./model/room.js" */

/** What changes within this is drawn together; a timer, because the title counts unseen too. */
const PAINT_MS = 16;
const ROOMS_EVERY_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

export class House {
  #chat;
  #memory;
  #rooms;
  /** The one in view. @type {Room} */
  #room;
  #paintTimer = 0;
  #muteTimer = 0;
  #paintTookMs = 0;
  /** @type {Conversation} */
  #conversation;
  #writing;
  #clip;
  #composer;
  #lamp;
  #sides;
  #header;
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
      reader: () => this.#conversation.log,
    });
    this.#room = this.#rooms.get(room);
    this.#sides = new Sides(chat, memory, this.#rooms, {
      enter: (name) => this.enter(name),
      mention: (user) => this.#composer.mention(user),
      open: (room, seq) => this.enter(room, { seq, writes: false }),
      changed: () => this.#paintSoon(),
    });
    this.#conversation = new Conversation(chat, {
      memory,
      room: () => this.#room,
      rooms: () => this.#rooms.names,
      paint: () => this.#paint(),
      paintSoon: () => this.#paintSoon(),
      write: () => this.#composer.focus(),
      rewrite: (...what) => this.#composer.edit(...what),
      rejoin: () => this.#rooms.join(this.#room),
      enter: (room, seq) => this.enter(room, { seq }),
    });
    this.#writing = new Writing(chat, this.#rooms, {
      room: () => this.#room,
      enter: (room) => this.enter(room),
      leave: () => this.#leave(),
      editLast: () => this.#conversation.editLast(),
      stay: () => this.#conversation.log.stay(),
      replyTo: () => this.#conversation.answered,
      files: () => this.#clip.files,
      said: () => {
        this.#clip.said();
        this.#conversation.said();
      },
      unsaid: (text, why) => {
        this.#composer.edit(text);
        this.#composer.tell(why, true);
      },
    });
    this.#clip = new Clip(chat, {
      room: () => this.#room,
      changed: () => this.#composer.follow(),
      tell: (...what) => this.#composer.tell(...what),
      write: () => this.#composer.focus(),
    });
    this.#composer = new Composer(this.#writing, this.#clip);
    this.#header = new Header(async () => {
      await this.#rooms.join(this.#room);
      this.#paint();
      this.#composer.focus();
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
    for (const part of [this.#conversation, this.#clip, this.#composer, this.#rooms]) part.start();
    this.#sides.start(() => this.#room);
    this.#header.start(() => {
      this.#memory.keepQuiet(this.#room.name, !this.#memory.isQuiet(this.#room.name));
      this.#paint();
    });
    this.#lamp.start(this.#chat.state);
    this.#chat.on("state", (state) => {
      this.#lamp.show(state);
      this.#paintSoon();
    });
    this.#chat.on("nick", () => this.#paintSoon());
    this.#chat.on("system", () => this.#paintSoon());
    this.#writing.start();
    const go = () => {
      const { room, seq } = placeOfPage() ?? { room: name, seq: null };
      this.enter(room, { isNew: false, seq });
    };
    go();
    addEventListener("popstate", go);
    addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("visibilitychange", () => this.#looked());
    setInterval(() => document.hidden || this.#rooms.ask(), ROOMS_EVERY_MS);
  }

  /** The room that somebody looks at, or nothing. */
  get inView() {
    return document.hidden ? "" : this.#room.name;
  }

  /**
   * Puts a room in view, opening it when it is not, and a message of it. @param {string} name
   * @param {{isNew?: boolean, seq?: number | null, writes?: boolean}} [options]
   */
  enter(name, { isNew = name !== this.#room.name, seq = null, writes = true } = {}) {
    if (seq !== null && name === this.#room.name && this.#room.isJoined) {
      return this.#conversation.goTo(seq);
    }
    const isOpen = this.#rooms.has(name);
    this.#room.unreadLine = null;
    this.#room = this.#rooms.get(name);
    this.#room.staysUnread = false;
    if (!isOpen) this.#rooms.join(this.#room);
    if (isNew) history.pushState(null, "", linkTo(name, seq));
    this.#memory.openRoom(name);
    this.#room.markUnread();
    this.#composer.open(name, this.#chat.draft(name));
    this.#conversation.open();
    this.#paint();
    // A keyboard that comes up by itself would cover what one came to read.
    if (writes && matchMedia("(pointer: fine)").matches) this.#composer.focus();
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

  /** Goes to the room last looked at before this one. */
  #leave() {
    const left = this.#room;
    const next = this.#memory.rooms.find((room) => room !== left.name);
    if (!next) throw new Error("You have no other room open.");
    this.#rooms.close(left);
    this.enter(next);
  }

  /** Somebody looks at the page again, or no longer. */
  #looked() {
    if (!document.hidden) this.#rooms.ask();
    if (!document.hidden && this.#room.unread > 0) this.#room.markUnread();
    this.#paintSoon();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Escape" || !this.#room.unreadLine) return;
    this.#room.unreadLine = null;
    this.#paintSoon();
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
    this.#header.show(room, this.#memory.isQuiet(room.name));
    showTab(room.title, this.#rooms.names.map((name) => this.#rooms.standing(name)));
    this.#sides.show(room, me.uid);
    this.#composer.showName(me);
    this.#composer.showRoom(room.label);
    this.#allow(room, me.uid);
    this.#ownName.textContent = me.user;
    this.#typing.textContent = typingSentence(room.typists.names);
    this.#paintTookMs = performance.now() - startedAt;
  }

  /** Says why one may not write where one may not, and looks again when a mute ends. @param {Room} room @param {string} me */
  #allow(room, me) {
    const { state } = this.#chat;
    const isBanned = state.status === "stopped" && state.reason === "banned";
    const mute = room.muteOf(me);
    const why = isBanned ? "You are banned here." : writingRefusal(room, mute);
    this.#composer.allow(room.refusal === null, why);
    clearTimeout(this.#muteTimer);
    const restMs = (mute?.until ?? Infinity) - Date.now();
    if (restMs < DAY_MS) this.#muteTimer = setTimeout(() => this.#paint(), restMs + 1);
  }
}
