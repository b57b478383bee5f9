// What `MarkStore` promises: markers, mentions, what is unread, and direct conversations.
import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import type { Mark } from "../../src/store/store.ts";
import type { Open } from "./contract.ts";
import { draft, drafts } from "./drafts.ts";
import { retain } from "./retaining.ts";

const ADA = "guest:ada";
const BOB = "guest:bob";
const mark = (seq: number, more: Partial<Mark> = {}): Mark => {
  return { uid: ADA, user: "ada", room: "a", seq, at: 1000, ...more };
};
const byBob = { uid: BOB, user: "bob" };

export function marksContract(open: Open) {
  it("W10.10 a marker only grows, is of one user in one room, and never above the head", async () => {
    await using opened = await open();
    const { store } = opened;
    assertEquals(await store.marks.marker(ADA, "a"), 0);
    await store.append([...drafts("a", 5), ...drafts("b", 5)]);
    await store.marks.mark([mark(3), mark(2), mark(1, { room: "b" }), mark(4, byBob)]);
    await store.marks.mark([mark(1)]);
    assertEquals(await store.marks.marker(ADA, "a"), 3);
    assertEquals(await store.marks.marker(ADA, "b"), 1);
    assertEquals(await store.marks.marker(BOB, "a"), 4);
    assertEquals(await store.marks.marker(ADA, "never"), 0);
    await store.marks.mark([mark(9)]);
    assertEquals(await store.marks.marker(ADA, "a"), 5);
    await store.marks.mark([]);
  });

  it("W10.11 counts nothing that retention took", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append(drafts("a", 10));
    await store.marks.mark([mark(2)]);
    await store.append(drafts("a", 5, { ...byBob, mentions: [ADA] }));
    await retain(store, { messages: 3 });
    const count = () => store.marks.unread(ADA, [{ room: "a" }]);
    assertEquals(await count(), [{ unread: 3, mentions: 3 }]);
    await retain(store, { since: 5000 });
    assertEquals(await count(), [{ unread: 0, mentions: 0 }]);
    assertEquals(await store.marks.marker(ADA, "a"), 2);
    await store.marks.mark([mark(15)]);
    assertEquals(await store.marks.marker(ADA, "a"), 15);
  });

  it("W14.2 a marker in a room without entries leaves nothing", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.marks.mark([mark(3, { room: "never" })]);
    assertEquals(await store.marks.marker(ADA, "never"), 0);
    assertEquals(await store.head("never"), undefined);
  });

  it("W10.12 gives those who read a room, the latest first, by their last name", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append(drafts("a", 5));
    await store.marks.mark([mark(3, { at: 3 }), mark(4, { ...byBob, at: 2 })]);
    await store.marks.mark([mark(1, { uid: "x y", user: "X", at: 1 })]);
    const names = async (limit: number) =>
      (await store.marks.readers("a", limit)).map(({ uid, user }) => `${uid} ${user}`);
    assertEquals(await names(9), [`${ADA} ada`, `${BOB} bob`, "x y X"]);
    await store.marks.mark([mark(1, { ...byBob, user: "new", at: 9 })]);
    assertEquals(await names(2), [`${BOB} new`, `${ADA} ada`]);
    assertEquals(await store.marks.readers("b", 9), []);
    assertEquals([await store.marks.knows(ADA), await store.marks.knows("nobody")], [true, false]);
  });

  it("W10.11 counts what others said after the marker, to a hundred", async () => {
    await using opened = await open();
    const { store } = opened;
    const { marks } = store;
    await store.append([...drafts("a", 3, byBob), ...drafts("a", 2, { uid: ADA, user: "ada" })]);
    const count = (after?: number, first?: number) =>
      marks.unread(ADA, [{
        room: "a",
        ...(after !== undefined && { after }),
        ...(first !== undefined && { first }),
      }]);
    assertEquals(await count(), [undefined]);
    assertEquals(await count(0), [{ unread: 3, mentions: 0 }]);
    assertEquals(await count(1), [{ unread: 2, mentions: 0 }]);
    await marks.mark([mark(2)]);
    assertEquals(await count(), [{ unread: 1, mentions: 0 }]);
    assertEquals(await count(1), [{ unread: 1, mentions: 0 }]);
    assertEquals(await count(0, 4), [{ unread: 0, mentions: 0 }]);
    await store.append(drafts("a", 150, byBob));
    assertEquals(await count(), [{ unread: 100, mentions: 0 }]);
    assertEquals(await count(100), [{ unread: 55, mentions: 0 }]);
    const rooms = [{ room: "none", after: 0 }, { room: "a" }, { room: "none" }];
    assertEquals(await marks.unread(ADA, rooms), [
      { unread: 0, mentions: 0 },
      { unread: 100, mentions: 0 },
      undefined,
    ]);
  });

  it("W10.11 counts what was said and is there still, nothing else", async () => {
    await using opened = await open();
    const { store } = opened;
    const by = { room: "a", epoch: "e", ts: 2000, ...byBob };
    await store.append(drafts("a", 3, byBob));
    await store.marks.mark([mark(1)]);
    await store.append([
      { type: "edited", ...by, of: 3, text: "changed" },
      { type: "reaction", ...by, of: 3, emoji: "👍", on: true },
      { type: "topic", ...by, text: "a topic" },
      { type: "deleted", ...by, of: 2 },
    ]);
    assertEquals(await store.marks.unread(ADA, [{ room: "a" }]), [{ unread: 1, mentions: 0 }]);
  });

  it("W10.11 counts no mention in what was deleted, and each in what was edited, once", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append(drafts("a", 1, byBob));
    await store.marks.mark([mark(1)]);
    await store.append(drafts("a", 6, { ...byBob, mentions: [ADA] }));
    const by = { room: "a", epoch: "e", ts: 2000, ...byBob };
    await store.append([
      { type: "edited", ...by, of: 2, text: "changed" },
      { type: "deleted", ...by, of: 3 },
      { type: "deleted", ...by, of: 7 },
    ]);
    const count = () => store.marks.unread(ADA, [{ room: "a" }]);
    assertEquals(await count(), [{ unread: 4, mentions: 4 }]);
    await store.append(drafts("a", 150, { ...byBob, mentions: [ADA] }));
    assertEquals((await count())[0]!.mentions, 100);
    await retain(store, { messages: 2 });
    assertEquals(await count(), [{ unread: 2, mentions: 2 }]);
  });

  it("W10.12 keeps mentions with their entry until they are read, the newest hundred", async () => {
    await using opened = await open();
    const { store } = opened;
    const { marks } = store;
    const mentioned = async (uid = ADA, room = "a") =>
      (await marks.unread(uid, [{ room, after: 0 }]))[0]!.mentions;
    const both = { ...byBob, mentions: [ADA, "x y", "never"], ref: "r" };
    await store.append([draft("a", "0")]);
    await marks.mark([mark(1), mark(1, { uid: "x y" }), mark(1, byBob)]);
    await store.append([draft("a", "1", both), draft("a", "again", both), draft("a", "2")]);
    await store.append([draft("a", "3", { ...byBob, mentions: [ADA] })]);
    assertEquals([await mentioned(), await mentioned("x y"), await mentioned(BOB)], [2, 1, 0]);
    assertEquals(await mentioned("never"), 0);
    await marks.mark([mark(2)]);
    assertEquals([await mentioned(), await mentioned("x y")], [1, 1]);
    await store.append(drafts("a", 350, { ...byBob, mentions: [ADA] }));
    assertEquals(await mentioned(), 100);
    await marks.mark([mark(301)]);
    assertEquals(await mentioned(), 53);
    await marks.mark([mark(354)]);
    assertEquals([await mentioned(), await mentioned("x y"), await mentioned(ADA, "b")], [0, 1, 0]);
  });

  it("W10.13 W10.1 lists a user's direct conversations apart from rooms, newest first", async () => {
    await using opened = await open();
    const { store } = opened;
    const [ab, ac, odd] = [`@${ADA},${BOB}`, `@${ADA},guest:carol`, "@a:b,guest:ada"];
    const HOUR = 3_600_000;
    await store.append([draft(ab, "1", { ts: HOUR }), draft("a", "1", { ts: HOUR })]);
    await store.append([draft(ac, "1", { ts: 9 * HOUR }), draft(odd, "1", { ts: 5 * HOUR })]);
    await store.append([draft(ab, "2", { ts: 7 * HOUR })]);
    const listed = async (uid: string, limit = 9) =>
      (await store.marks.direct(uid, limit)).map(({ room, seq }) => `${room} ${seq}`);
    const named = async (uid: string) => (await store.marks.direct(uid, 9)).map(({ user }) => user);
    assertEquals(await listed(ADA), [`${ac} 1`, `${ab} 2`, `${odd} 1`]);
    assertEquals(await listed(ADA, 1), [`${ac} 1`]);
    assertEquals(await named(ADA), [undefined, undefined, undefined]);
    const mark = { uid: BOB, user: "Bob", room: "a", seq: 1, at: HOUR };
    await store.marks.mark([mark, { ...mark, room: ab, user: "Bobby", at: 2 * HOUR }]);
    assertEquals(await named(ADA), [undefined, "Bobby", undefined]);
    assertEquals([await listed(BOB), await listed("a:b")], [[`${ab} 2`], [`${odd} 1`]]);
    assertEquals(await listed("guest"), []);
    assertEquals((await store.active(0, 9)).map(({ room }) => String(room)), ["a"]);
  });
}
