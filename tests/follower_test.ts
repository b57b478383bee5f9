import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { Follower } from "../src/follower.ts";
import type { Entry } from "../src/protocol.ts";
import { MemoryStore } from "../src/store/memory.ts";
import { type Head, StoreError } from "../src/store/store.ts";
import { ManualScheduler } from "./core/manual_scheduler.ts";
import { draft, entryOf, seqs } from "./store/drafts.ts";

const EPOCH = "e1";
/** Longer than what is missing is waited for, in milliseconds. */
const LATE_MS = 1000;

/** A room that takes what its follower has for it. */
class Room {
  readonly store = new MemoryStore();
  readonly scheduler = new ManualScheduler();
  readonly entries: Entry[] = [];
  readonly taken: number[] = [];
  readonly failures: StoreError[] = [];
  isWaiting = false;
  readonly told: Head[] = [];
  losses = 0;
  readonly follower: Follower;

  constructor(limit = 1000) {
    this.follower = new Follower("a", {
      store: this.store,
      scheduler: this.scheduler,
      settings: { limits: { resume: limit }, outboxBytes: 1_000_000 },
      storeTried: (error) => this.failures.push(error as StoreError),
    });
  }

  begin(seq = 0) {
    const said = this.entries[seq - 1];
    const head = { epoch: EPOCH, seq, first: 1, topic: "", ...(said && { ts: said.ts }) };
    this.follower.begin(head, {
      isWaiting: () => this.isWaiting,
      flow: () => this.flow(),
      lost: () => this.losses++,
      told: (head) => this.told.push(head),
    });
  }

  flow() {
    this.taken.push(...seqs(this.follower.take()));
  }

  /** So many entries are in the log. */
  async fill(count: number) {
    for (let left = count; left > 0; left--) {
      const said = draft("a", `${left}`, { epoch: EPOCH });
      const [appended] = await this.store.append([said]);
      this.entries.push(entryOf(said, appended!));
    }
  }

  /** It is told of an entry, and that the one before it was said then. */
  hearAfter(ts: number, seq: number) {
    this.follower.heard(EPOCH, [this.entries[seq - 1]!], ts);
  }

  hear(...heard: number[]) {
    this.follower.heard(EPOCH, heard.map((seq) => this.entries[seq - 1]!));
  }

  /** An own commit that is acknowledged. */
  commit(...own: number[]) {
    for (const seq of own) {
      this.follower.settled({ epoch: EPOCH, seq, ts: 1, isNew: true }, this.entries[seq - 1]);
    }
    this.flow();
  }

  /** It is told a head that was asked for now, or before. */
  tell(head: { epoch: string; seq: number }, asked = this.follower.position.seq) {
    this.follower.told({ ...head, first: 1, topic: "" }, asked);
  }

  /** Time passes, and what was asked for is there. */
  async pass() {
    this.scheduler.elapse(LATE_MS);
    for (let turns = 0; turns < 20; turns++) await Promise.resolve();
  }
}

async function roomWith(count: number, limit?: number): Promise<Room> {
  const room = new Room(limit);
  await room.fill(count);
  room.begin();
  return room;
}

describe("a follower", () => {
  it("P2 gives what comes next, and holds back what comes after something else", async () => {
    const room = await roomWith(5);
    room.hear(1);
    room.hear(3, 4);
    assertEquals(room.taken, [1]);
    room.commit(2);
    assertEquals(room.taken, [1, 2, 3, 4]);
    room.hear(2, 3, 4, 5);
    assertEquals(room.taken, [1, 2, 3, 4, 5]);
  });

  it("P3 reads what does not come from the store, before what is later", async () => {
    const room = await roomWith(6);
    room.hear(3);
    room.commit(5);
    assertEquals(room.taken, []);
    await room.pass();
    assertEquals(room.taken, [1, 2, 3, 4, 5]);
    room.tell({ epoch: EPOCH, seq: 6 });
    await room.pass();
    assertEquals(room.taken, [1, 2, 3, 4, 5, 6]);
  });

  it("W7.1 reads nothing that may be the room's own and not acknowledged yet", async () => {
    const room = await roomWith(4);
    room.isWaiting = true;
    room.hear(4);
    await room.pass();
    assertEquals(room.taken, []);
    // Of a commit of 2 alone the answer came: what is before it is no own one.
    room.commit(2);
    await room.pass();
    assertEquals(room.taken, [1, 2]);
    room.isWaiting = false;
    await room.pass();
    assertEquals(room.taken, [1, 2, 3, 4]);
  });

  it("P2 P3 gives everything once and in order, however it comes and whatever does not", async () => {
    const count = 12;
    const steps = fc.array(
      fc.record({ from: fc.integer({ min: 1, max: count }), isOwn: fc.boolean() }),
      { maxLength: 12 },
    );
    await fc.assert(fc.asyncProperty(steps, async (made) => {
      const room = await roomWith(count);
      for (const { from, isOwn } of made) {
        if (isOwn) room.commit(from);
        else room.hear(...[from, from + 1].filter((seq) => seq <= count));
        assertEquals(room.taken, room.taken.map((_, index) => index + 1));
      }
      room.tell({ epoch: EPOCH, seq: count });
      await room.pass();
      assertEquals(room.taken, Array.from({ length: count }, (_, index) => index + 1));
      assertEquals(room.losses, 0);
    }));
  });

  it("begins where the room does, with what it heard before", async () => {
    const room = new Room();
    await room.fill(4);
    room.hear(2, 3);
    room.hear(4);
    room.begin(2);
    assertEquals(room.taken, [3, 4]);
  });

  it("W14.1 gives its room up where the log is another, or is shorter than what was given", async () => {
    for (const [epoch, seq] of [["e2", 9], [EPOCH, 2]] as const) {
      const room = await roomWith(3);
      room.hear(1, 2, 3);
      room.tell({ epoch, seq });
      assertEquals(room.losses, 1);
      room.hear(1, 2, 3);
      room.commit(3);
      await room.pass();
      assertEquals([room.taken, room.losses], [[1, 2, 3], 1]);
    }
  });

  it("P2 gives nothing that it heard of a log that is gone, whenever that was", async () => {
    for (const given of [0, 1]) {
      const room = await roomWith(4);
      room.hear(...[1, 3].slice(1 - given));
      const ts = given ? room.entries[0]!.ts : 0;
      const position = { epoch: EPOCH, seq: 3, given: { seq: given, ts } };
      assertEquals(room.follower.position, position);
      // A replica took over that has none of what was only heard here.
      room.tell({ epoch: "e2", seq: given }, 3);
      assertEquals(room.losses, given);
      room.follower.heard("e2", room.entries.slice(0, 2));
      await room.pass();
      assertEquals(room.taken, given ? [1] : [1, 2]);
    }
    const early = new Room();
    await early.fill(3);
    early.hear(2, 3);
    early.follower.begin({ epoch: "e2", seq: 1, first: 1, topic: "" }, {
      isWaiting: () => false,
      flow: () => early.flow(),
      lost: () => early.losses++,
      told: () => {},
    });
    await early.pass();
    assertEquals([early.taken, early.losses], [[], 0]);
  });

  it("W14.2 knows what it gave last, and when that was said", async () => {
    const room = await roomWith(3);
    const position = () => room.follower.position;
    const given = (seq: number) => ({ seq, ts: room.entries[seq - 1]!.ts });
    assertEquals(position(), { epoch: EPOCH, seq: 0, given: { seq: 0, ts: 0 } });
    room.commit(1);
    assertEquals(position(), { epoch: EPOCH, seq: 1, given: given(1) });
    room.tell({ epoch: EPOCH, seq: 3 });
    room.hear(3);
    assertEquals(position(), { epoch: EPOCH, seq: 3, given: given(1) });
    room.hear(2);
    assertEquals(position(), { epoch: EPOCH, seq: 3, given: given(3) });
  });

  it("W5.8 W14.3 tells its room where the log begins now", async () => {
    const room = await roomWith(3);
    room.hear(1, 2, 3);
    room.follower.told({ epoch: EPOCH, seq: 3, first: 3, topic: "" }, 3);
    assertEquals(room.told.map(({ first }) => first), [3]);
  });

  it("keeps its room where it heard more than the head that was asked for before", async () => {
    const room = await roomWith(3);
    room.hear(1, 2, 3);
    room.tell({ epoch: EPOCH, seq: 1 }, 1);
    assertEquals([room.taken, room.losses], [[1, 2, 3], 0]);
  });

  it("W5.4 gives its room up where more is missing than may be read", async () => {
    const room = await roomWith(5, 3);
    room.hear(5);
    await room.pass();
    assertEquals([room.taken, room.losses], [[], 1]);
  });

  it("W14.1 reads what it hears of where that does not follow what was given", async () => {
    const room = await roomWith(3);
    const [one, two] = room.entries as [Entry, Entry];
    const asked: number[] = [];
    room.store.replay = (_, after) => Promise.resolve(void asked.push(after));
    room.hearAfter(0, 1);
    room.hearAfter(one.ts, 2);
    assertEquals([room.taken, asked], [[1, 2], []]);
    room.hearAfter(two.ts + 1, 3);
    await room.pass();
    assertEquals([room.taken, asked, room.losses], [[1, 2], [2], 1]);
  });

  it("takes the epoch of the log that another begins", async () => {
    const room = await roomWith(1);
    room.follower.heard("e2", [room.entries[0]!]);
    const [{ ts }] = room.entries as [Entry];
    const position = { epoch: "e2", seq: 1, given: { seq: 1, ts } };
    assertEquals([room.taken, room.follower.position], [[1], position]);
  });

  it("tries again where the store fails", async () => {
    const room = await roomWith(2);
    const replay = room.store.replay.bind(room.store);
    room.store.replay = () => Promise.reject(new StoreError("no connection"));
    room.hear(2);
    await room.pass();
    assertEquals([room.taken, room.failures.length], [[], 1]);
    room.store.replay = replay;
    await room.pass();
    assertEquals(room.taken, [1, 2]);
  });
});
