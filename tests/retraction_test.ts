import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { retract } from "../src/retraction.ts";
import { StoreError } from "../src/store/store.ts";
import { withCore } from "./core/core.ts";

const ADMIN = { uid: "root", user: "root" };
const EVE = "guest:eve";

describe("retract", () => {
  it(
    "W15.13 goes on where it was cut short: by the store, too many rooms, or the way down",
    withCore(async (core) => {
      const eve = await core.enter("eve", ["a", "b"]);
      for (const room of ["a", "b"]) {
        for (const text of ["1", "2"]) eve.send({ type: "chat", room, text });
      }
      await core.settle();
      eve.drop();
      await core.pass(20_000);
      assertEquals(core.hub.rooms.size, 0);

      core.store.fail("append");
      const failed = retract(core.hub, ADMIN, EVE);
      await core.settle();
      assertEquals(await failed, { entries: 0, isDone: false });
      core.store.recover();

      core.store.fail("authored");
      await assertRejects(() => retract(core.hub, ADMIN, EVE), StoreError);
      core.store.recover();

      await core.pass(1000);
      const ada = await core.enter("ada", "other");
      const few = retract(core.hub, ADMIN, EVE);
      await core.settle();
      // One of the two rooms: "other" takes the other place.
      assertEquals(await few, { entries: 0, isDone: false });
      ada.drop();
      await core.pass(20_000);

      const rest = retract(core.hub, ADMIN, EVE);
      await core.settle();
      assertEquals(await rest, { entries: 2, isDone: true });
      assertEquals((await core.store.head("a"))!.seq, 4);
      assertEquals((await core.store.head("b"))!.seq, 4);
      const { entries } = await core.store.authored(EVE, 0);
      assert(entries.every((entry) => entry.user === "deleted user"));
    }, { maxRooms: 2 }),
  );

  it(
    "W13.2 W15.13 puts nothing into a log on the way down",
    withCore(async (core) => {
      const eve = await core.enter("eve", "a");
      eve.send({ type: "chat", room: "a", text: "1" });
      await core.settle();
      core.hub.drain();
      assertEquals(await retract(core.hub, ADMIN, EVE), { entries: 0, isDone: false });
      assertEquals((await core.store.head("a"))!.seq, 1);
    }),
  );
});
