import { assert, assertEquals } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { needs } from "../harness/needs.ts";
import { draft, EVERYTHING } from "./drafts.ts";
import { open } from "./on_redis.ts";
import { retain } from "./retaining.ts";

const it = needs("redis-server");

describe("retention in a Redis", () => {
  it("W14.3 cuts the oldest of all rooms until they hold no more bytes than they may", async () => {
    await using opened = await open();
    const { store } = opened;
    const said = Array.from(
      { length: 1000 },
      (_, n) => draft(`room-${n % 3}`, "x".repeat(1000), { ts: n + 1 }),
    );
    await store.append(said);
    assertEquals((await retain(store, { bytes: 2_000_000 })).size, 0);
    const firsts = await retain(store, { bytes: 100_000 });
    const kept = [];
    for (const [room, first] of firsts) {
      const entries = (await store.replay(room, first - 1, 1000, EVERYTHING))!;
      kept.push(...entries.map(({ ts }) => ts));
    }
    // Up to a step more goes, of one room.
    assert(kept.length > 100_000 / 1050 - 130 && kept.length < 100_000 / 1000, `${kept.length}`);
    assert(Math.min(...kept) > 1000 - 3 * 130, `${Math.min(...kept)}`);
    assertEquals([...await retain(store, { bytes: 100_000 })], []);
  });

  it("W14.3 cuts a room that is alone too large, and the oldest of all, however many they are", async () => {
    await using opened = await open();
    const { store } = opened;
    const said = (room: string, ts: number) =>
      Array.from({ length: 600 }, (_, n) => draft(room, "x".repeat(1000), { ts: ts + n }));
    await store.append([...said("old", 1), ...said("new", 10_000)]);
    const firsts = await retain(store, { bytes: 800_000 });
    assertEquals([...firsts.keys()], ["old"]);
    await retain(store, { bytes: 50_000 });
    assertEquals((await store.head("old"))!.first, 601);
    const { first } = (await store.head("new"))!;
    assert(first > 400, `${first}`);
  });
});
