// A bot of REPLIES_FILE at the page: it greets the reader alone, and answers everybody.
import { assertEquals, assertFalse } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { enter } from "../harness/visitor.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

const REPLIES_FILE = new URL("../../examples/replies.json", import.meta.url).pathname;

it("W20.4 a greeting stands in the room as a stage direction, once, and answers below it", async () => {
  await using server = await startServer({ REPLIES_FILE });
  await using ruth = await enter(server, { username: "Ruth" });
  await using visit = await openVisit(server.url);
  const li = await visit.enter("Li");
  const greeting = "Barkeep: Welcome to general, Li. Say “help”, and I tell what I know.";
  await li.shows(".stage-row .direction", greeting);
  assertEquals(await li.page.locator(".stage-row button").count(), 0);
  await li.say("hi");
  await li.sees("Hello, Li!");
  assertEquals(await li.timeline(), ["Li: hi", "Barkeep: Hello, Li!"]);
  await ruth.until((it) => it.type === "chat" && it.text === "Hello, Li!");
  await li.page.reload();
  await li.sees("Hello, Li!");
  await li.isIn();
  assertEquals(await li.page.locator(".stage-row", { hasText: "Welcome" }).count(), 0);
});

it("W20.1 a bot stands in the list as one, is called one where it speaks, and is in no room", async () => {
  const ADMIN_TOKEN = "who-may-do-everything";
  await using server = await startServer({ REPLIES_FILE, WS_TOKEN: "open", ADMIN_TOKEN });
  await using visit = await openVisit(server.url);
  const li = await visit.enter("Li");
  await li.shows("#bots-count", "1");
  await li.page.locator("#bots").getByRole("button", { name: "Barkeep bot" }).waitFor();
  await li.shows("#people-count", "1");
  await li.page.getByText("Only you are here.").waitFor();
  await li.say("hi");
  await li.sees("Hello, Li!");
  await li.shows(".speech-row .role", "bot");
  // Nobody can write to it alone, or send it out.
  await li.say("/msg Barkeep hi");
  await li.shows("#composer-note", "Barkeep is a bot, and reads only what is said in the room.");
  await li.box.fill("");
  assertEquals(await offered(li), ["Mention in the message"]);
  const mara = await visit.enter("Mara", { path: `/r/general#token=${ADMIN_TOKEN}` });
  assertEquals(await offered(mara), ["Mention in the message", "Mute…"]);
  await mara.page.locator("#bots button").click();
  await mara.page.getByRole("menuitem", { name: "Mute…" }).click();
  await mara.page.getByRole("button", { name: "Mute", exact: true }).click();
  await mara.shows("#bots li", /Barkeep\s*muted/);
  await mara.page.locator("#rooms a", { hasText: "random" }).click();
  await mara.shows("#room-name", "random");
  await mara.shows("#bots-count", "0");
  assertFalse(await mara.page.getByRole("heading", { name: "Bots" }).isVisible());
});

/** What may be done about the bot. */
async function offered({ page }: Guest): Promise<string[]> {
  await page.locator("#bots button").click();
  await page.getByRole("menuitem").first().waitFor();
  const labels = await page.getByRole("menuitem").allTextContents();
  await page.keyboard.press("Escape");
  await page.getByRole("menuitem").first().waitFor({ state: "detached" });
  return labels.map((label) => label.trim());
}
