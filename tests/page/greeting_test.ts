// A bot of REPLIES_FILE at the page: it greets the reader alone, and answers everybody.
import { assertEquals } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { enter } from "../harness/visitor.ts";
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
  await li.say("hi");
  await li.sees("Hello, Li!");
  assertEquals(await li.timeline(), ["Li: hi", "Barkeep: Hello, Li!"]);
  await ruth.until((it) => it.type === "chat" && it.text === "Hello, Li!");
  await li.page.reload();
  await li.sees("Hello, Li!");
  await li.isIn();
  assertEquals(await li.page.locator(".stage-row", { hasText: "Welcome" }).count(), 0);
});
