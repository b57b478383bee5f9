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

const NOT_LOADED = "This could not be loaded. Try again when you are connected.";
/** In the page: counts what is said from now on, also when it is the same again. */
const COUNT_SPOKEN = `globalThis.timesSpoken = 0;
new MutationObserver(() => timesSpoken++).observe(document.querySelector("#spoken"), { childList: true });`;

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
  await ines.shows("#spoken", NOT_LOADED);
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

it("pages that can't be had are asked for again by who wants them, not with all that is painted", async () => {
  await using server = await startServer({ ...UNHURRIED, HISTORY_PAGE: "20" });
  await using visit = await openVisit(server.url);
  await using ruth = await fill(server, 40);
  const asked: string[] = [];
  const ines = await visit.open({ asked, expected: [/net::ERR_FAILED/] });
  await ines.page.route("**/model/pages.js", (route) => route.abort());
  const failed = ines.page.waitForEvent("requestfailed");
  await ines.goIn("Ines");
  await ines.sees("40");
  await ines.scroll({ fromTop: 0 });
  await failed;
  // Else what is done with the message below it would want them.
  await ines.page.mouse.move(0, 0);
  const counts: number[] = [];
  for (let n = 41; n <= 44; n++) {
    await say(ruth, `${n}`);
    await ines.sees(`${n}`);
    counts.push(asked.filter((url) => url.endsWith("/model/pages.js")).length);
  }
  assertEquals(counts.at(-1), counts[0]);
  await ines.page.unroute("**/model/pages.js");
  await ines.page.locator("#earlier-button").click();
  await ines.sees("1");
});

it("a quote whose message can't be asked for yet has its words later, and nobody is told of it", async () => {
  await using server = await startServer({ ...UNHURRIED, HISTORY_PAGE: "20" });
  await using visit = await openVisit(server.url);
  await using ruth = await fill(server, 40);
  ruth.send({ type: "chat", room: "general", text: "as I said", replyTo: 1, ref: "answer" });
  await ruth.until((message) => message.type === "ack" && message.ref === "answer");
  const ines = await visit.open({ expected: [/net::ERR_FAILED/] });
  await ines.page.route("**/model/sources.js", (route) => route.abort());
  const failed = ines.page.waitForEvent("requestfailed");
  await ines.goIn("Ines");
  await ines.sees("as I said");
  await failed;
  await ines.page.unroute("**/model/sources.js");
  await say(ruth, "more");
  await ines.page.locator(".quote bdi", { hasText: "Ruth" }).waitFor();
  await ines.shows("#spoken", /^(?!This could not)/);
});

it("what tells of an empty room and can't be had says so once, and comes when it can", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  await using otto = await enter(server, { room: "herons", username: "Otto" });
  const asked: string[] = [];
  const ines = await visit.open({ path: "/r/herons", asked, expected: [/net::ERR_FAILED/] });
  await ines.page.route("**/css/empty.css", (route) => route.abort());
  await ines.goIn("Ines");
  await ines.shows("#spoken", NOT_LOADED);
  await ines.page.evaluate(COUNT_SPOKEN);
  asked.length = 0;
  // Each of these is painted, and asks for it anew.
  for (const on of [true, false, true]) {
    otto.send({ type: "typing", room: "herons", on });
    await ines.shows("#typing", on ? "Otto is typing" : "");
    await ines.page.locator('[href="/css/empty.css"]').waitFor({ state: "detached" });
  }
  assertEquals(asked.filter((url) => url.endsWith("empty.css")).length >= 3, true);
  assertEquals(await ines.page.evaluate("timesSpoken"), 0);
  await ines.page.unroute("**/css/empty.css");
  otto.send({ type: "typing", room: "herons", on: false });
  await ines.shows("#empty-title", "Nobody has spoken in #herons yet");
});

it("older messages that can't be had are asked for again only in the room where they were wanted", async () => {
  await using server = await startServer({ ...UNHURRIED, HISTORY_PAGE: "20" });
  await using visit = await openVisit(server.url);
  // So high that one is not at its beginning at once.
  const text = (n: number) => `${n}${"\nand".repeat(9)}`;
  await using _ruth = await fill(server, 40, { text });
  await using _otto = await fill(server, 40, { room: "random", username: "Otto" });
  const ines = await visit.open({ path: "/r/random", expected: [/net::ERR_FAILED/] });
  const { promise, resolve } = Promise.withResolvers<void>();
  await ines.page.route("**/model/pages.js", async (route) => {
    await promise;
    await route.abort();
  });
  const asking = ines.page.waitForRequest("**/model/pages.js");
  await ines.goIn("Ines");
  await ines.sees("40");
  await ines.scroll({ fromTop: 0 });
  await asking;
  await ines.page.locator("#rooms a", { hasText: "general" }).click();
  await ines.shows("#room-name", "general");
  await ines.sees(text(40));
  const failed = ines.page.waitForEvent("requestfailed");
  resolve();
  await failed;
  await ines.frame();
  await ines.page.unroute("**/model/pages.js");
  // Here nothing has failed: going up is all it takes.
  await ines.scroll({ fromTop: 0 });
  await ines.sees(text(1));
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
