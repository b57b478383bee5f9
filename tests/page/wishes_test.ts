// What one wants of messages while there is no connection: shown as waiting, kept over a reload, done
// once when there is one again, and told where it is refused.
import { assert, assertEquals } from "@std/assert";
import { openClient } from "../harness/client.ts";
import { startServer } from "../harness/server.ts";
import { enter, heard, say } from "../harness/visitor.ts";
import { NO_CONNECTION } from "./faults.ts";
import { fits } from "./fits.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit, type Visit } from "./visit.ts";
import { openWire, type Wire } from "./wire.ts";

const WAITING = ".speech-row.waiting";

it("W7.2 an edit without a connection waits, also over a reload, and is done once", async () => {
  await using server = await startServer();
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  await using ruth = await enter(server, { username: "Ruth" });
  const ines = await offline(visit, wire, ["Mornig.", "Second."]);
  await rewrite(ines, "Mornig.", "Morning.");
  await ines.shows(`${WAITING} .speech`, "Morning. edited");
  assertEquals(await ines.page.locator(WAITING).count(), 1);
  await fits(ines);
  await ines.page.reload();
  await ines.shows("#slip-title", "Live connections do not get through");
  wire.mend();
  await ines.isBack();
  await ines.seesSent("Morning. edited");
  assertEquals((await ruth.until("edited")).text, "Morning.");
  await ines.page.reload();
  await ines.isIn();
  await ines.say("last");
  await ruth.until((message) => message.type === "chat" && message.text === "last");
  assertEquals(heard(ruth, "edited").length, 1);
  await ines.seesSent("Morning. edited");
});

it("P4 an edit whose answer was lost is asked for again and done once", async () => {
  await using server = await startServer();
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  await using ruth = await enter(server, { username: "Ruth" });
  const ines = await visit.enter("Ines", { expected: [NO_CONNECTION] });
  await ines.say("Mornig.");
  await ines.seesSent("Mornig.");
  // The edit goes out, and what answers it does not come.
  await ines.page.evaluate(`(() => {
    const { parse } = JSON;
    // Whatever comes after it says that the edit is done is not taken up.
    JSON.parse = (text) => {
      const message = parse(text);
      return /^(ack|edited)$/.test(message?.type) ? { type: "pong" } : message;
    };
    addEventListener("deaf", () => JSON.parse = parse);
  })()`);
  await rewrite(ines, "Mornig.", "Morning.");
  assertEquals((await ruth.until("edited")).text, "Morning.");
  await ines.shows(`${WAITING} .speech`, "Morning. edited");
  wire.cut();
  await ines.status(/^Reconnecting in|^Trying now/);
  await ines.shows(`${WAITING} .speech`, "Morning. edited");
  await ines.page.evaluate(`dispatchEvent(new Event("deaf"))`);
  wire.mend();
  await ines.isBack();
  await ines.seesSent("Morning. edited");
  await ines.say("last");
  await ruth.until((message) => message.type === "chat" && message.text === "last");
  assertEquals(heard(ruth, "edited").length, 1);
});

it("W2.1 what is refused once there is a connection is told, and the old text stands", async () => {
  await using server = await startServer({ MAX_MESSAGE_BYTES: "2048" });
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  const ines = await offline(visit, wire, ["Mornig."]);
  const long = "word ".repeat(500).trim();
  await rewrite(ines, "Mornig.", long);
  await ines.page.locator(WAITING).waitFor();
  await ines.page.reload();
  await ines.shows("#slip-title", "Live connections do not get through");
  wire.mend();
  await ines.isBack();
  const words = "Not changed. It is longer than this server allows.";
  await ines.shows(".failure span", words);
  await ines.shows("#spoken", words);
  await ines.seesSent("Mornig.");
  assertEquals(await ines.page.locator(".edited").count(), 0);
  await fits(ines);
  // The text is not lost.
  await ines.page.locator(".failure").getByRole("button", { name: "Edit" }).click();
  assertEquals(await ines.page.locator(".editor textarea").inputValue(), long);
  assertEquals(await ines.page.locator(".failure").count(), 0);
});

it("W10.7 what the server refuses then is told as well, wherever the message is shown", async () => {
  await using server = await startServer({ ADMIN_TOKEN: "who-may-do-everything" });
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  const url = `${server.wsUrl}/chat/general?username=Mara&token=who-may-do-everything`;
  await using mara = await openClient(new URL(url), { protocols: ["snug.v1"] });
  await mara.until("joined");
  const ines = await offline(visit, wire, ["Mornig."]);
  await rewrite(ines, "Mornig.", "Morning.");
  await ines.page.locator(WAITING).waitFor();
  const { uid } = await mara.until("chat");
  mara.send({ type: "mute", room: "general", uid, minutes: 60 });
  await mara.until("muted");
  await ines.page.locator("#rooms a", { hasText: "random" }).click();
  wire.mend();
  await ines.isBack();
  await ines.shows("#spoken", /^Not changed\./);
  await ines.page.locator("#rooms a", { hasText: "general" }).click();
  await ines.shows(".failure span", /^Not changed\./);
  await ines.seesSent("Mornig.");
  await ines.page.locator(".failure").getByRole("button", { name: "Close" }).click();
  await ines.page.locator(".failure").waitFor({ state: "detached" });
});

it("W10.7 a change of a message that was removed is told in sight, and its text is in the box", async () => {
  await using server = await startServer({ ADMIN_TOKEN: "who-may-do-everything" });
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  const url = `${server.wsUrl}/chat/general?username=Mara&token=who-may-do-everything`;
  await using mara = await openClient(new URL(url), { protocols: ["snug.v1"] });
  await mara.until("joined");
  const ines = await offline(visit, wire, ["Mornig."]);
  await rewrite(ines, "Mornig.", "Morning, all of you.");
  await ines.page.locator(WAITING).waitFor();
  const { seq } = await mara.until("chat");
  mara.send({ type: "delete", room: "general", of: seq });
  await mara.until("deleted");
  wire.mend();
  await ines.isBack();
  await ines.shows(".notice p", "Not changed. The message is no longer there.");
  await ines.page.waitForFunction(
    `document.querySelector("#say").value === "Morning, all of you."`,
  );
  await ines.shows(".stage-row .direction", "Mara removed a message of Ines.");
});

it("what waits is done also where the page’s part for it failed to load at first", async () => {
  await using server = await startServer();
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  const ines = await offline(visit, wire, ["Mornig."]);
  await rewrite(ines, "Mornig.", "Morning.");
  await ines.page.locator(WAITING).waitFor();
  await ines.page.route("**/deeds.js", (route) => route.abort(), { times: 1 });
  await ines.page.reload();
  await ines.shows(".notice p", "This could not be loaded. Try again when you are connected.");
  wire.mend();
  await ines.isBack();
  await ines.seesSent("Morning. edited");
});

it("reactions and deletions wait too, and say so", async () => {
  await using server = await startServer();
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  await using ruth = await enter(server, { username: "Ruth" });
  await say(ruth, "Cake?");
  const ines = await offline(visit, wire, ["A slip."]);
  await ines.speech("Cake?").focus();
  await ines.page.keyboard.press("+");
  await ines.page.getByRole("button", { name: "heart", exact: true }).click();
  const chip = ines.page.locator(".reaction[data-emoji]");
  await ines.page.locator(".reaction.waiting").waitFor();
  assertEquals(await chip.getAttribute("title"), "You. Not sent yet.");
  await remove(ines, "A slip.");
  await ines.shows(".stage-row .direction", "Ines deleted a message. Not sent yet.");
  await fits(ines);
  await ines.page.reload();
  await ines.shows("#slip-title", "Live connections do not get through");
  wire.mend();
  await ines.isBack();
  await ines.page.locator(".reaction:not(.waiting)[data-emoji]").waitFor();
  assertEquals(await chip.getAttribute("title"), "You");
  await ines.sees("Cake?");
  assertEquals((await ruth.until("deleted")).user, "Ines");
  await ines.page.locator(".speech-row", { hasText: "A slip." }).waitFor({ state: "detached" });
  assert(!(await ines.page.locator(".waits").count()));
});

/** Somebody who has said that, and then has lost the connection and gets none. */
async function offline(visit: Visit, wire: Wire, texts: string[]): Promise<Guest> {
  const ines = await visit.enter("Ines", { expected: [NO_CONNECTION], isStill: true });
  for (const text of texts) {
    await ines.say(text);
    await ines.seesSent(text);
  }
  // As behind a proxy that lets pages and their parts through, but no sockets.
  wire.calm();
  await ines.status(/^Reconnecting in/);
  return ines;
}

async function rewrite(ines: Guest, text: string, becomes: string) {
  await ines.speech(text).focus();
  await ines.page.keyboard.press("e");
  await ines.page.locator(".editor textarea").fill(becomes);
  await ines.page.keyboard.press("Enter");
}

async function remove(ines: Guest, text: string) {
  await ines.speech(text).focus();
  await ines.page.keyboard.press("Delete");
  const dialog = ines.page.getByRole("dialog", { name: "Delete this message?" });
  await dialog.getByRole("button", { name: "Delete", exact: true }).click();
}
