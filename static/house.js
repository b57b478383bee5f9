// @ts-check
// The page once one is in: which room is in view, and that the views follow what happens.
import { OpenRooms } from "./model/open_rooms.js";
import { Pages } from "./model/pages.js";
import { Sides } from "./sides.js";
import { Composer } from "./views/composer.js";
import { find } from "./views/element.js";
import { Header } from "./views/header.js";
import { Lamp } from "./views/lamp.js";
import { Log } from "./views/log.js";
import { linkTo, roomOfPage } from "./views/place.js";
import { showTab } from "./views/tab.js";
import { typingSentence, writingRefusal } from "./views/wording.js";
import { Writing } from "./writing.js";
/** @import {Chat} from "./chat.js" */
/** @import {Memory} from "./model/memory.js" */
/** @import {Room} from "./model/room.js" */
/** @import {Said} from "./model/timeline.js" */
/** @import {Cure} from "./views/wording.js" */

/** What changes within this is drawn at once; a timer, because the title counts unseen too. */
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
  #pages;
  #log;
  #writing;
  #composer;
  #lamp;
  #sides;
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
    this.#sides = new Sides(chat, memory, this.#rooms, {
      enter: (name) => this.enter(name),
      mention: (user) => this.#composer.mention(user),
      changed: () => this.#paintSoon(),
    });
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
    this.#writing = new Writing(chat, this.#rooms, {
      room: () => this.#room,
      enter: (room) => this.enter(room),
      leave: () => this.#leave(),
      editLast: () => this.#editLast(),
      said: () => this.#said(),
      unsaid: (text, why) => {
        this.#composer.edit(text);
        this.#composer.tell(why, true);
      },
    });
    this.#composer = new Composer(this.#writing);
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
    for (const part of [this.#log, this.#composer, this.#rooms]) part.start();
    this.#sides.start(() => this.#room);
    this.#header.start(async () => {
      await this.#rooms.join(this.#room);
      this.#paint();
      this.#composer.focus();
    }, () => {
      this.#memory.keepQuiet(this.#room.name, !this.#memory.isQuiet(this.#room.name));
      this.#paint();
    });
    this.#lamp.start(this.#chat.state);
    this.#chat.on("state", (state) => {
      this.#lamp.show(state);
      this.#paintSoon();
    });
    this.#chat.on("nick", () => this.#paintSoon());
    this.#writing.start();
    this.enter(name, { isNew: false });
    addEventListener("popstate", () => this.enter(roomOfPage() ?? name, { isNew: false }));
    addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("visibilitychange", () => this.#looked());
    setInterval(() => document.hidden || this.#rooms.ask(), ROOMS_EVERY_MS);
  }

  /** The room that somebody looks at, or nothing. */
  get inView() {
    return document.hidden ? "" : this.#room.name;
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
    this.#composer.open(name, this.#chat.draft(name));
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

  /** Goes to the room last looked at before this one. */
  #leave() {
    const left = this.#room;
    const next = this.#memory.rooms.find((room) => room !== left.name);
    if (!next) throw new Error("You have no other room open.");
    this.#rooms.close(left);
    this.enter(next);
  }

  /** The last of one's own messages is written anew: one that could not be sent. */
  #editLast() {
    const uid = this.#chat.me?.uid;
    const last = this.#room.timeline.lines.findLast((line) =>
      line.kind === "said" && line.uid === uid && !line.deleted
    );
    if (last?.kind === "said" && last.status === "failed") this.#cure("edit", last);
  }

  #said() {
    if (this.#room.timeline.hasNewer) this.#latest(this.#room);
    this.#paint();
    this.#log.toEnd();
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
    this.#paintTimer ||= setTimeout(() => this.#paint(), PAINT_MS);
  }

  #paint() {
    clearTimeout(this.#paintTimer);
    this.#paintTimer = 0;
    const room = this.#room;
    const me = this.#chat.me ?? { uid: "", user: this.#memory.name };
    this.#log.update(this.#chat.state.status !== "connected");
    if (!document.hidden && this.#log.isAtEnd) this.#rooms.markRead(room);
    this.#header.show(room, this.#memory.isQuiet(room.name));
    showTab(room.title, this.#rooms.names.map((name) => this.#rooms.standing(name)));
    this.#sides.show(room, me.uid);
    this.#composer.showName(me);
    this.#composer.showRoom(room.label);
    this.#allow(room, me.uid);
    this.#ownName.textContent = me.user;
    this.#typing.textContent = typingSentence(room.typists.names);
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
