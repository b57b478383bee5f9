// What a screen reader is told of the log: what is said now, and nothing that only fills it.
import { assert, assertEquals } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { say } from "../harness/visitor.ts";
import { NO_CONNECTION } from "./faults.ts";
import { fill, UNHURRIED } from "./fill.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit, type Visit } from "./visit.ts";
import { openWire } from "./wire.ts";

/** In the page: takes down every row that is put into the log, and how loud the log was. */
const HEAR = `globalThis.heard = [];
new MutationObserver((changes) => {
  const live = document.getElementById("log")?.ariaLive;
  for (const { target, addedNodes } of changes) {
    if (target.id !== "rows") continue;
    for (const { textContent } of addedNodes) globalThis.heard.push([live, textContent]);
  }
}).observe(document, { childList: true, subtree: true });`;

async function enter(visit: Visit, name: string, expected: RegExp[] = []): Promise<Guest> {
  const guest = await visit.open({ expected });
  await guest.page.addInitScript(HEAR);
  await guest.page.reload();
  await guest.goIn(name);
  return guest;
}

/** How loud the log was for each row that came since this was last asked, and that something came. */
async function heard({ page }: Guest): Promise<string[]> {
  const rows: [string, string][] = await page.evaluate("heard.splice(0)");
  assert(rows.length > 0, "nothing was put in");
  return [...new Set(rows.map(([live]) => live))];
}

async function listens({ page }: Guest) {
  await page.locator("#log[aria-live=polite]").waitFor();
}

it("what is said now is read aloud; what one finds in a room, and older pages, are not", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using ruth = await fill(server, 120);
  await using _ = await fill(server, 20, { room: "random", text: (n) => `random ${n}` });
  const ines = await enter(visit, "Ines");
  await ines.sees("120");
  assertEquals(await heard(ines), ["off"]);

  await listens(ines);
  await say(ruth, "news");
  await ines.sees("news");
  assertEquals(await heard(ines), ["polite"]);

  await ines.scroll({ fromTop: 0 });
  await ines.sees("21");
  assertEquals(await heard(ines), ["off"]);

  for (const [room, text] of [["random", "random 20"], ["general", "news"]] as const) {
    await listens(ines);
    await ines.page.locator("#rooms a", { hasText: room }).click();
    await ines.sees(text);
    assertEquals(await heard(ines), ["off"], room);
  }
  await listens(ines);
  await ines.say("her own");
  await ines.seesSent("her own");
  assertEquals(await heard(ines), ["polite"]);
});

it("W5.3 what was missed is counted aloud and not read, and then the log is heard again", async () => {
  await using server = await startServer(UNHURRIED);
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  const ines = await enter(visit, "Ines", [NO_CONNECTION]);
  await ines.say("before");
  await ines.seesSent("before");
  await listens(ines);
  wire.cut();
  await ines.page.locator("#slip").waitFor();
  await using ruth = await fill(server, 300);
  await ines.page.evaluate("heard.splice(0)");
  wire.mend();
  await ines.isBack();
  await ines.sees("300");
  assertEquals(await heard(ines), ["off"]);
  await ines.shows("#spoken", "Connected again. 300 messages came in meanwhile.");
  await listens(ines);
  await say(ruth, "news");
  await ines.sees("news");
  assertEquals(await heard(ines), ["polite"]);
});
