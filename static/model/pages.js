// @ts-check
// Pages of a room's log, fetched when the reader nears an end of what is held or goes to a place in
// it. One at a time for each room; one that fails waits for the reader to ask again.
import { amend, isChat, saidOf } from "./said.js";
/** @import {Entry} from "../../src/protocol.ts" */
/** @import {Chat} from "../chat.js" */
/** @import {Room} from "./room.js" */
/** @import {Page, Timeline} from "./timeline.js" */

/**
 * The stretch that was held when a page was asked for, and what came since: it may be newer than the
 * page, and change what is in it.
 * @typedef {{generation: number, from: number, to: number,
 *   entries: {entry: Entry, isMine: boolean}[]}} Heard
 */

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
    return this.#load(room, "older", { before: timeline.from }, (page, heard) => {
      timeline.putOlder(page, heard);
      timeline.trim("newest");
    });
  }

  /** @param {Room} room */
  newer(room) {
    const { timeline } = room;
    const limit = this.#chat.limits?.historyPage ?? 1;
    return this.#load(room, "newer", { before: timeline.to + 1 + limit }, (page, heard) => {
      timeline.putNewer(page, Math.min(timeline.to + limit, page.seq), heard);
      timeline.trim("oldest");
    });
  }

  /** The newest page of what may have changed unheard, in its place. @param {Room} room */
  renew(room) {
    const { timeline, stale, staleTo } = room;
    if (staleTo === null) return;
    return this.#load(room, "held", { before: staleTo + 1 }, (page, heard) => {
      // What was missed since it was asked for, it may not know of.
      if (room.stale !== stale || heard.generation !== timeline.generation) return;
      room.staleTo = renew(timeline, staleTo, page, heard);
    });
  }

  /** The newest page in place of what is held. @param {Room} room */
  latest(room) {
    const { timeline } = room;
    return this.#load(
      room,
      "place",
      {},
      (page, heard) => timeline.resetLatest(page, heard),
    );
  }

  /** The page around a message in place of what is held. @param {Room} room @param {number} seq */
  around(room, seq) {
    const { timeline } = room;
    return this.#load(
      room,
      "place",
      { around: seq },
      (page, heard) => timeline.resetAround(page, heard),
    );
  }

  /**
   * @param {Room} room
   * @param {"older" | "newer" | "held" | "place"} which
   * @param {{before?: number, around?: number}} question
   * @param {(page: Page, heard: Heard) => void} put
   */
  async #load(room, which, question, put) {
    // What replaces all that is held need not wait for what would have been added to it.
    if (room.loading && which !== "place") return;
    const { timeline } = room;
    const heard = timeline.listen();
    room.loading = which;
    room.loadFailed = false;
    this.#put(room);
    try {
      const page = await this.#chat.history(room.name, question);
      // Heard by what is put in itself, from here on.
      timeline.hush(heard);
      put(page, heard);
    } catch {
      room.loadFailed = true;
    }
    timeline.hush(heard);
    room.loading = null;
    this.#put(room);
  }
}

/**
 * What is held up to a seq becomes what the page says of it, and what came since. Gives the seq up
 * to which the rest is to be renewed.
 * @param {Timeline} timeline
 * @param {number} to
 * @param {Page} page
 * @param {Heard} heard
 */
function renew(timeline, to, { messages, more, seq }, heard) {
  const kept = new Map(messages.filter(isChat).map((message) => [message.seq, message]));
  const from = more ? Math.min(to, ...kept.keys()) : 1;
  timeline.hasOlder &&= more;
  for (const line of [...timeline.lines]) {
    if (line.kind !== "said" || line.seq < from || line.seq > to) continue;
    const message = kept.get(line.seq);
    if (!message) {
      timeline.remove(line.key);
      continue;
    }
    const wishes = line.wishes?.filter((wish) => wish.seq === undefined || wish.seq > seq);
    Object.assign(line, saidOf(message, line.key), { wishes });
    for (const { entry, isMine } of heard.entries) {
      if (entry.seq > seq && "of" in entry && entry.of === line.seq) amend(line, entry, isMine);
    }
  }
  return from - 1;
}
