import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DatabaseSync } from "node:sqlite";
import type { Store } from "../../src/store/store.ts";
import { openDisk } from "../harness/disk.ts";
import { needs } from "../harness/needs.ts";
import { Database, tempDatabase } from "./database.ts";
import { draft, EVERYTHING, seqs } from "./drafts.ts";
import { retain } from "./retaining.ts";
import { makeVersion1 } from "./version_1.ts";

const CURRENT = 7;

function versionOf({ path }: Database): number {
  const db = new DatabaseSync(path);
  const { user_version } = db.prepare("pragma user_version").get()!;
  db.close();
  return user_version as number;
}

/** All that was in the file of version 1. */
async function assertWhole(store: Store) {
  assertEquals(await store.head("general"), { epoch: "epoch-g", seq: 4, first: 1, topic: "" });
  assertEquals(await store.head("café"), { epoch: "epoch-c", seq: 1, first: 1, topic: "" });
  const { messages } = await store.page("general", 100, EVERYTHING);
  const [one, two, three, four] = messages;
  const ann = { type: "chat" as const, room: "general", uid: "guest:ann", user: "ann" };
  const bob = { ...ann, uid: "guest:bob", user: "bob" };
  assertEquals(one, { ...ann, seq: 1, ts: 1000, text: "one" });
  assertEquals(two, { ...bob, seq: 2, ts: 1001, text: "two", replyTo: 1 });
  assertEquals(three, { ...ann, seq: 3, ts: 1002, text: "three" });
  assertEquals(four, { ...bob, seq: 4, ts: 1005, text: "four" });
  assertEquals(messages.length, 4);
  const [un] = (await store.replay("café", 0, 9, EVERYTHING))!;
  assertEquals(un, { ...ann, room: "café", seq: 1, ts: 1004, text: "un" });
  assertEquals(await store.keep("session-secret", "new"), "kept");
}

/** Refs are known, seqs go on, and what came with later versions works. */
async function assertUsable(store: Store) {
  const again = await store.append([
    draft("general", "again", { ref: "r-1" }),
    draft("general", "again", { ref: "r-1", uid: "guest:bob" }),
    draft("café", "again", { ref: "r-1" }),
    draft("general", "five"),
  ]);
  assertEquals(seqs(again), [1, 4, 1, 5]);
  await store.put("ban", "guest:bob", "for good", null);
  assertEquals(await store.get("ban", "guest:bob", 0), "for good");
  await store.marks.mark([{ uid: "guest:ann", user: "ann", room: "general", seq: 3, at: 0 }]);
  const [count] = await store.marks.unread("guest:ann", [{ room: "general" }]);
  assertEquals(count, { unread: 1, mentions: 0 });
  const by = { room: "general", epoch: "e", ts: 2000, uid: "guest:ann", user: "ann", of: 3 };
  await store.append([
    { type: "edited", ...by, text: "drei" },
    { type: "reaction", ...by, emoji: "👍", on: true },
  ]);
  const [three] = (await store.page("general", 4, { limit: 1, bytes: 1000 })).messages;
  assertEquals([three!.text, three!.editedTs, three!.reactions?.length], ["drei", 2000, 1]);
  const at = { room: "general", uid: "guest:ann", at: 0 };
  const file = { id: "a".repeat(32), name: "cat", type: "image/png", bytes: 9 };
  await store.files.add({ ...file, ...at });
  const [withFile] = await store.append([draft("general", "", { files: [file.id] })]);
  assertEquals(withFile!.files, [file]);
  assertEquals(await retain(store, { messages: 5 }), new Map([["general", 4]]));
}

describe("a database of schema version 1", () => {
  it("P1 P4 is brought to this version with all that is in it", async () => {
    await using database = await tempDatabase();
    makeVersion1(database.path);
    await database.use(async (store) => {
      await assertWhole(store);
      await assertUsable(store);
    });
    assertEquals(versionOf(database), CURRENT);
    const head = await database.use((store) => store.head("general"));
    assertEquals(head, { epoch: "epoch-g", seq: 8, first: 4, topic: "" });
  });

  needs("cc")(
    "P1 is whole, wherever on its way to this version the process is killed",
    async () => {
      await using disk = await openDisk();
      const database = new Database(disk.folder);
      const seen = new Set<number>();
      let at = 1;
      for (let isOver = false; !isOver; at += 3) {
        for (const end of ["", "-wal", "-shm"]) {
          await Deno.remove(database.path + end).catch(() => {});
        }
        makeVersion1(database.path);
        await using holder = database.hold("full", { ...disk.env, DISK_DIE_AT: String(at) });
        // One that is killed ends without a word.
        isOver = await holder.said(/open/).then(() => true, () => false);
        if (isOver) holder.kill("SIGKILL");
        await holder.exited;
        seen.add(versionOf(database));
        await database.use(assertWhole);
        assertLess(at, 200);
      }
      assertGreater(at, 10);
      assert(seen.has(1) && seen.has(CURRENT), [...seen].join());
      await database.use(assertUsable);
    },
  );
});
