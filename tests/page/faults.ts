// What a page complains of while a test looks at it: errors on its console, exceptions, dialogs,
// breaches of its policy. A test that provokes some names them; any other fails it.
import type { Page } from "playwright-core";

/** What Chromium itself writes when a connection can't be made; no page can keep it quiet. */
export const NO_CONNECTION =
  /^WebSocket connection to \S+ failed|^Failed to load resource: (net::ERR_|.* 426 |.* 503 )/;
/** The same where the server refuses one. */
export const REFUSED = /^WebSocket connection to \S+ failed|^Failed to load resource: .* 40[13] /;

/** Where one goes elsewhere while the worker's script is underway. That it comes is a test of its own. */
const LEFT_EARLY = /^An unknown error occurred when fetching the script\.$/;

const TELL_BREACHES = `addEventListener("securitypolicyviolation", (event) =>
  console.error("breach of " + event.violatedDirective + " by " + event.blockedURI));`;

export class Faults {
  readonly #seen: string[] = [];

  /** Has to be called before the page loads anything. */
  async watch(page: Page, who: string, expected: readonly RegExp[]) {
    const see = (kind: string, text: string) => {
      if (![LEFT_EARLY, ...expected].some((pattern) => pattern.test(text))) {
        this.#seen.push(`${who}: ${kind}: ${text}`);
      }
    };
    page.on("console", (message) => {
      if (message.type() === "error") see("console", message.text());
    });
    page.on("pageerror", (error) => see("exception", error.stack ?? error.message));
    page.on("crash", () => see("crash", page.url()));
    page.on("dialog", (dialog) => {
      see("dialog", dialog.message());
      return dialog.dismiss();
    });
    await page.addInitScript(TELL_BREACHES);
  }

  /** Throws when there were any. */
  check() {
    if (this.#seen.length > 0) throw new Error(`pages complained:\n${this.#seen.join("\n")}`);
  }
}
