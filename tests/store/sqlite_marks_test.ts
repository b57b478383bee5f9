import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DatabaseSync } from "node:sqlite";
import { SqliteLog } from "../../src/store/sqlite_log.ts";
import { tempDatabase } from "./database.ts";
import { draft, drafts } from "./drafts.ts";

const ADA = "guest:ada";
const DAY = 24 * 3_600_000;
const mark = { uid: ADA, user: "ada", room: "a", seq: 1, at: 0 };
const byBob = { uid: "bob", user: "bob" };

describe("the marks of a sqlite: store", () => {
  it("W10.10 W10.12 W10.13 are there when it is opened again", async () => {
    await using database = await tempDatabase();
    await database.use(async (store) => {
      await store.append(drafts("a", 2));
      await store.marks.mark([mark]);
      await store.append([draft("a", "@ada", { ...byBob, mentions: [ADA] })]);
      await store.append([draft("@bob,guest:ada", "hi", byBob)]);
    });
    await database.use(async ({ marks }) => {
      assertEquals(await marks.marker(ADA, "a"), 1);
      assertEquals(await marks.unread(ADA, [{ room: "a" }]), [{ unread: 2, mentions: 1 }]);
      assertEquals((await marks.direct(ADA, 9)).map(({ seq }) => seq), [1]);
      assertEquals(await marks.readers("a", 9), [{ uid: ADA, user: "ada" }]);
    });
  });

  it("W10.10 a guest's are dropped after 30 days, others' are not", () => {
    const log = SqliteLog.open(":memory:", "full");
    const mentions = [ADA, "bob"];
    log.append(drafts("a", 2));
    log.marks.mark([mark, { ...mark, ...byBob }]);
    log.append([draft("a", "3", { mentions })]);
    const known = () => [ADA, "bob"].map((uid) => log.marks.marker(uid, "a"));
    const counts = () =>
      mentions.map((uid) => log.marks.unread(uid, [{ room: "a", after: 0 }])[0]!.mentions);
    log.marks.sweep(30 * DAY);
    assertEquals([known(), counts()], [[1, 1], [1, 1]]);
    log.marks.sweep(30 * DAY + 1);
    assertEquals([known(), counts()], [[0, 1], [0, 1]]);
    log.close();
  });

  it("P1 mentions of a call that failed are not there, and those of the next are", () => {
    const log = SqliteLog.open(":memory:", "full");
    const mentioning = draft("a", "1", { mentions: [ADA] });
    log.append(drafts("a", 1));
    log.marks.mark([mark]);
    let failed = false;
    try {
      log.append([mentioning, draft("a", null as unknown as string)]);
    } catch {
      failed = true;
    }
    const mentions = () => log.marks.unread(ADA, [{ room: "a", after: 0 }])[0]!.mentions;
    assertEquals([failed, mentions()], [true, 0]);
    log.append([mentioning]);
    assertEquals(mentions(), 1);
    log.close();
  });

  it("keeps at most two hundred mentions of a user in a room", async () => {
    await using database = await tempDatabase();
    await database.use(async (store) => {
      await store.append(drafts("a", 1));
      await store.marks.mark([mark]);
      await store.append(drafts("a", 1000, { ...byBob, mentions: [ADA] }));
    });
    const db = new DatabaseSync(database.path, { readOnly: true });
    const { count, newest } = db.prepare(
      "select count(*) as count, max(seq) as newest from mention",
    ).get() as { count: number; newest: number };
    db.close();
    assertEquals([count >= 100 && count <= 200, newest], [true, 1001]);
  });
});
