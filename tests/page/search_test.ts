// Searching: what is found and how it is shown, and the way to its place in the log and back.
import { assert, assertEquals, assertFalse } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { enter, say } from "../harness/visitor.ts";
import { tempDatabase } from "../store/database.ts";
import { NO_CONNECTION } from "./faults.ts";
import { fill, UNHURRIED } from "./fill.ts";
import { fits } from "./fits.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";
import { openWire } from "./wire.ts";

const PHONE = { width: 390, height: 844, isPhone: true };

async function search(guest: Guest, text: string) {
  await guest.page.locator("#search-text").fill(text);
}

/** The texts of what is found, with what is boxed in brackets. */
function hits(guest: Guest): Promise<string[]> {
  return guest.page.locator("#hits").evaluate((list: unknown) => {
    const rows = [...(list as Iterable<never> & { querySelectorAll(s: string): Iterable<Part> })
      .querySelectorAll(".hit-text")];
    return rows.map((row) =>
      [...row.childNodes].map(({ nodeName, textContent }) =>
        nodeName === "MARK" ? `[${textContent}]` : textContent
      ).join("")
    );
  });
}
interface Part {
  childNodes: Iterable<{ nodeName: string; textContent: string }>;
}

it("without a connection a search says that it waits, shows nothing of another, and is answered then", async () => {
  await using server = await startServer();
  await using wire = openWire(server);
  await using visit = await openVisit(server.url);
  await using ruth = await enter(server, { username: "Ruth" });
  for (const text of ["the ferry", "the proxy"]) await say(ruth, text);
  const ines = await visit.enter("Ines", { url: wire.url, expected: [NO_CONNECTION] });
  await ines.page.locator("#search-toggle").click();
  await search(ines, "ferry");
  await ines.shows("#search-status", "1 message, newest first");
  wire.calm();
  await ines.status(/^Reconnecting in|^Trying now/);
  await search(ines, "proxy");
  await ines.shows("#search-status", "Waiting for the connection");
  assertEquals(await hits(ines), []);
  wire.mend();
  await ines.isBack();
  await ines.shows("#search-status", "1 message, newest first");
  assertEquals(await hits(ines), ["the [proxy]"]);
});

it("W16.1 what is written is searched for in all rooms or in this one, and boxed", async () => {
  await using database = await tempDatabase();
  await using server = await startServer({ ...UNHURRIED, STORE_URL: database.url });
  await using visit = await openVisit(server.url);
  await using ruth = await enter(server, { username: "Ruth" });
  await say(ruth, `${"so much before it ".repeat(9)}the proxy, and the PROXY`);
  await using jonas = await enter(server, { username: "Jonas", room: "random" });
  await say(jonas, "proxy_pass is right", { room: "random" });
  const asked: string[] = [];
  const ines = await visit.enter("Ines", { asked });
  const { page } = ines;
  assertFalse(asked.some((url) => url.endsWith("/views/search.js")), "it is fetched when needed");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await ines.shows("#search-status", "Search every message you may read.");
  await search(ines, "prox");
  await ines.shows("#search-status", "2 messages, newest first");
  const [newest, oldest] = await hits(ines);
  assertEquals(newest, "[proxy]_pass is right");
  assert(/^… .{20,60}the \[proxy\], and the \[PROXY\]$/.test(oldest!), oldest);
  // The answer to an earlier question is none to the last.
  await page.evaluate(`for (const where of ["all", "here"]) {
    document.getElementById("search-" + where).click();
  }`);
  await ines.shows("#search-status", "1 message, newest first");
  await search(ines, "pass");
  await ines.shows("#search-status", "Nothing found for “pass”.");
  assertEquals(await hits(ines), []);
  await page.locator("#search-wider").click();
  await ines.shows("#search-status", "1 message, newest first");
  await search(ines, "?!");
  await ines.shows("#search-status", "Nothing found for “?!”.");
  // Escape puts it away, a slash brings it back, but not while one writes.
  await page.keyboard.press("Escape");
  await page.locator("#search").waitFor({ state: "hidden" });
  await page.keyboard.press("/");
  await page.locator("#search").waitFor();
  await page.keyboard.press("Escape");
  await ines.box.fill("");
  await ines.box.press("/");
  assertEquals(await ines.box.inputValue(), "/");
  await page.locator("#search").waitFor({ state: "hidden" });
});

it("W5.8 W16.1 a result opens its place, also far up and in another room, and there is a way back", async () => {
  await using database = await tempDatabase();
  await using server = await startServer({ ...UNHURRIED, STORE_URL: database.url });
  await using visit = await openVisit(server.url);
  const text = (n: number) => n === 150 ? "the needle" : `message ${n}`;
  await using ruth = await fill(server, 900, { text });
  await using _ = await fill(server, 300, { room: "random", text: (n) => `other ${n}` });
  const ines = await visit.enter("Ines");
  const { page } = ines;
  await page.locator("#search-toggle").click();
  await search(ines, "needle");
  await page.locator(".hit").click();
  await ines.sees("the needle");
  assertEquals(await page.locator(".hit[aria-current=true]").count(), 1);
  await page.locator(".speech-row.reached", { hasText: "the needle" }).waitFor();
  // What comes in meanwhile does not move it.
  const before = await ines.topPx(ines.speech("the needle"));
  await say(ruth, "something new");
  await ines.shows("#pill-text", /new message/);
  assert(Math.abs(await ines.topPx(ines.speech("the needle")) - before) < 3);
  await ines.pill.click();
  await ines.sees("something new");
  await ines.pill.waitFor({ state: "hidden" });

  await search(ines, '"other 42"');
  await page.locator(".hit", { hasText: "other 42" }).click();
  await ines.shows("#room-name", "random");
  await ines.sees("other 42");
  await page.locator(".speech-row.reached", { hasText: "other 42" }).waitFor();
  await ines.shows("#search-here", "#random");
});

it("what is written before the searcher has been fetched is searched for", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using _ = await fill(server, 3, { text: (n) => n === 2 ? "the needle" : `message ${n}` });
  const ines = await visit.enter("Ines");
  const { page } = ines;
  const fetched = Promise.withResolvers<void>();
  await page.route("**/views/search.js", async (route) => {
    await fetched.promise;
    await route.continue();
  });
  const asked = page.waitForRequest("**/views/search.js");
  await page.locator("#search-toggle").click();
  await asked;
  await page.keyboard.type("needle");
  fetched.resolve();
  await ines.shows("#search-status", "1 message, newest first");
  assertEquals(await page.locator("#search-text").inputValue(), "needle");
  assertEquals(await hits(ines), ["the [needle]"]);
  // Opened once more, what was searched for is chosen whole, to be written over.
  await page.locator("#search-toggle").click();
  await page.locator("#search-toggle").click();
  await page.keyboard.type("message");
  await ines.shows("#search-status", "2 messages, newest first");
});

it("on a phone the search lies over the room, and gives way to what one goes to", async () => {
  await using database = await tempDatabase();
  await using server = await startServer({ ...UNHURRIED, STORE_URL: database.url });
  await using visit = await openVisit(server.url);
  const text = (n: number) => n === 7 ? "the needle" : `message ${n}`;
  await using _ = await fill(server, 120, { text });
  const ines = await visit.enter("Ines", PHONE);
  await ines.page.locator("#search-toggle").click();
  await search(ines, "message");
  await ines.shows("#search-status", "20 messages so far, newest first");
  await fits(ines);
  await ines.page.locator("#search-more").click();
  await ines.shows("#search-status", "40 messages so far, newest first");
  await search(ines, "needle");
  await ines.shows("#search-status", "1 message, newest first");
  await ines.page.locator(".hit").click();
  await ines.page.locator("#search").waitFor({ state: "hidden" });
  await ines.sees("the needle");
});

it("W10.13 in a conversation of two it is the other's name that one searches by", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await using _ = await enter(server, { username: "Ruth" });
  await ines.shows("#members bdi", "Ruth");
  await ines.say("/msg Ruth Only you read this.");
  await ines.shows("#room-name", "Ruth");
  await ines.page.locator("#search-toggle").click();
  await ines.shows("#search-here", "Ruth");
});

it("W16.4 a server that can't be searched says so", async () => {
  await using server = await startServer({ STORE_URL: "memory:" });
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await ines.page.locator("#search-toggle").click();
  await search(ines, "needle");
  await ines.shows("#search-status", "This can’t be searched now.");
  await fits(ines);
});
