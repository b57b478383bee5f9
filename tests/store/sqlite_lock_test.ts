import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { StoreError } from "../../src/store/store.ts";
import { tempDatabase } from "./database.ts";
import { drafts, seqs } from "./drafts.ts";

const idle = () => Promise.resolve();

describe("a sqlite: store that another process uses", () => {
  it("is refused in words that name its path, and can be opened after it", async () => {
    await using database = await tempDatabase();
    {
      await using holder = database.hold();
      await holder.said(/open/);
      const refused = await assertRejects(() => database.use(idle), StoreError);
      assertStringIncludes(refused.message, "another process uses the database");
      assertStringIncludes(refused.message, database.path);
      assertStringIncludes(refused.message, "STORE_URL");

      await holder.write(`${JSON.stringify(drafts("a", 2))}\n`);
      await holder.said(/"seq":2,/);
    }
    assertEquals(await database.use((store) => store.append(drafts("a", 1)).then(seqs)), [3]);
  });

  it("is refused to a second process while this one has it", async () => {
    await using database = await tempDatabase();
    await database.use(async (store) => {
      await using second = database.hold();
      const [, words] = await second.said(/refused: (.*)/);
      assertStringIncludes(words!, `another process uses the database ${database.path}`);
      await second.exited;
      assertEquals(seqs(await store.append(drafts("a", 1))), [1]);
    });
    await using third = database.hold();
    await third.said(/open/);
  });

  it("can be opened at once when that one is killed", async () => {
    await using database = await tempDatabase();
    for (let round = 1; round <= 3; round++) {
      await using holder = database.hold();
      await holder.write(`${JSON.stringify(drafts("a", 2))}\n`);
      await holder.said(new RegExp(`"seq":${round * 2},`));
      holder.kill("SIGKILL");
      await holder.exited;
      const head = await database.use((store) => store.head("a"));
      assertEquals(head!.seq, round * 2);
    }
  });

  it("waits a moment for one that is just ending", async () => {
    await using database = await tempDatabase();
    await using holder = database.hold();
    await holder.said(/open/);
    const opening = database.use(idle);
    holder.kill("SIGKILL");
    await opening;
  });

  // The system ends the wait that was given up when it likes: maybe after the test.
  const options = { sanitizeOps: false };
  it("leaves nothing behind that would keep it locked after a refusal", options, async () => {
    await using database = await tempDatabase();
    await database.use(async () => {
      await assertRejects(() => database.use(idle), StoreError, "another process");
    });
    await database.use(idle);
    assert((await database.files()).includes("snug.db"));
  });
});
