// What is told to everybody because it is seen nowhere else: it is said aloud and shown, covers
// nothing that one needs, moves nothing, and goes by itself.
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { enter, say } from "../harness/visitor.ts";
import { NO_CONNECTION } from "./faults.ts";
import { fill, UNHURRIED } from "./fill.ts";
import { fits } from "./fits.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";
import { openWire } from "./wire.ts";

const PHONE = { width: 390, height: 844, isPhone: true };
const WINDOWS = [{ width: 1280, height: 800 }, PHONE, { width: 320, height: 640, isPhone: true }];
const ADMIN_TOKEN = "who-may-do-everything";
const NOT_LOADED = "This could not be loaded. Try again when you are connected.";
/** Longer than anything is shown for. */
const LONG_MS = 10_000;

it("W5.8 an address whose message is gone says so, until it was there for a while without the pointer", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  await using jonas = await enter(server, { username: "Jonas" });
  await say(jonas, "hello");
  const ines = await visit.enter("Ines", { path: "/r/general/999999" });
  await told(ines, "This message is no longer kept.");
  const { clock, mouse } = ines.page;
  await clock.install();
  // From here on it goes by the clock that the test turns.
  await tell(ines, "Another.");
  await notice(ines).hover();
  await clock.runFor(LONG_MS);
  assert(await notice(ines).isVisible());
  await mouse.move(0, 0);
  await clock.runFor(LONG_MS);
  await notice(ines).waitFor({ state: "detached" });
});

it("the keys that copy show that it is done, as does the link to a room where people lie over it", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  await using jonas = await enter(server, { username: "Jonas" });
  await say(jonas, "hello");
  for (const window of [WINDOWS[0]!, PHONE]) {
    const ines = await visit.enter("Ines", window);
    await ines.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const row = ines.speech("hello");
    await row.press("c");
    await told(ines, "The text is copied.");
    await row.press("l");
    await told(ines, "The link to the message is copied.");
    if (window === PHONE) await ines.page.locator("#people-toggle").click();
    await ines.page.locator("#copy-link").click();
    await told(ines, "The link to #general is copied.");
    // Nothing lies over it; and it stays.
    await notice(ines).hover();
    await fits(ines);
    await ines.page.context().close();
  }
});

it("a taken name is told to who goes in, and to who comes back to it", async () => {
  await using server = await startServer({ PRESENCE_GRACE_MS: "0" });
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  const ines = await visit.enter("Ines", { expected: [NO_CONNECTION] });
  assertEquals(await notice(ines).count(), 0);
  wire.cut();
  await ines.status(/^Reconnecting in|^Trying now/);
  await using _ = await enter(server, { username: "Ines" });
  wire.mend();
  await ines.isBack();
  await ines.shows("#own-name", "Ines-2");
  await told(ines, "Somebody here is called Ines; you are Ines-2.");

  const other = await visit.enter("INES");
  await told(other, "Somebody here is called INES; you are INES-3.");
  // Who comes again under it knows.
  await other.page.reload();
  await other.shows("#own-name", "INES-3");
  await other.isIn();
  assertEquals((await other.words()).filter((words) => words.includes("INES")), []);
});

it("what can't be had or done with people is shown: parts, the banned, the end of a mute", async () => {
  await using server = await startServer({ WS_TOKEN: "open", ADMIN_TOKEN });
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  await using _ = await enter(server, { username: "Jonas" });
  const path = `/r/general#token=${ADMIN_TOKEN}`;
  const mara = await visit.enter("Mara", { path, expected: [NO_CONNECTION] });
  const { page } = mara;
  for (const file of ["**/views/help.js", "**/views/bans.js"]) {
    await page.route(file, (route) => route.abort());
  }
  await page.getByRole("button", { name: "Help" }).click();
  await told(mara, NOT_LOADED);
  await page.locator("#bans").click();
  await told(mara, "Who is banned can’t be told now.");

  const jonas = page.locator("#members button", { hasText: "Jonas" });
  await jonas.click();
  await page.getByRole("menuitem", { name: "Mute…" }).click();
  await page.getByRole("button", { name: "Mute", exact: true }).click();
  await mara.shows("#members li", /Jonas\s*muted/);
  await jonas.click();
  wire.hold();
  await page.getByRole("menuitem", { name: "End the mute" }).click();
  wire.cut();
  await told(mara, "The connection ended before the answer.");
  wire.mend();
  await mara.isBack();
  await jonas.click();
  await page.getByRole("menuitem", { name: "End the mute" }).click();
  await told(mara, "Jonas may write here again.");
});

it("it moves nothing, covers neither the box nor the way to the end, and shuts nobody out", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using _ = await fill(server, 60);
  for (const window of WINDOWS) {
    const ines = await visit.enter("Ines", { ...window, isStill: true });
    await ines.sees("60");
    await ines.scroll({ fromTop: 200 });
    await ines.pill.waitFor();
    // Older ones may come above meanwhile, so it is one that is named.
    const parts = ["#composer-box", "#pill", "#log"].map((part) => ines.page.locator(part));
    const places = () =>
      Promise.all([...parts, ines.speech("30")].map((part) => part.boundingBox()));
    const before = await places();
    await tell(ines, NOT_LOADED);
    await notice(ines).hover();
    assertEquals(await places(), before);
    const [box, pill] = before;
    const shown = (await notice(ines).boundingBox())!;
    assertLessOrEqual(shown.y + shown.height, box!.y, `${window.width}: the box`);
    const isBeside = shown.x + shown.width <= pill!.x || shown.y + shown.height <= pill!.y;
    assert(isBeside, `${window.width}: the pill`);
    await fits(ines);
    // What it looks like on paper comes when all else is there.
    await ines.page.waitForFunction(() =>
      [...document.styleSheets].some(({ href }) => href?.endsWith("/css/system.css"))
    );
    await ines.page.emulateMedia({ media: "print" });
    assertEquals([await notice(ines).count(), await notice(ines).isVisible()], [1, false]);
    await ines.page.context().close();
  }
});

it("the keyboard reaches it from the box, puts it away, and is back", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await tell(ines, "Something.");
  await notice(ines).hover();
  await ines.box.focus();
  await ines.page.keyboard.press("Shift+Tab");
  await ines.page.keyboard.press("Enter");
  await notice(ines).waitFor({ state: "detached" });
  assertEquals(await ines.page.evaluate("document.activeElement.id"), "say");
});

declare const document: { styleSheets: Iterable<{ href: string | null }> };

function notice({ page }: Guest) {
  return page.locator(".notice");
}

/** Waits until it is both seen and said. */
async function told(guest: Guest, words: string | RegExp) {
  await guest.page.locator(".notice p", { hasText: words }).waitFor();
  await guest.shows("#spoken", words);
}

/** Has the page tell something. */
async function tell(guest: Guest, words: string) {
  await guest.page.evaluate(
    `import("/views/spoken.js").then(({ tell }) => tell(${JSON.stringify(words)}))`,
  );
  await told(guest, words);
}
