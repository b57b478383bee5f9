import { assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { renewStore } from "../../src/store/open.ts";
import { SqliteLog, type Sync } from "../../src/store/sqlite_log.ts";
import { StoreError } from "../../src/store/store.ts";
import { Database, tempDatabase } from "./database.ts";
import { draft, drafts, EVERYTHING, seqs } from "./drafts.ts";

/**
 * The epoch of room "a" after a stop while the database was open under `sync`, and it was opened
 * again under `again`. What the stop left is a copy of the files, taken while they were in use.
 */
async function epochAfterCrash(sync: Sync, again: Sync, files = ["", "-wal"]) {
  await using database = await tempDatabase();
  const copy = new Database(database.folder, "copy.db");
  const first = SqliteLog.open(database.path, "full");
  first.append([draft("a", "before", { epoch: "first" })]);
  first.close();

  const log = SqliteLog.open(database.path, sync);
  log.append([draft("a", "maybe lost")]);
  for (const end of files) await Deno.copyFile(database.path + end, copy.path + end);
  log.close();
  return epochAfter(copy.path, again);
}

function epochAfter(path: string, sync: Sync): string {
  const log = SqliteLog.open(path, sync);
  try {
    return log.head("a")!.epoch;
  } finally {
    log.close();
  }
}

describe("W14.1 the epoch of a log, after an unclean stop under STORE_SYNC=normal,", () => {
  it("is a new one, however it is opened then", async () => {
    for (const again of ["normal", "full"] as const) {
      const epoch = await epochAfterCrash("normal", again);
      assertNotEquals(epoch, "first");
      assertMatch(epoch, /^[A-Za-z0-9_-]{1,32}$/);
    }
  });

  it("is a new one when all that was not synced is lost, also the word that it was open", async () => {
    assertNotEquals(await epochAfterCrash("normal", "normal", [""]), "first");
  });

  it("differs from room to room, is new once, and the seqs go on", async () => {
    await using database = await tempDatabase();
    const log = SqliteLog.open(database.path, "normal");
    log.append([...drafts("a", 3), ...drafts("b", 1)]);
    const copy = new Database(database.folder, "copy.db");
    for (const end of ["", "-wal"]) await Deno.copyFile(database.path + end, copy.path + end);
    log.close();

    const again = SqliteLog.open(copy.path, "normal");
    const [a, b] = [again.head("a")!, again.head("b")!];
    assertEquals(new Set(["e1", a.epoch, b.epoch]).size, 3);
    const [next] = again.append([draft("a", "next", { epoch: "ignored" })]);
    assertEquals([next!.epoch, next!.seq], [a.epoch, 4]);
    assertEquals(seqs(again.page("a", 100, EVERYTHING).messages), [1, 2, 3, 4]);
    again.close();
    assertEquals(epochAfter(copy.path, "normal"), a.epoch);
  });

  it("is a new one when the process was killed, which can't be told from a power cut", async () => {
    await using database = await tempDatabase();
    {
      await using holder = database.hold("normal");
      await holder.write(`${JSON.stringify(drafts("a", 1, { epoch: "first" }))}\n`);
      await holder.said(/"seq":\d+,/);
      holder.kill("SIGKILL");
      await holder.exited;
    }
    const epoch = await database.use(async (store) => (await store.head("a"))!.epoch, "normal");
    assertNotEquals(epoch, "first");
  });
});

describe("W14.1 the epoch of a log stays", () => {
  it("after an unclean stop under STORE_SYNC=full", async () => {
    for (const again of ["normal", "full"] as const) {
      assertEquals(await epochAfterCrash("full", again), "first");
    }
  });

  it("when it was closed, however it is opened then", async () => {
    await using database = await tempDatabase();
    const log = SqliteLog.open(database.path, "normal");
    log.append([draft("a", "1", { epoch: "first" })]);
    log.close();
    for (const sync of ["normal", "full"] as const) {
      assertEquals(epochAfter(database.path, sync), "first");
    }
  });
});

describe("W14.1 the epochs of a database", () => {
  it("are renewed all at once, the seqs go on, and no server may be at work", async () => {
    await using database = await tempDatabase();
    await database.use(async (store) => {
      await store.append([...drafts("a", 3), ...drafts("@b,c", 1)]);
      const error = await assertRejects(() => renewStore(database.url), StoreError);
      assertMatch(error.message, /^another process uses the database/);
    });
    assertEquals(await renewStore(database.url), 2);
    await database.use(async (store) => {
      const [a, b] = [await store.head("a"), await store.head("@b,c")];
      assertEquals(new Set(["e1", a!.epoch, b!.epoch]).size, 3);
      const [next] = await store.append(drafts("a", 1));
      assertEquals([next!.epoch, next!.seq], [a!.epoch, 4]);
    });
    await assertRejects(() => renewStore(`${database.url}.not`), StoreError, "can't read");
  });
});
