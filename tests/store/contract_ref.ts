// What `append` promises of a retry.
import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import type { Open } from "./contract.ts";
import { draft, drafts, EVERYTHING, seqs } from "./drafts.ts";

export function refContract(open: Open) {
  it("P4 W7.2 adds nothing for a ref used earlier in the same call", async () => {
    await using opened = await open();
    const { store } = opened;
    const appended = await store.append([
      draft("a", "kept", { ref: "r-1", ts: 1 }),
      draft("a", "between", { ts: 2 }),
      draft("a", "ignored", { ref: "r-1", ts: 3 }),
      draft("a", "after", { ts: 4 }),
    ]);
    assertEquals(appended[2], { ...appended[0]!, isNew: false });
    assertEquals(appended.map(({ isNew }) => isNew), [true, true, false, true]);
    assertEquals(seqs(appended), [1, 2, 1, 3]);
    const { messages } = await store.page("a", 100, EVERYTHING);
    assertEquals(messages.map(({ text }) => text), ["kept", "between", "after"]);
  });

  it("P4 W7.2 gives a later retry the position it got then, however often", async () => {
    await using opened = await open();
    const { store } = opened;
    const [first] = await store.append([draft("a", "kept", { ref: "r-1", ts: 5000 })]);
    await store.append(drafts("a", 3, { ts: 6000 }));
    for (const ts of [7000, 8000]) {
      const retry = draft("a", "ignored", { ref: "r-1", ts, user: "renamed", epoch: "e2" });
      assertEquals(await store.append([retry]), [{ ...first!, isNew: false }]);
    }
    assertEquals((await store.head("a"))!.seq, 4);
    const [next] = await store.append([draft("a", "next", { ts: 6000 })]);
    assertEquals(next, { epoch: "e1", seq: 5, ts: 6000, isNew: true });
  });

  it("P4 adds nothing in a call of retries alone", async () => {
    await using opened = await open();
    const { store } = opened;
    const said = ["r-1", "r-2", "r-3"].map((ref) => draft("a", ref, { ref }));
    const first = await store.append(said);
    const again = await store.append([...said, ...said]);
    const known = first.map((one) => ({ ...one, isNew: false }));
    assertEquals(again, [...known, ...known]);
    assertEquals((await store.page("a", 100, EVERYTHING)).messages.length, 3);
  });

  it("W7.2 takes the ref of another user for a new one", async () => {
    await using opened = await open();
    const { store } = opened;
    const users = ["guest:ann", "guest:bob", "guest:ann ", "Guest:ann"];
    const appended = await store.append(users.map((uid) => draft("a", uid, { uid, ref: "r-1" })));
    assertEquals(seqs(appended), [1, 2, 3, 4]);
    assertEquals(appended.every(({ isNew }) => isNew), true);
  });

  it("W7.2 takes the ref of another room for a new one", async () => {
    await using opened = await open();
    const { store } = opened;
    const said = ["a", "b"].map((room) => draft(room, room, { ref: "r-1" }));
    assertEquals((await store.append(said)).map(({ isNew }) => isNew), [true, true]);
    assertEquals((await store.append(said)).map(({ isNew }) => isNew), [false, false]);
  });

  it("W7.2 tells refs apart that differ in case or in their last character", async () => {
    await using opened = await open();
    const { store } = opened;
    const refs = ["abc-1", "ABC-1", "abc-10", "abc-", "!\"#$%&'()*+,-./~", "x".repeat(64)];
    const appended = await store.append(refs.map((ref) => draft("a", ref, { ref })));
    assertEquals(seqs(appended), [1, 2, 3, 4, 5, 6]);
  });

  it("W7.1 adds the same text again and again where there is no ref", async () => {
    await using opened = await open();
    const { store } = opened;
    const same = draft("a", "the same");
    assertEquals(seqs(await store.append([same, same])), [1, 2]);
    assertEquals(seqs(await store.append([same])), [3]);
  });
}
