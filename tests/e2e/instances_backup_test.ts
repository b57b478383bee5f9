// What clients see of a Redis that was put back to what it was before.
import { assertEquals, assertNotEquals } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { refused, succeed } from "../harness/command.ts";
import { needs } from "../harness/needs.ts";
import { RedisServer } from "../harness/redis.ts";
import { startServer } from "../harness/server.ts";
import { tempDatabase } from "../store/database.ts";
import { enter, say, texts } from "../harness/visitor.ts";

const it = needs("redis-server");

/** A Redis with so much of "general" in its backup, of which clients were given three entries. */
async function restored(kept: number) {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await RedisServer.start(["--save", ""]));
  const at = { epoch: "", seq: 3 };
  {
    await using server = await startServer({ STORE_URL: redis.url });
    await using ann = await enter(server);
    at.epoch = ann.joined.epoch;
    for (const text of ["one", "two", "three"].slice(0, kept)) await say(ann, text);
    await redis.cli("SAVE");
    for (const text of ["one", "two", "three"].slice(kept)) await say(ann, text);
  }
  await redis.kill();
  await redis.again();
  const owned = stack.move();
  return { redis, at, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Has the room said more than what clients had seen of it before. */
async function sayAnew(url: string, kept: number) {
  await using server = await startServer({ STORE_URL: url });
  await using bob = await enter(server);
  const anew = Array.from({ length: 4 - kept }, (_, n) => `anew ${n}`);
  for (const text of anew) await say(bob, text);
  return [...["one", "two", "three"].slice(0, kept), ...anew];
}

describe("a Redis that is put back to a backup", () => {
  for (const kept of [0, 1]) {
    it(`W14.1 W5.4 is told of as a gap once it is renewed, with ${kept} entries of a room in it`, async () => {
      await using database = await tempDatabase();
      await using old = await restored(kept);
      const { url: STORE_URL } = old.redis;
      const { out } = await succeed(database.path, ["renew"], { env: { STORE_URL } });
      const rooms = kept === 0 ? "0 rooms" : "1 room";
      assertEquals(out, `${rooms} of the redis: store, and all to come, have new epochs.\n`);
      const said = await sayAnew(STORE_URL, kept);
      await using server = await startServer({ STORE_URL });
      await using back = await enter(server, { since: old.at });
      assertNotEquals(back.joined.epoch, old.at.epoch);
      assertEquals([back.joined.gap, back.joined.seq], [true, 4]);
      assertEquals(texts(back.joined.messages), said);
    });
  }

  it("W14.1 W13.2 may be renewed while servers run: who is in a room comes back to a gap", async () => {
    await using database = await tempDatabase();
    await using redis = await RedisServer.start();
    const env = { STORE_URL: redis.url };
    await using server = await startServer(env);
    await using ann = await enter(server);
    await say(ann, "one");
    await succeed(database.path, ["renew"], { env });
    await ann.until("closing", 30_000);
    assertEquals((await ann.closed).code, 1012);
    await using back = await enter(server, { since: { epoch: ann.joined.epoch, seq: 1 } });
    assertEquals([back.joined.gap, texts(back.joined.messages)], [true, ["one"]]);
    assertEquals((await say(back, "two")).seq, 2);
  });

  it("is renewed by a command that says what it can't", async () => {
    await using database = await tempDatabase();
    const words = await refused(database.path, ["renew"], {
      env: { STORE_URL: "redis://user:s3cret@127.0.0.1:1" },
    });
    assertEquals(/^can't use the Redis of STORE_URL: .*ECONNREFUSED/.test(words), true, words);
    const memory = await refused(database.path, ["renew"], { env: { STORE_URL: "memory:" } });
    assertEquals(memory, "STORE_URL is memory: and this needs a file, sqlite:<path>");
  });
});
