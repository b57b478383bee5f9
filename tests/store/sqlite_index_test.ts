import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DatabaseSync } from "node:sqlite";
import { SqliteLog } from "../../src/store/sqlite_log.ts";
import { storeContract } from "./contract.ts";
import { tempDatabase } from "./database.ts";
import { DirectSqlite } from "./direct_sqlite.ts";
import { draft, drafts, EVERYTHING, seqs } from "./drafts.ts";

for (const maxUnindexed of [0, 3]) {
  storeContract(`sqlite: log that holds ${maxUnindexed} entries out of its tables,`, async () => {
    await using stack = new AsyncDisposableStack();
    const { path } = stack.use(await tempDatabase());
    const log = SqliteLog.open(path, "full", maxUnindexed);
    stack.defer(() => log.close());
    const owned = stack.move();
    return { store: new DirectSqlite(log), [Symbol.asyncDispose]: () => owned.disposeAsync() };
  });
}

describe("the index of a sqlite: log", () => {
  it("P1 P4 knows after a restart what was not in its tables", async () => {
    await using database = await tempDatabase();
    const said = ["a", "b", "a", "a", "b", "c"].map((room, at) =>
      draft(room, String(at), { ref: `r-${at}` })
    );
    const before = SqliteLog.open(database.path, "full", 2);
    const appended = before.append(said);
    before.close();
    assertEquals(counts(database.path), { log: 6, place: 5, ref: 5 });

    const after = SqliteLog.open(database.path, "full", 2);
    assertEquals(seqs(after.page("a", 100, EVERYTHING).messages), [1, 2, 3]);
    assertEquals(after.append(said), appended.map((one) => ({ ...one, isNew: false })));
    assertEquals(seqs(after.append(drafts("a", 1))), [4]);
    after.close();
    assertEquals(counts(database.path), { log: 7, place: 5, ref: 5 });
  });

  it("P2 is as before after a commit that failed", async () => {
    await using database = await tempDatabase();
    const log = SqliteLog.open(database.path, "full", 2);
    log.append(drafts("a", 5));
    const db = new DatabaseSync(database.path);
    db.exec(
      "create trigger no before insert on log when new.text = 'no' begin select raise(abort, 'no'); end",
    );
    db.close();
    let error: unknown;
    try {
      log.append([draft("a", "yes", { ref: "r" }), draft("b", "yes"), draft("a", "no")]);
    } catch (thrown) {
      error = thrown;
    }
    assertEquals((error as Error).message, "no");
    const again = log.append([draft("a", "6", { ref: "r" }), draft("b", "1")]);
    assertEquals(again.map(({ seq, isNew }) => [seq, isNew]), [[6, true], [1, true]]);
    assertEquals(seqs(log.replay("a", 0, 9, EVERYTHING)!), [1, 2, 3, 4, 5, 6]);
    log.close();
  });
});

function counts(path: string): Record<string, number> {
  const db = new DatabaseSync(path, { readOnly: true });
  const count = (table: string) =>
    (db.prepare(`select count(*) as count from ${table}`).get() as { count: number }).count;
  const found = { log: count("log"), place: count("place"), ref: count("ref") };
  db.close();
  return found;
}
