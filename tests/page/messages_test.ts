// What people do with a message, each at a page of a real browser: what one does the other sees.
import { assertEquals, assertLess } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { enter, say } from "../harness/visitor.ts";
import { fill, UNHURRIED } from "./fill.ts";
import { fits } from "./fits.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";
import { openWire } from "./wire.ts";

it("W4.5 a message is written anew in its place, on keys alone, and the other sees it", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const [ines, ruth] = [await visit.enter("Ines"), await visit.enter("Ruth")];
  await ines.say("Mornig.");
  await ruth.sees("Mornig.");
  await key(ines, "Mornig.", "e");
  const editor = ines.page.locator(".editor textarea");
  await editor.fill("never mind");
  await ines.page.keyboard.press("Escape");
  await editor.waitFor({ state: "detached" });
  await ines.sees("Mornig.");
  await key(ines, "Mornig.", "e");
  assertEquals(await editor.inputValue(), "Mornig.");
  await editor.fill("Morning.");
  // The Enter that ends a composition saves nothing.
  await editor.dispatchEvent("keydown", { key: "Enter", isComposing: true });
  await ines.page.keyboard.press("Enter");
  for (const guest of [ines, ruth]) await guest.sees("Morning. edited");
  assertEquals(await ines.page.evaluate("document.activeElement.id"), "say");
});

it("W4.7 reactions come at once, are counted, and go again", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const [ines, ruth] = [await visit.enter("Ines"), await visit.enter("Ruth")];
  await ines.say("Cake?");
  await ruth.sees("Cake?");
  await key(ruth, "Cake?", "+");
  await ruth.page.getByRole("button", { name: "heart", exact: true }).click();
  await ines.page.locator('.reaction[aria-pressed="false"]', { hasText: "❤️1" }).click();
  const own = (count: number) => `.reaction[aria-pressed="true"]:has-text("❤️${count}")`;
  for (const guest of [ines, ruth]) await guest.page.locator(own(2)).waitFor();
  assertEquals(await ines.page.evaluate("document.activeElement.dataset.emoji"), "❤️");
  await ines.page.keyboard.press("Enter");
  await ruth.page.locator(own(1)).click();
  await ines.page.locator(".reactions").waitFor({ state: "detached" });
});

it("W4.6 one’s own message is deleted after one question, which may be answered no", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const [ines, ruth] = [await visit.enter("Ines"), await visit.enter("Ruth")];
  await ines.say("A slip.");
  await ruth.sees("A slip.");
  const dialog = ines.page.getByRole("dialog", { name: "Delete this message?" });
  await key(ines, "A slip.", "Delete");
  await dialog.getByText("Everyone in #general stops seeing it.").waitFor();
  await dialog.getByRole("button", { name: "Keep it" }).click();
  await dialog.waitFor({ state: "detached" });
  await ines.sees("A slip.");
  await key(ines, "A slip.", "Delete");
  await dialog.getByRole("button", { name: "Delete", exact: true }).click();
  for (const guest of [ines, ruth]) {
    await guest.shows(".stage-row .direction", "Ines deleted a message.");
    assertEquals(await guest.timeline(), []);
  }
});

it("W4.6 W4.9 what one may not do is not offered, and what is refused is taken back in words", async () => {
  await using server = await startServer();
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  const [ines, ruth] = [await visit.enter("Ines"), await visit.enter("Ruth")];
  await ines.say("Mine.");
  await ruth.sees("Mine.");
  await ruth.speech("Mine.").click({ button: "right" });
  const items = ruth.page.getByRole("menuitem");
  await items.first().waitFor();
  assertEquals((await items.allTextContents()).map((text) => text.replace(/.$/u, "")), [
    "Reply",
    "React",
    "Copy text",
    "Copy link",
    "Mark unread from here",
  ]);
  await ruth.page.keyboard.press("Escape");
  // Ruth's reaction meets a message that is gone, which she has not heard of yet.
  await ruth.page.evaluate(`(() => {
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (text) {
      send.call(this, text.replace('"of":1', '"of":9'));
    };
  })()`);
  await key(ruth, "Mine.", "+");
  await ruth.page.getByRole("button", { name: "party", exact: true }).click();
  const words = "Your reaction was not kept. The message is no longer there.";
  await ruth.shows(".failure span", words);
  await ruth.shows("#spoken", words);
  assertEquals(await ruth.page.locator(".reaction").count(), 0);
  await fits(ruth);
  await ruth.page.getByRole("button", { name: "Close", exact: true }).first().click();
  await ruth.page.locator(".failure").waitFor({ state: "detached" });
});

it("W4.3 an answer stands under what it answers, also where that is far away or gone", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using jonas = await fill(server, 120, { username: "Jonas" });
  const [ines, ruth] = [await visit.enter("Ines"), await visit.enter("Ruth")];
  await key(ines, "120", "r");
  await ines.shows("#context", /Reply to\s+Jonas: 120/);
  await fits(ines);
  jonas.send({ type: "delete", room: "general", of: 120 });
  await ines.shows("#context", "Reply to Jonas · message deleted");
  await ines.page.keyboard.press("Escape");
  await ines.page.locator("#context").waitFor({ state: "hidden" });
  await key(ines, "119", "r");
  await ines.say("To the last but one.");
  await ines.page.locator("#context").waitFor({ state: "hidden" });
  await ruth.shows(".quote", /In reply to\s+Jonas\s+119/);
  // Answers to what lies outside of what a page holds.
  jonas.send({ type: "chat", room: "general", text: "far", replyTo: 3 });
  jonas.send({ type: "delete", room: "general", of: 4 });
  jonas.send({ type: "chat", room: "general", text: "gone", replyTo: 4 });
  await ruth.shows(".quote", /In reply to\s+Jonas\s+3/);
  await ruth.shows(".quote", /In reply to\s+Jonas\s+· message deleted/);
  await ruth.page.locator(".quote a", { hasText: /Jonas\s+3\s*$/ }).click();
  await ruth.page.locator(".speech-row.reached", { has: ruth.page.getByText("3", { exact: true }) })
    .waitFor();
  await ruth.shows("#pill-text", "Back to latest");
  await ruth.pill.click();
  await ruth.sees("gone");
  assertLess(await ruth.toEndPx(), 30);
});

it("W5.8 an address opens its message, lights it, and there is a way back", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using _ = await fill(server, 300);
  const ines = await visit.enter("Ines", { path: "/r/general/42" });
  await ines.page.locator(".speech-row.reached").waitFor();
  assertEquals((await ines.page.locator(".reached .speech").allTextContents())[0], "42");
  const top = await ines.topPx(ines.speech("42"));
  const logTop = await ines.topPx(ines.log);
  assertLess(logTop, top);
  assertEquals(await ines.page.locator(".reached").count(), 1);
  await fits(ines);
  await ines.page.locator(".reached").waitFor({ state: "detached" });
  await ines.shows("#pill-text", "Back to latest");
  await ines.pill.click();
  await ines.sees("300");
  // And a link to one that somebody wrote stays on the page.
  await ines.say(`See ${server.url}/r/general/7`);
  await ines.page.locator(".speech a", { hasText: "/r/general/7" }).click();
  await ines.page.locator(".speech-row.reached").waitFor();
  assertEquals((await ines.page.locator(".reached .speech").allTextContents())[0], "7");
});

it("the keys go from message to message, and U leaves it unread from there", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  await using ruth = await enter(server, { username: "Ruth" });
  for (const text of ["one", "two", "three"]) await say(ruth, text);
  const ines = await visit.enter("Ines");
  await ines.sees("three");
  await ines.log.focus();
  for (const [press, text] of [["Up", "three"], ["Up", "two"], ["Up", "one"], ["Down", "two"]]) {
    await ines.page.keyboard.press(`Arrow${press}`);
    assertEquals(await ines.page.locator(".speech-row:focus .speech").textContent(), text);
  }
  await ines.page.locator(".actions").waitFor();
  await fits(ines);
  await ines.page.keyboard.press("u");
  await ines.shows(".unread-row .unread-count", "2 new");
  await ines.page.locator("#rooms a", { hasText: "random" }).click();
  await ines.shows("#rooms a.unread .badge", "2unread");
  await ines.page.locator("#rooms a", { hasText: "general" }).click();
  await ines.page.locator("#rooms a.unread").waitFor({ state: "detached" });
  await ines.log.focus();
  await ines.page.keyboard.press("ArrowUp");
  await ines.page.keyboard.press("Escape");
  assertEquals(await ines.page.evaluate("document.activeElement.id"), "say");
});

it("a long press opens the sheet, and lifting the finger presses nothing in it", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  // So many that the sheet comes up under the finger.
  await using _ = await fill(server, 60);
  const ines = await visit.enter("Ines", { width: 390, height: 844, isPhone: true, isStill: true });
  await ines.say("Under the thumb.");
  await ines.seesSent("Under the thumb.");
  const { x, y, width, height } = (await ines.speech("Under the thumb.").boundingBox())!;
  const finger = await ines.page.context().newCDPSession(ines.page);
  const touch = (type: "touchStart" | "touchEnd") =>
    finger.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: type === "touchStart" ? [{ x: x + width / 3, y: y + height - 8 }] : [],
    });
  await touch("touchStart");
  const sheet = ines.page.locator(".message-menu");
  await sheet.waitFor();
  await touch("touchEnd");
  await ines.frame();
  await fits(ines);
  assertEquals(await sheet.count(), 1);
  await sheet.getByRole("button", { name: "thumbs up" }).click();
  await ines.page.locator('.reaction[aria-pressed="true"]').waitFor();
  await fits(ines);
});

it("W10.12 a mention is a chip for members, and a row for who is meant", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const [ines, ruth] = [await visit.enter("Ines"), await visit.enter("Ruth")];
  await ruth.say("@ines and @nobody: **see** #random\n```\n<b>code</b>\n```");
  const row = ines.page.locator(".speech-row.to-you");
  await row.waitFor();
  assertEquals(await row.locator(".mention.you").allTextContents(), ["@ines"]);
  assertEquals(await row.locator("strong, b").allTextContents(), ["see"]);
  assertEquals(await row.locator("pre").textContent(), "<b>code</b>");
  assertEquals(await ruth.page.locator(".to-you").count(), 0);
  await ruth.say("/me hums.");
  await ines.sees("Ruth hums.");
  await fits(ines);
  await row.locator("a").click();
  await ines.shows("#room-name", "random");
});

it("what becomes of messages above moves nothing that is read", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using ruth = await fill(server, 80);
  const ines = await visit.enter("Ines", { height: 500 });
  await ines.scroll({ fromEnd: 400 });
  await ines.pill.waitFor();
  const anchor = ines.speech("60");
  const before = await ines.topPx(anchor);
  for (let of = 33; of < 43; of++) {
    ruth.send({ type: "react", room: "general", of, emoji: "👍" });
    ruth.send({ type: "edit", room: "general", of: of + 1, text: `longer\n`.repeat(of % 4 + 1) });
    if (of % 3 === 0) ruth.send({ type: "delete", room: "general", of: of - 1 });
  }
  await say(ruth, "done");
  await ines.sees("done");
  await ines.frame();
  assertLess(Math.abs(await ines.topPx(anchor) - before), 2);
});

/** Goes to the message with the keyboard's focus, and presses. */
async function key(guest: Guest, text: string, press: string) {
  await guest.seesSent(text);
  await guest.speech(text).last().focus();
  await guest.page.keyboard.press(press);
}
