// The reader's place in the log: what leads from it, and what leaves it where it is.
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertFalse,
  assertGreater,
  assertLess,
} from "@std/assert";
import { startServer } from "../harness/server.ts";
import { say } from "../harness/visitor.ts";
import { NO_CONNECTION, REFUSED } from "./faults.ts";
import { fill, UNHURRIED } from "./fill.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";
import { openWire } from "./wire.ts";

/** A message may move so far on the screen while the reader does not. */
const STILL_PX = 2;
const LONG = "line\n".repeat(60);
/** In the page: keeps all that rows say from now on. */
const KEEP_SPEECH = `globalThis.speech = new Set();
new MutationObserver(() => {
  for (const { textContent } of document.querySelectorAll(".speech")) speech.add(textContent);
}).observe(document.querySelector("#log"), { childList: true, subtree: true });`;

it("the page keys scroll the log from wherever one is in the room", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using _ = await fill(server, 120);
  const ines = await visit.enter("Ines");
  const { page } = ines;
  const places: [string, () => Promise<unknown>][] = [
    ["an empty box", () => ines.box.focus()],
    ["a line", () => ines.box.fill("a line")],
    ["many lines", () => ines.box.fill(LONG)],
    ["a button of the room", () => page.locator("#bell").focus()],
    ["the log", () => ines.log.focus()],
    ["nothing", () => page.evaluate("document.activeElement.blur()")],
  ];
  const viewPx = () => ines.log.evaluate((log: { clientHeight: number }) => log.clientHeight);
  for (const [name, go] of places) {
    await go();
    await ines.frame();
    const held = await focused(ines);
    await page.keyboard.press("PageUp");
    await ines.frame();
    const up = await ines.toEndPx();
    assertGreater(up, await viewPx() / 2, name);
    assertLess(up, await viewPx(), name);
    await ines.pill.waitFor();
    await page.keyboard.press("PageDown");
    await ines.frame();
    assertLess(await ines.toEndPx(), 1, name);
    assertEquals(await focused(ines), held, name);
  }
});

it("the page keys scroll nothing where they select, or where something lies over the log", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using _ = await fill(server, 120);
  const ines = await visit.enter("Ines");
  const { page } = ines;
  const stays = async (name: string, ...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
    await ines.frame();
    assertLess(await ines.toEndPx(), 1, name);
  };
  await ines.box.fill("one\ntwo\nthree");
  await stays("selecting", "Shift+PageUp");
  const range = "[document.activeElement.selectionStart, document.activeElement.selectionEnd]";
  assertEquals(await page.evaluate(range), [0, 13]);
  await ines.box.fill("");

  await page.locator("#help").click();
  await page.getByRole("dialog", { name: "Help" }).waitFor();
  await stays("a dialog", "PageUp");
  await page.evaluate("document.activeElement.blur()");
  await stays("a dialog without the focus", "PageUp");
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });

  await page.locator("#face").click();
  await page.locator("dialog.popup").waitFor();
  await stays("a popup", "PageUp");
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });

  await ines.box.focus();
  await page.keyboard.type(":tad");
  await page.locator("#choices").waitFor();
  await stays("a list to choose from", "PageUp");
  await page.keyboard.press("Escape");
  await ines.box.fill("");

  await page.locator("#search-text").focus().catch(() => {});
  await page.setViewportSize({ width: 800, height: 800 });
  await ines.frame();
  await page.locator("#people-toggle").click();
  await page.evaluate("document.activeElement.blur()");
  await stays("a column over the room", "PageUp");
});

it("W5.4 after a gap one is where one was, in what is as it is now, and all that was missed follows", async () => {
  await using server = await startServer({ ...UNHURRIED, RESUME_LIMIT: "20" });
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  await using ruth = await fill(server, 120);
  const ines = await visit.enter("Ines", { expected: [NO_CONNECTION] });
  await ines.scroll({ fromTop: 0 });
  await ines.sees("21");
  // Somewhere in the midst: more is held before it, and after it.
  await page(ines, "PageUp");
  const top = await topText(ines);
  const before = await ines.topPx(ines.speech(top));
  wire.cut();
  await ines.status(/^Reconnecting in|^Trying now/);
  ruth.send({ type: "edit", room: "general", of: Number(top) + 2, text: "changed", ref: "e" });
  ruth.send({ type: "delete", room: "general", of: 22, ref: "d" });
  await ruth.until((message) => message.type === "ack" && message.ref === "d");
  await using _ = await fill(server, 200, { username: "Mara", text: (n) => `${n + 120}` });
  wire.mend();
  await ines.isBack();
  await ines.shows("#pill-text", "202 new messages");
  await ines.shows(".speech", /^\s*changed/);
  await ines.shows(".stage-row", /A message of Ruth was deleted\./);
  await ines.frame();
  assertAlmostEquals(await ines.topPx(ines.speech(top)), before, STILL_PX);

  await ines.scroll({ fromEnd: 0 });
  await ines.shows(".unread-row .unread-count", "202 new");
  // Two of the entries are no messages.
  for (const newest of [168, 218, 268, 318, 320]) {
    await ines.sees(`${newest}`);
    await ines.scroll({ fromEnd: 0 });
  }
  await ines.pill.waitFor({ state: "hidden" });
  const numbers = (await ines.timeline()).map((line) => Number(line.split(": ")[1]));
  const to = numbers.length - 1;
  assertEquals(numbers.slice(to - 199), Array.from({ length: 200 }, (_, n) => n + 121));
});

it("W5.4 after a gap who was at the end finds the newest page, from what is unread on", async () => {
  await using server = await startServer({ ...UNHURRIED, RESUME_LIMIT: "20" });
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  await using _ = await fill(server, 120);
  const ines = await visit.enter("Ines", { expected: [NO_CONNECTION] });
  wire.cut();
  await ines.status(/^Reconnecting in|^Trying now/);
  await using _mara = await fill(server, 40, { username: "Mara", text: (n) => `new ${n}` });
  wire.mend();
  await ines.isBack();
  await ines.sees("new 40");
  await ines.shows(".unread-row .unread-count", "40 new");
  await ines.shows("#pill-text", "40 new messages");
  assertGreater(await ines.topPx(ines.page.locator(".unread-row")), 0);
});

it("W5.4 after a gap one goes on writing a message anew, and what one deleted stays away", async () => {
  await using server = await startServer({ ...UNHURRIED, RESUME_LIMIT: "20" });
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  const ines = await visit.enter("Ines", { expected: [NO_CONNECTION] });
  const { keyboard } = ines.page;
  for (const text of ["a slip", "Mornig."]) {
    await ines.say(text);
    await ines.seesSent(text);
  }
  // As behind a proxy that lets pages and their parts through, but no sockets.
  wire.calm();
  await ines.status(/^Reconnecting in/);
  await ines.speech("a slip").press("Delete");
  const dialog = ines.page.getByRole("dialog", { name: "Delete this message?" });
  await dialog.getByRole("button", { name: "Delete", exact: true }).click();
  await ines.speech("a slip").waitFor({ state: "detached" });
  await ines.speech("Mornig.").press("e");
  const editor = ines.page.locator(".editor textarea");
  await editor.waitFor();
  for (let presses = 0; presses < 2; presses++) await keyboard.press("ArrowLeft");
  await using _ = await fill(server, 30, { username: "Mara", text: (n) => `new ${n}` });
  await ines.page.evaluate(KEEP_SPEECH);
  wire.mend();
  await ines.isBack();
  await ines.sees("new 30");
  assertFalse(await ines.page.evaluate("globalThis.speech.has('a slip')"));
  await keyboard.type("n");
  assertEquals(await editor.inputValue(), "Morning.");
  await keyboard.press("Enter");
  await ines.seesSent("Morning. edited");
});

it("W5.4 where one was in a log that is another now is no place: after a gap the newest page is there", async () => {
  const env = { ...UNHURRIED, RESUME_LIMIT: "20" };
  await using first = await startServer(env);
  await using second = await startServer(env);
  await using wire = openWire(first);
  await using visit = await openVisit(wire.url);
  await using _first = await fill(first, 120);
  const ines = await visit.enter("Ines", { expected: [NO_CONNECTION, REFUSED] });
  const room = (name: string) => ines.page.locator("#rooms a", { hasText: name });
  await ines.scroll({ fromEnd: 500 });
  await ines.pill.waitFor();
  await room("random").click();
  await ines.shows("#room-name", "random");

  await using ruth = await fill(second, 120);
  wire.cut();
  await ines.status(/^Reconnecting in|^Trying now/);
  wire.leadTo(second);
  await ines.isBack();
  await ruth.until((it) => it.type === "presence" && it.joined.some(({ user }) => user === "Ines"));
  await say(ruth, "before the gap");
  await ines.shows("#rooms a.unread", /general/);

  wire.cut();
  await ines.status(/^Reconnecting in|^Trying now/);
  await using _mara = await fill(second, 200, { username: "Mara", text: (n) => `new ${n}` });
  wire.mend();
  await ines.isBack();
  await ines.shows("#rooms a.unread", /99\+/);
  await room("general").click();
  await ines.sees("new 200");
  assertFalse((await ines.timeline()).includes("Ruth: before the gap"));
});

it("who comes by a link stays at its message, also where the page around it fills no window", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using _ = await fill(server, 400);
  const ines = await visit.enter("Ines", { path: "/r/general/42", height: 1700 });
  await ines.sees("42");
  await ines.sees("100");
  for (let frames = 0; frames < 10; frames++) await ines.frame();
  assertFalse((await ines.timeline()).includes("Ruth: 200"));
  const top = await ines.topPx(ines.speech("42"));
  assert(top > 0 && top < 1700, `${top}`);
});

it("W5.8 who sees the last that was said is at the end, whatever became of it since", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using ruth = await fill(server, 100);
  // More than a page of entries that are no messages.
  for (let n = 0; n < 60; n++) {
    const react = { type: "react", room: "general", of: 100, emoji: "👍" };
    ruth.send({ ...react, on: n % 2 === 0, ref: `react-${n}` });
  }
  await ruth.until((message) => message.type === "ack" && message.ref === "react-59");
  const ines = await visit.enter("Ines", { path: "/r/general/5" });
  await ines.sees("5");
  for (const newest of [40, 90, 100]) {
    await ines.scroll({ fromEnd: 0 });
    await ines.sees(`${newest}`);
  }
  await ines.scroll({ fromEnd: 0 });
  await ines.pill.waitFor({ state: "hidden" });
  await say(ruth, LONG);
  await ines.shows(".speech", /^\s*line\n/);
  await ines.frame();
  assertLess(await ines.toEndPx(), 1);
});

it("the way to the end leads on to where one writes, but brings up no keyboard", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using _ = await fill(server, 60);
  const ines = await visit.enter("Ines");
  for (const press of [() => ines.pill.click(), () => ines.pill.press("Enter")]) {
    await ines.scroll({ fromEnd: 500 });
    await ines.pill.waitFor();
    await press();
    await ines.pill.waitFor({ state: "hidden" });
    assertEquals(await focused(ines), "say");
  }
  const jonas = await visit.enter("Jonas", { isPhone: true, width: 390, height: 844 });
  await jonas.scroll({ fromEnd: 500 });
  await jonas.pill.tap();
  await jonas.pill.waitFor({ state: "hidden" });
  assertEquals(await focused(jonas), "log");
});

async function page(guest: Guest, key: string) {
  await guest.page.keyboard.press(key);
  await guest.frame();
}

async function focused({ page }: Guest): Promise<string> {
  return await page.evaluate("document.activeElement.id || document.activeElement.localName");
}

/** What the topmost row that is wholly in view says. */
async function topText({ log }: Guest): Promise<string> {
  return await log.evaluate((view: View) => {
    const edge = view.getBoundingClientRect().top;
    const rows = [...view.querySelectorAll(".speech-row")];
    const top = rows.find((row) => row.getBoundingClientRect().top >= edge);
    return top?.querySelector(".speech").textContent ?? "";
  });
}

type View = {
  getBoundingClientRect(): { top: number };
  querySelectorAll(selector: string): View[];
  querySelector(selector: string): { textContent: string };
};
