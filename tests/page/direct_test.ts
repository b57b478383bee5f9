// Direct conversations and the list of rooms: what waits where, the same on every device of a user.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { SignJWT } from "jose";
import { startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, say, settled } from "../harness/visitor.ts";
import { NO_CONNECTION } from "./faults.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";
import { openWire } from "./wire.ts";

const SECRET = "a secret of thirty-two characters";

function tokenOf(uid: string, claims: Record<string, unknown>): Promise<string> {
  return new SignJWT(claims).setSubject(uid).setExpirationTime("1h")
    .setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(SECRET));
}

it("W10.10 W10.11 W10.12 what is unread is the same on two devices, over reload and restart", async () => {
  await using folder = await tempFolder();
  const env = { JWT_SECRET: SECRET, WS_TOKEN: "open", STORE_URL: `sqlite:${folder.path}/kept.db` };
  await using first = await startServer(env);
  await using wire = openWire(first);
  await using visit = await openVisit(wire.url);
  const token = await tokenOf("u-1", { name: "Ada" });
  const open = async (room: string) => {
    const path = `/r/${room}#token=${token}`;
    const guest = await visit.open({ path, expected: [NO_CONNECTION] });
    await guest.goIn("Ada");
    return guest;
  };
  const desk = await open("general");
  await using ruth = await enter(first, { username: "Ruth" });
  await say(ruth, "read at the desk");
  await desk.sees("read at the desk");
  await desk.page.locator("#rooms a", { hasText: "random" }).click();
  await desk.isIn();
  // It was never in general.
  const phone = await open("random");

  await say(ruth, "one");
  await badge(desk, "1unread");
  await say(ruth, "@Ada two");
  for (const device of [desk, phone]) await badge(device, "1mentions");
  await phone.page.reload();
  await phone.isIn();
  await badge(phone, "1mentions");

  first.kill("SIGTERM");
  assertEquals((await first.exited).code, 0);
  await using second = await startServer(env);
  wire.leadTo(second);
  for (const device of [desk, phone]) await device.isBack();
  for (const device of [desk, phone]) await badge(device, "1mentions");

  await phone.page.locator("#rooms a", { hasText: "general" }).click();
  await phone.shows(".unread-row .unread-count", "2 new");
  await phone.shows(".unread-row + .speech-row .speech", "one");
  for (const device of [desk, phone]) await badge(device, null);
  await desk.page.reload();
  await desk.isIn();
  await badge(desk, null);
});

it("W10.13 W10.14 somebody writes to one: it waits under their name, and is answered there", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await using ruth = await enter(server, { username: "Ruth", room: "random" });
  ruth.send({ type: "direct", to: "Ines", text: "between us" });
  const row = ines.page.locator("#directs a", { hasText: "Ruth" });
  await ines.shows("#directs a.unread .badge.call", "1unread");
  await ines.shows("#room-name", "general");
  await row.click();
  await ines.shows("#room-name", "Ruth");
  await ines.sees("between us");
  assertEquals(await ines.box.getAttribute("placeholder"), "Write to Ruth");
  assertMatch(decodeURIComponent(new URL(ines.page.url()).pathname), /^\/r\/@guest:.+,guest:.+$/);
  await ines.page.locator("#directs a.unread").waitFor({ state: "detached" });
  await ines.say("only for you");
  await ruth.until((message) => message.type === "chat" && message.text === "only for you");
  await ines.page.reload();
  await ines.isIn();
  await ines.sees("only for you");
  await ines.shows("#room-name", "Ruth");
  await ines.shows("#directs a[aria-current=page] bdi", "Ruth");

  const mara = await visit.enter("Mara");
  await mara.page.goto(ines.page.url());
  await mara.shows("#empty-title", "This conversation is private");
  assertEquals(await mara.page.locator("#directs li").count(), 0);
  assertEquals(await mara.timeline(), []);
});

it("a room that is muted does not call, but who mentions one there does", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await using ruth = await enter(server, { username: "Ruth" });
  await ines.page.getByRole("button", { name: "Mute #general" }).click();
  await ines.page.locator("#rooms a", { hasText: "general" }).locator("svg.quiet").waitFor();
  await ines.page.locator("#rooms a", { hasText: "random" }).click();
  await ines.isIn();
  await say(ruth, "nothing of interest");
  await say(ruth, "@Ines but this");
  await badge(ines, "1mentions");
  await ines.page.reload();
  await ines.isIn();
  await ines.page.getByRole("button", { name: "Mute #random" }).waitFor();
  await ines.page.locator("#rooms a", { hasText: "general" }).click();
  await badge(ines, null);
  await ines.page.locator("#rooms a", { hasText: "random" }).click();
  await say(ruth, "nothing again");
  await settled(ruth);
  await ines.page.locator("#rooms a", { hasText: "general" }).click();
  await ines.page.getByRole("button", { name: "Unmute #general" }).click();
  await ines.page.getByRole("button", { name: "Mute #general" }).waitFor();
});

it("W10.3 a room that one may only read, and a private one, are shown as what they are", async () => {
  await using server = await startServer({ JWT_SECRET: SECRET, JOIN_POLICY: "listed" });
  await using visit = await openVisit(server.url);
  const rooms = { general: ["write"], board: ["write"], news: ["read"] };
  const token = await tokenOf("u-2", { name: "Ada", rooms });
  const ada = await visit.open({ path: `/r/news#token=${token}` });
  await ada.goIn("Ada");
  await ada.shows("#composer-why", "You may read here, but not write.");
  assert(!await ada.box.isVisible(), "one can write where one may not");
  const icon = (room: string) =>
    ada.page.locator("#rooms a", { hasText: room }).locator("use").first().getAttribute("href");
  assertEquals([await icon("board"), await icon("general")], ["#i-lock", "#i-hash"]);
  await ada.page.locator("#rooms a", { hasText: "board" }).click();
  await ada.say("and here one may");
  await ada.seesSent("and here one may");
});

/** Waits for the badge of "general"; null: it has none. */
async function badge({ page }: Guest, words: string | null) {
  const shown = page.locator("#rooms a", { hasText: "general" }).locator(".badge");
  if (words === null) return await shown.waitFor({ state: "hidden" });
  await shown.filter({ hasText: words }).waitFor();
}
