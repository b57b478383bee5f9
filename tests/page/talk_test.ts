// Two people, each at a page of a real browser, over lost connections and killed servers.
import { assertArrayIncludes, assertEquals, assertMatch } from "@std/assert";
import { type Server, startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, texts } from "../harness/visitor.ts";
import { NO_CONNECTION } from "./faults.ts";
import { fill, UNHURRIED } from "./fill.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";
import { openWire } from "./wire.ts";

const LOST = { expected: [NO_CONNECTION] };

it("P2 two pages talk, and see the same in the same order", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  const ruth = await visit.enter("Ruth");
  await ines.say("Morning.");
  await ruth.sees("Morning.");
  await ruth.say("The nine o’clock went out late.");
  await ines.sees("The nine o’clock went out late.");
  await ines.say("👩‍🚀 ¿qué? 100 %");
  await ruth.sees("👩‍🚀 ¿qué? 100 %");
  await sameTimeline([ines, ruth], [
    "Ines: Morning.",
    "Ruth: The nine o’clock went out late.",
    "Ines: 👩‍🚀 ¿qué? 100 %",
  ]);
});

it("W4.5 W4.6 W4.7 what became of a message shows in its place, live and to who comes later", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  await using bob = await enter(server, { username: "Bob" });
  const ines = await visit.enter("Ines");
  for (const text of ["one", "two"]) bob.send({ type: "chat", room: "general", text });
  await ines.sees("two");
  bob.send({ type: "react", room: "general", of: 1, emoji: "👍" });
  bob.send({ type: "edit", room: "general", of: 1, text: "uno" });
  bob.send({ type: "delete", room: "general", of: 2 });
  await ines.shows(".stage-row .direction", "Bob deleted a message.");
  const late = await visit.enter("Ruth");
  await ines.say("bye");
  for (const guest of [ines, late]) {
    await guest.sees("bye");
    const told = (await guest.timeline()).map((line) => line.replace(/^.*: /, ""));
    assertEquals(told, ["uno edited", "bye"]);
    await guest.shows(".reaction", "👍1");
    // Live, and of what was there before.
    assertEquals(await guest.page.locator(".reaction").first().getAttribute("title"), "Bob");
  }
  // Who deleted it is told only to those who were there.
  await late.shows(".stage-row .direction", "A message of Bob was deleted.");
});

it("P3 P4 who loses the line writes on, and misses, doubles and reorders nothing", async () => {
  await using server = await startServer();
  await using wire = openWire(server);
  await using visit = await openVisit(server.url);
  const ruth = await visit.enter("Ruth");
  const ines = await visit.enter("Ines", { url: wire.url, ...LOST });
  await ines.say("all is well");
  await ruth.sees("all is well");
  await ruth.say("it is");
  await ines.sees("it is");

  wire.cut();
  await ines.status(/^Reconnecting in \d+ s$/);
  for (const text of ["lost 1", "lost 2"]) await ines.say(text);
  for (const text of ["stayed 1", "stayed 2", "stayed 3"]) await ruth.say(text);
  await ruth.seesSent("stayed 3");
  await ines.shows(".waiting-row", "2 messages are waiting. They go out by themselves.");
  assertEquals((await ruth.timeline()).length, 5);

  await ines.slip.getByRole("button", { name: "Try now" }).click();
  await ines.shows("#slip-title", /^(Reconnecting in \d+ s|Trying now)$/);
  await ines.shows(
    "#slip-text",
    /^Try \d+\. The server cannot be reached\. Messages wait and go out by themselves\.$/,
  );
  wire.mend();
  await ines.isBack();
  await ruth.sees("lost 2");
  await sameTimeline([ines, ruth], [
    "Ines: all is well",
    "Ruth: it is",
    "Ruth: stayed 1",
    "Ruth: stayed 2",
    "Ruth: stayed 3",
    "Ines: lost 1",
    "Ines: lost 2",
  ]);
  await ines.slip.waitFor({ state: "hidden" });
  await ines.shows("#spoken", "Connected again. 3 messages came in meanwhile.");
  assertArrayIncludes(await ines.words(), ["Connecting", "Connected", "Trying now"]);
});

it("P1 P3 P4 P7 a server killed in mid-talk comes back with every message, each once", async () => {
  await using folder = await tempFolder();
  const start = () => startServer({ STORE_URL: `sqlite:${folder.path}/kept.db` });
  await using first = await start();
  await using wire = openWire(first);
  await using visit = await openVisit(wire.url);
  const ines = await visit.enter("Ines", LOST);
  const ruth = await visit.enter("Ruth", LOST);
  await ines.say("before 1");
  await ruth.say("before 2");
  await ines.seesSent("before 2");
  await ruth.seesSent("before 1");

  // In mid-flight: whether it was stored is not known, and it must not come twice.
  await ines.say("between");
  first.kill("SIGKILL");
  assertEquals((await first.exited).signal, "SIGKILL");
  await ines.status(/^Reconnecting in|^Trying now/);
  await ruth.status(/^Reconnecting in|^Trying now/);
  await ines.say("down 1");
  await ruth.say("down 2");
  await ines.say("down 3");

  await using second = await start();
  wire.leadTo(second);
  for (const guest of [ines, ruth]) await guest.isBack();
  for (const text of ["between", "down 1", "down 2", "down 3"]) {
    for (const guest of [ines, ruth]) await guest.seesSent(text);
  }
  const timeline = await kept(second);
  await sameTimeline([ines, ruth], timeline);
  const of = (name: string) => timeline.filter((line) => line.startsWith(name));
  assertEquals(of("Ines"), ["before 1", "between", "down 1", "down 3"].map((it) => `Ines: ${it}`));
  assertEquals(of("Ruth"), ["Ruth: before 2", "Ruth: down 2"]);
  assertEquals(timeline.length, 6);
});

it("W12.1 a line that falls silent is noticed, and what was said into it arrives once", async () => {
  await using server = await startServer({ HEARTBEAT_MS: "500", HEARTBEAT_GRACE_MS: "500" });
  await using wire = openWire(server);
  await using visit = await openVisit(server.url);
  const ruth = await visit.enter("Ruth");
  const ines = await visit.enter("Ines", { url: wire.url, ...LOST });
  wire.hold();
  await ines.say("into the silence");
  await ines.status("Connecting");
  await ines.speech("into the silence").and(ines.page.locator(".waiting")).waitFor();
  wire.mend();
  await ines.seesSent("into the silence");
  await ruth.sees("into the silence");
  await ines.say("and after");
  await ruth.sees("and after");
  await sameTimeline([ines, ruth], ["Ines: into the silence", "Ines: and after"]);
});

it("a device without a network is told so, and what waits", async () => {
  await using server = await startServer();
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  const ines = await visit.enter("Ines", LOST);
  // In this order: Chromium's imitation of a network that is gone also keeps the loss from it.
  wire.cut();
  await ines.status(/^Reconnecting in|^Trying now/);
  await ines.page.context().setOffline(true);
  await ines.status("Offline");
  await ines.say("later");
  await ines.shows("#slip-title", "You are offline");
  await ines.shows(
    "#slip-text",
    "This device has no network. Go on writing; 1 message waits.",
  );
  wire.mend();
  // Chromium's `online` event is enough: nobody has to press anything.
  await ines.page.context().setOffline(false);
  await ines.seesSent("later");
  await ines.status("Connected");
});

it("P7 a restart is a pause: it is told as one, and nothing is missed", async () => {
  await using folder = await tempFolder();
  const start = () => startServer({ STORE_URL: `sqlite:${folder.path}/kept.db` });
  await using first = await start();
  await using wire = openWire(first);
  await using visit = await openVisit(wire.url);
  const ines = await visit.enter("Ines", LOST);
  await ines.say("before");
  await ines.seesSent("before");
  first.kill("SIGTERM");
  assertEquals((await first.exited).code, 0);
  await using second = await start();
  await using meanwhile = await enter(second, { username: "Ruth" });
  meanwhile.send({ type: "chat", room: "general", text: "meanwhile", ref: "1" });
  await meanwhile.until("ack");
  wire.leadTo(second);
  await ines.isBack();
  await ines.sees("meanwhile");
  assertEquals(await ines.timeline(), ["Ines: before", "Ruth: meanwhile"]);
});

it("a line lost and a server restarted in the middle of typing take nothing from the box", async () => {
  await using folder = await tempFolder();
  const start = () => startServer({ STORE_URL: `sqlite:${folder.path}/kept.db` });
  await using first = await start();
  await using wire = openWire(first);
  await using visit = await openVisit(wire.url);
  const ines = await visit.enter("Ines", LOST);
  const { keyboard } = ines.page;
  await keyboard.type("One line, ");
  wire.cut();
  await ines.status(/^Reconnecting in|^Trying now/);
  await keyboard.type("written over ");
  first.kill("SIGTERM");
  await first.exited;
  await using second = await start();
  wire.leadTo(second);
  await keyboard.type("a restart ");
  await ines.isBack();
  await keyboard.type("and on.");
  await keyboard.press("Enter");
  await ines.seesSent("One line, written over a restart and on.");
  assertEquals(await kept(second), ["Ines: One line, written over a restart and on."]);
});

it("W5.4 who missed more than is replayed begins anew, and finds the rest by scrolling up", async () => {
  const env = { ...UNHURRIED, HISTORY_PAGE: "40", RESUME_LIMIT: "10" };
  await using server = await startServer(env);
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  const ines = await visit.enter("Ines", LOST);
  await ines.say("before");
  await ines.seesSent("before");
  wire.cut();
  await ines.status(/^Reconnecting in|^Trying now/);
  await ines.say("meanwhile");
  await using _ = await fill(server, 60);
  wire.mend();
  await ines.isBack();
  await ines.seesSent("meanwhile");
  await ines.shows(".unread-row .unread-count", "60 new");
  await ines.scroll({ fromTop: 0 });
  await ines.sees("before");
  const all = Array.from({ length: 60 }, (_, index) => `Ruth: ${index + 1}`);
  assertEquals(await ines.timeline(), ["Ines: before", ...all, "Ines: meanwhile"]);
  // The line moves with what is unread, to where that begins.
  const first = ines.page.locator(".unread-row + .speech-row .speech");
  assertEquals(await first.allTextContents(), ["1"]);
});

/** All see this and nothing else, also after a last word that came behind it. */
async function sameTimeline(guests: Guest[], expected: string[]) {
  const [first, ...others] = guests;
  await first!.say("that is all");
  for (const guest of guests) await guest.seesSent("that is all");
  const seen = await first!.timeline();
  for (const other of others) assertEquals(await other.timeline(), seen);
  assertMatch(seen.pop() ?? "", /: that is all$/);
  assertEquals(seen, expected);
}

/** What the server keeps, as a client sees it that was never there. */
async function kept(server: Server): Promise<string[]> {
  await using client = await enter(server);
  const { messages, seq } = client.joined;
  assertEquals(messages.map((entry) => entry.seq), messages.map((_, index) => index + 1));
  assertEquals(seq, messages.length);
  return messages.map((entry) => `${entry.user}: ${texts([entry])}`);
}
