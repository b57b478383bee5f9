// The other instances of this chat (W21): who is heard, asked and given up, and what is said to them.
// What they say of people is kept in rosters; what they did is done in orders.ts.
import type { Spending, SpendingNews } from "../allowance.ts";
import type { Bus } from "../bus.ts";
import { partiesOf } from "../direct_name.ts";
import type { Scheduler } from "../flusher.ts";
import type { Hub } from "../hub.ts";
import type { NamesElsewhere } from "../names.ts";
import type { Entry, RoomName, UserId } from "../protocol.ts";
import type { Others, Room } from "../room.ts";
import type { Kind, Place, Sanction, SanctionNews } from "../sanctions.ts";
import type { Addressed, BusMessage } from "./bus_message.ts";
import { isAddressed, isBroadcast, parseBusMessage, type Unnumbered } from "./bus_message.ts";
import { change, empty, fill, replace, settleName } from "./copying.ts";
import { News } from "./news.ts";
import { deliver, obey } from "./orders.ts";
import { Records } from "./records.ts";
import type { Known, Roster } from "./roster.ts";
import { Rosters } from "./rosters.ts";

/** How often an instance says that it is there, and asks again for what it misses, in milliseconds. */
const ALIVE_MS = 1000;
/** An instance that says nothing for so long is taken as crashed, in milliseconds. */
const LEASE_MS = 5000;

export class Instances implements Others, NamesElsewhere, SanctionNews, SpendingNews {
  /** What is kept in the store, and must be looked at again when a word was missed. */
  readonly records: Records;
  readonly #hub: Hub;
  readonly #bus: Bus;
  readonly #scheduler: Scheduler;
  readonly #rosters = new Rosters();
  readonly #news: News;
  /** Broadcasts so far. */
  #seq = 0;
  #aliveAt = -Infinity;
  #sweptAt = -Infinity;
  #isScheduled = false;
  #isClosed = false;

  constructor(hub: Hub, bus: Bus, scheduler: Scheduler) {
    this.#hub = hub;
    this.#bus = bus;
    this.#scheduler = scheduler;
    this.#news = new News(hub);
    this.records = new Records(hub);
  }

  /** Listens from now on, and says that it is there: who hears it asks, and is asked. */
  async open(): Promise<void> {
    await this.#bus.listen((from, text) => {
      try {
        this.#hear(from, text);
      } catch (error) {
        this.#hub.fault(error);
      }
    });
    this.#say({ type: "alive", seq: this.#seq });
  }

  /** Says goodbye: who was here is lost from now on, and may be elsewhere soon. */
  close(): void {
    if (this.#isClosed) return;
    this.#flush();
    this.#say({ type: "bye" });
    this.#isClosed = true;
  }

  /** The other instances. */
  get count(): number {
    return this.#rosters.size;
  }

  /** A user who is connected elsewhere. */
  of(uid: UserId): Known | undefined {
    return this.#rosters.of(uid);
  }

  /** Whether an administrator is connected elsewhere as this user. */
  isAdmin(uid: UserId): boolean {
    return this.#rosters.isAdmin(uid);
  }

  find(name: string): readonly UserId[] {
    return this.#rosters.find(name);
  }

  /** Users who are in a room elsewhere. */
  countIn(room: RoomName): number {
    return this.#rosters.countIn(room);
  }

  /** Whether somebody is in a room elsewhere. */
  hasIn(room: RoomName): boolean {
    return this.#rosters.hasIn(room);
  }

  /** Rooms that somebody is in elsewhere; one may come more than once. */
  get rooms(): Iterable<RoomName> {
    return this.#rosters.rooms();
  }

  /** Puts who is in the room elsewhere into its presence, when it opens. */
  fill(room: Room): void {
    for (const roster of this.#rosters) fill(this.#hub, room, roster);
    // They were there before.
    room.presence.takeChange();
  }

  /** A user came, went, or goes by another name. */
  changed(uid: UserId): void {
    this.#news.user(uid);
    this.#schedule();
  }

  entered(room: RoomName, uid: UserId, moderates: boolean): void {
    this.#news.place(room, uid, { moderates });
    this.#schedule();
  }

  left(room: RoomName, uid: UserId, goneAt: number | undefined): void {
    // Of a room that was lost (W5.4) some leave when others are in the new one.
    if (this.#hub.rooms.get(room)?.presence.isHere(uid)) return;
    this.#news.place(room, uid, { goneAt });
    this.#schedule();
  }

  said(entry: Entry): void {
    const parties = partiesOf(entry.room);
    if (parties) this.tellUsers(parties, { type: "entry", entry });
  }

  spends(uid: UserId, isOn: boolean): void {
    this.#news.spends(uid, isOn);
    this.#schedule();
  }

  spent(uid: UserId, spending: Spending): void {
    const to = this.#rosters.where(({ spenders }) => spenders.has(uid));
    this.#sayTo(to, { type: "spending", uid, ...spending });
  }

  sanctioned(kind: Kind, place: Place, uid: UserId, { until, ...rest }: Sanction): void {
    const end = until === Infinity ? null : until;
    this.tell({
      type: "sanction",
      kind,
      place,
      uid,
      until: end,
      ...rest,
      networks: [...rest.networks],
    });
  }

  /** Tells all others, in one sequence. */
  tell(message: Unnumbered): void {
    this.#flush();
    this.#say({ ...message, seq: ++this.#seq });
  }

  /** Tells those that have somebody in the room. */
  tellRoom(room: RoomName, message: Addressed): void {
    this.#sayTo(this.#rosters.where((roster) => roster.rooms.has(room)), message);
  }

  /** Tells those that one of the users is connected to. */
  tellUsers(uids: readonly UserId[], message: Addressed): void {
    this.#sayTo(
      this.#rosters.where(({ users }) => uids.some((uid) => users.has(uid))),
      message,
    );
  }

  /** Looks at every deadline. */
  sweep(now: number): void {
    if (this.#isClosed) return;
    const sweptMs = now - this.#sweptAt;
    this.#sweptAt = now;
    // Who was held up itself, or whose clock was set, has only not listened.
    const isListening = sweptMs >= 0 && sweptMs < LEASE_MS / 2;
    for (const [from, roster] of this.#rosters.entries) {
      if (!isListening) roster.heardAt = now;
      else if (now - roster.heardAt >= LEASE_MS) this.#lose(from, roster, now);
    }
    this.#askNext(now);
    this.records.sweep(now);
    if (Math.abs(now - this.#aliveAt) < ALIVE_MS) return;
    this.#aliveAt = now;
    this.#flush();
    this.#say({ type: "alive", seq: this.#seq });
  }

  #hear(from: string, text: string): void {
    if (this.#isClosed) return;
    const message = parseBusMessage(text);
    if (!message) return void this.#hub.counts.busRefused++;
    const now = this.#hub.now();
    if (message.type === "bye") {
      const roster = this.#rosters.get(from);
      return roster && this.#lose(from, roster, now);
    }
    const roster = this.#rosters.at(from, now);
    roster.heardAt = now;
    if (message.type === "ask") this.#answer(from);
    if (isAddressed(message)) return deliver(this.#hub, message);
    if (message.type === "state") {
      if (message.seq < roster.seq) return;
      roster.reach(message.seq);
      this.#tellSpending(from, replace(this.#hub, roster, message, now));
      return this.#askNext(now);
    }
    this.#follow(from, roster, message, now);
  }

  /** Does what comes in its turn; asks for the whole where something is missing. */
  #follow(from: string, roster: Roster, message: BusMessage, now: number): void {
    const isNext = isBroadcast(message) && message.seq === roster.seq + 1;
    if (isNext && roster.seq >= 0) {
      roster.reach(message.seq);
      if (message.type === "changes") {
        return this.#tellSpending(from, change(this.#hub, roster, message, now));
      }
    } else if ("seq" in message ? message.seq > roster.seq : roster.seq < 0) {
      // What somebody did is done all the same, and what was missed of it is looked up.
      this.records.isBehind ||= roster.seq >= 0 || isBroadcast(message);
      if ("seq" in message) roster.toldSeq = Math.max(roster.toldSeq, message.seq);
      this.#askNext(now);
    } else return;
    if (isBroadcast(message) && message.type !== "changes") obey(this.#hub, message);
  }

  /**
   * Asks the one that something is missing of, and was asked longest ago. One after the other: all states
   * at once may be more than Redis keeps for somebody who reads them.
   */
  #askNext(now: number): void {
    let next: [from: string, roster: Roster] | undefined;
    for (const one of this.#rosters.entries) {
      const [, { isBehind, askedAt }] = one;
      if (!isBehind) continue;
      // Its answer is on the way.
      if (Math.abs(now - askedAt) < ALIVE_MS) return;
      if (!next || askedAt < next[1].askedAt) next = one;
    }
    if (!next) return;
    const [from, roster] = next;
    roster.askedAt = now;
    this.#say({ type: "ask" }, from);
  }

  #answer(to: string): void {
    this.#flush();
    this.#say({ type: "state", seq: this.#seq, ...this.#news.whole() }, to);
  }

  /** An instance is gone: its users' connections are lost. */
  #lose(from: string, roster: Roster, now: number): void {
    empty(this.#hub, roster, now);
    this.#rosters.delete(from);
    this.records.isBehind = true;
  }

  /** Users who begin to spend elsewhere may have spent here already. */
  #tellSpending(to: string, uids: readonly UserId[]): void {
    const { allowances } = this.#hub;
    for (const uid of uids) {
      const spending = allowances.missing(uid, this.#hub.now());
      if (spending) this.#say({ type: "spending", uid, ...spending }, to);
    }
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isClosed) return;
    this.#isScheduled = true;
    this.#scheduler.soon(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#news.isEmpty) return;
    for (const uid of this.#news.users) settleName(this.#hub, uid);
    this.#say({ type: "changes", seq: ++this.#seq, ...this.#news.take() });
  }

  #sayTo(to: readonly string[], message: Addressed): void {
    if (this.#isClosed || to.length === 0) return;
    const text = JSON.stringify(message);
    for (const one of to) this.#bus.say(text, one);
  }

  #say(message: BusMessage, to?: string): void {
    if (this.#isClosed) return;
    this.#bus.say(JSON.stringify(message), to);
  }
}
