// An `it` for tests in a real browser. What fails while a failed test is cleaned up (pages that
// complained, a server that ended badly) is told with the failure, not instead of it.
import { needs } from "../harness/needs.ts";

const itInBrowser = needs("chromium");

export function it(name: string, body: () => Promise<void>) {
  itInBrowser(name, async () => {
    try {
      await body();
    } catch (error) {
      throw unfolded(error);
    }
  });
}

/** Deno prints nothing of what a SuppressedError holds. */
function unfolded(error: unknown): unknown {
  if (!(error instanceof SuppressedError)) return error;
  const [first, then] = [unfolded(error.suppressed), unfolded(error.error)];
  return new AggregateError([first, then], "it failed, and then its cleaning up");
}
