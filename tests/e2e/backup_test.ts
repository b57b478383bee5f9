import { assert, assertEquals, assertGreater, assertMatch, assertNotEquals } from "@std/assert";
import { assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DatabaseSync } from "node:sqlite";
import { SqliteLog } from "../../src/store/sqlite_log.ts";
import { command, refused, succeed } from "../harness/command.ts";
import { startProcess } from "../harness/process.ts";
import { startServer } from "../harness/server.ts";
import { Talker } from "../harness/talker.ts";
import { enter, say, texts } from "../harness/visitor.ts";
import { type Database, tempDatabase } from "../store/database.ts";
import { drafts, EVERYTHING } from "../store/drafts.ts";

const FAST = { RATE_BURST: "1000000", RATE_MESSAGES_PER_SECOND: "1000000" };

/** A database with so many messages in "general". */
function fill(database: Database, count: number, text = "x") {
  const log = SqliteLog.open(database.path, "full");
  log.append(
    drafts("general", count).map((draft) => ({ ...draft, text: `${text}-${draft.text}` })),
  );
  log.close();
}

/** The texts of "general" in a file. */
function said(path: string): string[] {
  const log = SqliteLog.open(path, "full");
  try {
    return texts(log.replay("general" as never, 0, Infinity, EVERYTHING) ?? []);
  } finally {
    log.close();
  }
}

/** What is in its folder beside the database and the files that SQLite makes for it. */
async function beside(database: Database): Promise<string[]> {
  return (await database.files()).filter((name) => !name.startsWith("snug.db"));
}

/** As a disk failed, or somebody's tool wrote where it should not. */
async function damage(path: string, from = 0.3, pages = 3) {
  const bytes = await Deno.readFile(path);
  const page = Math.floor(bytes.length * from / 4096) * 4096;
  bytes.fill(0xa5, page, page + pages * 4096);
  await Deno.writeFile(path, bytes);
}

describe("a backup", () => {
  it("P1 W14.1 taken under load holds all that was acknowledged, and restored it makes a gap", async () => {
    await using database = await tempDatabase();
    const env = { STORE_URL: database.url, ...FAST };
    const file = `${database.folder}/backup.db`;
    const talkers: Talker[] = [];
    let before: string[] = [];
    let isOver = false;
    const acked = () => talkers.flatMap(({ acked }) => [...acked.values()]);
    {
      await using server = await startServer(env);
      const enough = Promise.withResolvers<void>();
      const later = Promise.withResolvers<void>();
      let kept = Infinity;
      const happened = () => {
        if (acked().length > 200) enough.resolve();
        if (talkers[0]!.rooms.get("general")!.entries.length > kept) later.resolve();
      };
      for (const name of ["ann", "bob", "eve"]) {
        talkers.push(new Talker(name, ["general"], () => 0.5, happened));
      }
      const visits = Promise.all(talkers.map((it) => it.visit(server.wsUrl, () => isOver)));
      await enough.promise;
      before = acked().map(({ said }) => said.text);
      const { out } = await succeed(database.path, ["backup", file]);
      assertMatch(out, /backup\.db is a backup of .*: 1 room, .* \d+ entries from /);
      assertGreater(acked().length, before.length, "it waited for nobody");
      kept = said(file).length;
      await later.promise;
      isOver = true;
      server.kill("SIGTERM");
      await visits;
      assertEquals((await server.exited).code, 0);
    }
    const kept = new Set(said(file));
    assertEquals(before.filter((text) => !kept.has(text)), []);

    const [{ rooms }] = talkers as [Talker];
    const { epoch } = rooms.get("general")!;
    await succeed(database.path, ["restore", file]);
    await using server = await startServer(env);
    await using back = await enter(server, { since: { epoch, seq: 10 } });
    assertEquals([back.joined.gap, back.joined.seq], [true, kept.size]);
    assertNotEquals(back.joined.epoch, epoch);
    assertEquals((await say(back, "goes on")).seq, kept.size + 1);
  });

  it("P1 of a server that was killed holds what its write-ahead log alone has", async () => {
    await using database = await tempDatabase();
    {
      await using holder = database.hold();
      await holder.write(`${JSON.stringify(drafts("general", 3))}\n`);
      await holder.said(/"seq":3,/);
      holder.kill("SIGKILL");
      await holder.exited;
    }
    const file = `${database.folder}/backup.db`;
    await succeed(database.path, ["backup", file]);
    assertEquals(said(file), ["1", "2", "3"]);
  });

  it("is one file that only its owner can read", async () => {
    await using database = await tempDatabase();
    fill(database, 3);
    await succeed(database.path, ["backup", "backup.db"]);
    assertEquals(await beside(database), ["backup.db"]);
    assertEquals((await Deno.stat(`${database.folder}/backup.db`)).mode! & 0o777, 0o600);
  });

  it("never takes the place of a file", async () => {
    await using database = await tempDatabase();
    fill(database, 3);
    const file = `${database.folder}/mine.txt`;
    await Deno.writeTextFile(file, "mine");
    const words = `${file} is there already; a backup never takes a file's place`;
    assertEquals(await refused(database.path, ["backup", file]), words);
    assertEquals(await Deno.readTextFile(file), "mine");
  });

  it("leaves nothing where there is nothing to copy, or no place for it", async () => {
    await using database = await tempDatabase();
    const file = `${database.folder}/backup.db`;
    assertStringIncludes(
      await refused(database.path, ["backup", file]),
      `can't read ${database.path}`,
    );
    const nowhere = `${database.folder}/nowhere/backup.db`;
    fill(database, 3);
    assertStringIncludes(
      await refused(database.path, ["backup", nowhere]),
      `can't write ${nowhere}`,
    );
    assertEquals(await beside(database), []);
  });

  it("says so and leaves nothing when the disk is full", async () => {
    await using database = await tempDatabase();
    fill(database, 300, "x".repeat(2000));
    const file = `${database.folder}/backup.db`;
    // No file can grow above so many blocks of 512 bytes; without the trap it would be killed.
    const script = `trap "" XFSZ; ulimit -f 400; exec "$0" "$@"`;
    const main = new URL("../../main.ts", import.meta.url).pathname;
    const args = ["-c", script, Deno.execPath(), "run", "-A", "--quiet", main, "backup", file];
    const env = { ...Deno.env.toObject(), STORE_URL: database.url };
    await using process = startProcess("sh", { args, env });
    assertEquals((await process.exited).code, 1);
    assertMatch(
      process.stderr(),
      /^can't back up .*: (disk I\/O error|database or disk is full)\n$/,
    );
    assertEquals(await beside(database), []);
  });
});

describe("a restore", () => {
  it("keeps what was there beside it, also what only its write-ahead log has", async () => {
    await using database = await tempDatabase();
    fill(database, 3, "old");
    await succeed(database.path, ["backup", "backup.db"]);
    {
      await using holder = database.hold();
      await holder.write(`${JSON.stringify(drafts("general", 2))}\n`);
      await holder.said(/"seq":5,/);
      holder.kill("SIGKILL");
      await holder.exited;
    }
    const { out } = await succeed(database.path, ["restore", "backup.db"]);
    const [, kept] = out.match(/What was there is kept in (.*)\.\n$/)!;
    assertEquals(said(database.path), ["old-1", "old-2", "old-3"]);
    assertEquals(said(kept!), ["old-1", "old-2", "old-3", "1", "2"]);
  });

  it("is refused while a server uses the database, which goes on", async () => {
    await using database = await tempDatabase();
    fill(database, 3);
    await succeed(database.path, ["backup", "backup.db"]);
    await using server = await startServer({ STORE_URL: database.url });
    const words = await refused(database.path, ["restore", "backup.db"]);
    assertStringIncludes(words, `another process uses the database ${database.path}: stop it`);
    await using visitor = await enter(server);
    assertEquals((await say(visitor, "still")).seq, 4);
  });

  it("of what is damaged, of another program or not there changes nothing", async () => {
    await using database = await tempDatabase();
    fill(database, 200, "x".repeat(1000));
    await succeed(database.path, ["backup", "backup.db"]);
    const before = await database.bytes();
    await damage(`${database.folder}/backup.db`);
    await Deno.writeTextFile(`${database.folder}/notes.txt`, "these are my notes");
    const cases = {
      "backup.db": /^can't restore backup\.db to .*: (it is damaged: |database disk image)/,
      "notes.txt": /^can't restore notes\.txt to .*: file is not a database$/,
      "nothing.db": /^can't read nothing\.db: /,
    };
    for (const [file, words] of Object.entries(cases)) {
      assertMatch(await refused(database.path, ["restore", file]), words);
    }
    assertEquals(await database.bytes(), before);
    assertEquals(await beside(database), ["backup.db", "notes.txt"]);
    assertEquals((await database.files()).filter((name) => name.includes("before")), []);
  });

  it("that was stopped halfway is told of at the next start, and can be done again", async () => {
    await using database = await tempDatabase();
    fill(database, 3);
    await succeed(database.path, ["backup", "backup.db"]);
    await Deno.rename(database.path, `${database.path}.before`);
    await Deno.writeTextFile(`${database.path}-wal`, "what was said last");
    const { code, err } = await command(database.path, ["serve"], { env: { PORT: "0" } });
    assertEquals(code, 1);
    assertStringIncludes(err, `${database.path}-wal is there without it: put the two together`);
    assertEquals(await Deno.readTextFile(`${database.path}-wal`), "what was said last");
    await succeed(database.path, ["restore", "backup.db"]);
    assertEquals(said(database.path).length, 3);
  });
});

describe("a check", () => {
  it("says what is in a database that is in use, and that it is sound", async () => {
    await using database = await tempDatabase();
    fill(database, 3);
    await using server = await startServer({ STORE_URL: database.url });
    await using visitor = await enter(server);
    await say(visitor, "one more");
    const { out } = await succeed(database.path, ["check"]);
    assertMatch(
      out,
      /: 1 room, 0 direct conversations, 4 entries from .*, 0\.\d MB\nIt is sound\.\n$/,
    );
  });

  it("ends with 1 and says what is wrong with one that is damaged", async () => {
    await using database = await tempDatabase();
    fill(database, 500, "x".repeat(1000));
    await damage(database.path);
    const { code, out } = await command(database.path, ["check"]);
    assertEquals(code, 1);
    assertMatch(out, /\nIt is damaged:\n( {2}.*\n)+Restore a backup; or save /);
  });

  it("finds what is missing in a log, which SQLite can't know", async () => {
    await using database = await tempDatabase();
    fill(database, 9);
    const db = new DatabaseSync(database.path);
    db.exec("delete from log where seq = 5");
    db.close();
    const { code, out } = await command(database.path, ["check"]);
    assertEquals(code, 1);
    assertStringIncludes(out, "  entries are missing in general\n");
  });
});

describe("a damaged database", () => {
  it("gives by export what can be read, under its seqs, and a server goes on from there", async () => {
    await using database = await tempDatabase();
    fill(database, 500, "x".repeat(1000));
    await damage(database.path, 0.4);
    const { code, out, err } = await command(database.path, ["export"]);
    assertEquals(code, 1);
    assertMatch(err, /^\d+ entries\.\nThe database is damaged.*:\n( {2}general: \d+ to \d+\n)+$/);
    const lines = out.trimEnd().split("\n").map((line) => JSON.parse(line));
    const read = lines.filter(({ type }) => type === "chat");
    assertGreater(read.length, 450);
    for (const { seq, text } of read) assertEquals(text, `${"x".repeat(1000)}-${seq}`);

    const saved = `${database.folder}/saved.db`;
    const { out: told } = await succeed(saved, ["import"], { input: out });
    assertStringIncludes(told, "entries that the lines left out stand there as deleted");
    await using server = await startServer({ STORE_URL: `sqlite:${saved}` });
    await using visitor = await enter(server);
    assert(visitor.joined.seq <= 500 && visitor.joined.seq > 450);
    assertEquals((await say(visitor, "on")).seq, visitor.joined.seq + 1);
  });

  it("gives what is left of it when it was cut short, and ends with 1", async () => {
    await using database = await tempDatabase();
    fill(database, 500, "x".repeat(1000));
    const bytes = await database.bytes();
    await Deno.writeFile(database.path, bytes.subarray(0, bytes.length / 2));
    const { code, out, err } = await command(database.path, ["export"]);
    assertEquals(code, 1);
    assertMatch(err, /\nThe database is damaged\. The end of a room may be missing/);
    const read = out.trimEnd().split("\n").map((line) => JSON.parse(line));
    const seqs = read.filter(({ type }) => type === "chat").map(({ seq }) => seq);
    assertGreater(seqs.length, 100);
    assertEquals(seqs, seqs.map((_, index) => index + 1));
  });
});
