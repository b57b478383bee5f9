// Files on their way into a message: chosen, pasted, dropped; how far each is, what went wrong, and
// that a message goes with all of its files or waits.
import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { as, status } from "../harness/files.ts";
import { ask } from "../harness/http.ts";
import { startServer } from "../harness/server.ts";
import { enter } from "../harness/visitor.ts";
import { eventually } from "../store/database.ts";
import { NO_CONNECTION } from "./faults.ts";
import { card, choose, type Given, hand, picture, says, text } from "./files.ts";
import { UNHURRIED } from "./fill.ts";
import { fits } from "./fits.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";
import { openWire } from "./wire.ts";

const ROOM = "/api/rooms/general";

it("W19 chosen, pasted and dropped files go with a message, and everybody there sees them", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  const jonas = await visit.enter("Jonas");
  const { page } = ines;

  const choosing = page.waitForEvent("filechooser");
  // By then the browser knows that it is answered here.
  await ines.frame();
  await page.getByRole("button", { name: "Attach files" }).click();
  const chooser = await choosing;
  assert(chooser.isMultiple());
  await chooser.setFiles([picture("mast.png"), text("log.txt", "09:14 all is well")]);
  await says(ines, "log.txt", "17 bytes");
  assertEquals(await page.evaluate("document.activeElement.id"), "say");
  assert(await hand(ines, "paste", "#say", picture("screenshot.png", 64, 64)));
  await says(ines, "screenshot.png", /^\d+ bytes$/);
  assert(await hand(ines, "dragover", "#log", picture("pier.png")));
  await ines.shows(".drop-target", "Drop files to send them to #general");
  assert(await hand(ines, "drop", "#log", picture("pier.png")));
  await says(ines, "pier.png", /bytes$/);
  assertFalse(await page.locator(".drop-target").isVisible());
  await uploaded(ines, 4);

  await ines.say("All of it.");
  await ines.seesSent("All of it.");
  assertEquals(await page.locator(".attachment").count(), 0);
  for (const guest of [ines, jonas]) {
    await guest.sees("All of it.");
    for (const name of ["mast.png", "screenshot.png", "pier.png"]) {
      await guest.page.getByRole("img", { name, exact: true }).waitFor();
    }
    await guest.shows(".file", "log.txt17 bytes");
  }
  // No words are needed.
  await choose(ines, picture("alone.png"));
  await uploaded(ines, 1);
  await page.getByRole("button", { name: "Send" }).click();
  await jonas.page.getByRole("img", { name: "alone.png" }).waitFor();

  await jonas.page.reload();
  await jonas.isIn();
  await jonas.page.getByRole("img", { name: "alone.png" }).waitFor();
  await ines.speech("All of it.").click({ button: "right", position: { x: 400, y: 10 } });
  await page.getByRole("menuitem", { name: "Delete…" }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  for (const guest of [ines, jonas]) {
    await guest.page.getByRole("img", { name: "mast.png" }).waitFor({ state: "detached" });
    assertEquals(await guest.page.locator(".file").count(), 0);
  }
});

it("W19.3 what is too large, empty or too much is said before anything is sent", async () => {
  await using server = await startServer({ ...UNHURRIED, MAX_FILE_BYTES: "20480" });
  await using visit = await openVisit(server.url);
  const asked: string[] = [];
  const ines = await visit.enter("Ines", { asked });
  await choose(ines, text("long.txt", "x".repeat(31_000)), text("empty.txt", ""));
  await says(ines, "long.txt", "Not uploaded. It is 30 KB; 20 KB is the limit here.");
  await says(ines, "empty.txt", "Not uploaded. It is empty.");
  assertEquals(await card(ines, "long.txt").getByRole("button").count(), 1);
  await ines.say("See there.");
  await ines.shows("#composer-note", "2 files are not uploaded. Remove them.");
  assertEquals(await ines.box.inputValue(), "See there.");
  for (const name of ["long.txt", "empty.txt"]) {
    await ines.page.getByRole("button", { name: `Remove ${name}` }).click();
  }
  assertEquals(uploads(asked), 0);
  await ines.page.keyboard.press("Enter");
  await ines.seesSent("See there.");

  await choose(ines, ...Array.from({ length: 10 }, (_, n) => text(`${n}.txt`, `${n}`)));
  await ines.shows("#composer-note", "A message takes 8 files; 2 were left out.");
  await uploaded(ines, 8);
  assertEquals(uploads(asked), 8);
});

it("a message waits for its files, and goes by itself unless one writes on; what is taken out stops", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", { expected: [/net::ERR_FAILED/] });
  const { page } = ines;
  const waits = "This goes out as soon as the files are uploaded.";
  const release = await hold(ines);
  await choose(ines, picture("mast.png"));
  await says(ines, "mast.png", /^Uploading, \d+ % of \d+ bytes$/);
  assert(await isHeldBack(ines));
  await ines.say("With it.");
  await ines.shows("#composer-note", waits);
  await page.keyboard.type(" And");
  await release();
  await uploaded(ines, 1);
  assertFalse(await isHeldBack(ines));
  assertEquals(await ines.box.inputValue(), "With it. And");
  assertEquals(await ines.timeline(), []);

  const second = await hold(ines);
  await choose(ines, picture("stopped.png"), picture("pier.png"));
  await says(ines, "pier.png", /^Uploading/);
  await page.keyboard.type(" more.");
  await page.keyboard.press("Enter");
  await ines.shows("#composer-note", waits);
  await page.getByRole("button", { name: "Remove stopped.png" }).click();
  await second();
  await ines.seesSent("With it. And more.");
  await page.getByRole("img", { name: "pier.png" }).waitFor();
  assertEquals(await names(ines), ["mast.png", "pier.png"]);
  assertFalse(await isHeldBack(ines));
});

it("what is chosen in a room stays there, and its upload goes on", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  const release = await hold(ines);
  await choose(ines, picture("mast.png"));
  await says(ines, "mast.png", /^Uploading/);
  await ines.page.locator("#rooms a", { hasText: "random" }).click();
  await ines.shows("#room-name", "random");
  assertEquals(await ines.page.locator(".attachment").count(), 0);
  await ines.say("only words");
  await ines.seesSent("only words");
  await release();
  await ines.page.locator("#rooms a", { hasText: "general" }).click();
  await uploaded(ines, 1);
  await ines.page.getByRole("button", { name: "Send" }).click();
  await ines.page.getByRole("img", { name: "mast.png" }).waitFor();
});

it("W19.3 a lost connection is told with how far it was, and tried again when there is one", async () => {
  await using server = await startServer(UNHURRIED);
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  const ines = await visit.enter("Ines", { expected: [NO_CONNECTION] });
  // What the page needs for it is there.
  await choose(ines, text("small.txt", "x"));
  await uploaded(ines, 1);
  wire.hold();
  await choose(ines, text("large.txt", "x".repeat(9_000_000)));
  await says(ines, "large.txt", /^Uploading, \d+ % of 8\.6 MB$/);
  wire.cut();
  await says(ines, "large.txt", /^Not uploaded. The connection broke at \d+ %\.$/);
  await ines.status(/^(Reconnecting|Trying)/);
  await ines.page.getByRole("button", { name: "Try again to upload large.txt" }).click();
  await says(ines, "large.txt", "Waiting for the connection, 8.6 MB");
  wire.mend();
  await ines.isBack();
  await uploaded(ines, 2);
  await ines.say("Here it is.");
  await ines.seesSent("Here it is.");
});

it("W19.3 what the server refuses is said in words, and can be tried again", async () => {
  await using server = await startServer({ ...UNHURRIED, MAX_FILES_BYTES: "8192" });
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", { expected: [/ 507 /] });
  await choose(ines, text("first.txt", "x"), text("second.txt", "x"));
  await uploaded(ines, 2);
  await choose(ines, text("third.txt", "x"));
  await says(ines, "third.txt", "Not uploaded. The server has no room for it.");
  // What is taken out makes room, and is told to the server.
  await ines.page.getByRole("button", { name: "Remove first.txt" }).click();
  await eventually("there is room again", 20_000, async () => {
    const again = card(ines, "third.txt").getByRole("button", { name: "Try again" });
    if (await again.isVisible()) await again.click();
    return await card(ines, "third.txt").getByText("1 byte", { exact: true }).isVisible();
  });
  await ines.say("These.");
  await ines.seesSent("These.");
});

it("W19.3 what is too much that one has not sent yet is told from a server that is full", async () => {
  await using server = await startServer({ ...UNHURRIED, MAX_FILE_BYTES: "4096" });
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", { expected: [/ 507 /] });
  await choose(ines, ...Array.from({ length: 8 }, (_, n) => text(`${n}.txt`, `${n}`)));
  await uploaded(ines, 8);
  await ines.page.locator("#rooms a", { hasText: "random" }).click();
  await ines.shows("#room-name", "random");
  await choose(ines, text("ninth.txt", "x"));
  await says(
    ines,
    "ninth.txt",
    "Not uploaded. Too much that you uploaded is not sent yet. Send or remove some of it.",
  );
});

it("one that was not sent is taken back with its files, unless the server has them no more", async () => {
  const ADMIN = { authorization: "Bearer adm" };
  await using server = await startServer({ ...UNHURRIED, ADMIN_TOKEN: "adm" });
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  const ines = await visit.enter("Ines", { expected: [NO_CONNECTION] });
  await ines.say("Here I am.");
  await ines.seesSent("Here I am.");
  const { body: { messages } } = await ask(server, `GET ${ROOM}/messages`, undefined, ADMIN);
  const mute = `${ROOM}/mutes/${messages[0].uid}`;
  await choose(ines, picture("mast.png"), text("log.txt", "all is well"));
  await uploaded(ines, 2);
  wire.cut();
  await ines.status(/^(Reconnecting|Trying)/);
  await ines.say("Look.");
  await ask(server, `PUT ${mute}`, {}, ADMIN);
  wire.mend();
  await ines.isBack();
  await ines.page.locator(".failure").waitFor();
  await ask(server, `DELETE ${mute}`, undefined, ADMIN);
  await ines.box.waitFor();
  await ines.box.press("ArrowUp");
  assertEquals(await ines.box.inputValue(), "Look.");
  await uploaded(ines, 2);
  await says(ines, "log.txt", "11 bytes");
  await ines.box.press("Enter");
  await ines.seesSent("Look.");
  await ines.shows(".file", "log.txt11 bytes");

  await choose(ines, text("gone.txt", "x"));
  await uploaded(ines, 1);
  wire.cut();
  await ines.status(/^(Reconnecting|Trying)/);
  await ines.say("And that.");
  await ask(server, `POST /api/users/${messages[0].uid}/retract`, undefined, ADMIN);
  wire.mend();
  await ines.isBack();
  await ines.shows(".failure span", "Not sent. Its files are no longer on the server.");
  await ines.page.getByRole("button", { name: "Edit", exact: true }).click();
  assertEquals(await ines.box.inputValue(), "And that.");
  assertEquals(await ines.page.locator(".attachment").count(), 0);
});

it("W19.7 who deletes a message that was not sent leaves nothing of its files", async () => {
  const ADMIN = { authorization: "Bearer adm" };
  await using server = await startServer({ ...UNHURRIED, ADMIN_TOKEN: "adm" });
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  const ines = await visit.enter("Ines", { expected: [NO_CONNECTION] });
  const uploading = ines.page.waitForResponse(/\/files\?/);
  await choose(ines, picture("mast.png"));
  await uploaded(ines, 1);
  const { id } = await (await uploading).json();
  const uid = await ines.page.locator("#members [data-uid]").getAttribute("data-uid");
  const session = await ines.page.evaluate<string>(
    `JSON.parse(localStorage[Object.keys(localStorage).find((key) => /:session:/.test(key))])`,
  );
  wire.cut();
  await ines.status(/^(Reconnecting|Trying)/);
  await ines.say("Look.");
  await ask(server, `PUT ${ROOM}/mutes/${uid}`, {}, ADMIN);
  wire.mend();
  await ines.isBack();
  await ines.page.locator(".failure").waitFor();
  await ask(server, `DELETE ${ROOM}/mutes/${uid}`, undefined, ADMIN);
  assertEquals(await status(server, as(session), id), 200);
  await ines.page.locator(".failure").getByRole("button", { name: "Delete" }).click();
  await eventually("its file is gone", 20_000, async () => {
    return await status(server, as(session), id) === 404;
  });
});

it("nothing is offered, and nothing happens, where no files are taken or one may not write", async () => {
  await using server = await startServer({ ...UNHURRIED, MAX_FILES_BYTES: "0" });
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await takesNone(ines);

  await using other = await startServer({ ...UNHURRIED, ADMIN_TOKEN: "the-admin-token" });
  await using away = await openVisit(other.url);
  const ruth = await away.enter("Ruth");
  await ruth.page.locator("#clip").waitFor();
  await using admin = await enter(other, { username: "Mara", session: "the-admin-token" });
  const [member] = admin.joined.members.filter(({ user }) => user === "Ruth");
  admin.send({ type: "mute", room: "general", uid: member!.uid });
  await ruth.shows("#composer-why", "Mara muted you here.");
  await takesNone(ruth);
});

for (const window of [{ width: 1280, height: 800 }, { width: 320, height: 640, isPhone: true }]) {
  it(`${window.width} px: the cards fit in every state and shut nobody out, from the right too`, async () => {
    await using server = await startServer({ ...UNHURRIED, MAX_FILE_BYTES: "20480" });
    await using visit = await openVisit(server.url);
    const expected = [/net::ERR_FAILED/];
    const ines = await visit.enter("Ines", { ...window, isStill: true, expected });
    await ines.page.route("**/files?*", (route) => route.abort());
    await choose(ines, text("broken-off-in-the-middle-of-the-night.txt", "x"));
    await says(ines, "broken-off", /broke/);
    await choose(ines, text(`${"W".repeat(80)}.iso`, "x".repeat(30_000)));
    await ines.page.unroute("**/files?*");
    await choose(ines, picture("صورة.png"));
    await says(ines, "صورة.png", /bytes$/);
    const release = await hold(ines);
    await choose(ines, picture("interview-with-the-ferryman.png"));
    await says(ines, "interview", /^Uploading/);
    await ines.say("x");
    await ines.shows("#composer-note", /^2 files/);
    await fits(ines);
    await ines.page.evaluate(`document.documentElement.dir = "rtl"`);
    await fits(ines);
    // Letters of twice the size.
    await ines.page.setViewportSize({ width: 600, height: 800 });
    await ines.page.evaluate(`document.documentElement.style.fontSize = "200%"`);
    await fits(ines);
    await release();
  });
}

it("by keys alone files are taken out and tried again, and the voice says what becomes of them", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", { expected: [/net::ERR_FAILED/] });
  const { page } = ines;
  await page.route("**/files?*", (route) => route.abort());
  const { keyboard } = page;
  const choosing = page.waitForEvent("filechooser");
  // From the box the button is the next stop.
  await ines.box.focus();
  await keyboard.press("Tab");
  await ines.frame();
  await keyboard.press("Enter");
  await (await choosing).setFiles([picture("mast.png")]);
  await says(ines, "mast.png", /broke/);
  await page.unroute("**/files?*");
  await keyboard.press("Shift+Tab");
  await keyboard.press("Shift+Tab");
  await keyboard.press("Enter");
  await uploaded(ines, 1);
  await keyboard.press("Enter");
  await page.locator(".attachment").waitFor({ state: "detached" });
  assertEquals(await page.evaluate("document.activeElement.id"), "say");
  const words = (await ines.words()).filter((words) => words.includes("mast.png"));
  assertMatch(words.join("\n"), /mast\.png: Not uploaded\. The connection broke at 0 %\.\n/);
  assertEquals(words.slice(-2), ["mast.png is uploaded.", "mast.png is taken out."]);
});

/** Waits until so many files are there to go with the message. */
async function uploaded({ page }: Guest, count: number) {
  const done = page.locator(".attachment:not(.failed):has(progress[hidden])");
  await done.nth(count - 1).waitFor();
  await page.locator(".attachment progress:not([hidden])").waitFor({ state: "detached" });
}

/** Keeps uploads back until the function that comes back is called. */
async function hold({ page }: Guest): Promise<() => Promise<void>> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route("**/files?*", async (route) => {
    await promise;
    // One that was taken out is gone.
    await route.continue().catch(() => {});
  });
  return async () => {
    resolve();
    await page.unroute("**/files?*");
  };
}

/** Whether the browser would ask before the page is left. */
async function isHeldBack({ page }: Guest): Promise<boolean> {
  return await page.evaluate(`!dispatchEvent(new Event("beforeunload", { cancelable: true }))`);
}

async function names({ page }: Guest): Promise<string[]> {
  return await page.locator(".speech-row .file-name").allTextContents();
}

function uploads(asked: readonly string[]): number {
  return asked.filter((url) => /\/files\?/.test(url)).length;
}

async function takesNone(guest: Guest) {
  const file: Given = picture("mast.png");
  assertFalse(await guest.page.locator("#clip").isVisible());
  // Or the browser would show the file in place of the page.
  assert(await hand(guest, "dragover", "#log", file));
  assert(await hand(guest, "drop", "#log", file));
  assertFalse(await hand(guest, "paste", "#say", file));
  await guest.frame();
  assertEquals(await guest.page.locator(".attachment, .drop-target:not([hidden])").count(), 0);
}
