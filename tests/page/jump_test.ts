// The ways to rooms and people, and what one may do about somebody, without a pointer.
import { assertEquals } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { enter, say } from "../harness/visitor.ts";
import { fits } from "./fits.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

it("Ctrl and K leads to any room or person by name, unread ones first, and makes new rooms", async () => {
  await using server = await startServer({ ROOMS: "archive,general,on-air,random" });
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  const { keyboard } = ines.page;
  await using ruth = await enter(server, { username: "Ruth", room: "general" });
  await ines.shows("#members li", "Ruth");
  ruth.send({ type: "direct", to: "Ines", text: "hello" });
  await ines.shows("#directs a.unread bdi", "Ruth");

  await keyboard.press("Control+k");
  assertEquals(await focused(ines), "jump");
  assertEquals(await goals(ines), ["Ruth", "archive", "general", "on-air", "random"]);
  await fits(ines);
  await keyboard.press("Escape");
  assertEquals(await focused(ines), "say");
  await ines.page.locator("#jump-list").waitFor({ state: "hidden" });

  await keyboard.press("Control+k");
  await keyboard.type("r");
  assertEquals((await goals(ines)).slice(0, 2), ["Ruth", "random"]);
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await ines.shows("#room-name", "random");
  assertEquals(await focused(ines), "say");

  await keyboard.press("Control+k");
  await keyboard.press("Enter");
  await ines.shows("#room-name", "Ruth");
  await ines.sees("hello");

  await keyboard.press("Control+k");
  await keyboard.type("herons");
  assertEquals(await goals(ines), ["Open #herons"]);
  await keyboard.press("Enter");
  await ines.shows("#empty-title", "Nobody has spoken in #herons yet");
  await ines.shows("#rooms a[aria-current=page] bdi", "herons");
});

it("Tab leads on from the field, also where the list below it is so long that it scrolls", async () => {
  const rooms = Array.from({ length: 20 }, (_, n) => `room-${n}`).join();
  await using server = await startServer({ ROOMS: `general,${rooms}` });
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", { height: 480 });
  const { keyboard } = ines.page;
  await keyboard.press("Control+k");
  await ines.shows("#jump-list .room-row bdi", "room-19");
  await fits(ines);
  await keyboard.press("Tab");
  assertEquals(await focused(ines), "settings");
});

it("Alt, Shift and an arrow lead from one unread room to the next", async () => {
  await using server = await startServer({ ROOMS: "a,b,c,d" });
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", { room: "a" });
  for (const room of ["b", "c", "d", "a"]) {
    await ines.page.locator("#rooms a", { hasText: new RegExp(`^\\s*${room}`) }).click();
    await ines.shows("#room-name", room);
    await ines.isIn();
  }
  await using ruth = await enter(server, { username: "Ruth", room: "b" });
  for (const room of ["b", "d"]) {
    ruth.send({ type: "join", room });
    await ruth.until("joined");
    await say(ruth, "news", { room });
  }
  await ines.page.locator("#rooms a.unread").nth(1).waitFor();
  const { keyboard } = ines.page;
  await keyboard.press("Alt+Shift+ArrowDown");
  await ines.shows("#room-name", "b");
  await keyboard.press("Alt+Shift+ArrowDown");
  await ines.shows("#room-name", "d");
  await ines.page.locator("#rooms a.unread").waitFor({ state: "detached" });
  await keyboard.press("Alt+Shift+ArrowDown");
  await keyboard.press("Alt+ArrowUp");
  await ines.shows("#room-name", "c");
});

it("a member's menu is worked by keys, gives the focus back, writes and mentions", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  const { page } = ines;
  await using _ruth = await enter(server, { username: "Ruth" });
  await using jonas = await enter(server, { username: "Jonas" });
  await say(jonas, "a word");
  await ines.shows("#members li", "Ruth");
  await page.locator("#members button", { hasText: "Jonas" }).focus();
  await page.keyboard.press("r");
  assertEquals(await focusedText(ines), "Ruth");
  await page.keyboard.press("ArrowUp");
  assertEquals(await focusedText(ines), "Jonas");
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem").first().waitFor();
  // Nothing that one may not do is offered.
  assertEquals(await page.getByRole("menuitem").allTextContents().then(trimmed), [
    "Write to Jonas",
    "Mention in the message",
  ]);
  await fits(ines);
  await page.keyboard.press("End");
  assertEquals(await focusedText(ines), "Mention in the message");
  await page.keyboard.press("w");
  assertEquals(await focusedText(ines), "Write to Jonas");
  await page.keyboard.press("Escape");
  assertEquals(await focusedText(ines), "Jonas");
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assertEquals([await focused(ines), await ines.box.inputValue()], ["say", "@Jonas "]);
  await page.keyboard.type("here?");
  await page.keyboard.press("Enter");
  assertEquals((await jonas.until("mention")).user, "Ines");
  // A name in the log has the same menu.
  await page.locator(".name button", { hasText: "Jonas" }).click();
  await page.getByRole("menuitem", { name: "Write to Jonas" }).click();
  await ines.shows("#room-name", "Jonas");
  await ines.shows("#empty-text", "Only the two of you can read this.");
  await ines.say("psst");
  await jonas.until((message) => message.type === "chat" && message.text === "psst");
});

it("W9.2 among many one can look for somebody, and more than 200 are counted", async () => {
  await using server = await startServer({ PRESENCE_GRACE_MS: "0" });
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await using stack = new AsyncDisposableStack();
  const bring = async (from: number, to: number) => {
    const names = Array.from({ length: to - from }, (_, index) => `Guest ${from + index}`);
    for (const one of await Promise.all(names.map((username) => enter(server, { username })))) {
      stack.use(one);
    }
  };
  await bring(0, 29);
  await ines.shows("#people-count", "30");
  assertEquals(await ines.page.locator("#people-filter").isVisible(), false);
  await bring(29, 34);
  await ines.page.locator("#people-filter").fill("guest 33");
  assertEquals(await ines.page.locator("#members li").allTextContents().then(trimmed), [
    "Guest 33",
  ]);
  await ines.page.locator("#people-filter").fill("nobody");
  await ines.shows("#people-rest", "Nobody of this name is here.");
  await ines.page.locator("#people-filter").fill("");
  await bring(34, 210);
  await ines.shows("#people-rest", "and 11 more");
  await ines.page.locator("#members li").nth(199).waitFor({ state: "attached" });
  assertEquals(await ines.page.locator("#members li").count(), 200);
});

async function goals({ page }: Guest): Promise<string[]> {
  await page.locator("#jump-list").waitFor();
  return trimmed(await page.locator("#jump-list bdi").allTextContents());
}

function trimmed(texts: string[]): string[] {
  return texts.map((text) => text.trim());
}

async function focused({ page }: Guest): Promise<string> {
  return await page.evaluate("document.activeElement.id");
}

async function focusedText({ page }: Guest): Promise<string> {
  return await page.evaluate("document.activeElement.textContent.trim()");
}
