// Reading: what stays in view whatever comes in, the way through the history, what is unread.
import { assert, assertAlmostEquals, assertEquals, assertFalse, assertLess } from "@std/assert";
import { ask } from "../harness/http.ts";
import { startServer } from "../harness/server.ts";
import { enter, say } from "../harness/visitor.ts";
import { eventually } from "../store/database.ts";
import { fill, UNHURRIED } from "./fill.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

/** A message may move so far on the screen while the reader does not. */
const STILL_PX = 2;

it("who is at the end stays there when the window takes another size", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  const text = (n: number) => `${n} ${"with words that fill a line ".repeat(6)}`;
  await using _ = await fill(server, 60, { text });
  const ines = await visit.enter("Ines");
  for (const [width, height] of [[390, 800], [1280, 500], [320, 640], [1280, 800]] as const) {
    await ines.page.setViewportSize({ width, height });
    await ines.frame();
    assertLess(await ines.toEndPx(), 1, `${width} x ${height}`);
    assertFalse(await ines.pill.isVisible(), `${width} x ${height}`);
  }
});

it("the log follows new messages only where the reader is less than 30 px from the end", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using ruth = await fill(server, 60);
  const ines = await visit.enter("Ines");
  assertLess(await ines.toEndPx(), 1);
  await say(ruth, "followed");
  await ines.sees("followed");
  await ines.frame();
  assertLess(await ines.toEndPx(), 1);

  await ines.scroll({ fromEnd: 29 });
  assertFalse(await ines.pill.isVisible());
  await say(ruth, "near enough");
  await ines.sees("near enough");
  await ines.frame();
  assertLess(await ines.toEndPx(), 1);

  await ines.scroll({ fromEnd: 31 });
  await ines.shows("#pill-text", "Back to latest");
  await ines.titleIs("general · Snug");
  const before = await ines.topPx(ines.speech("near enough"));
  await say(ruth, "not followed 1");
  await ines.shows("#pill-text", "1 new message");
  await ines.titleIs("general · Snug");
  await say(ruth, "not followed 2\nwith another line");
  await ines.shows("#pill-text", "2 new messages");
  assertAlmostEquals(await ines.topPx(ines.speech("near enough")), before, STILL_PX);

  await ines.pill.click();
  await ines.pill.waitFor({ state: "hidden" });
  assertLess(await ines.toEndPx(), 1);
  await ines.titleIs("general · Snug");
});

it("a box that grows and shrinks while one writes does not take the reader from the end", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using _ = await fill(server, 60);
  const ines = await visit.enter("Ines", { height: 500 });
  for (const lines of [40, 1, 4, 40, 2, 40]) {
    await ines.box.fill("line\n".repeat(lines));
    await ines.frame();
    assertLess(await ines.toEndPx(), 1, `${lines} lines`);
    assertFalse(await ines.pill.isVisible(), `${lines} lines`);
  }
  // Nor does what can't be said, as often as one tries.
  await ines.box.fill(`/dance\n${"line\n".repeat(40)}`);
  for (const _ of [1, 2, 3]) {
    await ines.page.keyboard.press("Enter");
    await ines.shows("#composer-note", /^There is no command/);
    await ines.frame();
    assertLess(await ines.toEndPx(), 1, "after Enter");
    assertFalse(await ines.pill.isVisible(), "after Enter");
  }
  // Nor from the place where they read, near the end or far from it.
  for (const fromEnd of [500, 100]) {
    await ines.box.fill("");
    await ines.frame();
    await ines.scroll({ fromEnd });
    await ines.pill.waitFor();
    const before = await ines.topPx(ines.speech("40"));
    await ines.box.fill(`/dance\n${"line\n".repeat(40)}`);
    await ines.frame();
    assertAlmostEquals(await ines.topPx(ines.speech("40")), before, STILL_PX);
    for (const _ of [1, 2, 3]) {
      await ines.page.keyboard.press("Enter");
      await ines.shows("#composer-note", /^There is no command/);
      await ines.frame();
      assertAlmostEquals(await ines.topPx(ines.speech("40")), before, STILL_PX);
    }
  }
});

it("who leaves the end is not taken back there by what is drawn in that moment", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using ruth = await fill(server, 60);
  const ines = await visit.enter("Ines");
  assertLess(await ines.toEndPx(), 1);
  // On the way the page hears of each step only after it has drawn.
  await ines.page.evaluate(
    "addEventListener('scroll', (event) => event.stopImmediatePropagation(), true)",
  );
  await ines.scroll({ fromEnd: 400 });
  const before = await ines.topPx(ines.speech("45"));
  await say(ruth, "news");
  await ines.shows("#pill-text", "1 new message");
  await ines.frame();
  assertAlmostEquals(await ines.topPx(ines.speech("45")), before, STILL_PX);
  await say(ruth, "more");
  await ines.shows("#pill-text", "2 new messages");
  assertAlmostEquals(await ines.topPx(ines.speech("45")), before, STILL_PX);
});

it("a small step up from the end is not taken back either as long as nothing comes in", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using ruth = await fill(server, 60);
  const ines = await visit.enter("Ines");
  await ines.scroll({ fromEnd: 20 });
  ruth.send({ type: "typing", room: "general" });
  await ines.shows("#typing", "Ruth is typing");
  await ines.frame();
  assertAlmostEquals(await ines.toEndPx(), 20, STILL_PX);
});

it("one's own words bring the reader back to the end", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using _ = await fill(server, 60);
  const ines = await visit.enter("Ines");
  await ines.scroll({ fromEnd: 500 });
  await ines.pill.waitFor();
  await ines.say("Here I am.");
  await ines.seesSent("Here I am.");
  await ines.pill.waitFor({ state: "hidden" });
  assertLess(await ines.toEndPx(), 1);
});

it("W5.8 older history comes as one scrolls up, and what is read stays where it is", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  // Rows of different heights, so that nothing is right by chance.
  const text = (n: number) => n % 7 === 0 ? `${n}\n${"long ".repeat(60)}` : `${n}`;
  await using ruth = await fill(server, 180, { text });
  const ines = await visit.enter("Ines");
  await ines.sees("131");
  let news = 0;
  for (const oldest of [81, 31, 1]) {
    const held = (await ines.timeline()).length;
    await ines.scroll({ fromTop: 290 });
    const anchor = ines.speech(await topText(ines));
    const before = await ines.topPx(anchor);
    await ines.sees(`${oldest}`);
    await ines.frame();
    const page = oldest === 1 ? 30 : 50;
    assertEquals((await ines.timeline()).length, held + page);
    assertAlmostEquals(await ines.topPx(anchor), before, STILL_PX);
    // Neither new messages nor a smaller window take it away.
    await say(ruth, `new ${++news}`);
    await ines.shows("#pill-text", "1 new message");
    await ines.page.setViewportSize({ width: 1280, height: 600 });
    await ines.frame();
    assertAlmostEquals(await ines.topPx(anchor), before, STILL_PX);
    await ines.page.setViewportSize({ width: 1280, height: 800 });
    await ines.pill.click();
    await ines.pill.waitFor({ state: "hidden" });
    assertLess(await ines.toEndPx(), 1);
  }
  await ines.shows("#earlier-text", /^You see #general from its beginning, \d+ \w+ \d{4}\.$/);
  assertFalse(await ines.page.locator("#earlier-button").isVisible());
  const told = Array.from({ length: 180 }, (_, index) => `Ruth: ${text(index + 1)}`);
  assertEquals(await ines.timeline(), [...told, "Ruth: new 1", "Ruth: new 2", "Ruth: new 3"]);
});

it("W5.8 the keyboard and a button lead to older history too", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using _ = await fill(server, 60);
  const ines = await visit.enter("Ines");
  await ines.log.focus();
  await ines.page.keyboard.press("Home");
  await ines.sees("1");
  assertEquals((await ines.timeline()).length, 60);
});

it("a scroll that is under way is not stopped by what is drawn meanwhile", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using ruth = await fill(server, 50);
  const ines = await visit.enter("Ines");
  await ines.sees("50");
  await ines.scroll({ fromEnd: 200 });
  // On the way the page hears of each step only after it has drawn.
  await ines.page.evaluate(
    "addEventListener('scroll', (event) => event.stopImmediatePropagation(), true)",
  );
  await ines.scroll({ fromEnd: 400 });
  const top = await ines.topPx(ines.speech("30"));
  await say(ruth, "news");
  await ines.sees("news");
  await ines.frame();
  assertEquals(await ines.topPx(ines.speech("30")), top);
});

it("a long log is held in part: the page goes back and forth in it without holes", async () => {
  await using server = await startServer({ ...UNHURRIED, HISTORY_PAGE: "200" });
  await using visit = await openVisit(server.url);
  await using ruth = await fill(server, 900);
  const ines = await visit.enter("Ines");
  for (const oldest of [501, 301, 101, 1]) {
    await ines.scroll({ fromTop: 0 });
    await ines.sees(`${oldest}`);
  }
  await ines.frame();
  await gapless(ines, "1");
  assertLess(await ines.page.locator("#rows > *").count(), 520);
  await say(ruth, "901");
  await ines.shows("#pill-text", "1 new message");
  for (const newest of [600, 800, 901]) {
    await ines.scroll({ fromEnd: 10 });
    await ines.sees(`${newest}`);
    await ines.frame();
  }
  await ines.scroll({ fromEnd: 0 });
  await ines.pill.waitFor({ state: "hidden" });
  await gapless(ines, "402");

  for (const oldest of [202, 2, 1]) {
    await ines.scroll({ fromTop: 0 });
    await ines.sees(`${oldest}`);
  }
  await ines.shows("#pill-text", "Back to latest");
  await ines.pill.click();
  await ines.sees("901");
  await ines.pill.waitFor({ state: "hidden" });
  assertLess(await ines.toEndPx(), 1);
  await say(ruth, "902");
  await ines.sees("902");
  await gapless(ines, "702");
});

it("unread messages of another room are counted, marked where they begin, and then read", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", { room: "random" });
  await using ruth = await enter(server, { room: "random", username: "Ruth" });
  await say(ruth, "read at once", { room: "random" });
  await ines.sees("read at once");
  const other = (room: string) => ines.page.locator("#rooms a", { hasText: room });
  await other("general").click();
  await ines.shows("#room-name", "general");
  await ines.isIn();
  await say(ruth, "unread 1", { room: "random" });
  await ines.shows("#rooms a.unread .badge", "1unread");
  await say(ruth, "unread 2", { room: "random" });
  await ines.shows("#rooms a.unread .badge", "2unread");
  await ines.titleIs("general · Snug");
  // They stay unread over a reload.
  await ines.page.reload();
  await ines.isIn();
  await ines.shows("#rooms a.unread .badge", "2unread");
  await ines.titleIs("general · Snug");

  await other("random").click();
  await ines.titleIs("random · Snug");
  await ines.shows(".unread-row .unread-count", "2 new");
  const rows = await ines.page.locator("#rows > *").allTextContents();
  const line = rows.findIndex((row) => row.startsWith("2 new"));
  assert(rows[line - 1]?.includes("read at once"), rows.join("\n"));
  assert(rows[line + 1]?.includes("unread 1"), rows.join("\n"));
  assertEquals(await ines.page.locator("#rooms a.unread").count(), 0);
  await ines.page.keyboard.press("Escape");
  await ines.page.locator(".unread-row").waitFor({ state: "detached" });
});

it("W10.10 what was read in the last second before the page goes is read everywhere", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await using ruth = await enter(server, { username: "Ruth" });
  const authorization = `Bearer ${await ines.page.evaluate(SESSION)}`;
  const unread = async () => {
    const { body } = await ask(server, "GET /api/rooms", undefined, { authorization });
    return body.rooms.find(({ room }: { room: string }) => room === "general").unread;
  };
  // The first is told at once, and what follows waits.
  for (const text of ["1", "2", "3"]) {
    await say(ruth, text);
    await ines.sees(text);
  }
  await ines.page.goto("about:blank");
  await eventually("the server knows that it was read", 10_000, async () => await unread() === 0);
});

it("where one was in a room is where one is when one comes back to it", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using ruth = await fill(server, 50);
  await using _ = await fill(server, 50, { room: "random", username: "Mara" });
  const ines = await visit.enter("Ines");
  const go = (room: string) => ines.page.locator("#rooms a", { hasText: room }).click();
  await ines.scroll({ fromTop: 400 });
  const anchor = ines.speech(await topText(ines));
  const before = await ines.topPx(anchor);
  await go("random");
  await ines.shows(".speech-row .name", "Mara");
  assertLess(await ines.toEndPx(), 1);
  await say(ruth, "meanwhile");
  await ines.shows("#rooms a.unread .badge", "1unread");
  await go("general");
  await ines.sees("meanwhile");
  assertAlmostEquals(await ines.topPx(anchor), before, STILL_PX);
  await ines.shows("#pill-text", "1 new message");
});

/** In the page: what it comes back with. */
const SESSION = `(() => {
  const key = Object.keys(localStorage).find((key) => key.startsWith("snug:session:"));
  return JSON.parse(localStorage[key]);
})()`;

/** What the topmost row that is wholly in view says. */
async function topText({ log }: Guest): Promise<string> {
  return await log.evaluate((view: View) => {
    const edge = view.getBoundingClientRect().top;
    const rows = [...view.querySelectorAll(".speech-row")];
    const top = rows.find((row) => row.getBoundingClientRect().top >= edge);
    return top?.querySelector(".speech").textContent ?? "";
  });
}

/** From that message on to the newest, every one stands there once. */
async function gapless(guest: Guest, from: string) {
  const numbers = (await guest.timeline()).map((line) => Number(line.slice("Ruth: ".length)));
  assertEquals(numbers[0], Number(from));
  assertEquals(numbers, numbers.map((_, index) => numbers[0]! + index));
}

type View = {
  getBoundingClientRect(): { top: number };
  querySelectorAll(selector: string): View[];
  querySelector(selector: string): { textContent: string };
};
