// What is typed after a slash is done, or told in words why not.
import { assertEquals, assertMatch } from "@std/assert";
import { openClient } from "../harness/client.ts";
import { startServer } from "../harness/server.ts";
import { enter, heard, say, settled } from "../harness/visitor.ts";
import { NO_CONNECTION } from "./faults.ts";
import { fits } from "./fits.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";
import { openWire } from "./wire.ts";

/** Anybody is let in. */
const ENV = { WS_TOKEN: "open", ADMIN_TOKEN: "who-may-do-everything" };

it("what is no command is told so and stays in the box; // says a slash", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await using ruth = await enter(server, { username: "Ruth" });
  await ines.say("/dance now");
  await told(ines, "There is no command /dance. To say it, begin with //.");
  assertEquals(await ines.box.inputValue(), "/dance now");
  assertEquals(await ines.box.getAttribute("aria-invalid"), "true");
  await ines.box.press("Home");
  await ines.page.keyboard.type("/");
  await told(ines, "");
  await ines.page.keyboard.press("Enter");
  assertEquals((await ruth.until("chat")).text, "/dance now");
  await ines.seesSent("/dance now");
  assertEquals(await ines.box.inputValue(), "");
  for (const [typed, usage] of [["/nick", "/nick name"], ["/msg Ruth", "/msg name text"]]) {
    await ines.box.fill("");
    await ines.say(typed!);
    await told(ines, `It is written as ${usage}.`);
  }
});

it("a command that can't be had is told in the page's own words, and stays in the box until it can", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", { expected: [/net::ERR_FAILED/] });
  await ines.page.route("**/views/commands.js", (route) => route.abort());
  await ines.say("/nick Zed");
  await told(ines, "This could not be loaded. Try again when you are connected.");
  assertEquals(await ines.box.inputValue(), "/nick Zed");
  await ines.page.unroute("**/views/commands.js");
  await ines.page.keyboard.press("Enter");
  await told(ines, "You are Zed now.");
});

it("/help lists every command, and fits on the smallest phone", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", { width: 320, height: 640, isPhone: true, isStill: true });
  await ines.say("/help");
  const note = ines.page.locator("#composer-note:not(:empty)");
  assertMatch(await note.textContent() ?? "", /\/me text: say what you do\n.*\n\/join room: /);
  await fits(ines);
  await ines.box.press("h");
  await told(ines, "");
});

it("W8.6 /nick changes one's name, for good; a taken one is told and stays to be mended", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await using _ = await enter(server, { username: "Ruth" });
  await ines.say("/nick Ruth");
  await told(ines, "Somebody else has this name now.");
  assertEquals(await ines.box.inputValue(), "/nick Ruth");
  await ines.box.fill("");
  await ines.say("/nick Inés");
  await told(ines, "You are Inés now.");
  await ines.shows("#own-name", "Inés");
  await ines.shows("#composer-name", "Inés");
  await ines.page.reload();
  await ines.isIn();
  await ines.shows("#own-name", "Inés");
});

it("W4.10 /me tells what one does as a stage direction, with the name in it", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await using ruth = await enter(server, { username: "Ruth" });
  await ines.say("before");
  await ines.say("/me hums on 88.4.");
  await ines.seesSent("Ines hums on 88.4.");
  assertEquals(
    (await ruth.until((message) => message.type === "chat" && message.text === "/me hums on 88.4."))
      .type,
    "chat",
  );
  await ines.say("after");
  await ines.seesSent("after");
  const row = ines.speech("Ines hums on 88.4.");
  assertEquals(await row.locator(".name").isVisible(), false);
  assertEquals(
    await ines.page.evaluate(
      "getComputedStyle(document.querySelector('.action .speech')).fontStyle",
    ),
    "italic",
  );
  // Whoever speaks after it stands under a name again.
  assertEquals(await ines.page.locator(".speech-row.follow").count(), 0);
  const { seq } = heard(ruth, "chat").find(({ text }) => text.startsWith("/me"))!;
  ruth.send({ type: "chat", room: "general", text: "So do I.", replyTo: seq });
  await ines.shows(".quoted", "hums on 88.4.");
  await ines.say("//me is how it is written");
  await ines.seesSent("/me is how it is written");
});

it("/join opens a room and /leave goes back, not to come again", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await ines.say("/leave");
  await told(ines, "You have no other room open.");
  await ines.box.fill("");
  await ines.say("/join ../x");
  await told(ines, "../x can’t be the name of a room.");
  await ines.box.fill("");
  await ines.say("/join #herons");
  await ines.shows("#room-name", "herons");
  assertEquals(await ines.box.inputValue(), "");
  await ines.say("here");
  await ines.seesSent("here");
  await ines.say("/leave");
  await ines.shows("#room-name", "general");
  await ines.page.reload();
  await ines.isIn();
  await ines.shows("#room-name", "general");
  await using ruth = await enter(server, { username: "Ruth", room: "herons" });
  assertEquals(ruth.joined.members.map(({ user }) => user), ["Ruth"]);
});

it("W10.14 /msg writes to one person who is here or elsewhere, and says when nobody is", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await using wei = await enter(server, { username: "Li Wei" });
  await using mara = await enter(server, { username: "Mara", room: "elsewhere" });
  await ines.shows("#members li bdi", "Li Wei");
  await ines.say("/msg li wei psst");
  assertEquals((await wei.until("chat")).text, "psst");
  await ines.seesSent("psst");
  await ines.page.getByRole("link", { name: "general" }).click();
  await ines.shows("#room-name", "general");
  await ines.say("/msg @Mara psst, you");
  assertEquals((await mara.until("chat")).text, "psst, you");
  await ines.seesSent("psst, you");
  await ines.page.getByRole("link", { name: "general" }).click();
  await ines.say("/msg Noor hello");
  await ines.shows("#composer-note.bad", "Nobody called Noor is here.");
  assertEquals(await ines.box.inputValue(), "/msg Noor hello");
  assertEquals(heard(mara, "chat").length, 1);
  const long = `/msg Mara ${"x".repeat(20_000)}`;
  await ines.box.fill(long);
  await ines.page.keyboard.press("Enter");
  await told(ines, "It is longer than this server allows (16 KB).");
  assertEquals(await ines.box.inputValue(), long);
});

it("W10.14 /msg goes to who had the name in an open room when it was written, not to who has it then", async () => {
  await using server = await startServer();
  await using wire = openWire(server);
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", { url: wire.url, expected: [NO_CONNECTION] });
  const go = (room: string) => ines.page.getByRole("link", { name: room, exact: true }).click();
  await go("random");
  const ruth = await enter(server, { username: "Ruth", room: "random" });
  await ines.shows("#members li bdi", "Ruth");
  await go("general");
  await ines.shows("#room-name", "general");
  // What does commands has to be there.
  await ines.say("/msg");
  await ines.shows("#composer-note.bad", "It is written as /msg name text.");
  wire.calm();
  await ines.status(/^Reconnecting in|^Trying now/);
  await ines.box.fill("");
  await ines.say("/msg Ruth the key is under the mat");
  await ines.shows("#room-name", "Ruth");
  await ruth[Symbol.asyncDispose]();
  await using other = await enter(server, { username: "Ruth", room: "random" });
  assertEquals(other.welcome.user, "Ruth");
  wire.mend();
  await ines.isBack();
  await ines.seesSent("the key is under the mat");
  await say(other, "who is here?", { room: "random" });
  await settled(other);
  assertEquals(heard(other, "chat").map(({ text }) => text), ["who is here?"]);
});

it("W10.6 W10.7 W10.8 W4.8 who moderates does so by typing; who does not is told", async () => {
  await using server = await startServer(ENV);
  await using visit = await openVisit(server.url);
  const mara = await visit.enter("Mara", { path: `/#token=${ENV.ADMIN_TOKEN}` });
  const url = new URL(`${server.wsUrl}/chat/general?username=Li%20Wei`);
  await using wei = await openClient(url, { protocols: ["snug.v1"] });
  await wei.until("joined");
  await mara.shows("#members li bdi", "Li Wei");
  const types = async (text: string, answer: string) => {
    await mara.box.fill("");
    await mara.say(text);
    await told(mara, answer);
  };
  await types("/topic Rota and running orders", "The topic is set.");
  await mara.shows("#topic", "Rota and running orders");
  await types("/mute Li", "Nobody here is called Li.");
  await types("/mute Li Wei ten", "It is written as /mute name [minutes].");
  await types("/mute @li wei 10", "Li Wei is muted for 10 minutes.");
  await types("/mute Li Wei 0", "Li Wei may write here again.");
  await types("/kick Li Wei", "Li Wei had to leave.");
  assertEquals((await wei.until("left")).reason, "kicked");
  wei.send({ type: "join", room: "general" });
  await wei.until("joined");
  await say(wei, "back");
  await mara.sees("back");
  await types("/ban Li Wei", "Li Wei is banned until you end it.");
  assertEquals((await wei.until("left")).reason, "banned");
  await types("/ban Li Wei 0", "Li Wei may come in again.");

  const ines = await visit.enter("Ines");
  await ines.shows("#moderators li bdi", "Mara");
  await ines.say("/kick Mara");
  await told(ines, "Only who moderates general may do this.");
});

/** Waits until exactly this stands under what is written. */
async function told(guest: Guest, words: string) {
  await guest.shows("#composer-note", words);
}
