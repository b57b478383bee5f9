import { assertEquals, assertGreater, assertLess, assertObjectMatch } from "@std/assert";
import { describe, it as always } from "@std/testing/bdd";
import type { ServerMessage } from "../../src/protocol.ts";
import { SqliteLog } from "../../src/store/sqlite_log.ts";
import { type Client, openClient } from "../harness/client.ts";
import { type Disk, openDisk } from "../harness/disk.ts";
import { needs } from "../harness/needs.ts";
import { type Server, startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { drafts } from "../store/drafts.ts";
import { enter, heard, say, settled, texts } from "../harness/visitor.ts";

const it = needs("cc");
const ROOMY = { RATE_BURST: "1000000", RATE_MESSAGES_PER_SECOND: "1000000" };
/** Messages of one connection that may wait for the store (W3.4). */
const MAX_WAITING = 256;
const LIMIT_MS = 20_000;

function start(disk: Disk, env: Record<string, string> = {}): Promise<Server> {
  return startServer({ ...ROOMY, STORE_URL: disk.url, ...disk.env, ...env });
}

async function status(server: Server, path: string): Promise<number> {
  const response = await fetch(server.url + path);
  await response.body?.cancel();
  return response.status;
}

async function untilReady(server: Server) {
  const deadline = performance.now() + LIMIT_MS;
  while (await status(server, "/readyz") !== 200) {
    assertLess(performance.now(), deadline, "it is not ready again by itself");
  }
}

const acked = (ref: string) => (message: ServerMessage) =>
  message.type === "ack" && message.ref === ref;
const failures = (server: Server) => server.stderr().match(/the store fails/g)?.length ?? 0;

/** Tells of the presence of eve, whichever way. */
const eve = (which: "joined" | "left") => (message: ServerMessage) =>
  message.type === "presence" && message[which].some(({ user }) => user === "eve");

async function binary(client: Client): Promise<Uint8Array> {
  while (true) {
    const frame = await client.nextFrame();
    if (frame instanceof Uint8Array) return frame;
  }
}

describe("a slow disk", () => {
  it("P1 W7.1 delays acks until the sync returned, and nothing else", async () => {
    await using disk = await openDisk();
    await using server = await start(disk);
    await using ada = await enter(server, { username: "ada" });
    await using bob = await enter(server, { username: "bob" });
    await using guest = await enter(server, { username: "eve" });
    await say(ada, "first");
    await ada.until(eve("joined"));

    disk.hold();
    ada.send({ type: "chat", room: "general", text: "second", ref: "second" });
    await disk.isHeld();
    for (let n = 0; n < 20; n++) {
      await settled(bob);
      bob.send({ type: "typing", room: "general", on: n % 2 === 0 });
      await ada.until("typing");
    }
    bob.sendRaw(new Uint8Array([7, ...new TextEncoder().encode("general"), 1, 2, 3]));
    assertEquals([...(await binary(ada)).slice(-3)], [1, 2, 3]);
    guest.send({ type: "leave", room: "general" });
    await ada.until(eve("left"));
    await using stranger = await openClient(server.wsUrl);
    await stranger.next("welcome");
    assertEquals([await status(server, "/healthz"), await status(server, "/readyz")], [200, 200]);
    assertEquals([heard(ada, "ack").length, heard(bob, "chat").length], [1, 1]);

    disk.release();
    assertObjectMatch(await ada.until(acked("second")), { seq: 2 });
  });

  it("P1 syncs before each ack, and once for hundreds of messages that came meanwhile", async () => {
    await using disk = await openDisk();
    await using server = await start(disk);
    await using stack = new AsyncDisposableStack();
    const [ada, ...others] = [
      stack.use(await enter(server)),
      stack.use(await enter(server, { room: "a" })),
      stack.use(await enter(server, { room: "b" })),
      stack.use(await enter(server, { room: "c" })),
    ];
    for (let n = 0; n < 5; n++) {
      const before = disk.synced("snug.db-wal");
      await say(ada, "one");
      assertGreater(disk.synced("snug.db-wal"), before);
    }
    disk.hold();
    ada.send({ type: "chat", room: "general", text: "held", ref: "held" });
    await disk.isHeld();
    const before = disk.synced("snug.db-wal");
    for (const [index, client] of others.entries()) {
      for (let n = 1; n <= MAX_WAITING; n++) {
        client.send({ type: "chat", room: "abc"[index]!, text: "many", ref: `many-${n}` });
      }
      // One too many is refused at once (W3.4): then all before it have come to the server.
      client.send({ type: "ping" });
      assertObjectMatch(await client.until("error"), { code: "RATE_LIMITED" });
    }
    disk.release();
    await ada.until(acked("held"), LIMIT_MS);
    await Promise.all(others.map((client) => client.until(acked(`many-${MAX_WAITING}`), LIMIT_MS)));
    // A checkpoint syncs it too, before it writes into the database.
    const commits = disk.synced("snug.db-wal") - before;
    assertLess(commits, 20);
  });
});

describe("retention", () => {
  it("W14.3 does not wait for the disk, nor does anybody for it", async () => {
    await using disk = await openDisk();
    const log = SqliteLog.open(disk.path, "full");
    log.append(drafts("general", 4000));
    log.close();
    await using server = await start(disk, { RETENTION_MESSAGES: "1" });
    await using ada = await enter(server);
    let first = 0;
    while (first < 4000) {
      ada.send({ type: "history", room: "general" });
      first = (await ada.until("history")).first;
    }
    // A checkpoint syncs both, a commit the write-ahead log alone: a start and what is noted at times
    // make some, but the 32 steps that this took none.
    assertLess(disk.synced("snug.db-wal") - disk.synced("snug.db"), 16);
  });
});

describe("a disk that fails", () => {
  for (
    const [what, how, calls] of [
      ["is full", "ENOSPC", "all"],
      ["is broken", "EIO", "all"],
      ["takes writes and can't sync", "EIO", "syncs"],
    ] as const
  ) {
    it(`W7.3 P1 P4 when it ${what}: UNAVAILABLE, one line in the log, and well by itself`, async () => {
      await using disk = await openDisk();
      {
        await using server = await start(disk);
        await using ada = await enter(server);
        await using bob = await enter(server);
        await say(ada, "one", { ref: "1" });

        disk.fail(how, calls);
        for (let n = 0; n < 50; n++) {
          ada.send({ type: "chat", room: "general", text: "two", ref: "2" });
          const refused = await ada.until("error");
          assertObjectMatch(refused, { code: "UNAVAILABLE", room: "general", ref: "2" });
        }
        assertEquals([await status(server, "/readyz"), await status(server, "/healthz")], [
          503,
          200,
        ]);
        assertEquals(failures(server), 1);
        await server.said(/the store fails: .*(disk is full|disk I\/O error)/);
        await settled(bob);
        assertEquals(heard(bob, "chat").length, 1);

        disk.heal();
        await untilReady(server);
        await server.said(/the store works again/);
        assertEquals((await say(ada, "two", { ref: "2" })).seq, 2);
        assertEquals((await say(ada, "again", { ref: "1" })).seq, 1);
        await settled(bob);
        assertEquals(texts(heard(bob, "chat")), ["one", "two"]);
      }
      await using again = await start(disk);
      await using eve = await enter(again);
      assertEquals(texts(eve.joined.messages), ["one", "two"]);
    });
  }
});

describe("a database that is damaged while it is in use", () => {
  always("is told in words once, and the rest of the server goes on", async () => {
    await using folder = await tempFolder();
    const path = `${folder.path}/snug.db`;
    const log = SqliteLog.open(path, "full");
    log.append(drafts("general", 3000, { text: "x".repeat(500) }));
    log.close();
    await using server = await startServer({ ...ROOMY, STORE_URL: `sqlite:${path}` });
    const { size } = await Deno.stat(path);
    using file = await Deno.open(path, { write: true });
    await file.seek(size / 4, Deno.SeekMode.Start);
    await file.write(new Uint8Array(size / 2).fill(0xa5));

    await using ada = await enter(server);
    for (let n = 0; n < 100; n++) {
      ada.send({ type: "history", room: "general", before: 1000 + n * 10, ref: `${n}` });
      assertObjectMatch(await ada.until("error"), { code: "UNAVAILABLE", ref: `${n}` });
    }
    await server.said(/the store fails: .*malformed/);
    assertEquals(failures(server), 1);
    await settled(ada);
    assertEquals(await status(server, "/healthz"), 200);
  });
});
