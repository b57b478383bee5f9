import { assertEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { entryOf } from "../src/entry.ts";
import type { Entry, UserId } from "../src/protocol.ts";
import { MemoryStore } from "../src/store/memory.ts";
import { fold } from "../static/chat.js";
import { fuzz } from "./core/fuzz.ts";
import { aDraft } from "./store/contract_model.ts";
import { EVERYTHING } from "./store/drafts.ts";

const ME = "guest:1" as UserId;
const NOTHING = { seq: 0, messages: [], topic: "" };

describe("fold", () => {
  it("W5.10 a page and all later entries make what all entries make, and a later page is", async () => {
    const drafts = fc.array(aDraft.map((draft) => ({ ...draft, room: "a" })), {
      maxLength: 30,
      size: "max",
    });
    await fuzz(
      fc.asyncProperty(drafts, fc.nat(30), fc.boolean(), async (said, count, isReplayed) => {
        const store = new MemoryStore();
        const live: Entry[] = [];
        const append = async (some: typeof said) => {
          for (const draft of some) {
            const [outcome] = await store.append([draft]);
            if ("isNew" in outcome! && outcome.isNew) live.push(entryOf(draft, outcome));
          }
        };
        const page = async () => {
          const { messages, seq, topic } = await store.page("a", Infinity, EVERYTHING, ME);
          return { messages, seq, topic };
        };
        await append(said.slice(0, count));
        const early = await page();
        await append(said.slice(count));
        const late = await page();
        const entries = isReplayed ? (await store.replay("a", 0, Infinity, EVERYTHING))! : live;
        const folded = (from: typeof early, some: Entry[]) =>
          some.reduce((known, entry) => fold(known, entry, ME), from as Parameters<typeof fold>[0]);
        assertEquals(folded(NOTHING, entries), late);
        assertEquals(folded(early, entries.slice(early.seq)), late);
        // Those that the page knows already change nothing.
        assertEquals(folded(early, entries), late);
      }),
      3,
    );
  });

  it("W5.10 leaves what it was given as it was", () => {
    const about = { room: "a", ts: 1, uid: ME, user: "ann" };
    const chat: Entry = { type: "chat", ...about, seq: 1, text: "hi" };
    const first = fold(NOTHING, chat, ME);
    const second = fold(first, { type: "edited", ...about, seq: 2, of: 1, text: "ho" }, ME);
    assertEquals(first, { seq: 1, messages: [chat], topic: "" });
    assertEquals(second.messages, [{ ...chat, text: "ho", editedTs: 1 }]);
    assertStrictEquals(fold(second, chat, ME), second);
  });

  it("W5.10 changes nothing but the seq for what is not held", () => {
    const known = { seq: 9, messages: [] };
    const about = { room: "a", ts: 1, uid: ME, user: "ann", seq: 10, of: 3 };
    assertEquals(fold(known, { type: "deleted", ...about }, ME), { seq: 10, messages: [] });
  });
});
