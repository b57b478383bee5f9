// Nothing that is painted moves by itself: Chromium's own layout-shift entries, those that nobody's
// key or click explains.
import { assertEquals, assertLess } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { enter, say } from "../harness/visitor.ts";
import { UNHURRIED } from "./fill.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

/** A column that fits its times, one more room in the list. What people feel begins at 0.1. */
const LITTLE = 0.002;
const SIZES = [{ width: 1280, height: 800 }, { width: 390, height: 844, isPhone: true }];

it("the door stands still while it learns who is there, and whether a token is needed", async () => {
  for (const env of [{ WS_TOKEN: "open-sesame" }, {}]) {
    await using server = await startServer(env);
    await using visit = await openVisit(server.url);
    const isOpen = !("WS_TOKEN" in env);
    await using _otto = isOpen ? await enter(server, { username: "Otto" }) : undefined;
    for (const size of SIZES) {
      const ines = await visit.open(size);
      if (isOpen) await ines.shows("#door-room-help", "Open now: general");
      else await ines.page.locator("#door-token").waitFor();
      await ines.page.waitForLoadState("networkidle");
      assertEquals(await ines.page.locator("#door-token").isVisible(), !isOpen);
      assertEquals((await shifts(ines)).told, []);
    }
  }
});

it("a room stands still from its first paint through twenty messages", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using otto = await enter(server, { username: "Otto" });
  for (let index = 0; index < 60; index++) await say(otto, `before ${index}`);
  for (const size of SIZES) {
    const ines = await visit.enter("Ines", size);
    await ines.sees("before 59");
    await ines.page.reload();
    await ines.sees("before 59");
    for (let index = 0; index < 20; index++) await say(otto, `after ${index} ${size.width}`);
    await ines.sees(`after 19 ${size.width}`);
    const { sum, told } = await shifts(ines);
    assertLess(sum, LITTLE, told.join("\n"));
  }
});

/** What moved and how much, once what is underway is painted. */
function shifts({ page }: Guest): Promise<{ sum: number; told: string[] }> {
  return page.evaluate(TOLD);
}

const TOLD = `(async () => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  await frame();
  await frame();
  const entries = await new Promise((resolve) => {
    const observer = new PerformanceObserver((list) => resolve(list.getEntries()));
    observer.observe({ type: "layout-shift", buffered: true });
    // No entry at all is told by nothing; what is buffered is told before the next frame but one.
    frame().then(frame).then(() => resolve(observer.takeRecords()));
  });
  const moved = entries.filter((entry) => !entry.hadRecentInput);
  const sum = moved.reduce((sum, { value }) => sum + value, 0);
  return { sum, told: moved.map(({ value, sources }) => value.toFixed(4) + sources.map(({ node, previousRect, currentRect }) =>
      " " + (node?.id || node?.className || node?.nodeName) + " " + previousRect.y + "→" + currentRect.y
    ).join(",")
  ) };
})()`;
