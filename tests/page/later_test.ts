// Parts that are fetched when they are first wanted: what is done before they have come is not lost.
import { assertEquals } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { enter, say } from "../harness/visitor.ts";
import { choose, says, text } from "./files.ts";
import { fill, UNHURRIED } from "./fill.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

/** The page's, for functions that run there. */
declare const document: { querySelector(selector: string): { readonly value: string } };

it("what is written and chosen before the list of rooms has come leads there", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  const { keyboard } = ines.page;
  const release = await hold(ines, "/views/goals.js");
  await keyboard.press("Control+k");
  await keyboard.type("ran");
  await keyboard.press("Enter");
  release();
  await ines.shows("#room-name", "random");
  await ines.page.locator("#jump-list").waitFor({ state: "hidden" });
  assertEquals(await ines.page.locator("#jump").inputValue(), "");
});

it("a Tab waits for the names that complete a word, an Enter sends what is written", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  await using _ = await enter(server, { username: "Jonas" });
  const ines = await visit.enter("Ines");
  await ines.shows("#members li", "Jonas");
  const { keyboard } = ines.page;
  const release = await hold(ines, "/views/completion.js");
  await keyboard.type("@jon");
  await keyboard.press("Enter");
  await ines.seesSent("@jon");
  await keyboard.type("@jo");
  await keyboard.press("Tab");
  release();
  await ines.page.waitForFunction(() => document.querySelector("#say").value === "@Jonas ");
  assertEquals(await ines.page.evaluate("document.activeElement.id"), "say");
});

it("keys and presses on a message before its deeds have come are done then", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  await using jonas = await enter(server, { username: "Jonas" });
  await say(jonas, "first");
  await say(jonas, "second");
  const ines = await visit.enter("Ines");
  await ines.sees("second");
  const { page } = ines;
  const release = await hold(ines, "/deeds.js");
  await page.keyboard.press("Shift+Tab");
  assertEquals(await page.evaluate("document.activeElement.id"), "log");
  for (const key of ["ArrowUp", "ArrowUp", "r"]) await page.keyboard.press(key);
  release();
  await ines.shows("#context", /^Reply to Jonas: first/);
  await page.keyboard.type("yes");
  await page.keyboard.press("Enter");
  await ines.seesSent("yes");
  await page.locator(".quote").waitFor();

  const ruth = await visit.enter("Ruth");
  await ruth.sees("second");
  const go = await hold(ruth, "/deeds.js");
  await ruth.speech("second").click({ button: "right" });
  go();
  await ruth.page.getByRole("menuitem", { name: "Reply" }).click();
  await ruth.shows("#context", /^Reply to Jonas: second/);
});

it("what stands in an empty room is seen as soon as its style has come, not before", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.open({ path: "/r/herons" });
  const release = await hold(ines, "/css/empty.css");
  await ines.goIn("Ines");
  const place = ines.page.locator("#empty");
  await place.waitFor({ state: "attached" });
  assertEquals(await place.isVisible(), false);
  release();
  await place.waitFor();
  await ines.shows("#empty-title", "Nobody has spoken in #herons yet");
  await ines.say("hello");
  await place.waitFor({ state: "hidden" });
});

it("older messages come although one has scrolled up before what fetches them has come", async () => {
  await using server = await startServer({ ...UNHURRIED, HISTORY_PAGE: "20" });
  await using visit = await openVisit(server.url);
  await using _ruth = await fill(server, 40);
  const ines = await visit.open();
  const release = await hold(ines, "/model/pages.js");
  await ines.goIn("Ines");
  await ines.sees("40");
  await ines.scroll({ fromTop: 0 });
  release();
  await ines.sees("1");
  await ines.shows("#earlier-text", /^You see #general from its beginning/);
});

it("a part that can't be had says so, and comes when it can", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  await using jonas = await enter(server, { username: "Jonas" });
  await say(jonas, "hello");
  const ines = await visit.enter("Ines", { expected: [/net::ERR_FAILED/] });
  await ines.sees("hello");
  await ines.page.route("**/css/deeds.css", (route) => route.abort());
  await ines.speech("hello").hover();
  await ines.shows("#spoken", "This could not be loaded. Try again when you are connected.");
  await ines.page.unroute("**/css/deeds.css");
  await ines.page.mouse.move(0, 0);
  await ines.speech("hello").hover();
  await ines.page.getByRole("toolbar", { name: "Message" }).waitFor();
});

it("what waits for a file says so no longer when nothing can be attached, and stays", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", { expected: [/net::ERR_FAILED/] });
  const { promise, resolve } = Promise.withResolvers<void>();
  await ines.page.route("**/css/attaching.css", async (route) => {
    await promise;
    await route.abort();
  });
  await choose(ines, text("log.txt", "all is well"));
  await ines.say("With it.");
  await ines.shows("#composer-note", "This goes out as soon as the files are uploaded.");
  resolve();
  await ines.shows("#composer-note.bad", /^Nothing was attached\. Try again when/);
  assertEquals(await ines.box.inputValue(), "With it.");
  await ines.page.unroute("**/css/attaching.css");
  await choose(ines, text("log.txt", "all is well"));
  await says(ines, "log.txt", "11 bytes");
  await ines.page.keyboard.press("Enter");
  await ines.seesSent("With it.");
  await ines.shows(".file", "log.txt11 bytes");
});

/** Keeps a file back until the function that comes back is called. */
async function hold({ page }: Guest, path: string): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route(`**${path}`, async (route) => {
    await promise;
    await route.continue();
  });
  return resolve;
}
