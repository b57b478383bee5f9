// What `head`, `active` and `keep` promise.
import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import type { Open } from "./contract.ts";
import { draft, drafts } from "./drafts.ts";

const HOUR_MS = 3_600_000;

export function headContract(open: Open) {
  it("W14.2 has no log of a room without entries, also after it was asked for one", async () => {
    await using opened = await open();
    const { store } = opened;
    const size = { limit: 10, bytes: 1000 };
    assertEquals(await store.head("empty"), undefined);
    const nothing = { messages: [], more: false, seq: 0, topic: "" };
    assertEquals(await store.page("empty", 100, size), nothing);
    assertEquals(await store.replay("empty", 0, 100, size), []);
    assertEquals(await store.head("empty"), undefined);
    assertEquals(await store.active(0, 100), []);
  });

  it("W5.1 says the newest and the oldest seq of a room's log", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append([...drafts("a", 3, { epoch: "ea" }), ...drafts("b", 1, { epoch: "eb" })]);
    assertEquals(await store.head("a"), { epoch: "ea", seq: 3, first: 1, topic: "" });
    assertEquals(await store.head("b"), { epoch: "eb", seq: 1, first: 1, topic: "" });
    await store.append(drafts("a", 2));
    assertEquals(await store.head("a"), { epoch: "ea", seq: 5, first: 1, topic: "" });
  });

  it("gives a head that later entries do not change", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append(drafts("a", 1));
    const head = await store.head("a");
    await store.append(drafts("a", 1));
    assertEquals(head!.seq, 1);
  });

  it("W10.1 names the rooms with an entry since a time, newest first", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append([
      draft("old", "1", { ts: 1000 }),
      draft("middle", "1", { ts: 2000 }),
      draft("middle", "2", { ts: 2000 }),
      draft("new", "1", { ts: 3000 }),
    ]);
    const old = { room: "old", seq: 1, topic: "" };
    const middle = { room: "middle", seq: 2, topic: "" };
    const fresh = { room: "new", seq: 1, topic: "" };
    assertEquals(await store.active(0, 10), [fresh, middle, old]);
    assertEquals(await store.active(1001, 10), [fresh, middle]);
    assertEquals(await store.active(2000, 10), [fresh, middle]);
    assertEquals(await store.active(3000, 10), [fresh]);
    assertEquals(await store.active(3001, 10), []);
    assertEquals(await store.active(0, 2), [fresh, middle]);
    assertEquals(await store.active(0, 1), [fresh]);
  });

  it("W10.1 goes by the last entry of a room, a moment or days after its first", async () => {
    await using opened = await open();
    const { store } = opened;
    for (const [index, later] of [1, HOUR_MS - 1, HOUR_MS + 1, 100 * HOUR_MS].entries()) {
      const [spoke, silent] = [`spoke ${later}`, `silent ${later}`];
      const from = (index + 1) * 1000 * HOUR_MS;
      await store.append([
        draft(spoke, "1", { ts: from }),
        draft(silent, "1", { ts: from }),
        draft(spoke, "2", { ts: from + later }),
      ]);
      assertEquals((await store.active(from + later, 10)).map(({ room }) => room), [spoke]);
      assertEquals((await store.active(from, 10)).map(({ room }) => room), [spoke, silent]);
      assertEquals((await store.active(from, 1)).map(({ room }) => room), [spoke]);
    }
  });

  it("W10.1 names an old room first that has just spoken again", async () => {
    await using opened = await open();
    const { store } = opened;
    const rooms = ["r1", "r2", "r3", "r4"];
    await store.append(rooms.map((room, index) => draft(room, "1", { ts: 1000 + index })));
    for (const [index, room] of ["r3", "r1", "r4", "r2"].entries()) {
      await store.append([draft(room, "2", { ts: 2000 + index })]);
      assertEquals((await store.active(0, 1)).map(({ room }) => room), [room]);
    }
    const all = (await store.active(0, 10)).map(({ room }) => room);
    assertEquals(all, ["r2", "r4", "r1", "r3"]);
  });

  it("keeps the first value given under a name", async () => {
    await using opened = await open();
    const { store } = opened;
    assertEquals(await store.keep("secret", "first"), "first");
    assertEquals(await store.keep("secret", "second"), "first");
    assertEquals(await store.keep("other", "second"), "second");
    assertEquals(await store.keep("secret", "third"), "first");
    const raced = await Promise.all(["a", "b", "c"].map((value) => store.keep("raced", value)));
    assertEquals(raced, ["a", "a", "a"]);
  });
}
