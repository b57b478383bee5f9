// What `append` promises of order, time and content.
import { assert, assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import type { Open } from "./contract.ts";
import { draft, drafts, entryOf, EVERYTHING, seqs } from "./drafts.ts";
import { texts } from "../harness/visitor.ts";

const TEXTS = [
  "plain",
  " leading and trailing \t",
  "line\nbreaks\r\nand\u2028more",
  `quotes ' " \` and \\ and '' and ";--`,
  "'); drop table log; --",
  "nothing\0in the middle",
  "\0",
  "ends with\0",
  "\ufeffa mark first",
  "\ufeff\0",
  "Ελληνικά Кириллица עברית العربية हिन्दी ไทย 中文 日本語 한국어 ქართული",
  "👍🏽 👩‍👩‍👧‍👦 🏳️‍🌈 🇪🇪 \u{10ffff}",
  "e\u0301 is not \u00e9",
  "\u202eright to left\u202c \ufeff\u200b",
  "%s %d {0} $1 ? ?1 :name @name",
];

export function appendContract(open: Open) {
  it("P2 W4.1 gives each room its own seqs, gapless from 1, many rooms in one call", async () => {
    await using opened = await open();
    const { store } = opened;
    const mixed = ["a", "b", "a", "c", "b", "a"].map((room) => draft(room, `in ${room}`));
    assertEquals(seqs(await store.append(mixed)), [1, 1, 2, 1, 2, 3]);
    assertEquals(seqs(await store.append(mixed)), [4, 3, 5, 2, 4, 6]);
    const { messages } = await store.page("a", 100, EVERYTHING);
    assertEquals(seqs(messages), [1, 2, 3, 4, 5, 6]);
  });

  it("P2 keeps the order of a call of thousands of drafts in hundreds of rooms", async () => {
    await using opened = await open();
    const { store } = opened;
    const rooms = Array.from({ length: 300 }, (_, index) => `room-${index}`);
    const said = Array.from({ length: 3000 }, (_, n) => draft(rooms[(n * 7) % 300]!, String(n)));
    const appended = await store.append(said);
    assertEquals(appended.every(({ isNew }) => isNew), true);
    for (const room of rooms) {
      const { messages } = await store.page(room, 100, EVERYTHING);
      const expected = said.filter((one) => one.room === room).map(({ text }) => text);
      assertEquals(messages.map(({ text }) => text), expected);
      assertEquals(seqs(messages), expected.map((_, index) => index + 1));
    }
  });

  it("P2 stays gapless when calls are made before earlier ones are done", async () => {
    await using opened = await open();
    const { store } = opened;
    const calls = Array.from({ length: 10 }, () => store.append(drafts("busy", 5)));
    const all = seqs((await Promise.all(calls)).flat());
    assertEquals(all.toSorted((a, b) => a - b), Array.from({ length: 50 }, (_, n) => n + 1));
  });

  it("does nothing when there is nothing to append", async () => {
    await using opened = await open();
    assertEquals(await opened.store.append([]), []);
  });

  it("W14.1 keeps the epoch of a log's first entry", async () => {
    await using opened = await open();
    const { store } = opened;
    const first = [draft("a", "1", { epoch: "first" }), draft("a", "2", { epoch: "second" })];
    const epochs = (await store.append(first)).map(({ epoch }) => epoch);
    assertEquals(epochs, ["first", "first"]);
    const [later] = await store.append([draft("a", "3", { epoch: "third" })]);
    assertEquals(later!.epoch, "first");
    const [other] = await store.append([draft("b", "1", { epoch: "third" })]);
    assertEquals(other!.epoch, "third");
  });

  it("W4.1 never gives an entry a smaller ts than the one before it in its room", async () => {
    await using opened = await open();
    const { store } = opened;
    const at = (ts: number) => draft("a", `at ${ts}`, { ts });
    const times = async (...given: number[]) =>
      (await store.append(given.map(at))).map(({ ts }) => ts);
    assertEquals(await times(5000, 4000, 6000), [5000, 5000, 6000]);
    assertEquals(await times(1, 7000), [6000, 7000]);
    const { messages } = await store.page("a", 100, EVERYTHING);
    assertEquals(messages.map(({ ts }) => ts), [5000, 5000, 6000, 6000, 7000]);
    const [other] = await store.append([draft("b", "of another room", { ts: 3000 })]);
    assertEquals(other!.ts, 3000);
  });

  it("W4.1 W4.2 gives an entry back with all that it was given, and nothing else", async () => {
    await using opened = await open();
    const { store } = opened;
    const said = [
      draft("a", "first", { ref: "r-1" }),
      draft("a", "answer", { uid: "guest:bob x", user: "Bób 👋", replyTo: 1 }),
    ];
    const appended = await store.append(said);
    const expected = said.map((one, index) => entryOf(one, appended[index]!));
    assertEquals((await store.page("a", 100, EVERYTHING)).messages, expected);
    assertEquals(await store.replay("a", 0, 2, EVERYTHING), expected);
    assertEquals(expected.map((entry) => "ref" in entry || "epoch" in entry), [false, false]);
  });

  it("P1 gives texts of every script, emoji, NUL and quotes back as they came", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append(TEXTS.map((text) => draft("a", text)));
    assertEquals(texts((await store.page("a", 100, EVERYTHING)).messages), TEXTS);
    assertEquals(texts((await store.replay("a", 0, TEXTS.length, EVERYTHING))!), TEXTS);
  });

  it("P1 gives a text of a megabyte back as it came", async () => {
    await using opened = await open();
    const { store } = opened;
    const texts = ["x".repeat(1_000_000), "😀\0".repeat(200_000)];
    await store.append(texts.map((text) => draft("a", text)));
    const { messages } = await store.page("a", 100, EVERYTHING);
    // Not assertEquals: it would print both when they differ.
    assert(messages.every(({ text }, index) => text === texts[index]));
  });

  it("keeps apart rooms whose names differ in case, in marks or by what SQL would match", async () => {
    await using opened = await open();
    const { store } = opened;
    const rooms = ["room", "Room", "röom", "ro_m", "ro%m", "room.", "комната", "部屋"];
    const appended = await store.append(rooms.map((room) => draft(room, `in ${room}`)));
    assertEquals(seqs(appended), rooms.map(() => 1));
    for (const room of rooms) {
      const { messages } = await store.page(room, 100, EVERYTHING);
      assertEquals(messages.map(({ room, text }) => [room, text]), [[room, `in ${room}`]]);
    }
  });
}
