import { assertEquals, assertFalse, assertNotEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { databaseOf } from "../../src/store/open.ts";
import { SqliteLog } from "../../src/store/sqlite_log.ts";
import { StoreError } from "../../src/store/store.ts";
import { Database, tempDatabase } from "./database.ts";
import { draft, EVERYTHING } from "./drafts.ts";
import { fillEverything } from "./everything.ts";

async function* lines(values: readonly unknown[]): AsyncGenerator<string> {
  for (const value of values) yield typeof value === "string" ? value : JSON.stringify(value);
}

/** What an export of all rooms, or of one, gives. */
function exported(database: Database, room?: string): object[] {
  const found: object[] = [];
  const told = databaseOf(database.url).exportLogs(room, (line) => found.push(line));
  assertEquals([told.missing, told.isDamaged], [[], false]);
  return found;
}

/** What `look` sees of the log, opened and closed around it. */
function look<T>(database: Database, look: (log: SqliteLog) => T): T {
  const log = SqliteLog.open(database.path, "full");
  try {
    return look(log);
  } finally {
    log.close();
  }
}

/** All that members can be told of a room. */
function told(database: Database, room: string) {
  return look(database, (log) => {
    const { epoch: _, ...head } = log.head(room)!;
    const entries = log.replay(room, head.first - 1, head.seq, EVERYTHING);
    return { head, entries, page: log.page(room, Infinity, EVERYTHING, "guest:ann") };
  });
}

async function importRefusal(database: Database, values: readonly unknown[]): Promise<string> {
  const importing = databaseOf(database.url).importLogs(lines(values));
  const { message } = await assertRejects(() => importing, StoreError);
  return message.replace(`can't import into ${database.path}: `, "");
}

const room = { type: "room", room: "a", first: 1, ts: 0, topic: "" };
const chat = { type: "chat", room: "a", seq: 1, ts: 1, uid: "bob", user: "Bob", text: "hi" };

describe("an export", () => {
  it("W4 imported into an empty database, is the same log under the same seqs", async () => {
    await using database = await tempDatabase();
    fillEverything(database.path);
    const before = exported(database);
    const other = new Database(database.folder, "other.db");
    const { rooms, entries, missing } = await databaseOf(other.url).importLogs(lines(before));
    assertEquals([rooms, entries, missing], [4, 14, 0]);
    assertEquals(exported(other), before);
    for (const name of ["a", "b", "c", "@bob,guest:ann"]) {
      assertEquals(told(other, name), told(database, name), name);
    }
  });

  it("W14.1 gives its rooms new epochs where it is imported", async () => {
    await using database = await tempDatabase();
    fillEverything(database.path);
    const other = new Database(database.folder, "other.db");
    await databaseOf(other.url).importLogs(lines(exported(database)));
    const epoch = (of: Database, name: string) => look(of, (log) => log.head(name)!.epoch);
    assertNotEquals(epoch(other, "a"), epoch(database, "a"));
    assertNotEquals(epoch(other, "a"), epoch(other, "b"));
  });

  it("W7.2 P4 keeps refs, so that a retry is safe after it too", async () => {
    await using database = await tempDatabase();
    fillEverything(database.path);
    const other = new Database(database.folder, "other.db");
    await databaseOf(other.url).importLogs(lines(exported(database)));
    look(other, (log) => {
      const [retry, next] = log.append([
        draft("a", "again", { ref: "a-1" }),
        draft("a", "something new", { ref: "a-9" }),
      ]);
      assertEquals([retry!.seq, retry!.isNew], [1, false]);
      assertEquals([next!.seq, next!.isNew], [12, true]);
    });
  });

  it("W19.6 W19.7 brings the files of messages, which are theirs where it is imported", async () => {
    await using database = await tempDatabase();
    const file = {
      id: "1".repeat(32),
      name: "ü.png",
      type: "image/png",
      bytes: 9,
      width: 1,
      height: 2,
    };
    const kept = { ...file, room: "a", uid: "guest:ann", at: 1000 };
    look(database, (log) => {
      log.files.addFile(kept);
      log.files.addFile({ ...kept, id: "2".repeat(32) });
      log.append([draft("a", "", { files: [file.id] })]);
    });
    const saved = exported(database);
    const other = new Database(database.folder, "other.db");
    await databaseOf(other.url).importLogs(lines(saved));
    assertEquals(exported(other), saved);
    look(other, (log) => {
      const [message] = log.page("a", 9, EVERYTHING).messages;
      assertEquals([message!.text, message!.files], ["", [file]]);
      assertEquals(log.files.findFile(file.id), { ...kept, said: 1000 });
      assertEquals(log.files.findFile("2".repeat(32)), undefined);
      const by = { room: "a", epoch: "e", ts: 2000, uid: "guest:ann", user: "ann", of: 1 };
      log.append([{ type: "deleted", ...by }]);
      assertEquals(log.files.wasteOfFiles(0), [{ id: file.id, bytes: 9 }]);
    });
  });

  it("W4.6 holds nothing of what was deleted", async () => {
    await using database = await tempDatabase();
    fillEverything(database.path);
    assertFalse(JSON.stringify(exported(database)).includes("taken back"));
  });

  it("of one room is that room alone, direct ones too", async () => {
    await using database = await tempDatabase();
    fillEverything(database.path);
    const direct = exported(database, "@bob,guest:ann");
    assertEquals(direct.map((line) => (line as typeof chat).type), ["room", "chat"]);
    assertEquals(exported(database, "c"), [{ ...room, room: "c", first: 2, ts: 2000 }].map(gone));
  });

  it("shows a direct room to its two where it is imported (W10.13)", async () => {
    await using database = await tempDatabase();
    fillEverything(database.path);
    const other = new Database(database.folder, "other.db");
    await databaseOf(other.url).importLogs(lines(exported(database)));
    const rooms = look(other, (log) => log.marks.direct("bob", 10).map(({ room }) => room));
    assertEquals(rooms, ["@bob,guest:ann"]);
  });
});

/** The topic of a room outlives the entry that set it. */
function gone<T>(line: T): T & { topic: string } {
  return { ...line, topic: "gone" };
}

describe("an import", () => {
  it("puts deleted messages where entries are missing, and says how many", async () => {
    await using database = await tempDatabase();
    const values = [room, chat, { ...chat, seq: 4, ts: 9, text: "later" }];
    const imported = await databaseOf(database.url).importLogs(lines(values));
    assertEquals(imported, { rooms: 1, entries: 2, missing: 2 });
    const { page, entries } = told(database, "a");
    assertEquals(page.messages.map(({ seq, text }) => [seq, text]), [
      [1, "hi"],
      [2, ""],
      [3, ""],
      [4, "later"],
    ]);
    assertEquals(entries!.map(({ ts }) => ts), [1, 1, 1, 9]);
  });

  it("goes beside the rooms that are there, and after it everything is found", async () => {
    await using database = await tempDatabase();
    look(database, (log) => log.append([draft("b", "before", { ref: "b-1" })]));
    await databaseOf(database.url).importLogs(lines([room, chat]));
    look(database, (log) => {
      const [again] = log.append([draft("b", "again", { ref: "b-1" })]);
      assertEquals([again!.seq, again!.isNew], [1, false]);
      assertEquals(log.append([draft("b", "new", { ref: "b-2" })])[0]!.seq, 2);
    });
    assertEquals(told(database, "b").entries!.map(({ seq }) => seq), [1, 2]);
    assertEquals(told(database, "a").entries!.map(({ seq }) => seq), [1]);
  });

  it("names the line that is wrong, and has changed nothing", async () => {
    await using database = await tempDatabase();
    look(database, (log) => log.append([draft("there", "1")]));
    const before = exported(database);
    const cases: [unknown[], string][] = [
      [[room, "{"], "line 2 is no line of an export"],
      [[room, chat, "null"], "line 3 is no line of an export"],
      [[room, { ...chat, type: "poke" }], "line 2 is no line of an export"],
      [[room, { ...chat, text: "" }], "line 2 is no line of an export"],
      [[room, { ...chat, seq: 0 }], "line 2 is no line of an export"],
      [[room, { ...chat, uid: "a b" }], "line 2 is no line of an export"],
      [[room, { ...chat, text: 5 }], "line 2 is no line of an export"],
      [[room, { ...chat, files: [] }], "line 2 is no line of an export"],
      [[room, { ...chat, text: "", files: [{ id: "../x" }] }], "line 2 is no line of an export"],
      [["", room, chat, chat], "line 4: 1 comes after 1 in a"],
      [[room, chat, room], "line 3: a began before"],
      [[room, { ...chat, seq: 2 ** 50 }], `line 2: expected 1 in a, not ${2 ** 50}`],
      [
        [room, chat, { ...room, room: "there" }],
        "line 3: there has a log; import makes rooms, and changes none",
      ],
    ];
    for (const [values, words] of cases) {
      assertEquals(await importRefusal(database, values), words);
      assertEquals(exported(database), before);
    }
  });
});
