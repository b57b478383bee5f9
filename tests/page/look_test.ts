// How it looks on a desk, on a phone and at 320 px: in every state everything fits into the window,
// and nobody is shut out.
import { assertLessOrEqual } from "@std/assert";
import { type Server, startServer } from "../harness/server.ts";
import { enter, say, type Visitor } from "../harness/visitor.ts";
import { NO_CONNECTION, REFUSED } from "./faults.ts";
import { UNHURRIED } from "./fill.ts";
import { fits } from "./fits.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";
import { openWire } from "./wire.ts";

const WINDOWS = [
  { width: 1280, height: 800 },
  { width: 390, height: 844, isPhone: true },
  { width: 320, height: 640, isPhone: true },
];
/** At most so many messages that are too large, and so short a grace, that a test need not wait. */
const ENV = { MAX_MESSAGE_BYTES: "2048", PRESENCE_GRACE_MS: "0" };

for (const window of WINDOWS) {
  it(`${window.width} px: every state fits and shuts nobody out, by day and by night`, async () => {
    await using server = await startServer({ ...ENV, WS_TOKEN: "sesame" });
    await using wire = openWire(server);
    await using visit = await openVisit(wire.url);
    const expected = [NO_CONNECTION, REFUSED];
    const path = "/r/herons-of-the-long-pier";
    const ines = await visit.open({ ...window, isStill: true, expected, path });

    await ines.page.locator("#door-token").waitFor();
    await fits(ines);
    await ines.page.getByRole("button", { name: "Go in" }).click();
    await ines.shows("#door-name-help", "Write a name, up to 32 characters.");
    await fits(ines);

    await ines.goIn("Wilhelmina van der Straaten-Ines", { token: "sesame" });
    await ines.shows("#empty-title", "Nobody has spoken in #herons-of-the-long-pier yet");
    await fits(ines);

    await using _ = await busy(server, ines, wire.url);
    await fits(ines);
    await drawers(ines, () => fits(ines));

    await ines.say("too long ".repeat(300));
    await ines.shows("#composer-note", /^It is longer/);
    await fits(ines);
    await ines.box.fill("");
    wire.calm();
    await ines.page.reload();
    await ines.shows("#slip-title", "Live connections do not get through");
    await ines.say("too long ".repeat(300));
    wire.mend();
    await ines.isBack();
    await ines.page.locator(".failure").waitFor();
    wire.cut();
    await ines.say("I write on.");
    await ines.say("And on.");
    await ines.shows(".waiting-row", /^2 messages are waiting/);
    await ines.slip.waitFor();
    await fits(ines);
  });
}

it("letters of twice the size fit too", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", { width: 600, height: 700 });
  await ines.say("W".repeat(200));
  // 200 % on a window of 600 px is what 300 px are at 100 %.
  await ines.page.evaluate(`document.documentElement.style.fontSize = "200%"`);
  await ines.frame();
  await fits(ines);
  // There the log has three columns, and that of the rooms is put away.
  await ines.page.setViewportSize({ width: 640, height: 700 });
  for (const direction of ["ltr", "rtl"]) {
    await ines.page.evaluate(`document.documentElement.dir = "${direction}"`);
    await ines.frame();
    await fits(ines);
  }
});

it("what waits elsewhere is counted within its button, at twice the size too", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using ruth = await enter(server, { username: "Ruth" });
  const ines = await visit.enter("Ines", { width: 390, height: 844, isPhone: true });
  for (let i = 1; i <= 100; i++) ruth.send({ type: "direct", to: "Ines", text: `${i}` });
  await ines.shows("#menu-badge", /^\s*99\+/);
  for (const size of ["100%", "200%"]) {
    await ines.page.evaluate(`document.documentElement.style.fontSize = "${size}"`);
    await ines.frame();
    const button = (await ines.page.locator("#menu").boundingBox())!;
    const badge = (await ines.page.locator("#menu-badge").boundingBox())!;
    assertLessOrEqual(button.y, badge.y, size);
    assertLessOrEqual(button.x, badge.x, size);
    assertLessOrEqual(badge.x + badge.width, button.x + button.width, size);
    assertLessOrEqual(badge.y + badge.height, button.y + button.height, size);
  }
});

/** Leads the guest into a conversation with all that a log may hold, and an unread line. */
async function busy(server: Server, guest: Guest, url: string): Promise<Visitor> {
  const go = async (room: string) => {
    await guest.page.goto(`${url}/r/${room}`);
    await guest.isIn();
  };
  const ruth = await enter(server, { username: "Ruth", session: "sesame" });
  for (const text of SAID) await say(ruth, text);
  await go("general");
  await say(ruth, "And one with its reader there.");
  await guest.sees("And one with its reader there.");
  {
    await using _jonas = await enter(server, { username: "Jonas", session: "sesame" });
    await using _mara = await enter(server, { username: "Mara", session: "sesame" });
    await using _noor = await enter(server, { username: "Noor", session: "sesame" });
    await guest.shows(".stage-row button", /and 2 others came in\.$/);
    await say(ruth, "Now they go.");
    await guest.sees("Now they go.");
  }
  await guest.shows(".stage-row .direction", /left\.$/);
  await go("random");
  for (const text of SAID) await say(ruth, text);
  await guest.shows("#rooms a.unread .badge", `${SAID.length}unread`);
  await go("general");
  await guest.shows(".unread-row .unread-count", `${SAID.length} new`);
  ruth.send({ type: "typing", room: "general" });
  await guest.shows("#typing", "Ruth is typing");
  return ruth;
}

const SAID = [
  "Morning. The nine o’clock went out late: Newhaven dropped again, and nobody was there to see it.",
  "صباح الخير. سأكون في الاستوديو عند العاشرة مع الضيف، ومعي نسخة من البرنامج.",
  `A word: ${"Donaudampfschifffahrtsgesellschaftskapitän".repeat(4)}`,
  "proxy_pass http://127.0.0.1:8000;\n    proxy_read_timeout 1h;    # and not a minute less",
  `https://chat.harbour.example/${"a-very-long-path/".repeat(12)}?q=1#end`,
  "👩‍🚀🏳️‍🌈".repeat(20),
];

/** The columns that lie over the room where there is no space for them. */
async function drawers({ page }: Guest, fit: () => Promise<void>) {
  for (const [opener, column] of [["#menu", "#panel"], ["#people-toggle", "#people"]] as const) {
    if (await page.locator(column).isVisible()) continue;
    await page.locator(opener).click();
    await page.locator(column).waitFor();
    await fit();
    await page.keyboard.press("Escape");
    await page.locator(column).waitFor({ state: "hidden" });
  }
}
