import { assert, assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { MAX_UNINDEXED } from "../../src/store/sqlite_index.ts";
import { SqliteLog } from "../../src/store/sqlite_log.ts";
import { aDraft, assertSame, inRun, Model, runs } from "./contract_model.ts";
import { type Database, tempDatabase } from "./database.ts";
import { DirectSqlite } from "./direct_sqlite.ts";
import { draft, drafts, EVERYTHING, seqs } from "./drafts.ts";
import { FOR_GOOD, retain, stepping } from "./retaining.ts";

/** Opens the log as often as the test likes, closes it at the end. */
function reopening({ path }: Database) {
  let log: SqliteLog | undefined;
  return {
    open(maxUnindexed?: number): SqliteLog {
      log?.close();
      return log = SqliteLog.open(path, "full", maxUnindexed);
    },
    [Symbol.dispose]: () => log?.close(),
  };
}

function query({ path }: Database, sql: string): Record<string, unknown> {
  const db = new DatabaseSync(path);
  try {
    return { ...db.prepare(sql).get() };
  } finally {
    db.close();
  }
}

const counts = (database: Database) =>
  query(
    database,
    `select (select count(*) from log) as log, (select count(*) from place) as place,
     (select count(*) from ref) as ref, (select count(*) from edit) as edit,
     (select count(*) from reaction) as reaction`,
  );

/** Bytes of the pages in use. */
const used = (database: Database) =>
  query(
    database,
    `select (page_count - freelist_count) * page_size as bytes
     from pragma_page_count, pragma_freelist_count, pragma_page_size`,
  ).bytes as number;

/** Entries of a kilobyte, of three rooms in turn. */
const large = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const n = from + index;
    return draft(`room-${n % 3}`, "x".repeat(1000), { ref: `r-${n}`, ts: n });
  });

describe("retention in a sqlite: log", () => {
  it("P2 P4 W14.2 W14.3 stays as the model does over restarts, whatever the calls", async () => {
    await using database = await tempDatabase();
    using opening = reopening(database);
    let log = opening.open();
    const since = fc.oneof(fc.constant(-Infinity), fc.integer({ min: 1, max: 22 }));
    const messages = fc.oneof(fc.constant(Infinity), fc.nat(6));
    const act = fc.oneof(
      fc.array(aDraft, { maxLength: 8 }),
      fc.record({ since, messages }),
      fc.constantFrom(0, 2, 5, MAX_UNINDEXED),
    );
    await runs(fc.array(act, { maxLength: 12 }), async (made, prefix) => {
      const model = new Model();
      for (const act of made) {
        if (typeof act === "number") {
          log = opening.open(act);
        } else if (Array.isArray(act)) {
          const said = act.map((one) => inRun(prefix, one));
          assertEquals(log.append(said), said.map((one) => model.append(one)));
        } else {
          await retain(log, act);
          model.retain(act);
        }
        for (const room of model.logs.keys()) await assertSame(new DirectSqlite(log), room, model);
      }
    });
  });

  it("W14.2 goes on where it was when everything is gone and its rows are numbered anew", async () => {
    await using database = await tempDatabase();
    using opening = reopening(database);
    let log = opening.open(0);
    log.append([...drafts("a", 9), ...drafts("b", 2)]);
    const about = { room: "a", epoch: "e1", ts: 1, uid: "guest:ann", user: "ann", of: 9 };
    log.append([
      { type: "edited", ...about, text: "edited" },
      { type: "reaction", ...about, emoji: "x", on: true },
    ]);
    assertEquals(counts(database), { log: 13, place: 13, ref: 0, edit: 1, reaction: 1 });
    await retain(log, { messages: 0 });
    assertEquals(counts(database), { log: 0, place: 0, ref: 0, edit: 0, reaction: 0 });
    log = opening.open();
    const next = log.append([draft("a", "10", { ref: "r", ts: 1 }), draft("b", "3")]);
    assertEquals(next.map(({ seq, ts }) => [seq, ts]), [[12, 1000], [3, 1000]]);
    log = opening.open();
    assertEquals(seqs(log.page("a", 100, EVERYTHING).messages), [12]);
    assertEquals(seqs(log.append([draft("a", "again", { ref: "r" })])), [12]);
    assertEquals(log.head("a"), { epoch: "e1", seq: 12, first: 12, topic: "" });
  });

  it("P1 knows an entry after a restart whose row has the number of one that went", async () => {
    await using database = await tempDatabase();
    using opening = reopening(database);
    opening.open(9).append([draft("a", "1", { ts: 5 }), draft("b", "1", { ts: 1 })]);
    let log = opening.open(0);
    await retain(log, { since: 5 });
    log.append([]);
    log = opening.open(9);
    log.append([draft("c", "1")]);
    log = opening.open(9);
    assertEquals(["a", "b", "c"].map((room) => log.head(room)?.seq), [1, 1, 1]);
    assertEquals(seqs(log.page("c", 9, EVERYTHING).messages), [1]);
  });

  it("P1 knows after a restart what is older than the oldest entry of a room that was cut", async () => {
    await using database = await tempDatabase();
    using opening = reopening(database);
    let log = opening.open();
    log.append([draft("a", "1"), draft("b", "1"), draft("a", "2")]);
    await retain(log, { messages: 1 });
    // So many of one room go into the tables at once, past those of the others.
    log.append(drafts("c", 1024));
    log = opening.open();
    assertEquals(["a", "b", "c"].map((room) => log.head(room)?.seq), [2, 1, 1024]);
    assertEquals(seqs(log.page("b", 9, EVERYTHING).messages), [1]);
  });

  it("W14.3 leaves nothing of an entry in its tables, whether it was indexed or not", async () => {
    for (const maxUnindexed of [0, 40, MAX_UNINDEXED]) {
      await using database = await tempDatabase();
      using opening = reopening(database);
      const log = opening.open(maxUnindexed);
      log.append(large(0, 90));
      await retain(log, { messages: 10 });
      const { log: rows, place, ref } = counts(database);
      assertEquals(rows, 30);
      assert(place as number <= 30 && ref as number <= 30);
      log.append(large(0, 60));
      assertEquals(log.head("room-0"), { epoch: "e1", seq: 50, first: 21, topic: "" });
    }
  });

  it("W14.3 takes the oldest of all rooms until the bytes fit, and fills their place again", async () => {
    await using database = await tempDatabase();
    using opening = reopening(database);
    const log = opening.open(500);
    const bytes = 2_000_000;
    let said = 0;
    let fileBytes = 0;
    for (let round = 0; round < 6; round++) {
      while (used(database) < 2 * bytes) log.append(large(said, 300)), said += 300;
      await retain(log, { bytes });
      assertLess(used(database), bytes + 1);
      assertGreater(used(database), bytes / 2);
      log.checkpoint();
      const { size } = await Deno.stat(database.path);
      if (round === 0) fileBytes = size;
      assertLess(size, fileBytes * 1.2);
    }
    const kept = [0, 1, 2].map((n) => log.page(`room-${n}`, Infinity, EVERYTHING).messages);
    const times = kept.flat().map(({ ts }) => ts).sort((a, b) => a - b);
    assertEquals(times, Array.from({ length: times.length }, (_, n) => said - times.length + n));
    assertEquals(kept.map((messages) => messages.at(-1)!.seq), [said / 3, said / 3, said / 3]);
  });

  it("W14.3 gives everything away where not even the empty tables fit, and then rests", async () => {
    await using database = await tempDatabase();
    using opening = reopening(database);
    const log = opening.open();
    log.append(large(0, 500));
    await retain(log, { bytes: 1 });
    assertEquals(counts(database).log, 0);
    assertEquals(log.retain({ ...FOR_GOOD, bytes: 1 }), { cuts: [], isDone: true });
    assertEquals(seqs(log.append(large(0, 3))), [168, 168, 167]);
  });

  it("takes few entries in a step, and a step looks at few rooms", async () => {
    await using database = await tempDatabase();
    using opening = reopening(database);
    const log = opening.open();
    for (let n = 0; n < 20; n++) log.append(large(n * 1000, 1000));
    log.append(Array.from({ length: 1000 }, (_, n) => draft(`other-${n}`, "1")));
    let left = counts(database).log as number;
    let steps = 0;
    for await (const _ of stepping(log, { messages: 1 })) {
      const now = counts(database).log as number;
      assertLess(left - now, 129);
      left = now;
      steps++;
    }
    assertEquals(left, 1003);
    assertGreater(steps, 150);
    let looks = 1;
    while (!log.retain({ ...FOR_GOOD, messages: 1 }).isDone) looks++;
    assertEquals(looks, 4);
  });

  it("P2 keeps everything, and knows it, when a step fails", async () => {
    await using database = await tempDatabase();
    using opening = reopening(database);
    const log = opening.open(4);
    log.append([...drafts("a", 9), ...drafts("b", 3)]);
    query(
      database,
      "create trigger no before delete on log begin select raise(abort, 'no'); end",
    );
    for (const _ of [1, 2]) {
      assertThrows(() => log.retain({ ...FOR_GOOD, messages: 1 }), Error, "no");
    }
    assertEquals(log.head("a"), { epoch: "e1", seq: 9, first: 1, topic: "" });
    assertEquals(seqs(log.append([draft("a", "10"), draft("b", "4")])), [10, 4]);
    assertEquals(seqs(log.replay("a", 0, 10, EVERYTHING)!), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    query(database, "drop trigger no");
    assertEquals(await retain(log, { messages: 1 }), new Map([["a", 10], ["b", 4]]));
    assertEquals(seqs(log.page("a", 99, EVERYTHING).messages), [10]);
  });
});
