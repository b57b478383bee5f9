import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Counts } from "../src/counts.ts";
import { Files } from "../src/files.ts";
import type { Folder } from "../src/store/file_store.ts";
import { DiskFolder } from "../src/store/folder.ts";
import { MemoryStore } from "../src/store/memory.ts";
import { StoreError } from "../src/store/store.ts";
import { tempFolder } from "./harness/temp.ts";
import { draft } from "./store/drafts.ts";

const HOUR_MS = 3_600_000;
const BY = { room: "a", uid: "guest:ann", name: "x", account: "guest:ann" };

async function* chunks(...sizes: number[]) {
  for (const size of sizes) yield new Uint8Array(size).fill(120);
}

/** Files in a folder of their own, whose clock stands still. */
async function place(limits: { file: number; all: number } = { file: 50_000, all: 100_000 }) {
  const disk = await tempFolder();
  const store = new MemoryStore();
  const counts = new Counts();
  const failures: unknown[] = [];
  let made = 0;
  const clock = { now: Date.now() };
  const folder = new DiskFolder(disk.path);
  const open = (over: Partial<Folder> = {}) =>
    new Files({
      store: store.files,
      folder: {
        begin: (id) => folder.begin(id),
        read: (...args) => folder.read(...args),
        remove: (id) => folder.remove(id),
        olderThan: (time) => folder.olderThan(time),
        ...over,
      },
      limits,
      counts,
      now: () => clock.now,
      makeId: () => (++made).toString(16).padStart(32, "0"),
      failed: (error) => failures.push(error),
    });
  const names = () =>
    [...Deno.readDirSync(disk.path)].map(({ name }) => name.replace(/^0+/, "")).sort();
  return Object.assign(disk, { store, counts, failures, clock, open, names, files: open() });
}

/** A folder whose files fail at one thing. */
function failing(path: string, what: "write" | "keep", error: Error): Partial<Folder> {
  return {
    begin: async (id) => {
      const part = await new DiskFolder(path).begin(id);
      return Object.assign(part, { [what]: () => Promise.reject(error) });
    },
  };
}

const full = () => Object.assign(new Error("No space left on device"), { code: "ENOSPC" });

describe("files", () => {
  it("W19.3 one of the largest size is taken, and one byte more leaves nothing", async () => {
    await using here = await place();
    const taken = await here.files.take(BY, chunks(20_000, 30_000));
    assertEquals(taken.ok && taken.file.bytes, 50_000);
    const long = await here.files.take(BY, chunks(20_000, 30_000, 1));
    assertEquals(long, { ok: false, why: "long" });
    assertEquals([here.names(), here.counts.filesBytes, here.counts.uploads], [["1"], 50_000, 1]);
  });

  it("W19.3 an upload reads no further than it may", async () => {
    await using here = await place();
    const asked: number[] = [];
    let isEnded = false;
    async function* endless() {
      try {
        for (;; asked.push(1)) yield new Uint8Array(20_000);
      } finally {
        isEnded = true;
      }
    }
    assertEquals(await here.files.take(BY, endless()), { ok: false, why: "long" });
    assertEquals([asked.length, isEnded], [2, true]);
  });

  it("W19.3 all together are no more than may be, those on their way included", async () => {
    await using here = await place();
    assertEquals((await here.files.take(BY, chunks(50_000))).ok, true);
    const [begun, going] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    async function* slow() {
      yield new Uint8Array(30_000);
      begun.resolve();
      await going.promise;
    }
    const waiting = here.files.take(BY, slow());
    await begun.promise;
    assertEquals(await here.files.take(BY, chunks(20_001)), { ok: false, why: "full" });
    going.resolve();
    assertEquals((await waiting).ok, true);
    assertEquals((await here.files.take(BY, chunks(20_000))).ok, true);
    assertEquals(here.counts.filesBytes, 100_000);
    assertEquals(await here.files.take(BY, chunks(1)), { ok: false, why: "full" });
    assertEquals(here.names(), ["1", "2", "4"]);
  });

  it("W19.3 what one account has in no message is bounded, and what is sent or dropped makes room", async () => {
    await using here = await place({ file: 5000, all: 100_000 });
    const take = (sizes: number[], account = BY.account) =>
      here.files.take({ ...BY, account }, chunks(...sizes));
    const [begun, going] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    async function* slow() {
      yield new Uint8Array(5000);
      begun.resolve();
      await going.promise;
    }
    const waiting = here.files.take(BY, slow());
    await begun.promise;
    for (let n = 0; n < 7; n++) assertEquals((await take([5000])).ok, true);
    const over = { ok: false, why: "unsent" } as const;
    assertEquals([await take([1]), here.counts.filesBytes], [over, 40_000]);
    assertEquals((await take([5000], "guest:ben")).ok, true);
    going.resolve();
    assertEquals((await waiting).ok, true);
    assertEquals(await take([1]), over);

    const id = (n: number) => String(n).padStart(32, "0");
    await here.store.append([draft("a", "", { files: [id(2)] })]);
    assertEquals((await take([5000])).ok, true);
    assertEquals(await take([1]), over);
    assertEquals(await here.files.drop(id(3), "a", BY.uid), true);
    // What ends badly is not counted on.
    assertEquals((await take([5001])).ok, false);
    assertEquals((await take([5000])).ok, true);
    assertEquals(await take([1]), over);

    here.clock.now += HOUR_MS + 1;
    await here.files.collect();
    assertEquals((await take([5000])).ok, true);
  });

  it("W19.3 small ones count as a block of the disk", async () => {
    await using here = await place({ file: 100, all: 3 * 4096 });
    const oks = [];
    for (let n = 0; n < 4; n++) oks.push((await here.files.take(BY, chunks(1))).ok);
    assertEquals(oks, [true, true, true, false]);
  });

  it("W19.3 an upload that is cut, or empty, leaves nothing", async () => {
    await using here = await place();
    async function* cut() {
      yield new Uint8Array(9000);
      await Promise.reject(new Error("cut"));
    }
    await assertRejects(() => here.files.take(BY, cut()), Error, "cut");
    assertEquals(await here.files.take(BY, chunks()), { ok: false, why: "empty" });
    assertEquals([here.names(), here.counts.filesBytes, here.failures], [[], 0, []]);
  });

  it("W19.3 a full disk is no place, any other failure is the store's, and neither leaves anything", async () => {
    await using here = await place();
    for (const what of ["write", "keep"] as const) {
      const files = here.open(failing(here.path, what, full()));
      assertEquals(await files.take(BY, chunks(9000)), { ok: false, why: "full" });
      const broken = Object.assign(new Error("Input/output error"), { code: "EIO" });
      const other = here.open(failing(here.path, what, broken));
      await assertRejects(() => other.take(BY, chunks(9000)), StoreError, "EIO");
    }
    assertEquals([here.names(), here.counts.filesBytes, here.failures.length], [[], 0, 4]);
  });

  it("W19.3 what the store does not keep leaves nothing", async () => {
    await using here = await place();
    here.store.files.add = () => Promise.reject(new StoreError("it is full"));
    await assertRejects(() => here.files.take(BY, chunks(9000)), StoreError, "it is full");
    assertEquals([here.names(), here.counts.filesBytes], [[], 0]);
  });

  it("W19.7 the bytes of a deleted message go, and their place is free again", async () => {
    await using here = await place();
    const taken = await here.files.take(BY, chunks(50_000));
    const kept = await here.files.take(BY, chunks(50_000));
    const ids = [taken, kept].map((it) => it.ok ? it.file.id : "");
    await here.store.append(ids.map((id) => draft("a", "", { files: [id] })));
    const { uid, user } = draft("a", "");
    const by = { room: "a", epoch: "e1", ts: 1000, uid, user };
    await here.store.append([{ type: "deleted", ...by, of: 1 }]);
    here.clock.now += 2 * HOUR_MS;
    await here.files.collect();
    assertEquals([here.names(), here.counts.filesBytes], [["2"], 50_000]);
    assertEquals((await here.files.take(BY, chunks(50_000))).ok, true);
  });

  it("W19.7 what no message names goes after an hour", async () => {
    await using here = await place();
    await here.files.take(BY, chunks(10));
    here.clock.now += HOUR_MS;
    await here.files.collect();
    assertEquals(here.names(), ["1"]);
    here.clock.now += 1;
    await here.files.collect();
    assertEquals([here.names(), here.counts.filesBytes], [[], 0]);
  });

  it("W19.7 what a crash left in the folder goes, when it is older than an hour, and nothing else", async () => {
    await using here = await place();
    const [whole, part, young] = ["a", "b", "c"].map((it) => it.repeat(32));
    await here.files.take(BY, chunks(10));
    for (const name of [whole, `${part}.part`, young, `${young}.part`, "mine.txt", ".lock"]) {
      await Deno.writeTextFile(`${here.path}/${name}`, "left");
    }
    const old = (here.clock.now - HOUR_MS - 60_000) / 1000;
    for (const name of [whole, `${part}.part`, "1".padStart(32, "0"), "mine.txt", ".lock"]) {
      await Deno.utime(`${here.path}/${name}`, old, old);
    }
    await here.open().collect();
    assertEquals(here.names(), [".lock", "1", young, `${young}.part`, "mine.txt"].sort());
    assertEquals(here.failures, []);
  });

  it("W19.7 what can't be removed now is removed later", async () => {
    await using here = await place();
    const taken = await here.files.take(BY, chunks(10));
    await here.store.files.drop(taken.ok ? taken.file.id : "", "a", "guest:ann");
    const broken = here.open({ remove: () => Promise.reject(new Error("not now")) });
    await broken.collect();
    assertEquals([here.names(), here.failures.length], [["1"], 1]);
    await here.files.collect();
    assertEquals([here.names(), here.counts.filesBytes], [[], 0]);
  });

  it("W19.7 one that can't be removed keeps no other, and is told once until it can", async () => {
    await using here = await place();
    const [stays, goes, left] = ["1", "2", "a"].map((it) => it.padStart(32, "0"));
    await here.files.take(BY, chunks(10));
    await here.files.take(BY, chunks(10));
    for (const id of [stays, goes]) await here.store.files.drop(id!, "a", "guest:ann");
    await Deno.writeTextFile(`${here.path}/${left}`, "left");
    const old = (here.clock.now - HOUR_MS - 60_000) / 1000;
    await Deno.utime(`${here.path}/${left}`, old, old);
    let isStuck = true;
    const folder = new DiskFolder(here.path);
    const files = here.open({
      remove: (id) =>
        isStuck && id === stays ? Promise.reject(new Error("not now")) : folder.remove(id),
    });
    await files.restore();
    await files.collect();
    await files.collect();
    assertEquals([here.names(), here.failures.length], [["1"], 1]);
    isStuck = false;
    await files.collect();
    assertEquals([here.names(), here.counts.filesBytes, here.failures.length], [[], 0, 1]);
  });

  it("W19.3 a start knows what there is", async () => {
    await using here = await place();
    await here.files.take(BY, chunks(50_000));
    const again = here.open();
    await again.restore();
    assertEquals(await again.take(BY, chunks(50_001)), { ok: false, why: "long" });
    assertEquals((await again.take(BY, chunks(50_000))).ok, true);
    assertEquals(await again.take(BY, chunks(1)), { ok: false, why: "full" });
  });
});
