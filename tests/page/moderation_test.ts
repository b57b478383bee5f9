// What somebody sees whom a moderator mutes, sends out or bans.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Client, openClient } from "../harness/client.ts";
import { type Server, startServer } from "../harness/server.ts";
import { fits } from "./fits.ts";
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
  await ines.shows("#empty-title", "You were removed from #general");
  await ines.shows("#empty-text", /^By Mara, at \d\d:\d\d\.$/);
  await ines.shows("#spoken", /^You were removed from #general/);
  assert(!await ines.speech("before").isVisible(), "the log stands behind the words");
  assert(!await writes(ines), "one can write where nobody hears it");

  await ines.page.getByRole("button", { name: "Join again" }).click();
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

it("W10.7 who is muted is told so in place of the box, by whom and until when, also after a reload", async () => {
  await using server = await startServer(ENV);
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await using moderator = await openModerator(server);
  await ines.say("here");
  const { uid } = await moderator.until("chat");
  moderator.send({ type: "mute", room: "general", uid, minutes: 3 * 24 * 60 });
  await moderator.until("muted");
  const words = /^Mara muted you here until \d+ \w+ \d{4}, [\d:]+\.$/;
  await ines.shows("#composer-why", words);
  assert(!await ines.box.isVisible(), "one can write where nobody hears it");
  await ines.page.reload();
  await ines.isIn();
  await ines.shows("#composer-why", words);
  await ines.page.getByRole("link", { name: "random" }).click();
  await ines.say("elsewhere");
  await ines.seesSent("elsewhere");
  moderator.send({ type: "mute", room: "general", uid, minutes: 0 });
  await ines.page.getByRole("link", { name: "general" }).click();
  await ines.box.waitFor();
  await ines.say("and here again");
  await ines.seesSent("and here again");
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
  await ines.shows("#composer-why", "You are banned here.");
  assert(!await ines.box.isVisible(), "one can write where nobody hears it");
});

it("W5.1 W10.9 who moderates mutes, removes and bans from somebody's menu, each for as long as chosen", async () => {
  await using server = await startServer(ENV);
  await using visit = await openVisit(server.url);
  const mara = await visit.open({ path: `/r/general#token=${ENV.ADMIN_TOKEN}` });
  await mara.goIn("Mara");
  const ines = await visit.enter("Ines");
  await mara.shows("#moderators li", /Mara/);
  await ines.shows("#moderators li", /Mara/);
  const order = async (item: string, time: string, action: string) => {
    await mara.page.locator("#members button", { hasText: "Ines" }).click();
    await mara.page.getByRole("menuitem", { name: item }).click();
    await mara.page.getByLabel(time).check();
    await fits(mara);
    await mara.page.getByRole("button", { name: action, exact: true }).click();
    await mara.page.locator("dialog").waitFor({ state: "detached" });
  };
  await order("Mute…", "1 hour", "Mute");
  await ines.shows("#composer-why", /^Mara muted you here until .*\d\d:\d\d\.$/);
  await mara.shows("#members .member-note", "muted");
  await mara.page.locator("#members button", { hasText: "Ines" }).click();
  await mara.page.getByRole("menuitem", { name: "End the mute" }).click();
  await ines.box.waitFor();
  await ines.say("again");
  await mara.sees("again");

  await order("Remove from the room…", "May come back at once", "Remove");
  await ines.shows("#empty-title", "You were removed from #general");
  await ines.page.getByRole("button", { name: "Join again" }).click();
  await ines.speech("again").waitFor();

  await mara.shows("#members li", "Ines");
  await order("Remove from the room…", "1 day", "Remove");
  await ines.shows("#empty-title", "You are banned from #general");

  await mara.page.locator(".name button", { hasText: "Ines" }).first().click();
  await mara.page.getByRole("menuitem", { name: "Ban…" }).click();
  await mara.page.getByLabel("From all rooms").check();
  await mara.page.getByRole("button", { name: "Ban", exact: true }).click();
  await ines.status("Not let in");
  await ines.shows("#composer-why", "You are banned here.");
});

it("W10.16 who moderates sees who is banned, until when and by whom, and lifts it", async () => {
  await using server = await startServer(ENV);
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await ines.say("here");
  await using moderator = await openModerator(server);
  const mara = await visit.enter("Mara", {
    path: `/#token=${ENV.ADMIN_TOKEN}`,
    width: 320,
    height: 640,
    isStill: true,
  });
  await mara.sees("here");
  await mara.page.locator("#people-toggle").click();
  const open = mara.page.getByRole("button", { name: "Who is banned…" });
  await open.click();
  await mara.page.getByText("Nobody is banned.").waitFor();
  await mara.page.keyboard.press("Escape");
  await mara.page.locator("dialog").waitFor({ state: "detached" });

  const uid = await ines.page.locator("#members button").getAttribute("data-uid");
  moderator.send({ type: "ban", room: "general", uid });
  await ines.shows("#empty-title", "You are banned from #general");
  moderator.send({ type: "ban", uid: "guest:never-here", minutes: 60 });
  await moderator.until((message) => message.type === "banned" && message.room === undefined);
  await open.click();
  const rows = mara.page.locator(".bans li");
  await rows.nth(1).waitFor();
  assertMatch(
    await rows.nth(0).innerText(),
    /^guest:never-here\s+By Mara, until .*, from all rooms/,
  );
  assertMatch(await rows.nth(1).innerText(), /^Ines\s+By Mara, until a moderator ends it\./);
  await fits(mara);
  await mara.page.getByRole("button", { name: "Lift the ban of Ines" }).click();
  await rows.nth(1).waitFor({ state: "detached" });
  assertEquals(await rows.count(), 1);
  await ines.page.getByRole("button", { name: "Try again" }).click();
  await ines.speech("here").waitFor();
  assert(!await ines.page.locator("#bans").isVisible(), "it is offered to who may not");
  await mara.page.keyboard.press("Enter");
  await mara.page.getByText("Nobody is banned.").waitFor();
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
