// Waits for what a page only tells asynchronously; `waitForFunction` takes any promise for a yes.
import type { Page } from "playwright-core";

const LIMIT_MS = 15_000;
const FRAME = "new Promise((done) => requestAnimationFrame(() => done(true)))";

/** Asks the page once a frame, until what comes back is truthy. */
export async function until<Argument, Found>(
  page: Page,
  what: string,
  look: (argument: Argument) => Promise<Found>,
  argument: Argument,
): Promise<NonNullable<Found>> {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    const found = await page.evaluate<Found, unknown>(look as never, argument);
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${LIMIT_MS} ms`);
    await page.evaluate(FRAME);
  }
}
