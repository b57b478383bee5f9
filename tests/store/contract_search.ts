// What `search` promises, for stores that have it.
import { assert, assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import fc from "fast-check";
import type { Hit, Message, RoomName } from "../../src/protocol.ts";
import { findIn, parseQuery } from "../../src/query.ts";
import { fromIn, type Reach } from "../../src/reach.ts";
import type { Sought } from "../../src/store/search.ts";
import type { Draft, Store } from "../../src/store/store.ts";
import type { Open, Opened } from "./contract.ts";
import { inRun, Model, runs } from "./contract_model.ts";
import { draft, drafts } from "./drafts.ts";
import { retain } from "./retaining.ts";

/** Of everything, nothing hidden. */
const ALL: Reach = { uid: "guest:ann", rules: [{ pattern: "*", from: 0 }] };
const PAGE = { limit: 20, bytes: 1_000_000 };

const by = { room: "a", epoch: "e1", ts: 2000, uid: "guest:ann", user: "ann" };
const edit = (of: number, text: string): Draft => ({ type: "edited", ...by, of, text });
const remove = (of: number): Draft => ({ type: "deleted", ...by, of });

async function search(store: Store, text: string, more: Partial<Sought> = {}) {
  return await store.search!.search({ text, reach: ALL, size: PAGE, ...more });
}

/** Room, seq and text of all that is found, page by page. */
async function all(store: Store, text: string, more: Partial<Sought> = {}): Promise<Hit[]> {
  const hits: Hit[] = [];
  let before: number | undefined;
  do {
    const found = await search(store, text, { ...more, ...(before !== undefined && { before }) });
    hits.push(...found.hits);
    assert(before === undefined || (found.before ?? 0) < before, "a page goes on");
    before = found.before;
  } while (before !== undefined);
  return hits;
}

const places = (hits: readonly Hit[]) => hits.map(({ room, seq }) => `${room} ${seq}`);

export function searchContract(open: Open) {
  /** A test on a store of its own. */
  function on(name: string, run: (store: Store, opened: Opened) => Promise<void>) {
    it(name, async () => {
      await using opened = await open();
      await run(opened.store, opened);
    });
  }

  on("W16.1 W16.2 finds what is appended at once, newest first, with its places", async (store) => {
    await store.append([draft("a", "one fox"), draft("b", "a fox, a FOX"), draft("a", "none")]);
    const [newer, older] = (await search(store, "fox")).hits;
    const { ranges, ...message } = newer!;
    const [kept] = (await store.page("b", 9, PAGE)).messages;
    assertEquals([message, ranges], [kept as Message, [[2, 5], [9, 12]]]);
    assertEquals([older!.room, older!.seq, older!.ranges], ["a", 1, [[4, 7]]]);
    assertEquals(places(await all(store, "fox", { room: "a" })), ["a 1"]);
    assertEquals(await search(store, "dog"), { hits: [] });
    assertEquals(await search(store, "fox", { room: "nowhere" }), { hits: [] });
  });

  on("W16.2 finds a message by the text it has now, where that was written", async (store) => {
    await store.append<Draft>([
      ...drafts("a", 3),
      edit(1, "fox"),
      edit(1, "dog"),
      edit(2, "fox 2"),
    ]);
    await store.append([draft("a", "last fox"), edit(3, "fox")]);
    const hits = await all(store, "fox");
    assertEquals(places(hits), ["a 3", "a 7", "a 2"]);
    assertEquals([hits[0]!.text, hits[0]!.editedTs], ["fox", 2000]);
    assertEquals(places(await all(store, "1")), []);
    assertEquals(places(await all(store, "dog")), ["a 1"]);
  });

  on("W16.2 finds neither deleted texts nor what retention took", async (store) => {
    await store.append<Draft>([...drafts("a", 4, { text: "fox" }), edit(2, "a fox"), remove(2)]);
    assertEquals(places(await all(store, "fox")), ["a 4", "a 3", "a 1"]);
    // The edit is kept, and its message is not.
    await store.append<Draft>([edit(1, "old fox"), draft("a", "new fox")]);
    await retain(store, { messages: 5 });
    assertEquals(places(await all(store, "fox")), ["a 8", "a 4"]);
    await retain(store, { messages: 0 });
    assertEquals(places(await all(store, "fox")), []);
    await store.append(drafts("b", 2, { text: "fox" }));
    assertEquals(places(await all(store, "fox")), ["b 2", "b 1"]);
  });

  on("W16.2 looks only where the reach goes", async (store) => {
    const rooms = ["open", "team-a", "team-b", "@guest:ann,guest:bob", "@guest:bob,guest:carl"];
    await store.append(rooms.map((room) => draft(room, "fox")));
    await store.append([draft("open", "fox", { ts: 5000 }), draft("team-a", "fox", { ts: 5000 })]);
    const found = async (uid: string, rules: Reach["rules"], room?: RoomName) =>
      places(await all(store, "fox", { reach: { uid, rules }, ...(room && { room }) })).toSorted();
    const everywhere = { pattern: "*", from: 0 };
    assertEquals(await found("x", []), []);
    assertEquals(await found("guest:carl", []), ["@guest:bob,guest:carl 1"]);
    assertEquals(
      await found("guest:bob", [{ pattern: "team-*", from: 0 }, { pattern: "team-a", from: 4000 }]),
      ["@guest:ann,guest:bob 1", "@guest:bob,guest:carl 1", "team-a 2", "team-b 1"],
    );
    const but = [{ pattern: "team-a", from: Infinity }, everywhere, { pattern: "team-a", from: 0 }];
    assertEquals(await found("x", but), ["open 1", "open 2", "team-b 1"]);
    assertEquals(await found("x", but, "team-a"), []);
    assertEquals(await found("x", [everywhere], "@guest:bob,guest:carl"), []);
    // What is hidden stays so when it is edited.
    await store.append([{ ...edit(1, "foxes"), room: "team-a" }]);
    const from = [{ pattern: "team-a", from: 1500 }];
    assertEquals(places(await all(store, "foxes", { reach: { uid: "x", rules: from } })), []);
  });

  on("W16.1 ends a page where it is full, also by bytes, and goes on there", async (store) => {
    const long = "fox ".repeat(200);
    await store.append(drafts("a", 30, { text: long }));
    for (
      const size of [{ limit: 7, bytes: 1e9 }, { limit: 99, bytes: 6000 }, { limit: 9, bytes: 1 }]
    ) {
      const hits = await all(store, "fox", { size });
      assertEquals(hits.map(({ seq }) => seq), drafts("a", 30).map((_, index) => 30 - index));
      const [first] = [await search(store, "fox", { size })];
      assert(first!.hits.length <= size.limit && first!.hits.length > 0);
      assert(JSON.stringify(first!.hits).length <= size.bytes || first!.hits.length === 1);
    }
  });

  on("W16.3 finds in every script, phrases, beginnings, and around a NUL", async (store) => {
    const texts = ["今日は良い天気です", "สวัสดีครับ", "서울에서 만나요", "Grüße aus Köln", "x\0fox"];
    await store.append(texts.map((text) => draft("a", text)));
    const queries = ["天気", "天", "ครับ", "서울", '"aus koln"', "grus*", "gru*", "g*", "fox", "气"];
    const found = await Promise.all(queries.map((query) => all(store, query)));
    assertEquals(found.map((hits) => hits.map(({ seq }) => seq)), [
      ...[[1], [1], [2], [3], [4], [4], [4], [4], [5], []],
    ]);
  });

  on("W16.1 W16.2 finds as a model does, whatever was said and done", async (store) => {
    const word = fc.constantFrom("fox", "foxes", "Fo", "dög", "天", "天気", "1", "a.b");
    const text = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(" "));
    const room = fc.constantFrom("a", "b", "c");
    const of = fc.integer({ min: 1, max: 6 });
    const uid = fc.constantFrom("guest:ann", "guest:bob");
    const who = {
      room,
      epoch: fc.constant("e"),
      ts: fc.integer({ min: 1, max: 9 }),
      uid,
      user: uid,
    };
    const aDraft: fc.Arbitrary<Draft> = fc.oneof(
      { weight: 4, arbitrary: fc.record({ type: fc.constant("chat" as const), ...who, text }) },
      {
        weight: 2,
        arbitrary: fc.record({ type: fc.constant("edited" as const), ...who, of, text }),
      },
      { weight: 1, arbitrary: fc.record({ type: fc.constant("deleted" as const), ...who, of }) },
    );
    const query = fc.oneof(
      word,
      fc.tuple(word, word).map((two) => two.join(" ")),
      fc.tuple(word, word).map((two) => `"${two.join(" ")}"`),
      fc.constantFrom("f*", "fox*", "foxe*", "天*", "dog", '"fox 天*"'),
    );
    const made = fc.record({
      drafts: fc.array(aDraft, { maxLength: 40 }),
      queries: fc.array(query, { minLength: 1, maxLength: 4 }),
      from: fc.nat(9),
      limit: fc.integer({ min: 1, max: 5 }),
    });
    await runs(made, async ({ drafts, queries, from, limit }, prefix) => {
      const model = new Model();
      const order: [string, number][] = [];
      for (const one of drafts.map((one) => inRun(prefix, one))) {
        const [appended] = await store.append([one]);
        model.append(one);
        if (!appended || "refused" in appended || one.type === "deleted") continue;
        const place: [string, number] = [one.room, "of" in one ? one.of : appended.seq];
        const before = order.findIndex(([room, seq]) => room === place[0] && seq === place[1]);
        if (before !== -1) order.splice(before, 1);
        order.unshift(place);
      }
      const rules = [{ pattern: `${prefix}*`, from: 0 }, { pattern: `${prefix}b`, from }];
      const reach = { uid: "guest:ann", rules };
      for (const text of queries) {
        const expected = order.flatMap(([room, seq]) => {
          const [message] =
            model.page(room, seq + 1, { limit: 1, bytes: 1e9 }, "guest:ann").messages;
          const ranges = message!.seq === seq && message!.ts >= fromIn(reach, room) &&
            findIn(message!.text, parseQuery(text)!);
          return ranges ? [{ ...message!, ranges }] : [];
        });
        assertEquals(await all(store, text, { reach, size: { limit, bytes: 1e9 } }), expected);
      }
    });
  });
}
