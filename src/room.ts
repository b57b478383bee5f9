// One room: who is in it, the head of its log, and how what happens in it goes out to everyone.
// Knows connections only as occupants.
import { takeAnnouncements } from "./presence_words.ts";
import { Batch } from "./batch.ts";
import type { GroupCommit } from "./commit.ts";
import { entryOf } from "./entry.ts";
import type { Follower } from "./follower.ts";
import type { Kind } from "./outbox.ts";
import { Presence } from "./presence.ts";
import { encode, type Entry, type LeaveReason, type RoomName } from "./protocol.ts";
import type { Permission, ServerMessage, UserId } from "./protocol.ts";
import type { Body, Draft, Head, Outcome } from "./store/store.ts";

/** Presence is told at most this often (W9.3). */
const PRESENCE_INTERVAL_MS = 1000;

/** A connection, as a room sees it. */
export interface Occupant {
  readonly uid: UserId;
  readonly user: string;
  readonly isBatched: boolean;
  may(permission: Permission, room: RoomName): boolean;
  push(batch: Batch, kind: Kind): void;
  pushBinary(data: Uint8Array<ArrayBuffer>): void;
  /** It has to leave the room, and is told why. */
  expel(room: RoomName, reason: LeaveReason, by?: string): void;
  /** What is held back for this occupant passes the bound of its outbox: it is too slow. */
  overflow(): void;
}

/** What somebody puts into a room's log. */
export type Put = { uid: UserId; user: string; ref?: string } & Body;

/** The other instances, as a room sees them: they hear of what happens to people here (W21). */
export interface Others {
  /** A connection came in. */
  entered(room: RoomName, uid: UserId, moderates: boolean): void;
  /** The user's last connection here went; `goneAt` as for `Room.leave`. */
  left(room: RoomName, uid: UserId, goneAt: number | undefined): void;
  /** An entry came into a log that has an audience. */
  said(entry: Entry): void;
}

/** Who gets the entries of a room without being in it: the two of a direct conversation. */
export type Audience = () => readonly Occupant[];

/** An occupant's place. While a `joined` is being made, entries are held back (W5.9). */
interface Place {
  /** Its first `joined` went out (W5.1). */
  isJoined: boolean;
  /** Up to this seq the entries were in its `joined`, and this was the topic then. */
  seq: number;
  topic: string;
  held: { batch: Batch; seq: number }[] | undefined;
  heldBytes: number;
}

export class Room {
  readonly name: RoomName;
  readonly presence = new Presence();
  /** The head when it was opened. */
  readonly openedAt: number;
  readonly #commit: GroupCommit;
  readonly #holdBytes: number;
  readonly #audience: Audience | undefined;
  readonly #follower: Follower | undefined;
  readonly #others: Others | undefined;
  readonly #places = new Map<Occupant, Place>();
  #head: Head;
  /** Encoded entries of the commit that is being settled. */
  #fresh: string[] = [];
  #inFlight = 0;
  #toldAt = -Infinity;

  constructor(
    name: RoomName,
    head: Head,
    commit: GroupCommit,
    holdBytes: number,
    audience?: Audience,
    follower?: Follower,
    others?: Others,
  ) {
    this.name = name;
    this.#head = head;
    this.openedAt = head.seq;
    this.#commit = commit;
    this.#holdBytes = holdBytes;
    this.#audience = audience;
    this.#follower = follower;
    this.#others = others;
  }

  /** The newest entry that was given to the members, and what else the log is known by. */
  get head(): Readonly<Head> {
    return this.#head;
  }

  /** Connections in the room. */
  get size(): number {
    return this.#places.size;
  }

  /** Whether something said here waits to be stored. */
  get isWaiting(): boolean {
    return this.#inFlight > 0;
  }

  /** Whether no connection is here, nobody is awaited, and nothing said here waits to be stored. */
  get isIdle(): boolean {
    return this.#places.size === 0 && !this.presence.isAwaiting && !this.isWaiting;
  }

  has(occupant: Occupant): boolean {
    return this.#places.has(occupant);
  }

  /** The connections in the room. */
  get occupants(): Iterable<Occupant> {
    return this.#places.keys();
  }

  /** Whether its `joined` went out. */
  hasJoined(occupant: Occupant): boolean {
    return this.#places.get(occupant)?.isJoined === true;
  }

  /**
   * Begins a join, or a second one of a member: what is said from here on is held back until
   * `release`. Returns the head as of now, or what the one before it told of, where that is later.
   */
  hold(occupant: Occupant): Readonly<Head> {
    const place = this.#places.get(occupant);
    if (place) {
      place.held ??= [];
    } else {
      this.#places.set(occupant, { isJoined: false, seq: 0, topic: "", held: [], heldBytes: 0 });
      const moderates = occupant.may("moderate", this.name);
      this.presence.enter(occupant.uid, occupant.user, moderates);
      this.#others?.entered(this.name, occupant.uid, moderates);
    }
    const isAhead = place && place.seq > this.#head.seq;
    return { ...this.#head, ...(isAhead && { seq: place.seq, topic: place.topic }) };
  }

  /**
   * Ends a join: the `joined` goes out, if there is one, then what was held back and is later than
   * the `seq` that it tells of.
   */
  release(occupant: Occupant, joined?: Batch, { seq, topic } = { seq: 0, topic: "" }): void {
    const place = this.#places.get(occupant);
    if (!place?.held) return;
    const held = place.held;
    place.isJoined = true;
    place.held = undefined;
    place.heldBytes = 0;
    // The store may tell of a commit in a read before it tells of it here.
    if (seq > place.seq) Object.assign(place, { seq, topic });
    if (joined) occupant.push(joined, "answer");
    for (const { batch, seq: last } of held) {
      const news = unseen(batch, last, place.seq);
      if (news) occupant.push(news, "entry");
    }
  }

  /** `goneAt` gives a lost connection's user until then to come back (W9.4). */
  leave(occupant: Occupant, goneAt?: number): void {
    const place = this.#places.get(occupant);
    if (!place) return;
    this.#places.delete(occupant);
    // A join that came to nothing keeps nothing from the two of a conversation.
    if (this.#audience) { for (const { batch } of place.held ?? []) occupant.push(batch, "entry"); }
    const isLast = this.presence.exit(occupant.uid, goneAt);
    if (isLast) this.#others?.left(this.name, occupant.uid, goneAt);
  }

  /** Makes every connection of a user leave, a lost one too; `by` is the name of who did it. */
  expel(uid: UserId, reason: LeaveReason, by: string): void {
    for (const occupant of [...this.#places.keys()]) {
      if (occupant.uid === uid) occupant.expel(this.name, reason, by);
    }
    this.presence.endGrace(uid);
  }

  /** Retention took the oldest entries out of the log; or one that was not begun has another epoch. */
  told({ first, epoch = this.#head.epoch }: { first: number; epoch?: string }): void {
    this.#head = { ...this.#head, first, epoch };
  }

  /** Puts an entry into the log. `settle` hears of it before any member gets the entry (W7.1). */
  put(put: Put, now: number, settle: (outcome: Outcome | undefined) => void): void {
    const draft: Draft = { room: this.name, epoch: this.#head.epoch, ts: now, ...put };
    this.#inFlight++;
    this.#commit.add(draft, this, (outcome) => {
      this.#inFlight--;
      const appended = outcome && "isNew" in outcome ? outcome : undefined;
      const entry = appended?.isNew ? entryOf(draft, appended) : undefined;
      if (entry && !this.#follower) this.#bring(entry, appended!.epoch);
      settle(outcome);
      if (appended) this.#follower?.settled(appended, entry);
      if (entry && this.#audience) this.#others?.said(entry);
    });
  }

  /** Gives the members what the commit brought. Returns how many entries that were, in all. */
  fanOut(): number {
    for (const entry of this.#follower?.take() ?? []) {
      this.#bring(entry, this.#follower!.position.epoch);
    }
    if (this.#fresh.length === 0) return 0;
    let deliveries = 0;
    const batches = Batch.split(this.#fresh);
    let seq = this.#head.seq - this.#fresh.length;
    this.#fresh = [];
    for (const batch of batches) {
      seq += batch.lines.length;
      let given = 0;
      for (const [occupant, place] of this.#places) {
        const news = unseen(batch, seq, place.seq);
        if (!news) continue;
        given++;
        if (!place.held) occupant.push(news, "entry");
        else this.#holdBack(occupant, place, news, seq);
      }
      for (const occupant of this.#audience?.() ?? []) {
        if (this.#places.has(occupant)) continue;
        given++;
        occupant.push(batch, "entry");
      }
      deliveries += given * batch.lines.length;
    }
    return deliveries;
  }

  /** A message that is not kept, to everyone else in the room but `except`'s user. */
  pass(message: ServerMessage, except: UserId): void {
    const batch = Batch.of(encode(message));
    for (const [occupant, place] of this.#places) {
      if (place.isJoined && occupant.uid !== except) occupant.push(batch, "passing");
    }
  }

  /** A message that is not kept, to the members that it is for. */
  tell(message: ServerMessage, isFor: (occupant: Occupant) => boolean): void {
    const batch = Batch.of(encode(message));
    for (const [occupant, place] of this.#places) {
      if (place.isJoined && isFor(occupant)) occupant.push(batch, "entry");
    }
  }

  passBinary(data: Uint8Array<ArrayBuffer>, except?: Occupant): void {
    for (const [occupant, place] of this.#places) {
      if (place.isJoined && occupant !== except) occupant.pushBinary(data);
    }
  }

  /** Ends graces, and tells who came and went, if it is time. */
  sweep(now: number): void {
    this.presence.sweep(now);
    if (!this.presence.isChanged || now - this.#toldAt < PRESENCE_INTERVAL_MS) return;
    this.#toldAt = now;
    this.#tellPresence();
  }

  /** The entry is the next one that the members get. */
  #bring(entry: Entry, epoch: string): void {
    this.#fresh.push(encode(entry));
    const topic = entry.type === "topic" ? entry.text : this.#head.topic;
    this.#head = { ...this.#head, epoch, seq: entry.seq, topic };
  }

  #holdBack(occupant: Occupant, place: Place, batch: Batch, seq: number): void {
    place.held!.push({ batch, seq });
    place.heldBytes += batch.bytes;
    if (place.heldBytes > this.#holdBytes) occupant.overflow();
  }

  #tellPresence(): void {
    for (const { batched, plain } of takeAnnouncements(this.name, this.presence)) {
      for (const [occupant, place] of this.#places) {
        if (!place.isJoined) continue;
        for (const batch of occupant.isBatched ? batched : plain) occupant.push(batch, "passing");
      }
    }
  }
}

/** What of a batch, whose last entry is `last`, is later than `seen`: a page may end in its middle. */
function unseen(batch: Batch, last: number, seen: number): Batch | undefined {
  if (last <= seen) return undefined;
  const first = last - batch.lines.length + 1;
  return seen < first ? batch : Batch.split(batch.lines.slice(seen + 1 - first))[0];
}
