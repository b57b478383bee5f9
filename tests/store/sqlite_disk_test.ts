import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DatabaseSync } from "node:sqlite";
import { SqliteLog } from "../../src/store/sqlite_log.ts";
import { type Database, eventually, tempDatabase } from "./database.ts";
import { draft, drafts, EVERYTHING, seqs } from "./drafts.ts";

/** Runs SQL on the file over another connection. */
function run({ path }: Database, sql: string) {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

const FAILURES: [what: string, words: string, sql: string][] = [
  [
    "an insert in its middle fails",
    "no place",
    `create trigger fails before insert on log when new.text = 'fails'
     begin select raise(abort, 'no place'); end`,
  ],
  [
    "a failure rolls back by itself",
    "no place",
    `create trigger fails before insert on log when new.text = 'fails'
     begin select raise(rollback, 'no place'); end`,
  ],
  [
    "the commit itself fails",
    "FOREIGN KEY constraint failed",
    `create table late (room references room (id) deferrable initially deferred);
     create trigger fails after insert on log when new.text = 'fails'
     begin insert into late values (-1); end`,
  ],
];

describe("W7.3 a call of append that fails keeps nothing, heads stay right, and seqs go on", () => {
  for (const [what, words, sql] of FAILURES) {
    it(`when ${what}`, async () => {
      await using database = await tempDatabase();
      const log = SqliteLog.open(database.path, "full");
      try {
        const kept = draft("a", "kept", { ref: "kept" });
        log.append([kept, ...drafts("a", 2)]);
        run(database, sql);
        const bad = [
          draft("a", "good", { ref: "again" }),
          draft("new", "first of a room"),
          draft("a", "fails"),
          draft("a", "after"),
        ];
        for (const _ of [1, 2]) assertThrows(() => log.append(bad), Error, words);

        assertEquals(log.head("a"), { epoch: "e1", seq: 3, first: 1, topic: "" });
        assertEquals(log.head("new"), undefined);
        assertEquals(log.page("a", 100, EVERYTHING).messages.length, 3);
        assertEquals(seqs(log.append([bad[0]!, kept, draft("a", "next")])), [4, 1, 5]);
        run(database, "drop trigger fails");
        const appended = log.append(bad);
        assertEquals(seqs(appended), [4, 1, 6, 7]);
        assertEquals(appended.map(({ isNew }) => isNew), [false, true, true, true]);
        assertEquals(seqs(log.page("a", 100, EVERYTHING).messages), [1, 2, 3, 4, 5, 6, 7]);
      } finally {
        log.close();
      }
    });
  }

  it("when another program has the file for writing", async () => {
    await using database = await tempDatabase();
    const log = SqliteLog.open(database.path, "full");
    const other = new DatabaseSync(database.path);
    try {
      log.append(drafts("a", 1));
      other.exec("begin immediate");
      const began = performance.now();
      assertThrows(() => log.append(drafts("a", 1)), Error, "locked");
      // It must not wait: everything else in the worker would wait with it.
      assertLess(performance.now() - began, 1000);
      assertEquals(log.head("a")!.seq, 1);
      other.exec("rollback");
      assertEquals(seqs(log.append(drafts("a", 1))), [2]);
    } finally {
      other.close();
      log.close();
    }
  });

  it("when the disk is full", async () => {
    await using database = await tempDatabase();
    const line = (...texts: string[]) => `${JSON.stringify(texts.map((t) => draft("a", t)))}\n`;
    const big = "x".repeat(3_000_000);
    {
      await using holder = database.holdOnSmallDisk(1_000_000);
      for (const [round, text] of ["first", "second", "third"].entries()) {
        await holder.write(line(text));
        await holder.said(new RegExp(`"seq":${round + 1},`));
        await holder.write(line("lost", big, "lost too"));
        await holder.said(new RegExp(`(StoreError: .*\\n[^]*){${round + 1}}`));
      }
      await holder.write(line("fourth"));
      await holder.said(/"seq":4,/);
    }
    await database.use(async (store) => {
      const { messages } = await store.page("a", 100, EVERYTHING);
      assertEquals(messages.map(({ text }) => text), ["first", "second", "third", "fourth"]);
      assertEquals(seqs(await store.append(drafts("a", 1))), [5]);
    });
  });
});

describe("the write-ahead log", () => {
  it("is moved into the file again and again, and does not grow without bound", async () => {
    await using database = await tempDatabase();
    const batchBytes = 100_000;
    await database.use(async (store) => {
      for (let round = 0; round < 8; round++) {
        await store.append([draft("a", `round ${round}|`.padEnd(batchBytes, "x"))]);
        // A read that stops half-way must not hold it up.
        await store.page("a", 100, { limit: 10, bytes: 1 });
        const mark = new TextEncoder().encode(`round ${round}|`);
        await eventually(
          `round ${round} in the file`,
          10_000,
          async () => includes(await database.bytes(), mark),
        );
      }
      const { size } = await Deno.stat(`${database.path}-wal`);
      assertLess(size, 3 * batchBytes);
    });
  });

  it("is empty and gone after a close, under full and under normal", async () => {
    for (const sync of ["full", "normal"] as const) {
      await using database = await tempDatabase();
      await database.use((store) => store.append(drafts("a", 50)), sync);
      assert(!(await database.files()).includes("snug.db-wal"));
      const mark = new TextEncoder().encode("guest:ann");
      assert(includes(await database.bytes(), mark));
    }
  });
});

function includes(bytes: Uint8Array, mark: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(bytes).includes(new TextDecoder("latin1").decode(mark));
}
