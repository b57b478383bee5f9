// @ts-check
// Pages of a room's log, fetched when the reader nears an end of what is held. One at a time for
// each room; one that fails waits for the reader to ask again.
/** @import {Chat} from "../chat.js" */
/** @import {Room} from "./room.js" */
/** @import {Page} from "./timeline.js" */

export class Pages {
  #chat;
  #put;
  /** The page that comes, or came last. @type {WeakMap<Room, Promise<void>>} */
  #running = new WeakMap();

  /** @param {Chat} chat @param {(room: Room) => void} put told before and after a page is put in */
  constructor(chat, put) {
    this.#chat = chat;
    this.#put = put;
  }

  /** @param {Room} room */
  older(room) {
    const { timeline } = room;
    return this.#load(room, "older", { before: timeline.from }, (page) => {
      timeline.putOlder(page);
      timeline.trim("newest");
    });
  }

  /** @param {Room} room */
  newer(room) {
    const { timeline } = room;
    const limit = this.#chat.limits?.historyPage ?? 1;
    return this.#load(room, "newer", { before: timeline.to + 1 + limit }, (page) => {
      timeline.putNewer(page, Math.min(timeline.to + limit, page.seq));
      timeline.trim("oldest");
    });
  }

  /** The newest page in place of what is held. @param {Room} room */
  latest(room) {
    const { timeline } = room;
    return this.#load(room, "newer", {}, (page) => timeline.reset(page, page.seq));
  }

  /** The page around a message in place of what is held, unless that has it. @param {Room} room @param {number} seq */
  async around(room, seq) {
    const { timeline } = room;
    if (timeline.at(seq)) return;
    await this.#running.get(room);
    await this.#load(room, "newer", { around: seq }, (page) => {
      const last = page.messages.at(-1)?.seq;
      timeline.reset(page, Math.max(page.seq, timeline.head), last);
    });
  }

  /**
   * @param {Room} room
   * @param {"older" | "newer"} which
   * @param {{before?: number, around?: number}} at
   * @param {(page: Page & {seq: number}) => void} put
   */
  async #load(room, which, at, put) {
    if (room.loading) return;
    const running = this.#fetch(room, which, at, put);
    this.#running.set(room, running);
    await running;
  }

  /**
   * @param {Room} room
   * @param {"older" | "newer"} which
   * @param {{before?: number, around?: number}} at
   * @param {(page: Page & {seq: number}) => void} put
   */
  async #fetch(room, which, at, put) {
    const { generation } = room.timeline;
    room.loading = which;
    room.loadFailed = false;
    this.#put(room);
    try {
      const page = await this.#chat.history(room.name, at);
      // What is held was replaced meanwhile: the page may not fit it.
      if (generation === room.timeline.generation) put(page);
    } catch {
      room.loadFailed = true;
    }
    room.loading = null;
    this.#put(room);
  }
}
