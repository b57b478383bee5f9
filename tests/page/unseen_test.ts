// Somebody who was away while a thousand messages came, in the room they left open and in another.
import { assert, assertLess } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { NO_CONNECTION } from "./faults.ts";
import { fill, UNHURRIED } from "./fill.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";
import { openWire } from "./wire.ts";

it("a thousand that came to another room are counted, and marked where they begin", async () => {
  await using server = await startServer({ ...UNHURRIED, HISTORY_PAGE: "200" });
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", { room: "random" });
  await ines.say("the last she read");
  await ines.seesSent("the last she read");
  await to(ines, "general");
  await using _ = await fill(server, 1000, { room: "random" });
  await ines.shows("#rooms a.unread .badge", "99+unread");
  await to(ines, "random");
  await reach(ines, "the last she read");
  await ines.shows(".unread-row .unread-count", "1000 new");
  const rows = await ines.page.locator("#rows > *").allTextContents();
  const line = rows.findIndex((row) => row.startsWith("1000 new"));
  assert(rows[line - 1]?.includes("the last she read"), rows.slice(0, 4).join("\n"));
});

it("P3 a thousand that came while the line was gone are all there, and the page answers", async () => {
  await using server = await startServer({
    ...UNHURRIED,
    RESUME_LIMIT: "2000",
    HISTORY_PAGE: "200",
  });
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  const ines = await visit.enter("Ines", { expected: [NO_CONNECTION] });
  await ines.say("before");
  await ines.seesSent("before");
  wire.cut();
  await ines.status(/^Reconnecting in|^Trying now/);
  await using _ = await fill(server, 1000);
  wire.mend();
  await ines.isBack();
  await ines.sees("1000");
  assertLess(await ines.toEndPx(), 30);
  await ines.say("I am back.");
  await ines.seesSent("I am back.");
  await reach(ines, "before");
});

async function to(guest: Guest, room: string) {
  await guest.page.locator("#rooms a", { hasText: room }).click();
  await guest.shows("#room-name", room);
  await guest.isIn();
}

/** Scrolls up, page by page, until a message is there. */
async function reach(guest: Guest, text: string) {
  for (let pages = 0; await guest.speech(text).count() === 0; pages++) {
    assert(pages < 60, `${text} is nowhere`);
    const oldest = await guest.page.locator(".speech-row").first().getAttribute("data-key");
    await guest.scroll({ fromTop: 0 });
    await guest.page.waitForFunction(
      (oldest) => document.querySelector(".speech-row")?.dataset.key !== oldest,
      oldest,
    );
  }
}
declare const document: {
  querySelector(selector: string): { dataset: Record<string, string> } | null;
};
