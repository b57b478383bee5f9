// @ts-check
// What one wants of messages: shown at once as waiting, kept over reloads and asked for under one ref
// until the server has answered, told with a word where it refuses. Knows nothing of the page.
/** @import {Refusal} from "../../src/protocol.ts" */
/** @import {Chat, ChatError, Of} from "../chat.js" */
/** @import {Memory} from "./memory.js" */
/** @import {Room} from "./room.js" */
/** @import {Said, Wish} from "./said.js" */

/**
 * What is wanted of the message `of`. However often it is asked for under its `ref`, it is done once (W7.2).
 * @typedef {{ref: string, room: string, epoch: string, of: number, wish: Wish,
 *   refusal?: Refusal}} Wanted
 */

const WISHES = "wishes";
/** The server would only close the connection, and again each time that it was asked. */
const TOO_LONG = "it is longer than this server allows";
/** What can't be done any more, and is told as what the server refuses. @type {Record<"another" | "left", Refusal>} */
const LOST = {
  another: { code: "NOT_FOUND", message: "the log is another" },
  left: { code: "NOT_JOINED", message: "the room was left" },
};

export class Wishes {
  #chat;
  #memory;
  #changed;
  /** Not answered, refused and not read yet, or acknowledged and not come as an entry. @type {Wanted[]} */
  #wanted;
  /** @type {Set<Wanted>} */
  #asked = new Set();
  /** Rooms that were joined anew since a connection was lost; null: none was. @type {Set<string> | null} */
  #rejoined;

  /** @param {Chat} chat @param {Memory} memory @param {(refused?: Wanted) => void} changed */
  constructor(chat, memory, changed) {
    this.#chat = chat;
    this.#memory = memory;
    this.#changed = changed;
    this.#wanted = this.#stored();
    this.#rejoined = chat.state.status === "connected" ? null : new Set();
  }

  start() {
    const chat = this.#chat;
    chat.on("state", ({ status }) => {
      if (status !== "connected") this.#rejoined = new Set();
    });
    chat.on("joined", ({ room }) => {
      this.#rejoined?.add(room);
      for (const each of this.#wanted) if (each.room === room) this.#ask(each);
    });
    // Who was put out may come back.
    chat.on("left", ({ room, reason }) => reason ?? this.#leave((name) => name === room));
    // Left while this was not here, or by another tab.
    this.#leave((name) => !this.#memory.rooms.includes(name));
    for (const each of this.#wanted) this.#ask(each);
  }

  /** @param {Room} room @param {Said} said @param {Wish} wish */
  wish({ name, timeline }, said, wish) {
    const ref = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
    const wanted = { ref, room: name, epoch: timeline.epoch, of: said.seq, wish };
    this.dismiss(name, said, wish.type);
    this.#wanted.push(wanted);
    this.#keep(wanted);
    this.#ask(wanted);
    this.#changed();
  }

  /** What was refused of it was read. @param {string} room @param {Said} said @param {Wish["type"]} [type] as shown */
  dismiss(room, said, type = said.trouble?.wish.type) {
    if (said.trouble?.wish.type === type) said.trouble = undefined;
    this.#wanted = this.#wanted.filter((each) =>
      each.room !== room || each.of !== said.seq || !each.refusal || each.wish.type !== type
    );
  }

  /** Has the messages that are held show what is wanted of them. @param {Room} room */
  show({ name, timeline }) {
    for (const each of this.#wanted) {
      if (each.room !== name || each.epoch !== timeline.epoch) continue;
      const { of, wish, refusal } = each;
      const isDone = wish.seq !== undefined && wish.seq <= timeline.head;
      if (isDone) this.#wanted = this.#wanted.filter((other) => other !== each);
      const said = timeline.said(of);
      if (!said) continue;
      const others = said.wishes?.filter((other) => other !== wish) ?? [];
      if (refusal) said.trouble = { wish, refusal };
      if (isDone || refusal) said.wishes = others;
      else if (!said.wishes?.includes(wish)) said.wishes = [...others, wish];
      if (wish.type === "delete" && this.#chat.me) said.by ??= this.#chat.me;
    }
  }

  /** Nothing is wanted any more in such rooms. @param {(room: string) => boolean} isLeft */
  #leave(isLeft) {
    for (const each of this.#wanted) if (isLeft(each.room)) this.#drop(each, LOST.left);
  }

  /** It is told where it may not be done. @param {Wanted} wanted @param {Refusal} refusal */
  #drop(wanted, refusal) {
    const isOpen = !isAnswered(wanted) && !this.#asked.has(wanted);
    this.#wanted = this.#wanted.filter((each) => each !== wanted);
    if (isOpen) this.#refuse(wanted, refusal);
    else this.#keep(wanted);
  }

  /** @param {Wanted} wanted */
  async #ask(wanted) {
    const { room, epoch, wish } = wanted;
    if (this.#asked.has(wanted) || !this.#isIn(room)) return;
    // Under its number there may be another message now.
    if (this.#chat.position(room)?.epoch !== epoch) return this.#drop(wanted, LOST.another);
    if (isAnswered(wanted)) return;
    if (wish.type === "edit" && this.#chat.bytesLeft(room, wish.text) < 0) {
      return this.#refuse(wanted, { code: "INVALID_FIELD", message: TOO_LONG });
    }
    this.#asked.add(wanted);
    try {
      const { seq } = await this.#send(wanted);
      // Until the entry is here too; it comes after its ack (W7.1).
      wish.seq = seq;
      this.#keep(wanted);
      this.#changed();
    } catch (error) {
      const { code, message } = /** @type {ChatError} */ (error);
      const isLost = code === "UNAVAILABLE" && this.#chat.state.status !== "connected";
      // Where the connection has ended, the next one asks again.
      if (!isLost) this.#refuse(wanted, { code, message });
    } finally {
      this.#asked.delete(wanted);
    }
  }

  /** @param {Wanted} wanted @returns {Promise<Of<"ack">>} */
  #send({ ref, room, of, wish }) {
    if (wish.type === "edit") return this.#chat.edit(room, of, wish.text, ref);
    if (wish.type === "delete") return this.#chat.delete(room, of, ref);
    return this.#chat.react(room, of, wish.emoji, wish.on, ref);
  }

  /** @param {Wanted} wanted @param {Refusal} refusal */
  #refuse(wanted, refusal) {
    wanted.refusal = refusal;
    this.#keep(wanted);
    this.#changed(wanted);
  }

  /** @param {string} room */
  #isIn(room) {
    const isKnown = this.#chat.position(room) !== undefined;
    const isJoined = this.#rejoined?.has(room) ?? true;
    return isKnown && isJoined && this.#chat.state.status === "connected";
  }

  /** Another tab may keep its own there: only this one is touched. @param {Wanted} wanted */
  #keep(wanted) {
    const others = this.#stored().filter(({ ref }) => ref !== wanted.ref);
    const isWaiting = this.#wanted.includes(wanted) && !isAnswered(wanted);
    const all = isWaiting ? [...others, wanted] : others;
    this.#memory.keep(WISHES, all.length > 0 ? JSON.stringify(all) : "");
  }

  /** @returns {Wanted[]} */
  #stored() {
    try {
      const stored = JSON.parse(this.#memory.read(WISHES));
      return Array.isArray(stored) ? stored.filter((each) => each?.wish) : [];
    } catch {
      return [];
    }
  }
}

/** @param {Wanted} wanted */
function isAnswered({ wish, refusal }) {
  return wish.seq !== undefined || refusal !== undefined;
}
