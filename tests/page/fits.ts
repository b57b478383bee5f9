// Whether what is in view is whole and open to everybody: nothing runs out of the window, and axe
// has nothing to say.
import { assertEquals } from "@std/assert";
import axe from "axe-core";
import type { Guest } from "./guest.ts";

/** In the page: what runs out of the window or is cut off without an ellipsis, in words. */
const CUT_OFF = `(() => {
  const name = (element) => element.tagName + "#" + element.id + "." + element.className;
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push("the window scrolls sideways");
  for (const element of document.body.querySelectorAll("*")) {
    const style = getComputedStyle(element);
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (element.closest("svg, .unseen, [inert]") || style.clipPath !== "none") continue;
    // What stands in a line that ends in an ellipsis ends there too.
    if (getComputedStyle(element.parentElement).textOverflow === "ellipsis") continue;
    const { left, right, width } = element.getBoundingClientRect();
    if (width > 0 && (left < -0.5 || right > innerWidth + 0.5)) found.push(name(element) + " runs out");
    if (element.id === "house") continue; // the columns beside it are put away
    const isHeld = style.overflowX !== "visible" && style.textOverflow !== "ellipsis";
    if (isHeld && element.scrollWidth > element.clientWidth) found.push(name(element) + " is cut off");
  }
  return found;
})()`;

/** In the page: waits until everything has the colours that it is to keep. */
const SETTLED = `Promise.allSettled(document.getAnimations()
  .filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity)
  .map(({ finished }) => finished)).then(() => undefined)`;

const runAxe = (runOnly?: string[]) =>
  `axe.run(document, {
    resultTypes: ["violations"],
    rules: { "target-size": { enabled: ${!runOnly} } },
    ...${JSON.stringify(runOnly ? { runOnly } : {})},
  }).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => id + ": " + target + ": " + failureSummary)))`;

/** By day, and by night what the colours may change. */
export async function fits({ page }: Guest) {
  if (await page.evaluate("typeof axe") === "undefined") await page.evaluate(axe.source);
  await page.evaluate(SETTLED);
  assertEquals(await page.evaluate(CUT_OFF), []);
  await page.emulateMedia({ colorScheme: "light" });
  await page.evaluate(SETTLED);
  assertEquals(await page.evaluate(runAxe()), []);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.evaluate(SETTLED);
  assertEquals(await page.evaluate(runAxe(["color-contrast"])), [], "dark");
}
