// What is done on one of two servers that share a Redis, as it is seen on the other.
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { describe } from "@std/testing/bdd";
import type { Entry, ServerMessage } from "../../src/protocol.ts";
import { needs } from "../harness/needs.ts";
import { tempCertificate } from "../harness/certificate.ts";
import { freePort, RedisServer } from "../harness/redis.ts";
import { type Env, startMain, startServer, untilReady } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, heard, say, settled, texts, type Visitor } from "../harness/visitor.ts";
import { draft } from "../store/drafts.ts";
import { appendUnheard } from "../store/unheard.ts";

const it = needs("redis-server");

/** Longer for a night: past the time after which an answer is given up. */
const PAUSE_MS = Number(Deno.env.get("REDIS_PAUSE_MS") ?? 6500);
const LIMIT_MS = 30_000;
const ENV: Env = { RATE_MESSAGES_PER_SECOND: "1000000", RATE_BURST: "1000000" };

/** A Redis, and two servers on it. */
async function startPair(env: Env = {}) {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await RedisServer.start());
  const start = () => startServer({ ...ENV, STORE_URL: redis.url, ...env });
  const [one, other] = await Promise.all([start(), start()]);
  stack.use(one);
  stack.use(other);
  const owned = stack.move();
  return { redis, one, other, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const ENTRIES = new Set(["chat", "edited", "deleted", "reaction", "topic"]);

/** The next entry that comes, whatever else does. */
async function nextEntry(client: Visitor): Promise<Entry> {
  const isEntry = ({ type }: ServerMessage) => ENTRIES.has(type);
  return await client.until(isEntry, LIMIT_MS) as Entry;
}

async function entries(client: Visitor, count: number): Promise<Entry[]> {
  const seen: Entry[] = [];
  while (seen.length < count) seen.push(await nextEntry(client));
  return seen;
}

describe("two servers on one Redis", () => {
  it("P2 W4.5 W4.6 W4.7 W4.8 show each other all that is done, in one order", async () => {
    await using pair = await startPair({ ADMIN_TOKEN: "admin", WS_TOKEN: "open" });
    await using ann = await enter(pair.one, { username: "ann" });
    await using bob = await enter(pair.other, { username: "bob" });
    await using twin = await enter(pair.other, { session: ann.welcome.session });
    assertEquals(twin.welcome.uid, ann.welcome.uid);
    assertEquals(ann.joined.epoch, bob.joined.epoch);
    const { seq: of } = await say(ann, "a heron");
    for (const client of [bob, twin]) assertEquals((await nextEntry(client)).seq, of);
    bob.send({ type: "react", room: "general", of, emoji: "👍" });
    await nextEntry(bob);
    twin.send({ type: "edit", room: "general", of, text: "two herons" });
    twin.send({ type: "delete", room: "general", of });
    const seen = await entries(ann, 4);
    assertEquals(seen.map(({ type, seq }) => [type, seq]), [
      ["chat", of],
      ["reaction", of + 1],
      ["edited", of + 2],
      ["deleted", of + 3],
    ]);
    await using late = await enter(pair.one, { username: "late" });
    assertEquals(late.joined.messages.map((message) => "deleted" in message), [true]);
  });

  it("P4 W7.2 take a ref that the other has for a retry", async () => {
    await using pair = await startPair();
    await using ann = await enter(pair.one, { username: "ann" });
    const first = await say(ann, "once", { ref: "r-1" });
    await using twin = await enter(pair.other, { session: ann.welcome.session });
    assertEquals(await say(twin, "twice", { ref: "r-1" }), first);
    await say(twin, "next");
    await settled(twin);
    assertEquals(texts(heard(twin, "chat")), ["next"]);
  });

  it("P3 W5.3 resume what was left on the other, also what nobody was told of", async () => {
    await using pair = await startPair();
    await using ann = await enter(pair.one, { username: "ann" });
    await using bob = await enter(pair.other, { username: "bob" });
    const { seq } = await say(ann, "one");
    await say(ann, "two");
    const unheard = draft("general", "three", { epoch: ann.joined.epoch, ts: Date.now() });
    await appendUnheard(pair.redis.url, unheard);
    const since = { epoch: ann.joined.epoch, seq };
    await using back = await enter(pair.other, { username: "back", since });
    assertEquals([back.joined.gap, texts(back.joined.messages)], [false, ["two", "three"]]);
    assertEquals(back.joined.seq, seq + 2);
    await say(back, "four");
    assertEquals((await nextEntry(back)).seq, seq + 3);
    // Who was there before is given what it was not told of, before what came after.
    for (const client of [ann, bob]) {
      while ((await nextEntry(client)).seq < seq + 3);
      assertEquals(texts(heard(client, "chat")), ["one", "two", "three", "four"]);
    }
  });

  it("P3 find out by themselves what they were not told of", async () => {
    await using pair = await startPair();
    await using ann = await enter(pair.one, { username: "ann" });
    await say(ann, "one");
    await nextEntry(ann);
    const unheard = draft("general", "two", { epoch: ann.joined.epoch, ts: Date.now() });
    await appendUnheard(pair.redis.url, unheard);
    assertEquals(texts([await nextEntry(ann)]), ["two"]);
  });

  it("W7.1 give an ack before the sender's own copy, whatever the other says meanwhile", async () => {
    await using pair = await startPair();
    await using ann = await enter(pair.one, { username: "ann" });
    await using bob = await enter(pair.other, { username: "bob" });
    const all = 200;
    for (let count = 1; count <= all; count++) {
      for (const client of [ann, bob]) {
        client.send({
          type: "chat",
          room: "general",
          text: client.welcome.user,
          ref: `r-${count}`,
        });
      }
    }
    for (const client of [ann, bob]) {
      const acked = new Set<number>();
      let newest = client.joined.seq;
      for (let left = 3 * all; left > 0;) {
        const message = await client.next(undefined, LIMIT_MS);
        if (message.type === "ack") acked.add(message.seq);
        if (message.type === "chat") {
          assertEquals(message.seq, ++newest);
          const isOwn = message.uid === client.welcome.uid;
          assert(!isOwn || acked.has(message.seq), `${message.seq} came before its ack`);
        }
        if (message.type === "ack" || message.type === "chat") left--;
      }
    }
  });

  it("W14.1 W5.4 P3 begin a new epoch when Redis lost all, and tell everybody of it", async () => {
    await using pair = await startPair();
    await using ann = await enter(pair.one, { username: "ann" });
    await using bob = await enter(pair.other, { username: "bob" });
    await say(ann, "one");
    assertEquals(texts([await nextEntry(bob)]), ["one"]);
    await pair.redis.kill();
    await pair.redis.again();
    for (const client of [ann, bob]) {
      await client.until("closing", LIMIT_MS);
      assertEquals((await client.closed).code, 1012);
    }
    const since = { epoch: ann.joined.epoch, seq: 1 };
    await using back = await enter(pair.one, { username: "ann", since });
    assertNotEquals(back.joined.epoch, ann.joined.epoch);
    assertEquals([back.joined.gap, back.joined.seq, back.joined.messages], [true, 0, []]);
    await using other = await enter(pair.other, { username: "bob", since });
    assertEquals([other.joined.gap, other.joined.epoch], [true, back.joined.epoch]);
    assertEquals((await say(back, "anew")).seq, 1);
    assertEquals(texts([await nextEntry(other)]), ["anew"]);
  });

  it("W7.3 P1 P4 refuse what can't be stored while Redis is silent, and go on by themselves", async () => {
    await using pair = await startPair();
    await using ann = await enter(pair.one, { username: "ann" });
    await using bob = await enter(pair.other, { username: "bob" });
    await say(ann, "before");
    pair.redis.signal("SIGSTOP");
    const goingOn = new Promise((done) => setTimeout(done, PAUSE_MS));
    ann.send({ type: "chat", room: "general", text: "meanwhile", ref: "r-1" });
    if (PAUSE_MS > 6000) {
      const { code, ref } = await ann.until("error", LIMIT_MS);
      assertEquals([code, ref], ["UNAVAILABLE", "r-1"]);
      await untilReady(pair.one, false);
    }
    await goingOn;
    pair.redis.signal("SIGCONT");
    await untilReady(pair.one);
    await untilReady(pair.other);
    await say(ann, "meanwhile", { ref: "r-1" });
    await say(ann, "after");
    const seen = await entries(bob, 3);
    assertEquals(texts(seen), ["before", "meanwhile", "after"]);
    assertEquals(seen.map(({ seq }) => seq), [1, 2, 3]);
  });
});

describe("a server on a Redis of the same machine", () => {
  it("goes through its socket", async () => {
    await using redis = await RedisServer.start(["--save", "", "--unixsocket", "redis.sock"]);
    const STORE_URL = `unix://${redis.folder}/redis.sock?db=1`;
    await using server = await startServer({ STORE_URL });
    await using ann = await enter(server, { username: "ann" });
    assertEquals((await say(ann, "hi")).seq, 1);
    assertEquals(await redis.cli("-n", "1", "HGET", "snug:head:{general}", "seq"), "1");
  });
});

describe("a server on a Redis behind TLS", () => {
  needs("redis-server", "openssl")(
    "is let in by name and password, and trusts no stranger",
    async () => {
      await using certificate = await tempCertificate();
      const { TLS_CERT_FILE, TLS_KEY_FILE } = certificate.env;
      const port = freePort();
      const tls = ["--tls-port", String(port), "--tls-auth-clients", "no"];
      const files = ["--tls-cert-file", TLS_CERT_FILE, "--tls-key-file", TLS_KEY_FILE];
      await using redis = await RedisServer.start(["--save", "", ...tls, ...files]);
      await redis.cli("ACL", "SETUSER", "snug", "on", ">p@ss", "~snug:*", "&snug:*", "+@all");
      const STORE_URL = `rediss://snug:p%40ss@localhost:${port}`;
      {
        await using server = await startServer({ STORE_URL, DENO_CERT: TLS_CERT_FILE });
        await using ann = await enter(server, { username: "ann" });
        assertEquals((await say(ann, "hi")).seq, 1);
      }
      assertEquals(await redis.cli("HGET", "snug:head:{general}", "seq"), "1");
      await using folder = await tempFolder();
      const env = { STORE_URL, PORT: "0" };
      await using refused = startMain({ cwd: folder.path, env });
      assertEquals((await refused.exited).code === 0, false);
      assertEquals(
        refused.stderr().trim(),
        "Snug can't start: can't use the Redis of STORE_URL: self-signed certificate",
      );
    },
  );
});
