import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DatabaseSync } from "node:sqlite";
import { openStore } from "../../src/store/open.ts";
import { SqliteLog } from "../../src/store/sqlite_log.ts";
import type { Draft } from "../../src/store/store.ts";
import { searchContract } from "./contract_search.ts";
import { type Database, eventually, tempDatabase } from "./database.ts";
import { DirectSqlite } from "./direct_sqlite.ts";
import { type ChatDraft, draft, drafts } from "./drafts.ts";
import { retain } from "./retaining.ts";

const ALL = { uid: "guest:ann", rules: [{ pattern: "*", from: 0 }] };
const PAGE = { limit: 20, bytes: 1_000_000 };

/** Every block has a filter as soon as there is one, and blocks are small. */
class FilledSqlite extends DirectSqlite {
  override async append<D extends Draft>(drafts: readonly D[]) {
    const outcomes = await super.append(drafts);
    while (this.log.fill(4));
    return outcomes;
  }
}

describe("searches of a sqlite: store", () => {
  searchContract(async () => {
    await using stack = new AsyncDisposableStack();
    const { url } = stack.use(await tempDatabase());
    const store = await openStore(url, "full");
    stack.defer(() => store.close());
    const owned = stack.move();
    return { store, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  });
});

describe("searches of a sqlite: log with filters of small blocks", () => {
  searchContract(async () => {
    await using stack = new AsyncDisposableStack();
    const { path } = stack.use(await tempDatabase());
    const log = SqliteLog.open(path, "full", 3);
    stack.defer(() => log.close());
    const owned = stack.move();
    return { store: new FilledSqlite(log), [Symbol.asyncDispose]: () => owned.disposeAsync() };
  });
});

/** Rows that have a filter. */
function filled({ path }: Database): number {
  const db = new DatabaseSync(path, { readOnly: true });
  const row = db.prepare("select sum(last - first + 1) as rows from word_filter").get();
  db.close();
  return Number(row!.rows);
}

/** A log as it was before there were filters. */
async function unfilled(database: Database, said: ChatDraft[]) {
  const log = SqliteLog.open(database.path, "full");
  log.append(said);
  log.close();
  await Promise.resolve();
}

describe("the filters of a sqlite: log", () => {
  it("W16.2 are made for what was there before, in the background", async () => {
    await using database = await tempDatabase();
    await unfilled(database, [draft("a", "needle"), ...drafts("a", 1500)]);
    assertEquals(filled(database), 0);
    await database.use(async (store) => {
      const found = await store.search!.search({ text: "needle", reach: ALL, size: PAGE });
      assertEquals(found.hits.map(({ seq }) => seq), [1]);
      await eventually("filters", 20_000, () => Promise.resolve(filled(database) >= 1280));
      const again = await store.search!.search({ text: "needle", reach: ALL, size: PAGE });
      assertEquals(again, found);
    });
  });

  it("P1 W16.2 go on after a kill in the middle of them", async () => {
    await using database = await tempDatabase();
    await unfilled(database, [draft("a", "needle"), ...drafts("a", 60_000)]);
    {
      await using holder = database.hold();
      await holder.said(/open/);
      await eventually("filters", 20_000, () => Promise.resolve(filled(database) > 0));
      holder.kill("SIGKILL");
      await holder.exited;
    }
    const before = filled(database);
    assertGreater(before, 0);
    assertLess(before, 60_000);
    await database.use(async (store) => {
      await eventually("all of them", 60_000, () => {
        return Promise.resolve(filled(database) > 60_000 - 256);
      });
      const found = await store.search!.search({ text: "needle", reach: ALL, size: PAGE });
      assertEquals([found.hits.map(({ seq }) => seq), found.before], [[1], undefined]);
    });
  });

  it("W16.1 make what is in few blocks found without reading the others", async () => {
    await using database = await tempDatabase();
    const log = SqliteLog.open(database.path, "full");
    const said = drafts("a", 8_000).map((one) => ({ ...one, text: `word ${one.text} filler` }));
    log.append([draft("a", "needle"), ...said]);
    /** Steps until all is looked through, and what they find. */
    const search = () => {
      const seqs: number[] = [];
      for (let steps = 1, before: number | undefined;; steps++) {
        const sought = { text: "needle", reach: ALL, size: PAGE, ...(before && { before }) };
        const part = log.find(sought, true);
        seqs.push(...part.hits.map(({ seq }) => seq));
        before = part.before;
        if (before === undefined) return { steps, seqs };
      }
    };
    const without = search();
    while (log.fill());
    const withFilters = search();
    assertEquals([without.seqs, withFilters.seqs], [[1], [1]]);
    assertGreater(without.steps, 8);
    assertLess(withFilters.steps, 4);
    log.close();
  });

  it("W16.1 leave a search that reads much bounded, and it can go on", async () => {
    await using database = await tempDatabase();
    const log = SqliteLog.open(database.path, "full");
    log.append(drafts("a", 20_000).map((one, at) => ({ ...one, text: at % 2 ? "odd" : "even" })));
    while (log.fill());
    let steps = 0;
    let before: number | undefined;
    do {
      const sought = { text: "odd even", reach: ALL, size: PAGE, ...(before && { before }) };
      const part = log.find(sought, true);
      assertEquals(part.hits, []);
      assert(part.before === undefined || part.before <= (before ?? 20_001) - 256);
      before = part.before;
      steps++;
    } while (before !== undefined);
    assertGreater(steps, 5);
    log.close();
  });

  it("W4.6 W16.2 hold nothing of a text, and go with the entries they are about", async () => {
    await using database = await tempDatabase();
    const log = SqliteLog.open(database.path, "full");
    log.append(drafts("a", 300, { text: "secretive secretary" }));
    while (log.fill());
    const by = { room: "a", epoch: "e", ts: 2000, uid: "guest:ann", user: "ann" };
    log.append(drafts("a", 300).map((_, at) => ({ type: "deleted", ...by, of: at + 1 })));
    log.close();
    const kept = new TextDecoder("latin1").decode(await database.bytes());
    assert(!kept.includes("secr"));
    assertEquals(filled(database), 256);
    await database.use((store) => retain(store, { messages: 1 }));
    assertEquals(filled(database), 0);
  });

  it("W16.2 are made anew where retention took the newest rows, whose ids come again", async () => {
    await using database = await tempDatabase();
    const log = SqliteLog.open(database.path, "full");
    const store = new DirectSqlite(log);
    log.append([...drafts("a", 2, { text: "fox" }), ...drafts("b", 4, { text: "dog", ts: 1 })]);
    while (log.fill(3));
    await retain(store, { since: 500 });
    log.append(drafts("c", 4, { text: "cat" }));
    while (log.fill(3));
    for (const [text, count] of [["fox", 2], ["dog", 0], ["cat", 4]] as const) {
      const { hits } = await store.search.search({ text, reach: ALL, size: PAGE });
      assertEquals([text, hits.length], [text, count]);
    }
    log.close();
  });
});
