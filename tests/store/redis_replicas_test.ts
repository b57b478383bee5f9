import { assertEquals, assertRejects } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { StoreError } from "../../src/store/store.ts";
import { needs } from "../harness/needs.ts";
import { RedisServer } from "../harness/redis.ts";
import { eventually } from "./database.ts";
import { drafts, EVERYTHING } from "./drafts.ts";
import { open } from "./on_redis.ts";

const it = needs("redis-server");
const LIMIT_MS = 30_000;
const MISSING = "0 of 1 replicas have what was written (replicas=1)";

async function replicaOf(redis: RedisServer): Promise<RedisServer> {
  const follow = ["--replicaof", "127.0.0.1", String(redis.port)];
  const replica = await RedisServer.start(["--save", "", ...follow]);
  const isOnline = async () => (await redis.cli("INFO", "replication")).includes("state=online");
  await eventually("the replica", LIMIT_MS, isOnline);
  return replica;
}

describe("a redis: store with replicas", () => {
  it("P1 waits for as many replicas as were asked for", async () => {
    await using opened = await open(1, { options: "?replicas=1" });
    const { store, redis } = opened;
    const said = drafts("a", 1, { ref: "r" });
    const error = await assertRejects(() => store.append(said), StoreError);
    assertEquals(error.message, MISSING);
    await assertRejects(() => store.check(), StoreError, MISSING);
    await using _replica = await replicaOf(redis);
    const [kept] = await store.append(said);
    assertEquals([kept!.seq, kept!.isNew], [1, false]);
    await store.check();
  });

  it("keeps nothing else waiting for one that says nothing", async () => {
    await using opened = await open(1, { options: "?replicas=1" });
    const { store, redis } = opened;
    await using replica = await replicaOf(redis);
    await store.append(drafts("a", 1));
    replica.signal("SIGSTOP");
    const isWaiting = async () =>
      /^blocked_clients:1\r?$/m.test(await redis.cli("INFO", "clients"));
    // It waits for two seconds, which may be over before a busy machine has asked.
    await eventually("answers meanwhile", LIMIT_MS, async () => {
      let isOver = false;
      const appended = assertRejects(() => store.append(drafts("a", 1)), StoreError, MISSING)
        .finally(() => isOver = true);
      await eventually("its waiting", LIMIT_MS, async () => isOver || await isWaiting());
      await store.page("a", Infinity, EVERYTHING);
      await store.marks.mark([{ uid: "bob", user: "Bob", room: "a", seq: 1, at: 1 }]);
      await store.ping!();
      const isMeanwhile = !isOver;
      await appended;
      return isMeanwhile;
    });
    replica.signal("SIGCONT");
    await eventually("the replica", LIMIT_MS, () => store.check().then(() => true, () => false));
    const [kept] = await store.append(drafts("a", 1));
    assertEquals(kept!.isNew, true);
  });
});
