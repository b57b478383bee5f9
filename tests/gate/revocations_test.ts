import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Revocations } from "../../src/gate/revocations.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { HeldStore } from "../core/held_store.ts";

const NOW = 1_800_000_000_000;

describe("W15.10 a revocation", () => {
  it("is of one uid, the last one counts, and it is there after a restart", async () => {
    const store = new MemoryStore();
    const revocations = await Revocations.open(store, NOW);
    assertEquals(revocations.before("u-17"), undefined);
    await revocations.revoke("u-17", NOW);
    await revocations.revoke("u-17", NOW + 5);
    await revocations.revoke("guest:a", NOW);
    const again = await Revocations.open(store, NOW + 400 * 24 * 3_600_000);
    assertEquals([again.before("u-17"), again.before("guest:a")], [NOW + 5, NOW]);
    assertEquals(again.before("u-1"), undefined);
  });

  it("holds at once, before it is on the disk", async () => {
    const store = new HeldStore();
    const revocations = new Revocations(store);
    store.hold("put");
    const kept = revocations.revoke("u-17", NOW);
    assertEquals(revocations.before("u-17"), NOW);
    store.release("put");
    await kept;
  });
});
