// Two servers on a Redis whose address leads to another one while the old one lives on.
import { assertEquals } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { needs } from "../harness/needs.ts";
import { RedisServer } from "../harness/redis.ts";
import { Relay } from "../harness/relay.ts";
import { startServer } from "../harness/server.ts";
import { enter, say, texts } from "../harness/visitor.ts";
import { eventually } from "../store/database.ts";

const it = needs("redis-server");
const LIMIT_MS = 30_000;

describe("two servers on a Redis that is replaced by its replica", () => {
  it("P2 follow it to where its address leads, also the one where nobody says anything", async () => {
    await using old = await RedisServer.start();
    await using fresh = await RedisServer.start();
    await fresh.cli("REPLICAOF", "127.0.0.1", String(old.port));
    await eventually("a replica", LIMIT_MS, async () => {
      return (await fresh.cli("INFO", "replication")).includes("master_link_status:up");
    });
    await using address = Relay.start(old.port);
    const env = { STORE_URL: `redis://127.0.0.1:${address.port}`, RATE_BURST: "1000000" };
    await using one = await startServer(env);
    await using two = await startServer(env);
    await using ann = await enter(one);
    await using bob = await enter(two);
    const before = await say(ann, "before");
    await eventually("it there too", LIMIT_MS, async () => {
      return await fresh.cli("HGET", "snug:head:{general}", "seq") === String(before.seq);
    });

    address.lead(fresh.port, { ends: false });
    await fresh.cli("REPLICAOF", "NO", "ONE");
    // It is told that it is none any more, and hears of nothing from here on.
    await old.cli("REPLICAOF", "127.0.0.1", "1");
    await eventually("an ack", LIMIT_MS, async () => {
      ann.send({ type: "chat", room: "general", text: "after", ref: "r-1" });
      const isAnswer = ({ type }: { type: string }) => type === "ack" || type === "error";
      return (await ann.until(isAnswer, LIMIT_MS)).type === "ack";
    });
    const heard = [];
    while (heard.length < 2) heard.push(await bob.until("chat", LIMIT_MS));
    assertEquals(texts(heard), ["before", "after"]);
    assertEquals(heard.map(({ seq }) => seq), [before.seq, before.seq + 1]);
  });
});
