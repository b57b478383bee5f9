// What a reload must not lose: what was begun, what was said and not sent yet.
import { assertEquals, assertMatch } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { say } from "../harness/visitor.ts";
import { NO_CONNECTION } from "./faults.ts";
import { fill, UNHURRIED } from "./fill.ts";
import { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";
import { openWire } from "./wire.ts";

it("a reload keeps what one was writing, for each room its own", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  const room = (name: string) => ines.page.locator("#rooms a", { hasText: name });
  await ines.box.pressSequentially("begun in general");
  await room("random").click();
  assertEquals(await ines.box.inputValue(), "");
  await room("general").locator("svg.draft").waitFor();
  await ines.box.fill("two\nlines in random ");
  await ines.page.reload();
  await ines.isIn();
  assertEquals(await ines.box.inputValue(), "two\nlines in random ");
  await room("general").click();
  assertEquals(await ines.box.inputValue(), "begun in general");
  await ines.page.keyboard.press("Enter");
  await ines.seesSent("begun in general");
  await ines.page.reload();
  await ines.isIn();
  assertEquals(await ines.box.inputValue(), "");
  assertEquals(await ines.timeline(), ["Ines: begun in general"]);
});

it("a reload keeps what a draft answers, also where that is far away, but not what is gone", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using ruth = await fill(server, 3);
  const ines = await visit.enter("Ines");
  await ines.speech("2").press("r");
  await ines.page.locator("#context").waitFor();
  await ines.box.pressSequentially("I think so.");
  await ines.page.reload();
  await ines.shows("#context", /Reply to\s+Ruth: 2/);
  assertEquals(await ines.box.inputValue(), "I think so.");
  await fill(server, 150, { username: "Jonas" });
  await ines.page.reload();
  await ines.shows("#context", /Reply to\s+Ruth: 2/);
  // For each room its own.
  await ines.page.locator("#rooms a", { hasText: "random" }).click();
  await ines.page.locator("#context").waitFor({ state: "hidden" });
  await ines.page.locator("#rooms a", { hasText: "general" }).click();
  await ines.shows("#context", /Reply to\s+Ruth: 2/);
  await ines.box.press("Enter");
  const said = await ruth.until((it) => it.type === "chat" && it.text === "I think so.");
  assertEquals(said.type === "chat" && said.replyTo, 2);
  await ines.page.locator("#context").waitFor({ state: "hidden" });
  await ines.say("nothing");
  const plain = await ruth.until((it) => it.type === "chat" && it.text === "nothing");
  assertEquals(plain.type === "chat" && plain.replyTo, undefined);

  const { seq } = await say(ruth, "a slip");
  await ines.speech("a slip").press("r");
  await ines.page.locator("#context").waitFor();
  await ines.box.pressSequentially("Still here.");
  await ines.page.goto("about:blank");
  ruth.send({ type: "delete", room: "general", of: seq });
  await ruth.until("deleted");
  await ines.page.goto(server.url);
  await ines.page.waitForFunction(() => sessionStorage.getItem("snug.reply.general") === null);
  await ines.page.locator("#context").waitFor({ state: "hidden" });
  assertEquals(await ines.box.inputValue(), "Still here.");
  await ines.box.press("Enter");
  const last = await ruth.until((it) => it.type === "chat" && it.text === "Still here.");
  assertEquals(last.type === "chat" && last.replyTo, undefined);
});

it("a reload keeps what one was writing anew", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  for (const text of ["one", "two"]) {
    await ines.say(text);
    await ines.seesSent(text);
  }
  const editor = ines.page.locator(".editor textarea");
  await ines.speech("one").press("e");
  await editor.fill("one\nand more");
  await ines.box.fill("and a draft");
  await ines.page.reload();
  await editor.waitFor();
  assertEquals(await editor.inputValue(), "one\nand more");
  assertEquals(await ines.box.inputValue(), "and a draft");
  await editor.press("Enter");
  await ines.seesSent("one\nand more edited");
  // Neither what was saved nor what was left as it was is opened again.
  await ines.speech("two").press("e");
  await editor.fill("never mind");
  await editor.press("Escape");
  await ines.speech("two").press("r");
  await ines.page.locator("#context").waitFor();
  await ines.page.reload();
  await ines.page.locator("#context").waitFor();
  await ines.sees("two");
  assertEquals(await editor.count(), 0);
});

it("each tab has its own drafts: what one sends or begins costs another no word", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  const other = await openTab(ines);
  await ines.box.fill("begun in the first");
  await other.say("sent from the second");
  await ines.sees("sent from the second");
  // What was said gave way to what is still being written.
  await left(ines, "begun in the first");
  for (const [tab, text] of [[ines, "begun in the first"], [other, ""]] as const) {
    await tab.page.reload();
    await tab.isIn();
    assertEquals(await tab.box.inputValue(), text);
  }
  // A new one takes up what was left, and may say it; who wrote it has it still.
  const third = await openTab(ines);
  assertEquals(await third.box.inputValue(), "begun in the first");
  await third.box.press("Enter");
  await ines.seesSent("begun in the first");
  await ines.page.reload();
  await ines.isIn();
  assertEquals(await ines.box.inputValue(), "begun in the first");
  // What was written last is there at the next visit.
  await third.box.fill("written last");
  const context = ines.page.context();
  for (const { page } of [third, other, ines]) await page.close();
  const next = new Guest(await context.newPage());
  await next.page.goto(server.url);
  await next.isIn();
  assertEquals(await next.box.inputValue(), "written last");
});

it("what one tab answers or writes anew is none of another's", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using ruth = await fill(server, 3);
  const ines = await visit.enter("Ines");
  for (const text of ["one", "two"]) {
    await ines.say(text);
    await ines.seesSent(text);
  }
  const other = await openTab(ines);
  const editor = (tab: Guest) => tab.page.locator(".editor textarea");
  await ines.speech("two").press("e");
  await editor(ines).fill("two anew");
  await other.speech("3").press("r");
  await other.page.locator("#context").waitFor();
  await other.speech("one").press("e");
  await editor(other).fill("one anew");
  await editor(ines).press("Enter");
  await ines.seesSent("two anew edited");
  await ines.say("hello");
  const said = await ruth.until((it) => it.type === "chat" && it.text === "hello");
  assertEquals(said.type === "chat" && said.replyTo, undefined);
  await ines.seesSent("hello");
  assertEquals(await editor(ines).count(), 0);
  assertEquals(await ines.page.locator("#context").isVisible(), false);
  await other.page.reload();
  await other.shows("#context", /Reply to\s+Ruth: 3/);
  assertEquals(await editor(other).inputValue(), "one anew");
});

it("what was begun in another log is dropped, and what is said early answers nothing", async () => {
  await using server = await startServer();
  await using wire = openWire(server);
  await using visit = await openVisit(server.url);
  await using ruth = await fill(server, 3);
  const ines = await visit.enter("Ines", { url: wire.url, expected: [NO_CONNECTION] });
  await ines.say("mine");
  await ines.seesSent("mine");
  const begin = `for (const storage of [localStorage, sessionStorage]) {
    storage.setItem("snug.reply.general", "3 another-log");
    storage.setItem("snug.edits.general", '["another-log",[4,"mine anew"]]');
  }`;
  await ines.page.evaluate(begin);
  wire.calm();
  await ines.status(/^Reconnecting in/);
  await ines.page.reload();
  await ines.shows("#slip-title", "Live connections do not get through");
  await ines.say("early");
  await ines.sees("early");
  wire.mend();
  await ines.isBack();
  const said = await ruth.until((it) => it.type === "chat" && it.text === "early");
  assertEquals(said.type === "chat" && said.replyTo, undefined);
  await ines.seesSent("early");
  await ines.page.evaluate(begin);
  await ines.page.reload();
  await ines.page.waitForFunction(() =>
    [localStorage, sessionStorage].every((storage) =>
      !["snug.reply.general", "snug.edits.general"].some((key) => storage.getItem(key))
    )
  );
  await ines.sees("mine");
  assertEquals(await ines.page.locator(".editor textarea").count(), 0);
});

it("P4 a reload keeps what is not sent, in its order, and it goes out once", async () => {
  await using server = await startServer();
  await using wire = openWire(server);
  await using visit = await openVisit(server.url);
  const ruth = await visit.enter("Ruth");
  const ines = await visit.enter("Ines", { url: wire.url, expected: [NO_CONNECTION] });
  await ines.say("sent");
  await ruth.sees("sent");
  // As behind a proxy that lets pages through, but no sockets.
  wire.calm();
  await ines.status(/^Reconnecting in/);
  for (const text of ["not sent 1", "not sent 2", "not sent 3"]) await ines.say(text);
  await ines.page.reload();
  await ines.shows("#slip-title", "Live connections do not get through");
  await ines.shows(
    "#slip-text",
    "The server answers, but a proxy between here and there stops WebSockets, or hides this page’s address from the server.",
  );
  assertEquals(await ines.page.locator(".speech-row.waiting .speech").allTextContents(), [
    "not sent 1",
    "not sent 2",
    "not sent 3",
  ]);
  await ines.say("not sent 4");
  wire.mend();
  await ines.isBack();
  await ruth.sees("not sent 4");
  await ines.seesSent("not sent 4");
  const all = ["sent", "not sent 1", "not sent 2", "not sent 3", "not sent 4"].map((it) =>
    `Ines: ${it}`
  );
  assertEquals(await ruth.timeline(), all);
  assertEquals(await ines.timeline(), all);
  await ines.page.reload();
  await ines.isIn();
  await ines.say("the last");
  await ruth.sees("the last");
  assertEquals(await ruth.timeline(), [...all, "Ines: the last"]);
  assertEquals(await ines.timeline(), [...all, "Ines: the last"]);
});

it("W2.1 a text that is too long stays in the box, and says by how much it is", async () => {
  await using server = await startServer({ MAX_MESSAGE_BYTES: "2048" });
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  const length = ines.page.locator("#composer-length");
  await ines.box.fill("x".repeat(1700));
  assertEquals(await length.textContent(), "");
  await ines.box.fill("x".repeat(1900));
  assertMatch(await length.textContent() ?? "", /^\d{2} bytes left$/);
  // As bytes: a letter may be several.
  const long = "é".repeat(1000);
  await ines.box.fill(long);
  assertMatch(await length.textContent() ?? "", /^\d{2} bytes too long$/);
  await ines.page.keyboard.press("Enter");
  await ines.shows("#composer-note", "It is longer than this server allows (2 KB).");
  await ines.shows("#spoken", "It is longer than this server allows (2 KB).");
  assertEquals(await ines.box.inputValue(), long);
  await ines.page.reload();
  await ines.isIn();
  assertEquals(await ines.box.inputValue(), long);
  assertEquals(await ines.timeline(), []);
  await ines.box.fill(long.slice(0, 900));
  await ines.page.keyboard.press("Enter");
  await ines.seesSent(long.slice(0, 900));
  assertEquals(await length.textContent(), "");
});

it("W2.1 one that waited until a limit was known can be taken back or deleted", async () => {
  await using server = await startServer({ MAX_MESSAGE_BYTES: "2048" });
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  const ines = await visit.enter("Ines", { expected: [NO_CONNECTION] });
  wire.calm();
  await ines.status(/^Reconnecting in/);
  await ines.page.reload();
  await ines.shows("#slip-title", "Live connections do not get through");
  const long = "word ".repeat(500).trim();
  for (const end of ["", ".", "!"]) await ines.say(long + end);
  await ines.sees(`${long}!`);
  wire.mend();
  await ines.isBack();
  const failure = ines.page.locator(".failure");
  await ines.shows(".failure span", "Not sent. It is longer than this server allows (2 KB).");
  await ines.say("short");
  await ines.seesSent("short");
  // It stays over a reload, and nothing tries it again by itself.
  await ines.page.reload();
  await ines.isIn();
  await ines.sees("short");
  assertEquals(await failure.count(), 3);
  await ines.box.press("ArrowUp");
  assertEquals(await ines.box.inputValue(), `${long}!`);
  await failure.nth(2).waitFor({ state: "detached" });
  assertEquals(await failure.count(), 2);
  await ines.box.fill("and this");
  await failure.first().getByRole("button", { name: "Edit" }).click();
  assertEquals(await ines.box.inputValue(), `${long}\nand this`);
  await failure.nth(1).waitFor({ state: "detached" });
  assertEquals(await failure.count(), 1);
  await failure.getByRole("button", { name: "Delete" }).click();
  await failure.waitFor({ state: "detached" });
  assertEquals(await ines.timeline(), ["Ines: short"]);
});

it("W13.3 who writes faster than the server takes loses nothing and is told nothing", async () => {
  await using server = await startServer({ RATE_MESSAGES_PER_SECOND: "20", RATE_BURST: "5" });
  await using visit = await openVisit(server.url);
  const ruth = await visit.enter("Ruth");
  const ines = await visit.enter("Ines");
  const texts = Array.from({ length: 20 }, (_, index) => `quick ${index + 1}`);
  for (const text of texts) await ines.say(text);
  await ruth.sees("quick 20");
  await ines.seesSent("quick 20");
  assertEquals(await ruth.timeline(), texts.map((text) => `Ines: ${text}`));
  assertEquals(await ines.timeline(), texts.map((text) => `Ines: ${text}`));
  assertEquals(await ines.page.locator(".failure").count(), 0);
});

it("where the browser keeps nothing, one can talk as long as the page is open", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.open();
  await ines.page.addInitScript(`for (const method of ["getItem", "setItem", "removeItem"]) {
    Storage.prototype[method] = () => { throw new DOMException("no", "SecurityError"); };
  }`);
  await ines.page.reload();
  await ines.goIn("Ines");
  await ines.say("hello");
  await ines.seesSent("hello");
  await ines.box.fill("begun");
  await ines.page.locator("#rooms a", { hasText: "random" }).click();
  await ines.page.locator("#rooms a", { hasText: "general" }).click();
  assertEquals(await ines.box.inputValue(), "begun");
  await ines.page.reload();
  await ines.door.waitFor();
});

/** Another tab of the same browser. */
async function openTab({ page }: Guest): Promise<Guest> {
  const tab = new Guest(await page.context().newPage());
  await tab.page.goto(page.url());
  await tab.isIn();
  return tab;
}

/** Waits until a text is left for the next visit. */
async function left({ page }: Guest, text: string) {
  const key = `snug:draft.general:${new URL(page.url()).host}`;
  await page.waitForFunction(
    ([key, text]) => localStorage.getItem(key!) === text,
    [key, JSON.stringify(text)],
  );
}
