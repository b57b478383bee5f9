import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "../../src/store/store.ts";
import { Database, tempDatabase } from "./database.ts";
import { draft, drafts } from "./drafts.ts";

/** Opens what can't be opened, and gives the words it is refused with. */
async function refusal(database: Database): Promise<string> {
  const error = await assertRejects(() => database.use(() => Promise.resolve()), StoreError);
  assert(!error.message.includes("\n"), "it is one line");
  return error.message;
}

/** As `refusal`, and the file must be as it was. */
async function refusalOfFile(database: Database): Promise<string> {
  const before = await database.bytes();
  const message = await refusal(database);
  assert(equal(await database.bytes(), before), "the attempt changed the file");
  assertStringIncludes(message, database.path);
  // The lock was let go of: a second attempt says the same.
  assertEquals(await refusal(database), message);
  return message;
}

/** A database of a few hundred pages. */
async function fill(database: Database) {
  const said = Array.from({ length: 500 }, (_, n) => draft(`room-${n % 20}`, "x".repeat(2000)));
  await database.use((store) => store.append(said));
}

describe("what a sqlite: store can't use", () => {
  it("is a file in a folder that can't be written, and it is named", async () => {
    await using database = await tempDatabase();
    // Nobody can write in /proc, root neither.
    const folder = Deno.uid() === 0 ? "/proc" : `${database.folder}/closed`;
    if (folder !== "/proc") await Deno.mkdir(folder, { mode: 0o500 });
    for (const path of [folder, `${folder}/deeper`]) {
      const closed = new Database(path);
      assertStringIncludes(await refusal(closed), `can't write ${closed.path}.lock: `);
    }
  });

  it("is a file in a folder that is none, and it is named", async () => {
    await using database = await tempDatabase();
    await Deno.writeTextFile(`${database.folder}/file`, "not a folder");
    const below = new Database(`${database.folder}/file`);
    assertStringIncludes(await refusal(below), `can't write ${below.path}.lock: `);
    assertEquals(await Deno.readTextFile(`${database.folder}/file`), "not a folder");
  });

  it("is a folder, and it is named", async () => {
    await using database = await tempDatabase();
    await Deno.mkdir(database.path);
    const said = `can't use the database ${database.path}: unable to open database file`;
    assertStringIncludes(await refusal(database), said);
  });

  it("is a file that is no database, which stays as it is", async () => {
    await using database = await tempDatabase();
    const contents = ["hello", "x".repeat(100_000), "SQLite format 3\0 it is not"];
    for (const content of contents) {
      await Deno.writeTextFile(database.path, content);
      assertStringIncludes(await refusalOfFile(database), "file is not a database");
    }
  });

  it("is a database whose middle was overwritten, which stays as it is", async () => {
    await using database = await tempDatabase();
    await fill(database);
    const sound = await database.bytes();
    const { pageSize } = pragmas(database);
    for (const from of [0.25, 0.5, 0.75]) {
      const page = Math.floor(sound.length * from / pageSize) * pageSize;
      const damaged = sound.slice();
      damaged.fill(0xa5, page, page + 4 * pageSize);
      await Deno.writeFile(database.path, damaged);
      const message = await refusalOfFile(database);
      assertStringIncludes(message, `can't use the database ${database.path}: it is damaged: `);
    }
    await Deno.writeFile(database.path, sound);
    await database.use((store) => store.append(drafts("room-1", 1)));
  });

  it("is a database that was cut short, which stays as it is", async () => {
    await using database = await tempDatabase();
    await fill(database);
    const sound = await database.bytes();
    await Deno.writeFile(database.path, sound.subarray(0, sound.length / 2));
    assertStringIncludes(await refusalOfFile(database), "database disk image is malformed");
  });

  it("is a damaged database with a write-ahead log, and both stay as they are", async () => {
    await using database = await tempDatabase();
    await fill(database);
    {
      await using holder = database.hold();
      await holder.write(`${JSON.stringify(drafts("room-1", 3))}\n`);
      await holder.said(/"seq":28,/);
      holder.kill("SIGKILL");
      await holder.exited;
    }
    const damaged = await database.bytes();
    const { pageSize } = pragmas(database);
    const middle = Math.floor(damaged.length / 2 / pageSize) * pageSize;
    damaged.fill(0xa5, middle, middle + 4 * pageSize);
    await Deno.writeFile(database.path, damaged);
    const log = await Deno.readFile(`${database.path}-wal`);
    assertStringIncludes(await refusalOfFile(database), "it is damaged");
    assert(equal(await Deno.readFile(`${database.path}-wal`), log));
  });

  it("is a database of a newer Snug, which stays as it is", async () => {
    await using database = await tempDatabase();
    await fill(database);
    const db = new DatabaseSync(database.path);
    db.exec("pragma user_version = 99");
    db.close();
    const message = await refusalOfFile(database);
    assertStringIncludes(message, "it was written by a newer Snug (schema 99, known: 7)");
  });

  it("is the database of another program, which stays as it is", async () => {
    await using database = await tempDatabase();
    const db = new DatabaseSync(database.path);
    db.exec("create table customers (name text); insert into customers values ('Ann')");
    db.close();
    assertStringIncludes(await refusalOfFile(database), "it is not a database of Snug");
  });
});

function pragmas({ path }: Database): { pageSize: number } {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return { pageSize: db.prepare("pragma page_size").get()!.page_size as number };
  } finally {
    db.close();
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
