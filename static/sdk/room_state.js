// @ts-check
// One room as a page shows it: its messages in present form, with one's own that are not kept yet,
// its topic and who is there. Made of the chat's events; knows neither the wire nor the connection.
import { roomName } from "./questions.js";
import { Emitter } from "./events.js";
import { fold } from "./fold.js";
import { Members } from "./members.js";
/** @import {Chat, ChatEvents, Entry, Joined, Known, Member, Message} from "../chat.js" */
/** @import {Of, Outgoing, Presence, RoomState as Room, WhyLeft} from "../chat.js" */

/**
 * Older messages that were asked for, and what came since: of that, what is later is applied (W5.10).
 * @typedef {{entries: Entry[], page?: Of<"history">, done: PromiseWithResolvers<void>}} Asked
 */

/** So much may be said after what one joined with, or took in by `older`, until the oldest go. */
const MAX_SAID = 1000;

/**
 * Joins a room and keeps what is in it, over any number of lost connections.
 * @param {Chat} chat
 * @param {string} name
 */
export function openRoom(chat, name) {
  const state = new RoomState(chat, roomName(name));
  state.open();
  return state;
}

export class RoomState {
  #chat;
  /** @type {Emitter<{change: Room}>} */
  #events = new Emitter();
  /** Takes this off the chat. @type {(() => void)[]} */
  #listening = [];
  /** @type {Presence} */
  #presence = { status: "joining" };
  /** @type {Known} */
  #known = { seq: 0, messages: [], topic: "" };
  #hasOlder = false;
  #maxMessages = MAX_SAID;
  #members = new Members();
  /** Acknowledged, and not come as entries yet. @type {Outgoing[]} */
  #sent = [];
  /** @type {Asked | undefined} */
  #asked;
  #isChanged = false;

  /** @param {Chat} chat @param {string} name */
  constructor(chat, name) {
    this.#chat = chat;
    this.name = name;
  }

  get presence() {
    return this.#presence;
  }

  /** As of now, oldest first: edited, with reactions, or `deleted`. Replaced whole when it changes. */
  get messages() {
    return this.#known.messages;
  }

  /** What one said that is not among the messages yet: `waiting`, `failed`, or just `sent`. */
  get unsent() {
    const waiting = this.#chat.unsent.filter(({ room }) => room === this.name);
    return [...this.#sent, ...waiting];
  }

  get topic() {
    return this.#known.topic ?? "";
  }

  /** Those who were there first, at most 100 of them; `chat.members` pages through all. */
  get members() {
    return this.#members.list;
  }

  /** Users in the room. */
  get count() {
    return this.#members.count;
  }

  /** Whether there are messages before the oldest of `messages`. */
  get hasOlder() {
    return this.#hasOlder;
  }

  /** Follows the chat. Only `openRoom` calls it. */
  open() {
    this.#on("joined", (joined) => this.#joined(joined));
    this.#on("entry", (entry) => this.#entry(entry));
    this.#on("presence", (presence) => {
      this.#members.follow(presence);
      this.#changed();
    });
    this.#on("left", ({ reason }) => this.#leave(reason && { reason }));
    this.#listening.push(
      this.#chat.on("error", (refusal) => {
        const isOut = refusal.room === this.name && !this.#chat.position(this.name);
        if (isOut) this.#leave({ refusal });
      }),
      this.#chat.on("nick", (nick) => this.#renamed(nick)),
      this.#chat.on("outgoing", (outgoing) => this.#outgoing(outgoing)),
    );
    this.#chat.join(this.name).catch((refusal) => {
      // Where there is no connection, the chat joins as soon as there is one.
      if (this.#chat.state.status !== "stopped") this.#leave({ refusal });
    });
  }

  /**
   * Takes in the page of messages before the oldest. Rejects with a ChatError.
   * @returns {Promise<void>}
   */
  older() {
    if (!this.#hasOlder || this.#presence.status !== "in") return Promise.resolve();
    if (this.#asked) return this.#asked.done.promise;
    /** @type {Asked} */
    const asked = this.#asked = { entries: [], done: Promise.withResolvers() };
    const before = this.messages[0]?.seq ?? this.#known.seq + 1;
    this.#chat.history(this.name, { before }).then((page) => {
      asked.page = page;
      this.#takePage();
    }, (error) => {
      if (this.#asked === asked) this.#asked = undefined;
      asked.done.reject(error);
    });
    return asked.done.promise;
  }

  leave() {
    this.#chat.leave(this.name);
  }

  /**
   * Hears of changes, once for all that happen at the same time. The function that comes back takes
   * the listener off.
   * @param {"change"} type
   * @param {(room: Room) => void} listener
   * @returns {() => void}
   */
  on(type, listener) {
    return this.#events.on(type, listener);
  }

  /**
   * @template {"joined" | "entry" | "presence" | "left"} K
   * @param {K} type
   * @param {(event: ChatEvents[K]) => void} listener
   */
  #on(type, listener) {
    this.#listening.push(this.#chat.on(type, (event) => {
      if (event.room === this.name) listener(event);
    }));
  }

  /** @param {Joined} joined */
  #joined({ resumed, seq, topic, messages, more, members, count }) {
    this.#presence = { status: "in" };
    this.#members.reset(members, count);
    if (!resumed) {
      this.#known = { seq, topic, messages: /** @type {Message[]} */ (messages) };
      this.#maxMessages = messages.length + MAX_SAID;
      this.#hasOlder = more;
      this.#sent = [];
      this.#forgetAsked();
    }
    this.#changed();
  }

  /** @param {Entry} entry */
  #entry(entry) {
    const { uid } = /** @type {Member} */ (this.#chat.me);
    this.#known = fold(this.#known, entry, uid);
    this.#sent = this.#sent.filter(({ seq = 0 }) => seq > entry.seq);
    this.#asked?.entries.push(entry);
    this.#takePage();
    this.#letGo();
    this.#changed();
  }

  /** The oldest go, and come again with `older`; not while a page is awaited that ends where they begin. */
  #letGo() {
    const surplus = this.messages.length - this.#maxMessages;
    if (surplus <= 0 || this.#asked) return;
    this.#known = { ...this.#known, messages: this.messages.slice(surplus) };
    this.#hasOlder = true;
  }

  /** Of somebody in this room, or one's own wherever one is. @param {ChatEvents["nick"]} nick */
  #renamed({ room = this.name, uid, user }) {
    if (room === this.name && this.#members.rename({ uid, user })) this.#changed();
  }

  /** @param {Outgoing} outgoing */
  #outgoing(outgoing) {
    const { room, status, seq = 0 } = outgoing;
    if (room !== this.name) return;
    if (status === "sent" && seq > this.#known.seq) this.#sent.push(outgoing);
    this.#changed();
  }

  /** @param {WhyLeft} [why] */
  #leave(why) {
    if (this.#presence.status === "left") return;
    this.#presence = { status: "left", ...why };
    for (const off of this.#listening) off();
    this.#forgetAsked();
    this.#changed();
  }

  /** Takes the older messages in, once all is known that their page knows. */
  #takePage() {
    const { entries, page, done } = this.#asked ?? {};
    const { seq, messages } = this.#known;
    if (!entries || !page || page.seq > seq) return;
    const { uid } = /** @type {Member} */ (this.#chat.me);
    const later = entries.filter(({ type }) => type !== "chat");
    const older = later.reduce((past, one) => fold(past, one, uid), /** @type {Known} */ (page));
    this.#known = { ...this.#known, messages: [...older.messages, ...messages] };
    this.#maxMessages = this.messages.length + MAX_SAID;
    this.#hasOlder = page.more;
    this.#asked = undefined;
    this.#changed();
    done?.resolve();
  }

  /** What was asked of a log that is not shown any more is not waited for. */
  #forgetAsked() {
    this.#asked?.done.resolve();
    this.#asked = undefined;
  }

  #changed() {
    if (this.#isChanged) return;
    this.#isChanged = true;
    queueMicrotask(() => {
      this.#isChanged = false;
      this.#events.emit("change", this);
    });
  }
}
