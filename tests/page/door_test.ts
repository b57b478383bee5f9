// The door: the first visit, links with a token or a room, tokens that are wrong or have ended.
import { assertEquals, assertFalse } from "@std/assert";
import { SignJWT } from "jose";
import { startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, texts } from "../harness/visitor.ts";
import { NO_CONNECTION, REFUSED } from "./faults.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";
import { openWire } from "./wire.ts";

const SECRET = "thirty-two bytes that both of them know";
const TOKEN = "open+sesame/42=";
/** In the page: no socket ever opens, and nothing says why. */
const NO_SOCKETS = `globalThis.WebSocket = class {
  constructor() {
    queueMicrotask(() => this.onclose?.({ code: 1006 }));
  }
  close() {}
}`;
/** In the page: notes how the open door stood, with a field for a token or without. */
const WATCH_FIELD = `globalThis.stood = [];
new MutationObserver(() => {
  const [door, field] = ["#door", "#door-token-field"].map((id) => document.querySelector(id));
  const words = field?.hidden ? "without" : "with";
  if (door && !door.hidden && stood.at(-1) !== words) stood.push(words);
}).observe(document, { subtree: true, childList: true, attributes: true });`;
const WRONG_TOKEN =
  "This token was not accepted. It may have ended; ask whoever runs this server for a new one.";

it("the first visit: a name, a room, and one talks", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.open();
  await ines.shows("#door-host", new URL(server.url).host);
  await ines.shows("#door-name-help", "What others see. You can change it later.");
  await ines.shows("#door-foot", "No account to make. Your name stays in this browser.");
  assertEquals(await ines.page.locator("#door-token").isVisible(), false);
  assertEquals(await focused(ines), "door-name");
  await ines.goIn("  Ines  ", { room: "#on air" });
  assertEquals(new URL(ines.page.url()).pathname, "/r/on-air");
  await ines.shows("#own-name", "Ines");
  await ines.shows("#empty-title", "Nobody has spoken in #on-air yet");
  assertEquals(await focused(ines), "say");
  await ines.say("Hello?");
  await ines.seesSent("Hello?");
  assertEquals(await ines.page.locator("#empty").isVisible(), false);
  assertEquals(await ines.page.locator("#house").isVisible(), true);
  assertEquals(await ines.door.isVisible(), false);
});

it("what is wrong with a name or a room is said under it, and one is taken there", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.open();
  const go = () => ines.page.keyboard.press("Enter");
  for (const name of ["", "   ", "x".repeat(33)]) {
    await ines.page.locator("#door-name").fill(name);
    await ines.page.locator("#door-room").focus();
    await go();
    await ines.shows("#door-name-help", "Write a name, up to 32 characters.");
    assertEquals(await focused(ines), "door-name");
    assertEquals(await ines.page.locator("#door-name").getAttribute("aria-invalid"), "true");
  }
  // 32 characters of 4 bytes each are fine (W2.2), and typing takes the complaint away.
  await ines.page.locator("#door-name").fill("🦉".repeat(32));
  await ines.shows("#door-name-help", "What others see. You can change it later.");
  for (const room of ["", "-x", "a/b", "ä".repeat(33)]) {
    await ines.page.locator("#door-room").fill(room);
    await go();
    await ines.shows(
      "#door-room-help",
      "Write letters, digits, . _ or -, beginning with a letter or a digit.",
    );
    assertEquals(await focused(ines), "door-room");
  }
  await ines.page.locator("#door-room").fill("ä".repeat(32));
  await go();
  await ines.isIn();
  await ines.shows("#room-name", "ä".repeat(32));
});

it("W15.6 at the door too one is told why the server does not let in, and when it is asked again", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const refusals: [status: number, body: string, told: RegExp][] = [
    [
      503,
      `{"code":"SERVER_FULL","retryAfterMs":30000}`,
      /^The server is full\. Reconnecting in \d+ s\.$/,
    ],
    [
      503,
      `{"code":"UNAVAILABLE","retryAfterMs":30000}`,
      /^The server is restarting\. Reconnecting in/,
    ],
    [
      429,
      `{"code":"RATE_LIMITED","message":"too many bad tokens from this address","retryAfterMs":30000}`,
      /^Too many bad tokens from this address\. Reconnecting in \d+ s\.$/,
    ],
    [426, "{}", /^Live connections do not get through\. The server answers, but /],
    [
      403,
      `{"code":"FORBIDDEN","message":"pages of this origin may not"}`,
      /^Not let in\. Pages of this/,
    ],
    [404, "<html>", /^There is no chat server at this address \(404\)\. Reconnecting in/],
    [500, "", /^The server cannot be reached\. Reconnecting in/],
  ];
  const ines = await visit.open({ path: "/nowhere", expected: [/./] });
  let answer = { status: 500, body: "" };
  await ines.page.route(/\/ws$/, (route) => route.fulfill(answer));
  await ines.page.addInitScript(NO_SOCKETS);
  for (const [status, body, told] of refusals) {
    answer = { status, body };
    await ines.page.goto(server.url);
    await ines.shows("#door-foot", told);
  }
  await ines.page.context().setOffline(true);
  await ines.shows("#door-foot", "You are offline. This device has no network.");
});

it("W15.3 a link with a token signs in, and the token is gone from the address", async () => {
  await using server = await startServer({ WS_TOKEN: TOKEN });
  await using visit = await openVisit(server.url);
  const asked: string[] = [];
  const ines = await visit.open({ path: `/r/on-air#token=${TOKEN}`, asked });
  assertEquals(ines.page.url(), `${server.url}/r/on-air`);
  await ines.shows("#door-foot", "No account to make. Your name stays in this browser.");
  await ines.goIn("Ines");
  assertEquals(ines.page.url(), `${server.url}/r/on-air`);
  assertEquals(await ines.page.locator("#door-token").isVisible(), false);
  await ines.page.reload();
  await ines.isIn();
  for (const url of asked) assertFalse(/token=|sesame/.test(url), url);

  // A link that is opened in a page that is there already works too, and leaves nothing to go back to.
  const ruth = await visit.open();
  await ruth.page.locator("#door-token").waitFor();
  const reloaded = ruth.page.waitForEvent("load");
  await ruth.page.evaluate(`location.hash = "token=${encodeURIComponent(TOKEN)}"`);
  await reloaded;
  assertEquals(ruth.page.url(), `${server.url}/`);
  await ruth.goIn("Ruth");
  await ruth.page.goBack();
  assertFalse(ruth.page.url().includes("token"), ruth.page.url());
});

it("W15.3 without a token one is asked for it, and told when it is wrong", async () => {
  await using server = await startServer({ WS_TOKEN: TOKEN });
  await using visit = await openVisit(server.url);
  const ines = await visit.open({ expected: [REFUSED] });
  const token = ines.page.locator("#door-token");
  await token.waitFor();
  await ines.shows("#door-token-help", "Whoever runs this server can give you one.");
  await ines.shows("#door-foot", "The token stays in this browser and is never part of a link.");
  await ines.page.locator("#door-name").fill("Ines");
  const go = ines.page.getByRole("button", { name: "Go in" });
  await go.click();
  await ines.shows("#door-token-help", "Write the token that whoever runs this server gave you.");
  assertEquals(await focused(ines), "door-token");

  await token.fill("open barley");
  assertEquals(await token.getAttribute("type"), "password");
  await ines.page.getByRole("button", { name: "Show" }).click();
  assertEquals(await token.getAttribute("type"), "text");
  await go.click();
  await ines.shows("#door-token-help", WRONG_TOKEN);
  await ines.door.waitFor();
  assertEquals(await token.getAttribute("aria-invalid"), "true");
  assertEquals(await focused(ines), "door-token");
  await ines.status("Not let in");

  await ines.goIn("Ines", { token: TOKEN });
  await ines.say("let in");
  await ines.seesSent("let in");
  assertFalse(ines.page.url().includes("token"));
});

it("W15.9 who comes with a cookie, or through a proxy that adds a token, never sees a field for one", async () => {
  await using server = await startServer({ WS_TOKEN: TOKEN });
  await using visit = await openVisit(server.url);
  const authorization = `Bearer ${TOKEN}`;
  for (const isProxied of [false, true]) {
    const ines = await visit.open({ path: "/nowhere", expected: [/404/] });
    const { page } = ines;
    const signed = await page.request.post(`${server.url}/api/session`, {
      headers: { authorization, origin: server.url },
    });
    assertEquals(signed.status(), 200);
    if (isProxied) {
      await page.context().clearCookies();
      await page.setExtraHTTPHeaders({ authorization });
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    await page.route("**/ws?why", async (route) => {
      await promise;
      await route.continue();
    });
    await page.addInitScript(WATCH_FIELD);
    const asking = page.waitForRequest("**/ws?why");
    await page.goto(server.url);
    await asking;
    await ines.frame();
    assertEquals(await ines.door.isVisible(), false);
    resolve();
    await ines.door.waitFor();
    await ines.shows("#door-foot", "No account to make. Your name stays in this browser.");
    assertEquals(await page.evaluate("globalThis.stood"), ["without"]);
    if (!isProxied) await ines.goIn("Ines");
  }
});

it("a door that needs a token opens also where the server does not say who needs one", async () => {
  await using server = await startServer({ WS_TOKEN: TOKEN });
  await using visit = await openVisit(server.url);
  for (const isSilent of [true, false]) {
    const ines = await visit.open({ path: "/nowhere", expected: [/404/, REFUSED, NO_CONNECTION] });
    await ines.page.route("**/ws?why", (route) => isSilent ? undefined : route.abort());
    await ines.page.addInitScript(WATCH_FIELD);
    await ines.page.goto(server.url);
    await ines.page.locator("#door-token").waitFor();
    assertEquals(await ines.page.evaluate("globalThis.stood"), ["with"]);
    await ines.goIn("Ines", { token: TOKEN });
  }
});

it("who was let in before, and for whom not all could be loaded, is asked for no token", async () => {
  await using server = await startServer({ WS_TOKEN: TOKEN });
  await using visit = await openVisit(server.url);
  const ines = await visit.open({ path: "/nowhere", expected: [/404|ERR_FAILED|^$/] });
  await ines.page.addInitScript(`localStorage.setItem("snug.name", "Ines")`);
  await ines.page.route("**/house.js", (route) => route.abort());
  await ines.page.goto(server.url);
  await ines.shows("#door-foot", "The server cannot be reached. Try again in a moment.");
  assertEquals(await ines.page.locator("#door-token").isVisible(), false);
});

it("a link with a wrong token is told so too, to a stranger and to one who has a name", async () => {
  await using server = await startServer({ WS_TOKEN: TOKEN });
  await using visit = await openVisit(server.url);
  // Nothing is written into the console, where a refused connection would be.
  const ines = await visit.open({ path: "/#token=wrong" });
  await ines.shows("#door-token-help", WRONG_TOKEN);
  assertEquals(new URL(ines.page.url()).hash, "");
  await ines.goIn("Ines", { token: TOKEN });
  // One who is in has a session, and keeps it whatever a link says.
  await ines.page.goto(`${server.url}/?again#token=wrong`);
  await ines.isIn();
});

it("W8.3 when the token has ended, one reads on, and a new one lets what was written out", async () => {
  await using folder = await tempFolder();
  const start = (token: string) =>
    startServer({ WS_TOKEN: token, STORE_URL: `sqlite:${folder.path}/kept.db` });
  await using first = await start("first");
  await using wire = openWire(first);
  await using visit = await openVisit(wire.url);
  const expected = [NO_CONNECTION, REFUSED];
  const ines = await visit.open({ path: "/#token=first", expected });
  await ines.goIn("Ines");
  await ines.say("before");
  await ines.seesSent("before");
  wire.cut();
  await ines.status(/^Reconnecting in|^Trying now/);
  await ines.say("written meanwhile");
  first.kill("SIGKILL");
  await first.exited;

  await using second = await start("second");
  wire.leadTo(second);
  await ines.shows("#slip-title", "Your token has ended");
  await ines.shows("#slip-text", "Enter a new one to go on. Nothing you wrote is lost.");
  await ines.status("Not let in");
  await ines.sees("before");
  await ines.slip.getByRole("button", { name: "Enter token" }).click();
  assertEquals(await focused(ines), "door-token");
  await ines.goIn("Ines", { token: "second" });
  await ines.seesSent("written meanwhile");
  assertEquals(await ines.timeline(), ["Ines: before", "Ines: written meanwhile"]);
});

it("a name that is remembered goes straight in, to the room that was last in view", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", { room: "on-air" });
  await ines.page.locator("#rooms a", { hasText: "random" }).click();
  await ines.page.goto(server.url);
  await ines.isIn();
  assertEquals(await ines.door.isVisible(), false);
  await ines.shows("#room-name", "random");
  assertEquals(new URL(ines.page.url()).pathname, "/r/random");
  await ines.shows("#own-name", "Ines");
  await ines.page.locator("#rooms bdi").nth(2).waitFor({ state: "attached" });
  assertEquals(await ines.page.locator("#rooms bdi").allTextContents(), [
    "general",
    "random",
    "on-air",
  ]);
  await ines.shows("#rooms a[aria-current=page] bdi", "random");
});

it("W2.6 /r/<room> opens that room, in any of Unicode's forms; back and forward go through rooms", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.open({ path: "/r/cafe%CC%81" });
  assertEquals(await ines.page.locator("#door-room").inputValue(), "caf\u00e9");
  await ines.goIn("Ines");
  await ines.shows("#room-name", "caf\u00e9");
  await ines.titleIs("caf\u00e9 · Snug");
  await ines.say("un express");
  await ines.seesSent("un express");
  await using other = await enter(server, { room: "caf\u00e9" });
  assertEquals(texts(other.joined.messages), ["un express"]);

  await ines.page.locator("#rooms a", { hasText: "random" }).click();
  await ines.shows("#room-name", "random");
  await ines.page.goBack();
  await ines.shows("#room-name", "caf\u00e9");
  await ines.sees("un express");
  await ines.page.goForward();
  await ines.shows("#room-name", "random");
  await ines.page.goto(`${server.url}/r/herons/`);
  await ines.isIn();
  await ines.shows("#room-name", "herons");
});

it("/r/<room>/<seq> opens that room and keeps the address, for a stranger and for one who is known", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const path = "/r/caf%C3%A9/42";
  const ines = await visit.open({ path });
  assertEquals(await ines.page.locator("#door-room").inputValue(), "café");
  await ines.goIn("Ines");
  for (const _ of ["as a stranger", "and again"]) {
    await ines.shows("#room-name", "café");
    assertEquals(new URL(ines.page.url()).pathname, path);
    await ines.page.reload();
    await ines.isIn();
  }
  const place = await ines.page.evaluateHandle<Place>(`import("/views/place.js")`);
  const here = () => place.evaluate(({ placeOfPage }) => placeOfPage());
  assertEquals(await here(), { room: "café", seq: 42 });
  await ines.page.locator("#rooms a", { hasText: "random" }).click();
  assertEquals(await here(), { room: "random", seq: null });
  await ines.page.goBack();
  assertEquals(await here(), { room: "café", seq: 42 });
  assertEquals(await place.evaluate(({ linkTo }) => linkTo("a", 7)), "/r/a/7");
  // Somebody who goes in elsewhere does not take the message's number along.
  const ruth = await visit.open({ path });
  await ruth.goIn("Ruth", { room: "general" });
  assertEquals(new URL(ruth.page.url()).pathname, "/r/general");
});

it("W8.2 a name that is taken gets -2, and one is told", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  await using ruth = await enter(server, { username: "INES" });
  assertEquals(ruth.welcome.user, "INES");
  const ines = await visit.enter("Ines");
  await ines.shows("#own-name", "Ines-2");
  await ines.shows("#composer-name", "Ines-2");
  await ines.shows("#spoken", "Somebody here is called Ines; you are Ines-2.");
  await ines.shows("#members li", "Ines-2you");
  await ines.say("which one am I?");
  await ines.seesSent("which one am I?");
  assertEquals(await ines.timeline(), ["Ines-2: which one am I?"]);
});

it("W15.8 who comes with a token that has a name is told that it counts, not the one they wrote", async () => {
  await using server = await startServer({ JWT_SECRET: SECRET });
  await using visit = await openVisit(server.url);
  const token = await new SignJWT({ name: "Ada" }).setSubject("u-17").setExpirationTime("1h")
    .setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(SECRET));
  const ada = await visit.open({ path: `/#token=${token}` });
  await ada.goIn("Ines");
  await ada.shows("#own-name", "Ada");
  await ada.shows("#spoken", "Your token has a name; you are Ada.");
  await ada.page.reload();
  await ada.shows("#own-name", "Ada");
  await ada.isIn();
  assertEquals((await ada.words()).filter((words) => words.includes("Ada")), []);
  await ada.page.evaluate(`localStorage.setItem("snug.name", "Mara")`);
  await ada.page.reload();
  await ada.shows("#spoken", "Your token has a name; you are Ada.");
});

it("W2.6 a room is found in what people write, and its way is safe in an address", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const { page } = await visit.open();
  const place = await page.evaluateHandle<Place>(`import("/views/place.js")`);
  const cases: [written: string, room: string | null][] = [
    ["general", "general"],
    [" #general ", "general"],
    ["on air  tonight", "on-air-tonight"],
    ["cafe\u0301", "caf\u00e9"],
    ["3.5_x-y", "3.5_x-y"],
    ["#", null],
    ["", null],
    [".hidden", null],
    ["a/b", null],
    ["a?b", null],
    ["<b>", null],
    ["x".repeat(64), "x".repeat(64)],
    ["x".repeat(65), null],
    ["\u00e9".repeat(33), null],
  ];
  const found = await place.evaluate(
    ({ roomIn }, all) => all.map(roomIn),
    cases.map(([written]) => written),
  );
  assertEquals(found, cases.map(([, room]) => room));
  assertEquals(await place.evaluate(({ linkTo }) => linkTo("caf\u00e9")), "/r/caf%C3%A9");
});

/** `static/views/place.js`, which only a page can run. */
type Place = {
  roomIn(written: string): string | null;
  linkTo(room: string, seq?: number): string;
  placeOfPage(): { room: string; seq: number | null } | null;
};

/** The id of the element that has the focus. */
async function focused({ page }: Guest): Promise<string> {
  return await page.evaluate("document.activeElement.id");
}
