// @ts-check
// One room that is open: its log, who is in it, how far it was read. Knows nothing of the page.
import { Names } from "./names.js";
import { Timeline } from "./timeline.js";
import { Typists } from "./typists.js";
/** @import {ErrorCode, ServerMessage} from "../../src/protocol.ts" */

/** @typedef {Extract<ServerMessage, {type: "joined"}>} Joined */
/** @typedef {Extract<ServerMessage, {type: "presence"}>} Presence */
/** What the reader has not seen yet, from when they came in. @typedef {{after: number, count: number}} Unread */

/** Comings and goings are told in rooms of up to so many. */
const TOLD_UP_TO = 50;

export class Room {
  name;
  timeline = new Timeline();
  typists;
  topic = "";
  count = 0;
  /** Those the server named, which may not be all. @type {Map<string, string>} */
  members = new Map();
  isJoined = false;
  /** Why it could not be joined, or had to be left. @type {{code: ErrorCode, message: string} | null} */
  refusal = null;
  /** The newest entry that was read, and the one that the browser remembers. */
  read = 0;
  keptRead = -1;
  /** Where the unread line stands. @type {Unread | null} */
  unreadLine = null;
  /** @type {"older" | "newer" | "place" | null} */
  loading = null;
  /** The reader wants it to stay unread for as long as they stay. */
  staysUnread = false;
  names = new Names();
  /** A page of history could not be had; the reader asks for the next try. */
  loadFailed = false;

  /** @param {string} name @param {() => void} changed when somebody began or stopped typing */
  constructor(name, changed) {
    this.name = name;
    this.typists = new Typists(changed);
  }

  get unread() {
    return this.isJoined ? Math.max(0, this.timeline.head - this.read) : 0;
  }

  /** What is unread now stands below a line from here on. */
  markUnread() {
    this.unreadLine = this.unread > 0 ? { after: this.read, count: this.unread } : null;
  }

  /** From this message on it was not read, as far as the reader cares. @param {number} seq */
  markUnreadFrom(seq) {
    this.staysUnread = true;
    this.read = Math.min(this.read, seq - 1);
    const { lines } = this.timeline;
    const count = lines.filter((line) => line.kind === "said" && line.seq >= seq).length;
    this.unreadLine = { after: seq - 1, count };
  }

  /** Everybody whom what is held and who is here lets one mention. */
  learnNames() {
    for (const line of this.timeline.lines) {
      if (line.kind === "said") this.names.learn(line.uid, line.user);
    }
    for (const [uid, user] of this.members) this.names.learn(uid, user);
  }

  /**
   * `read` is how far it was read before, when that is known.
   * @param {Joined & {resumed: boolean}} joined
   * @param {{seq: number, epoch: string} | null} read
   */
  join(joined, read) {
    const { epoch, seq } = joined;
    this.topic = joined.topic;
    this.count = joined.count;
    this.members = new Map(joined.members.map(({ uid, user }) => [uid, user]));
    this.refusal = null;
    const isSameLog = this.isJoined && this.timeline.epoch === epoch;
    this.timeline.epoch = epoch;
    if (!joined.resumed) {
      // An empty log has no epoch yet; what was read in it stays read. A new log was never read,
      // and nobody wants all of it counted.
      const kept = read && (read.epoch === epoch || read.epoch === "") ? read.seq : null;
      const known = isSameLog ? Math.max(this.read, kept ?? 0) : kept ?? seq;
      this.read = Math.min(known, seq);
      this.timeline.reset(joined, seq);
    }
    this.isJoined = true;
  }

  /** With a reason somebody else wanted it (W10.6). @param {string} [reason] */
  leave(reason) {
    this.isJoined = false;
    this.members.clear();
    this.count = 0;
    if (reason) this.refusal = { code: "NOT_JOINED", message: reason };
  }

  /** Somebody here is called otherwise now. @param {{uid: string, user: string, was: string}} nick */
  rename({ uid, user, was }) {
    if (this.members.has(uid)) this.members.set(uid, user);
    this.timeline.tell({ type: "nick", user, was });
  }

  /** @param {Presence} presence @param {string} me */
  presence({ joined, left, count }, me) {
    // Some of it may be older than one's own coming in, and so no news.
    const came = joined.filter(({ uid }) => uid !== me && !this.members.has(uid));
    const gone = left.filter(({ uid }) => uid !== me && this.members.has(uid));
    for (const { uid } of left) this.members.delete(uid);
    for (const { uid, user } of joined) this.members.set(uid, user);
    for (const { uid } of left) this.typists.stop(uid);
    this.count = count;
    if (count <= TOLD_UP_TO) this.timeline.stage(came, gone);
  }
}
