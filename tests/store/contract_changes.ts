// What `append` and `page` promise of edits, deletions, reactions and topics.
import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import type { Body, Draft, Store } from "../../src/store/store.ts";
import type { Open } from "./contract.ts";
import { draft, drafts, EVERYTHING } from "./drafts.ts";
import { retain } from "./retaining.ts";

const MISSING = { refused: "missing" as const };
const FOREIGN = { refused: "foreign" as const };

/** A draft of the room "a" by ann, unless something else is said. */
function change(
  body: Body,
  more: { uid?: string; user?: string; ref?: string; ts?: number } = {},
): Draft {
  return { room: "a", epoch: "e1", ts: 2000, uid: "guest:ann", user: "ann", ...more, ...body };
}

const edit = (of: number, text: string) => ({ type: "edited" as const, of, text });
const react = (of: number, emoji: string, on = true) => ({
  type: "reaction" as const,
  of,
  emoji,
  on,
});
const remove = (of: number, isModerator = false) => ({ type: "deleted" as const, of, isModerator });

async function shown(store: Store, uid?: string) {
  const { messages } = await store.page("a", Infinity, EVERYTHING, uid);
  return messages.map(({ room: _, type: __, uid: ___, user: ____, ts: _____, ...rest }) => rest);
}

export function changesContract(open: Open) {
  it("W4.5 W5.10 shows the last text of a message and when it was edited", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append(drafts("a", 2));
    await store.append([change(edit(1, "once")), change(edit(1, "twice\0"), { ts: 3000 })]);
    assertEquals(await shown(store), [
      { seq: 1, text: "twice\0", editedTs: 3000 },
      { seq: 2, text: "2" },
    ]);
    const replayed = (await store.replay("a", 2, 4, EVERYTHING))!;
    assertEquals(replayed.map(({ type, seq }) => [type, seq]), [["edited", 3], ["edited", 4]]);
  });

  it("W4.5 W4.6 lets only the author edit, and the author or a moderator delete", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append(drafts("a", 3));
    const bob = { uid: "guest:bob" };
    const outcomes = await store.append([
      change(edit(1, "mine now"), bob),
      change(remove(1), bob),
      change(remove(2, true), bob),
      change(remove(3)),
    ]);
    const at = { epoch: "e1", ts: 2000, isNew: true };
    assertEquals(outcomes, [
      FOREIGN,
      FOREIGN,
      { ...at, seq: 4, author: "guest:ann" },
      { ...at, seq: 5 },
    ]);
    assertEquals(await shown(store), [
      { seq: 1, text: "1" },
      { seq: 2, text: "", deleted: true as const },
      { seq: 3, text: "", deleted: true as const },
    ]);
    assertEquals((await store.head("a"))!.seq, 5);
  });

  it("W4.9 refuses what is about nothing, and keeps the rest of the call", async () => {
    await using opened = await open();
    const { store } = opened;
    assertEquals(await store.append([change(edit(1, "x"))]), [MISSING]);
    assertEquals(await store.head("a"), undefined);
    const call: Draft[] = [
      draft("a", "1"),
      change(react(1, "👍")),
      change(edit(2, "of a reaction")),
      change(edit(4, "of what comes later")),
      change({ ...edit(1, "of what is hidden"), from: 1001 }),
      change(remove(1)),
      change(edit(1, "of what is deleted")),
      change(react(1, "👍", false)),
      change(remove(1)),
      draft("a", "last"),
    ];
    const outcomes = (await store.append(call)).map((one) => "seq" in one ? one.seq : one.refused);
    const refused = ["missing", "missing", "missing"];
    assertEquals(outcomes, [1, 2, ...refused, 3, ...refused, 4]);
    assertEquals((await store.replay("a", 0, 9, EVERYTHING))!.map(({ type }) => type), [
      "chat",
      "reaction",
      "deleted",
      "chat",
    ]);
  });

  it("W4.6 W4.2 empties the texts of a deleted message and its edits, in a replay too", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append([...drafts("a", 2), change(edit(1, "secret")), change(react(1, "👍"))]);
    await store.append([change(remove(1), { ref: "r" })]);
    const [chat, other, edited] = (await store.replay("a", 0, 3, EVERYTHING))!;
    const about = { room: "a", uid: "guest:ann", user: "ann" };
    const gone = { text: "", deleted: true as const };
    assertEquals(chat, { type: "chat", ...about, seq: 1, ts: 1000, ...gone });
    assertEquals(other, { type: "chat", ...about, seq: 2, ts: 1000, text: "2" });
    assertEquals(edited, { type: "edited", ...about, seq: 3, ts: 2000, of: 1, ...gone });
    assertEquals(await shown(store), [{ seq: 1, ...gone }, { seq: 2, text: "2" }]);
    const [again] = await store.append([change(remove(1), { ref: "r" })]);
    assertEquals(again, { epoch: "e1", seq: 5, ts: 2000, isNew: false });
  });

  it("W4.7 adds a reaction only where it changes something, and names what made it so", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append(drafts("a", 1));
    const outcomes = await store.append([
      change(react(1, "👍", false)),
      change(react(1, "👍")),
      change(react(1, "👍"), { ts: 9000, ref: "r" }),
      change(react(1, "👍"), { uid: "guest:bob" }),
      change(react(1, "👍", false)),
      change(react(1, "👍", false), { ts: 9000 }),
    ]);
    const at = (seq: number, ts: number, isNew: boolean) => ({ epoch: "e1", seq, ts, isNew });
    assertEquals(outcomes, [
      at(1, 1000, false),
      at(2, 2000, true),
      at(2, 2000, false),
      at(3, 2000, true),
      at(4, 2000, true),
      at(4, 2000, false),
    ]);
  });

  it("W5.10 counts reactions in the order in which they appeared, and knows the asker's", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append(drafts("a", 2));
    const ann = { uid: "guest:ann", user: "ann" };
    const bob = { uid: "guest:bob", user: "bob" };
    const said = [react(1, "b"), react(1, "a"), react(1, "c"), react(2, "x")];
    await store.append(said.map((one) => change(one)));
    // "b" goes on with bob; "a" goes and comes again, after the others.
    await store.append([change(react(1, "b"), bob), change(react(1, "b", false))]);
    await store.append([change(react(1, "a", false)), change(react(1, "a"), bob)]);
    const counted = (uid: string | undefined) => [
      { emoji: "b", count: 1, mine: uid === "guest:bob", users: [bob] },
      { emoji: "c", count: 1, mine: uid === "guest:ann", users: [ann] },
      { emoji: "a", count: 1, mine: uid === "guest:bob", users: [bob] },
    ];
    for (const uid of ["guest:ann", "guest:bob", "guest:eve", undefined]) {
      const [message] = await shown(store, uid);
      assertEquals(message, { seq: 1, text: "1", reactions: counted(uid) });
    }
  });

  it("W5.10 names the first five who react, by the names they had then", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append(drafts("a", 1));
    const who = (id: number, user = `name ${id}`) => ({ uid: `guest:${id}`, user });
    const named = async () => {
      const [message] = await shown(store, "guest:7");
      return message!.reactions!.map(({ count, users }) => [count, ...users]);
    };
    // The last of the alphabet comes first.
    for (const id of [7, 6, 5, 4, 3, 2]) await store.append([change(react(1, "a"), who(id))]);
    assertEquals(await named(), [[6, who(7), who(6), who(5), who(4), who(3)]]);
    await store.append([change(react(1, "a", false), who(6))]);
    assertEquals(await named(), [[5, who(7), who(5), who(4), who(3), who(2)]]);
    // Who comes back stands last, and is called as they are now.
    await store.append([change(react(1, "a"), who(6, "six"))]);
    await store.append([change(react(1, "a", false), who(7))]);
    assertEquals(await named(), [[5, who(5), who(4), who(3), who(2), who(6, "six")]]);
  });

  it("W4.7 refuses the 33rd emoji on a message, until one of them is taken back", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append(drafts("a", 2));
    const emoji = Array.from({ length: 32 }, (_, index) => `e${index}`);
    await store.append(emoji.map((one) => change(react(1, one))));
    const bob = { uid: "guest:bob" };
    const [many, known, other] = await store.append([
      change(react(1, "one more"), bob),
      change(react(1, "e7"), bob),
      change(react(2, "one more"), bob),
    ]);
    assertEquals(many, { refused: "many" });
    assertEquals([known, other].map((one) => "isNew" in one! && one.isNew), [true, true]);
    await store.append([change(react(1, "e3", false))]);
    const [fits] = await store.append([change(react(1, "one more"), bob)]);
    assertEquals("isNew" in fits! && fits.isNew, true);
  });

  it("W4.8 keeps the last topic, as the head, the list and the page say it", async () => {
    await using opened = await open();
    const { store } = opened;
    const topic = (text: string) => change({ type: "topic", text });
    await store.append([topic("one"), topic("two")]);
    assertEquals(await store.head("a"), { epoch: "e1", seq: 2, first: 1, topic: "two" });
    assertEquals(await store.active(0, 9), [{ room: "a", seq: 2, topic: "two" }]);
    const page = await store.page("a", Infinity, EVERYTHING);
    assertEquals(page, { messages: [], more: false, seq: 2, topic: "two" });
    await retain(store, { messages: 0 });
    assertEquals((await store.head("a"))!.topic, "two");
    await store.append([topic("")]);
    assertEquals((await store.head("a"))!.topic, "");
  });

  it("W5.8 pages messages alone, and says whether older messages are kept", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append([change({ type: "topic", text: "t" }), ...drafts("a", 2)]);
    await store.append(Array.from({ length: 9 }, (_, n) => change(react(2, `e${n}`))));
    const paged = async (before: number, limit: number) => {
      const { messages, more, seq } = await store.page("a", before, { ...EVERYTHING, limit });
      return [messages.map((message) => message.seq), more, seq];
    };
    assertEquals(await paged(100, 2), [[2, 3], false, 12]);
    assertEquals(await paged(100, 1), [[3], true, 12]);
    assertEquals(await paged(3, 1), [[2], false, 12]);
    assertEquals(await paged(2, 1), [[], false, 12]);
  });

  it("W14.3 what retention cut can't be changed, and a seq that comes after is not changed", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append([...drafts("a", 2), change(edit(1, "x")), change(react(1, "👍"))]);
    await store.append(drafts("a", 1));
    await retain(store, { messages: 2 });
    const late = [change(edit(1, "y")), change(react(2, "👍"))];
    assertEquals(await store.append(late), [MISSING, MISSING]);
    assertEquals(await shown(store), [{ seq: 5, text: "1" }]);
    assertEquals((await store.replay("a", 3, 9, EVERYTHING))!.map(({ seq }) => seq), [4, 5]);
  });
}
