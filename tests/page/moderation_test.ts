// What somebody sees whom a moderator mutes, sends out or bans.
import { assert, assertEquals } from "@std/assert";
import { type Client, openClient } from "../harness/client.ts";
import { type Server, startServer } from "../harness/server.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

const ENV = { WS_TOKEN: "open", ADMIN_TOKEN: "who-may-do-everything" };

it("W10.6 who is sent out is told so in words, can't write there, and may come in again", async () => {
  await using server = await startServer(ENV);
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await using moderator = await openModerator(server);
  await ines.say("before");
  const { uid } = await moderator.until("chat");
  await ines.seesSent("before");

  moderator.send({ type: "kick", room: "general", uid });
  await ines.shows("#empty-title", "You were sent out of #general");
  await ines.shows("#empty-text", "A moderator did this. You may come in again.");
  await ines.shows("#spoken", /^You were sent out of #general/);
  assert(!await ines.speech("before").isVisible(), "the log stands behind the words");
  assert(!await writes(ines), "one can write where nobody hears it");

  await ines.page.getByRole("button", { name: "Try again" }).click();
  await ines.speech("before").waitFor();
  await ines.say("after");
  await ines.seesSent("after");
  assertEquals((await moderator.until("chat")).text, "after");
});

it("W10.8 who is banned from a room is told so, and until when, and may be in others", async () => {
  await using server = await startServer(ENV);
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await using moderator = await openModerator(server);
  await ines.say("here");
  const { uid } = await moderator.until("chat");
  moderator.send({ type: "ban", room: "general", uid, minutes: 3 * 24 * 60 });
  await ines.shows("#empty-title", "You are banned from #general");
  await ines.page.getByRole("button", { name: "Try again" }).click();
  await ines.shows("#empty-text", /^You are banned from general until \d+ \w+ \d{4}, [\d:]+/);
  assert(!await writes(ines), "one can write where nobody hears it");
  await ines.page.getByRole("link", { name: "random" }).click();
  await ines.say("elsewhere");
  await ines.seesSent("elsewhere");
});

it("W10.7 who is muted is told so at the message that was not sent, and until when", async () => {
  await using server = await startServer(ENV);
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await using moderator = await openModerator(server);
  await ines.say("here");
  const { uid } = await moderator.until("chat");
  moderator.send({ type: "mute", room: "general", uid, minutes: 3 * 24 * 60 });
  await moderator.until("muted");
  await ines.say("unheard");
  await ines.shows(
    ".failure",
    /Not sent. You are muted in general until \d+ \w+ \d{4}, [\d:]+[^.]*\./,
  );
});

it("W10.8 who is banned from everything is told so, and the page stops asking", async () => {
  await using server = await startServer(ENV);
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await using moderator = await openModerator(server);
  await ines.say("here");
  const { uid } = await moderator.until("chat");
  moderator.send({ type: "ban", uid });
  await ines.shows("#slip-title", "You are banned here");
  await ines.status("Not let in");
});

async function openModerator(server: Server): Promise<Client> {
  const url = `${server.wsUrl}/chat/general?username=Mara&token=${ENV.ADMIN_TOKEN}`;
  const client = await openClient(new URL(url), { protocols: ["snug.v1"] });
  await client.until("joined");
  return client;
}

/** Whether the box takes what is typed. */
async function writes(guest: Guest): Promise<boolean> {
  await guest.box.focus();
  return await guest.page.evaluate("document.activeElement.id === 'say'");
}
