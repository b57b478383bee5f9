import { assertEquals, assertRejects } from "@std/assert";
import { describe, it as always } from "@std/testing/bdd";
import { RedisStore } from "../../src/store/redis.ts";
import type { Redis } from "../../src/store/redis_client.ts";
import type { Reply } from "../../src/store/redis_line.ts";
import { StoreError } from "../../src/store/store.ts";
import { microtasks } from "../core/core.ts";
import { needs } from "../harness/needs.ts";
import { RedisServer } from "../harness/redis.ts";
import { eventually } from "./database.ts";
import { drafts } from "./drafts.ts";
import { open } from "./on_redis.ts";

const it = needs("redis-server");
const LIMIT_MS = 30_000;

describe("a redis: store with replicas", () => {
  it("P1 waits for as many replicas as were asked for", async () => {
    await using opened = await open(1, { options: "?replicas=1" });
    const { store, redis } = opened;
    const said = drafts("a", 1, { ref: "r" });
    const error = await assertRejects(() => store.append(said), StoreError);
    assertEquals(error.message, "0 of 1 replicas have what was written (replicas=1)");
    await assertRejects(() => store.check(), StoreError, "0 of 1 replicas");
    await using _replica = await RedisServer.start(
      ["--save", "", "--replicaof", "127.0.0.1", String(redis.port)],
    );
    await eventually(
      "the replica",
      LIMIT_MS,
      async () => (await redis.cli("INFO", "replication")).includes("state=online"),
    );
    const [kept] = await store.append(said);
    assertEquals([kept!.seq, kept!.isNew], [1, false]);
    await store.check();
  });

  always(
    "asks whether Redis is there when the replicas have answered: nothing else is before",
    async () => {
      const asked: string[] = [];
      const replicas = Promise.withResolvers<Reply>();
      const redis = {
        replicas: 1,
        call: (command: string) => {
          asked.push(command);
          return command === "WAIT" ? replicas.promise : Promise.resolve("OK");
        },
        ping: () => Promise.resolve(void asked.push("ping")),
        close: () => {},
      };
      const store = new RedisStore(redis as unknown as Redis, []);
      try {
        const checked = assertRejects(
          () => store.check(),
          StoreError,
          "0 of 1 replicas have what was",
        );
        await microtasks();
        const pinged = store.ping();
        await microtasks();
        assertEquals(asked, ["HSET", "WAIT"]);
        replicas.resolve(0);
        await Promise.all([checked, pinged]);
        assertEquals(asked, ["HSET", "WAIT", "ping"]);
      } finally {
        await store.close();
      }
    },
  );
});
