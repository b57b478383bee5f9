// The room on a phone: what its keyboard leaves of the screen, letters of a size that nothing zooms, and
// where those things stand for which it is too narrow.
import { assert, assertEquals, assertFalse } from "@std/assert";
import { openClient } from "../harness/client.ts";
import { startServer } from "../harness/server.ts";
import { NO_CONNECTION } from "./faults.ts";
import { fill, UNHURRIED } from "./fill.ts";
import { fits } from "./fits.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";
import { openWire } from "./wire.ts";

const PHONE = { width: 390, height: 844, isPhone: true };
const ADMIN_TOKEN = "who-may-do-everything";

/** In the page: a keyboard that covers the page instead of making the window smaller, as on iOS. */
const COVERING_KEYBOARD = `
const seen = Object.assign(new EventTarget(), { height: innerHeight, scale: 1 });
Object.defineProperty(globalThis, "visualViewport", { value: seen });
globalThis.see = (height, scale = 1) => {
  Object.assign(seen, { height, scale });
  seen.dispatchEvent(new Event("resize"));
};`;

it("the box stands above a keyboard that covers the page, and the log keeps its end", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using _ = await fill(server, 60);
  const ines = await visit.open(PHONE);
  await ines.page.addInitScript(COVERING_KEYBOARD);
  await ines.page.reload();
  await ines.goIn("Ines");
  const whole = await bottom(ines);
  await ines.page.evaluate("see(500)");
  await ines.frame();
  assert(await bottom(ines) <= 500, "the keyboard covers the box");
  assert(await ines.toEndPx() < 1, "the keyboard took the reader from the end");
  await ines.box.fill("line\n".repeat(40));
  await ines.frame();
  assert(await bottom(ines) <= 500, "the box grows under the keyboard");
  const { height = 0 } = await ines.box.boundingBox() ?? {};
  assert(height <= 0.4 * 500 + 1, `the box has ${height} of 500 px`);
  await ines.box.fill("");
  // Zoomed in, one sees less too, and nothing is covered.
  await ines.page.evaluate("see(400, 2)");
  await ines.frame();
  assertEquals(await bottom(ines), whole);
  await ines.page.evaluate("see(500)");
  await ines.page.evaluate("see(innerHeight)");
  await ines.frame();
  assertEquals(await bottom(ines), whole);
});

it("where the keyboard makes the window smaller, the box is above it by that", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", PHONE);
  const viewport = await ines.page.locator("meta[name=viewport]").getAttribute("content");
  assert(viewport?.includes("interactive-widget=resizes-content"));
  await ines.page.setViewportSize({ width: 390, height: 500 });
  await ines.frame();
  assert(await bottom(ines) <= 500);
});

it("the letters one writes are 16 px or more on a phone, so that it does not zoom in", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", PHONE);
  const size = await ines.page.evaluate(
    "parseFloat(getComputedStyle(document.querySelector('#say')).fontSize)",
  );
  assert(Number(size) >= 16, `${size} px`);
});

it("what is written from the right stands at the right, line for line", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", PHONE);
  const direction = () =>
    ines.page.evaluate("getComputedStyle(document.querySelector('#say')).direction");
  await ines.box.fill("صباح الخير");
  assertEquals(await direction(), "rtl");
  await ines.page.keyboard.press("Enter");
  await ines.seesSent("صباح الخير");
  await ines.box.fill("good morning");
  assertEquals(await direction(), "ltr");
});

it("the topic, for which the bar has no place, stands whole above the people", async () => {
  await using server = await startServer({ WS_TOKEN: "open", ADMIN_TOKEN });
  await using visit = await openVisit(server.url);
  await using mara = await openClient(
    new URL(`${server.wsUrl}/chat/general?username=Mara&token=${ADMIN_TOKEN}`),
    { protocols: ["snug.v1"] },
  );
  await mara.until("joined");
  const topic =
    "Running order, tonight: who is late says so here, and who leaves the mast on pays.";
  mara.send({ type: "topic", room: "general", text: topic });
  await mara.until("topic");
  for (const width of [390, 320]) {
    const ines = await visit.enter("Ines", { ...PHONE, width, isStill: true });
    assertFalse(await ines.page.locator("#topic").isVisible());
    await ines.page.locator("#people-toggle").click();
    const whole = ines.page.locator("#people-topic");
    await whole.waitFor();
    assertEquals(await whole.textContent(), topic);
    await fits(ines);
  }
  // Where there is a place for it, it stands there alone.
  const ruth = await visit.enter("Ruth");
  await ruth.shows("#topic", topic);
  assertFalse(await ruth.page.locator("#people-topic").isVisible());
});

it("a message of one's own that waits below another has a clock beside it, and words for who listens", async () => {
  await using server = await startServer();
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  for (const size of [PHONE, { ...PHONE, width: 320 }]) {
    wire.mend();
    const ines = await visit.enter("Ines", { ...size, isStill: true, expected: [NO_CONNECTION] });
    for (const text of ["first", "/me nods", `${"long ".repeat(30)}too`]) {
      await ines.say(text);
      await ines.page.locator(".speech-row:not(.waiting) .speech", {
        hasText: text.replace("/me", ""),
      }).waitFor();
    }
    wire.hold();
    for (const text of ["", "/me ", "/me "]) {
      await ines.say(`${text}${"waits ".repeat(30)}on`);
      const row = ines.page.locator(".speech-row").last();
      const clock = row.getByRole("img", { name: "waiting" });
      await clock.waitFor();
      const { x, width } = (await clock.boundingBox())!;
      const words = (await row.locator(".speech").boundingBox())!;
      assert(words.x + words.width <= x, "it covers words");
      assert(x + width <= size.width, "it runs out");
    }
    wire.cut();
    await ines.page.context().close();
  }
});

/** Where the composer ends. */
async function bottom({ page }: Guest): Promise<number> {
  const { y, height } = await page.locator(".composer-box").boundingBox() ?? { y: 0, height: 0 };
  return y + height;
}
