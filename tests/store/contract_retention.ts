// What `retain` promises: logs are cut at their oldest end, and everything else stays true.
import { assert, assertEquals, assertGreater } from "@std/assert";
import { it } from "@std/testing/bdd";
import fc from "fast-check";
import type { Open } from "./contract.ts";
import { aDraft, assertSame, inRun, Model, runs } from "./contract_model.ts";
import { draft, drafts, EVERYTHING, seqs } from "./drafts.ts";
import { FOR_GOOD, retain, stepping } from "./retaining.ts";

/** More than are cut in one step. */
const MANY = 600;

/** So many drafts, said at 1, 2 … */
const timed = (room: string, count: number) =>
  drafts(room, count).map((one, index) => ({ ...one, ts: index + 1, ref: `r-${index + 1}` }));

export function retentionContract(open: Open) {
  it("W14.3 keeps everything where nothing limits it", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append(timed("a", 5));
    assertEquals(await store.retain(FOR_GOOD), { cuts: [], isDone: true });
    assertEquals(await store.head("a"), { epoch: "e1", seq: 5, first: 1, topic: "" });
  });

  it("W14.3 cuts what is older than a time, in each room, and says where", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append([...timed("a", 5), ...timed("b", 2), ...timed("c", 9)]);
    assertEquals([...await retain(store, { since: 1 })], []);
    assertEquals(await retain(store, { since: 3 }), new Map([["a", 3], ["b", 3], ["c", 3]]));
    assertEquals(await retain(store, { since: 5 }), new Map([["a", 5], ["c", 5]]));
    assertEquals(await store.head("a"), { epoch: "e1", seq: 5, first: 5, topic: "" });
    assertEquals(seqs((await store.page("c", 100, EVERYTHING)).messages), [5, 6, 7, 8, 9]);
    assertEquals((await store.page("c", 100, EVERYTHING)).more, false);
  });

  it("W14.3 cuts all but the newest so many, in each room", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append([...timed("a", MANY), ...timed("b", 2), ...timed("c", 4)]);
    assertEquals(await retain(store, { messages: 3 }), new Map([["a", MANY - 2], ["c", 2]]));
    assertEquals(seqs((await store.page("a", MANY + 1, EVERYTHING)).messages), [598, 599, 600]);
    assertEquals(seqs((await store.page("b", 9, EVERYTHING)).messages), [1, 2]);
    assertEquals([...await retain(store, { messages: 3 })], []);
    await store.append(drafts("c", 2, { ts: 1 }));
    assertEquals(await retain(store, { messages: 3 }), new Map([["c", 4]]));
    assertEquals(await retain(store, { messages: 9, since: 5 }), new Map([["b", 3], ["c", 7]]));
  });

  it("W4.1 W14.2 a log that is cut to nothing keeps its epoch, its seqs and its time", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append(timed("a", 4));
    assertEquals(await retain(store, { since: 1000 }), new Map([["a", 5]]));
    assertEquals(await store.head("a"), { epoch: "e1", seq: 4, first: 5, topic: "" });
    const nothing = { messages: [], more: false, seq: 4, topic: "" };
    assertEquals(await store.page("a", 5, EVERYTHING), nothing);
    assertEquals(await store.replay("a", 4, 4, EVERYTHING), []);
    assertEquals(await store.replay("a", 3, 4, EVERYTHING), undefined);
    const [next] = await store.append([draft("a", "5", { epoch: "other", ts: 1 })]);
    assertEquals(next, { epoch: "e1", seq: 5, ts: 4, isNew: true });
    assertEquals(seqs((await store.replay("a", 4, 5, EVERYTHING))!), [5]);
    assertEquals(await store.head("a"), { epoch: "e1", seq: 5, first: 5, topic: "" });
  });

  it("W5.4 replays from first − 1 on, and nothing below", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append(timed("a", 9));
    await retain(store, { messages: 4 });
    assertEquals(seqs((await store.replay("a", 5, 9, EVERYTHING))!), [6, 7, 8, 9]);
    assertEquals(await store.replay("a", 4, 9, EVERYTHING), undefined);
    assertEquals(await store.replay("a", 0, 3, EVERYTHING), undefined);
  });

  it("W7.2 forgets a ref with its entry, and not before", async () => {
    await using opened = await open();
    const { store } = opened;
    const said = timed("a", 6);
    await store.append([...said, draft("b", "of another room", { ref: "r-1" })]);
    await retain(store, { messages: 3 });
    const again = await store.append([...said.slice(3), ...said.slice(0, 3)]);
    assertEquals(again.map(({ seq, isNew }) => [seq, isNew]), [
      ...[[4, false], [5, false], [6, false]],
      ...[[7, true], [8, true], [9, true]],
    ]);
    const [other] = await store.append([draft("b", "again", { ref: "r-1" })]);
    assertEquals([other!.seq, other!.isNew], [1, false]);
    assertEquals(seqs(await store.append(said.slice(0, 3))), [7, 8, 9]);
  });

  it("W14.3 a room whose clock was ahead does not keep the entries of the others", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append([draft("ahead", "1", { ts: 9_000_000 }), ...timed("a", 3)]);
    assertEquals(await retain(store, { since: 100 }), new Map([["a", 4]]));
    assertEquals((await store.head("ahead"))!.first, 1);
  });

  it("W10.1 still knows when a room was last used whose entries are gone", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append([...timed("a", 3), ...timed("b", 2)]);
    await retain(store, { messages: 0 });
    assertEquals(await store.active(3, 10), [{ room: "a", seq: 3, topic: "" }]);
  });

  it("W5.8 W14.3 gives whole pages and replays, or says that it can't, while it cuts", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append([...timed("a", MANY), ...timed("b", MANY)]);
    let before = MANY + 1;
    let after = 0;
    let steps = 0;
    for await (const { cuts } of stepping(store, { since: MANY - 9 })) {
      steps++;
      for (const room of ["a", "b"]) {
        const { seq, first } = (await store.head(room))!;
        assertEquals(seq, MANY);
        assertEquals(cuts.find((cut) => cut.room === room)?.first ?? first, first);
        const page = await store.page(room, before, { ...EVERYTHING, limit: 7 });
        const from = Math.max(first, before - 7);
        assertEquals(seqs(page.messages), range(from, before - 1));
        assertEquals(page.more, page.messages.length > 0 && from > first);
        const replayed = await store.replay(room, after, after + 50, EVERYTHING);
        const whole = after >= first - 1 ? range(after + 1, Math.min(after + 50, MANY)) : undefined;
        assertEquals(replayed && seqs(replayed), whole);
      }
      before -= 7;
      after += 100;
    }
    assertGreater(steps, 0);
    assert(before < MANY);
  });

  it("P2 P4 W14.3 cuts, appends and reads as the model does, whatever the calls", async () => {
    await using opened = await open();
    const { store } = opened;
    const keep = fc.record({
      since: fc.oneof(fc.constant(-Infinity), fc.integer({ min: 1, max: 22 })),
      messages: fc.oneof(fc.constant(Infinity), fc.nat(6)),
    });
    const acts = fc.array(fc.oneof(fc.array(aDraft, { maxLength: 8 }), keep), { maxLength: 8 });
    await runs(acts, async (made, prefix) => {
      const model = new Model();
      for (const act of made) {
        if (Array.isArray(act)) {
          const said = act.map((one) => inRun(prefix, one));
          const appended = await store.append(said);
          assertEquals(appended, said.map((one) => model.append(one)));
        } else {
          const cuts = [...await retain(store, act)].filter(([room]) => room.startsWith(prefix));
          assertEquals(new Map(cuts), model.retain(act));
        }
        for (const room of model.logs.keys()) await assertSame(store, room, model);
      }
    });
  });
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to + 1 - from) }, (_, index) => from + index);
}
