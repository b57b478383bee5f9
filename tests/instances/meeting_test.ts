import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { UserId } from "../../src/protocol.ts";
import { type Several, withSeveral } from "../core/several.ts";
import { SteeredClock } from "../core/steered_clock.ts";

const NOBODY = { here: [], gone: [], in: [], out: [], spends: [], spent: [] };

/** Who is known to be in a room on each instance, once nothing is on its way. */
const everybody = (several: Several) => several.membersOf("r");

describe("instances that meet", () => {
  it(
    "W21.8 ask one after the other for what they miss, and know all when that is done",
    withSeveral(4, async (several) => {
      for (const [index, core] of several.cores.entries()) await core.enter(`g${index}`, "r");
      await several.settle();
      let [asked, most] = [0, 0];
      several.bus.fate = ({ from, to, text }) => {
        const { type } = JSON.parse(text);
        if (from === "i5" && type === "ask") most = Math.max(most, ++asked);
        if (to === "i5" && type === "state") asked--;
        return "arrives";
      };
      const late = await several.start();
      assertEquals([most, asked], [1, 0]);
      // Without a sweep: each answer is what asks the next.
      assertEquals(late.hub.countIn("r"), 4);
      assertEquals(several.cores.map(({ hub }) => hub.instances!.count), [4, 4, 4, 4, 4]);
    }),
  );

  it(
    "W21.8 who does not answer keeps nobody from being asked",
    withSeveral(3, async (several) => {
      for (const [index, core] of several.cores.entries()) await core.enter(`g${index}`, "r");
      await several.settle();
      several.bus.fate = ({ from, text }) =>
        from === "i1" && text.includes(`"state"`) ? "lost" : "arrives";
      const late = await several.start();
      await several.pass(2250);
      assertEquals(late.hub.countIn("r"), 2);
      several.bus.fate = () => "arrives";
      await several.pass(2250);
      assertEquals(late.hub.countIn("r"), 3);
    }),
  );

  it(
    "W21.2 an instance that was held up takes nobody as crashed before it has listened again",
    withSeveral(2, async (several, one, two) => {
      await one.enter("alice", "r");
      await two.enter("bob", "r");
      await several.pass(2000);
      several.clock.advance(60_000);
      for (let sweeps = 0; sweeps < 19; sweeps++) {
        two.hub.sweep();
        assertEquals(two.hub.instances!.count, 1);
        several.clock.advance(250);
      }
      await several.pass(20_000);
      assertEquals(everybody(several), Array(2).fill(["guest:alice", "guest:bob"]));
    }),
  );

  it(
    "W21.2 an instance whose clock is set back says all the same that it is there",
    withSeveral(1, async (several, one) => {
      const clock = new SteeredClock();
      const two = await several.start(clock);
      await one.enter("alice", "r");
      await two.enter("bob", "r");
      await several.pass(2000);
      clock.advance(-600_000);
      await several.pass(8000);
      assertEquals(several.cores.map(({ hub }) => hub.instances!.count), [1, 1]);
      clock.advance(1_200_000);
      await several.pass(8000);
      assertEquals(several.cores.map(({ hub }) => hub.instances!.count), [1, 1]);
      several.crash(two);
      await several.pass(16_000);
      assertEquals(everybody(several), [["guest:alice"]]);
    }),
  );

  it(
    "W21.8 what comes late and is older than what is known changes nothing",
    withSeveral(2, async (several, one, two) => {
      await one.enter("alice", "r");
      await two.enter("bob", "r");
      await several.settle();
      const old = { seq: 0, ...NOBODY };
      several.bus.forge("i1", "i2", JSON.stringify({ type: "state", ...old }));
      several.bus.forge(
        "i1",
        "i2",
        JSON.stringify({ type: "changes", ...old, gone: ["guest:alice"] }),
      );
      await several.settle();
      assertEquals(two.hub.instances!.of("guest:alice" as UserId)?.user, "alice");
      await several.pass(20_000);
      assertEquals(everybody(several), Array(2).fill(["guest:alice", "guest:bob"]));
    }),
  );

  it(
    "W21.9 a word that breaks something is a bug that is told of, and the next one is heard",
    withSeveral(2, async (several, one, two) => {
      const error = new Error("broken");
      two.hub.instances!.records.credentials = {
        revoked: () => {},
        signedOut: () => {
          throw error;
        },
        guessed: () => {},
        read: () => Promise.resolve(),
      };
      one.hub.live.signOut("hash");
      await one.enter("alice", "r");
      await several.settle();
      assertEquals(two.faults.splice(0), [error]);
      assertEquals(two.hub.countIn("r"), 1);
    }),
  );

  it(
    "W21.9 a user who is said to be gone, and not to have left, keeps nobody out of a room",
    withSeveral(1, async (several, one) => {
      const here = [["guest:bob", "bob", 1, false]];
      const words = [{ seq: 0, here, in: [["r", "guest:bob", false]] }, { gone: ["guest:bob"] }];
      for (const [index, word] of words.entries()) {
        const type = index === 0 ? "state" : "changes";
        const text = JSON.stringify({ type, ...NOBODY, seq: index, ...word });
        several.bus.forge("odd", "i1", text);
      }
      await several.settle();
      await one.enter("alice", "r");
      await several.pass(20_000);
      assertEquals(everybody(several), [["guest:alice"]]);
    }),
  );
});
