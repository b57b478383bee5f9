// @ts-check
// One room that is open: its log, who is in it, how far it was read. Knows nothing of the page.
import { Names } from "./names.js";
import { isDirect } from "./nicks.js";
import { isProgram } from "./said.js";
import { Timeline } from "./timeline.js";
import { Typists } from "./typists.js";
/** @import {ErrorCode, Member, Mute, Permission, ServerMessage} from "../../src/protocol.ts" */

/** @typedef {Extract<ServerMessage, {type: "joined"}>} Joined */
/** @typedef {Extract<ServerMessage, {type: "presence"}>} Presence */
/** What the reader has not seen yet, from when they came in. @typedef {{after: number, count: number}} Unread */

/**
 * Why it could not be joined, or had to be left: then by whom, and when that came.
 * @typedef {{code: ErrorCode, message: string, by?: string | undefined, at?: number}} Barred
 */
/**
 * Who reads: which end of a log may go, and whether there is a place in it to keep.
 * @typedef {object} Reader
 * @property {(room: Room) => "oldest" | "newest"} farEnd
 * @property {(room: Room) => boolean} hasPlaceIn
 */

/** Comings and goings are told in rooms of up to so many. */
const TOLD_UP_TO = 50;
/** And come by name in rooms of up to so many (W9.3). */
const NAMED_UP_TO = 100;

export class Room {
  name;
  /** What it is called; that of a direct conversation is the name of the other. */
  title;
  timeline = new Timeline();
  typists;
  topic = "";
  count = 0;
  /** Those the server named, which may not be all. @type {Map<string, string>} */
  members = new Map();
  /** Those of them who moderate. @type {Set<string>} */
  moderators = new Set();
  /** Bots and hooks, as far as they were heard of: they are no members. @type {Map<string, string>} */
  programs = new Map();
  /** The most that one may do here. @type {Permission} */
  may = "write";
  /** The mutes that one is told of, by uid. @type {Map<string, Mute>} */
  #mutes = new Map();
  isJoined = false;
  /** @type {Barred | null} */
  refusal = null;
  /** The newest entry that was read, and as far as the server was told. */
  read = 0;
  toldRead = 0;
  /** Where the unread line stands. @type {Unread | null} */
  unreadLine = null;
  /** @type {"older" | "newer" | "held" | "place" | null} */
  loading = null;
  /** The reader wants it to stay unread for as long as they stay. */
  staysUnread = false;
  /** Up to there what is held may have changed unheard, as long as it is of that generation. */
  stale = { generation: 0, to: 0 };
  names = new Names();
  #me = "";
  /** A page of history could not be had; the reader asks for the next try. */
  loadFailed = false;

  /** @param {string} name @param {() => void} changed when somebody began or stopped typing */
  constructor(name, changed) {
    this.name = name;
    this.title = name;
    this.typists = new Typists(changed);
  }

  /** Messages after the marker; where not all of those are held, entries of any kind. */
  get unread() {
    const { lines, from, head, hasNewer } = this.timeline;
    if (!this.isJoined) return 0;
    if (hasNewer || from > this.read + 1) return Math.max(0, head - this.read);
    let count = 0;
    for (let at = lines.length - 1; at >= 0; at--) {
      const line = lines[at];
      if (line?.kind !== "said" || line.seq === 0) continue;
      if (line.seq <= this.read) break;
      if (!line.deleted && line.uid !== this.#me) count += 1;
    }
    return count;
  }

  /** Up to there what is held is to be read anew, or null. */
  get staleTo() {
    const { generation, to } = this.stale;
    return generation === this.timeline.generation && to >= this.timeline.from ? to : null;
  }
  set staleTo(to) {
    this.stale = { generation: this.timeline.generation, to: to ?? 0 };
  }

  get isDirect() {
    return isDirect(this.name);
  }

  /** Others may be here than those that are known. */
  get isCrowded() {
    return this.isJoined && (this.count > NAMED_UP_TO || this.members.size < this.count);
  }

  /** Nobody has said anything here yet. */
  get isEmpty() {
    const { head, lines } = this.timeline;
    return this.isJoined && head === 0 && lines.length === 0;
  }

  /** What it is called in a sentence. */
  get label() {
    return this.isDirect ? this.title : `#${this.title}`;
  }

  /** Somebody's mute that is in force. @param {string} uid */
  muteOf(uid) {
    const mute = this.#mutes.get(uid);
    return mute && (mute.until === null || mute.until > Date.now()) ? mute : undefined;
  }

  /** Somebody was muted, or is no longer. @param {Mute} mute */
  mute(mute) {
    this.#mutes.set(mute.uid, mute);
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
      if (line.kind !== "said") continue;
      this.names.learn(line.uid, line.user);
      if (isProgram(line.uid)) this.programs.set(line.uid, line.user);
    }
    for (const [uid, user] of this.members) this.names.learn(uid, user);
  }

  /**
   * @param {Joined & {resumed: boolean}} joined
   * @param {string} [me] whose words are no news
   * @param {boolean} [hasPlace] whether the reader is somewhere in the log, to stay there
   */
  join(joined, me = "", hasPlace = false) {
    this.#me = me;
    const { epoch, seq, read } = joined;
    this.topic = joined.topic;
    this.count = joined.count;
    this.members = new Map();
    this.moderators = new Set();
    this.meet(joined.members);
    this.may = joined.may;
    this.#mutes = new Map(joined.muted?.map((mute) => [mute.uid, mute]));
    this.refusal = null;
    this.toldRead = read;
    const isSameLog = this.isJoined && this.timeline.epoch === epoch;
    this.timeline.epoch = epoch;
    // A room that was never read has no marker, and nobody wants all of it counted.
    const known = read > 0 || this.isDirect ? read : seq;
    this.read = isSameLog ? Math.max(this.read, read) : known;
    if (!joined.resumed) {
      const { head, to } = this.timeline;
      // What was missed comes as one reads on; but what is held has to be there still (W5.4).
      const isThere = isSameLog && seq >= head && joined.first <= to;
      if (hasPlace && isThere) this.#fallBehind(seq);
      else this.timeline.reset(joined, seq);
    }
    this.#passOwn();
    this.isJoined = true;
  }

  /** The reader stays in what is held, though more was said than came. @param {number} head */
  #fallBehind(head) {
    this.timeline.head = head;
    this.timeline.quoted.clear();
    this.staleTo = this.timeline.to;
    this.markUnread();
  }

  /** What one said oneself, elsewhere maybe, is no news: neither where it comes first. */
  #passOwn() {
    if (this.timeline.from > this.read + 1) return;
    for (const line of this.timeline.lines) {
      if (line.kind !== "said" || line.seq <= this.read) continue;
      if (line.uid !== this.#me) return;
      this.read = line.seq;
    }
  }

  /** With a reason somebody else wanted it (W10.6). @param {string} [reason] @param {string} [by] */
  leave(reason, by) {
    this.isJoined = false;
    this.members.clear();
    this.count = 0;
    if (reason) this.refusal = { code: "NOT_JOINED", message: reason, by, at: Date.now() };
  }

  /** These are here. @param {readonly Member[]} members */
  meet(members) {
    for (const { uid, user, moderates } of members) {
      this.members.set(uid, user);
      if (moderates) this.moderators.add(uid);
      else this.moderators.delete(uid);
    }
  }

  /** Somebody here is called otherwise now. @param {{uid: string, user: string, was: string}} nick */
  rename({ uid, user, was }) {
    if (this.members.has(uid)) this.members.set(uid, user);
    this.timeline.tell({ type: "nick", user, was });
  }

  /** A bot says something to the reader alone. @param {{uid?: string, user?: string, text: string}} told */
  greet({ uid, user = "", text }) {
    if (uid !== undefined) this.programs.set(uid, user);
    this.timeline.tell({ type: "greeting", user, text });
  }

  /** @param {Presence} presence @param {string} me */
  presence({ joined, left, count }, me) {
    // Some of it may be older than one's own coming in, and so no news.
    const came = joined.filter(({ uid }) => uid !== me && !this.members.has(uid));
    const gone = left.filter(({ uid }) => uid !== me && this.members.has(uid));
    for (const { uid } of left) this.members.delete(uid);
    this.meet(joined);
    for (const { uid } of left) this.typists.stop(uid);
    this.count = count;
    const { hasNewer } = this.timeline;
    if (count <= TOLD_UP_TO && !this.isDirect && !hasNewer) this.timeline.stage(came, gone);
  }
}
