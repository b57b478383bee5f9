// @ts-check
// Pages of a room's log, fetched when the reader nears an end of what is held. One at a time for
// each room; one that fails waits for the reader to ask again.
/** @import {Chat} from "../chat.js" */
/** @import {Room} from "./room.js" */
/** @import {Page} from "./timeline.js" */

export class Pages {
  #chat;
  #put;

  /** @param {Chat} chat @param {(room: Room) => void} put told before and after a page is put in */
  constructor(chat, put) {
    this.#chat = chat;
    this.#put = put;
  }

  /** @param {Room} room */
  older(room) {
    const { timeline } = room;
    return this.#load(room, "older", timeline.from, (page) => {
      timeline.putOlder(page);
      timeline.trim("newest");
    });
  }

  /** @param {Room} room */
  newer(room) {
    const { timeline } = room;
    const limit = this.#chat.limits?.historyPage ?? 1;
    return this.#load(room, "newer", timeline.to + 1 + limit, (page) => {
      timeline.putNewer(page, Math.min(timeline.to + limit, page.seq));
      timeline.trim("oldest");
    });
  }

  /** The newest page in place of what is held. @param {Room} room */
  latest(room) {
    const { timeline } = room;
    return this.#load(room, "newer", undefined, (page) => timeline.reset(page, page.seq));
  }

  /**
   * @param {Room} room
   * @param {"older" | "newer"} which
   * @param {number | undefined} before
   * @param {(page: Page & {seq: number}) => void} put
   */
  async #load(room, which, before, put) {
    if (room.loading) return;
    const { generation } = room.timeline;
    room.loading = which;
    room.loadFailed = false;
    this.#put(room);
    try {
      const page = await this.#chat.history(room.name, { before });
      // What is held was replaced meanwhile: the page may not fit it.
      if (generation === room.timeline.generation) put(page);
    } catch {
      room.loadFailed = true;
    }
    room.loading = null;
    this.#put(room);
  }
}
