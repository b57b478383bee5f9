// A browser in which several people, each with a storage of their own, look at pages. Disposing of
// it fails when a page complained.
import type { Browser, BrowserContextOptions } from "playwright-core";
import { openBrowser } from "../harness/chromium.ts";
import { Faults } from "./faults.ts";
import { Guest } from "./guest.ts";

/** Waits are over long before this, or something is wrong. */
const LIMIT_MS = 10_000;

export type GuestOptions = {
  /** Where the page is, when it is not the visit's own server. */
  url?: string;
  /** A path with its hash; "/" without. */
  path?: string;
  width?: number;
  height?: number;
  isDark?: boolean;
  isPhone?: boolean;
  /** Wants nothing to move. */
  isStill?: boolean;
  /** Complaints that this test provokes. */
  expected?: RegExp[];
  /** Takes down every address that the page asks for. */
  asked?: string[];
};

export async function openVisit(url: string): Promise<Visit> {
  return new Visit(await openBrowser(), url);
}

export class Visit {
  readonly browser: Browser;
  readonly faults = new Faults();
  readonly #url: string;

  constructor(browser: Browser, url: string) {
    this.browser = browser;
    this.#url = url;
  }

  /** Somebody who was never here opens the page. */
  async open(options: GuestOptions = {}): Promise<Guest> {
    const { path = "/", width = 1280, height = 800, isDark = false, isPhone = false } = options;
    const settings: BrowserContextOptions = {
      viewport: { width, height },
      colorScheme: isDark ? "dark" : "light",
      isMobile: isPhone,
      hasTouch: isPhone,
      reducedMotion: options.isStill ? "reduce" : "no-preference",
      locale: "en-GB",
    };
    const context = await this.browser.newContext(settings);
    context.setDefaultTimeout(LIMIT_MS);
    const guest = new Guest(await context.newPage());
    await this.faults.watch(
      guest.page,
      `guest ${this.browser.contexts().length}`,
      options.expected ?? [],
    );
    await guest.listen();
    guest.page.on("request", (request) => options.asked?.push(request.url()));
    await guest.page.goto((options.url ?? this.#url) + path);
    return guest;
  }

  /** The same, and goes in under a name. */
  async enter(name: string, options: GuestOptions & { room?: string } = {}): Promise<Guest> {
    const guest = await this.open(options);
    await guest.goIn(name, options.room === undefined ? {} : { room: options.room });
    return guest;
  }

  async [Symbol.asyncDispose]() {
    await this.browser.close();
    this.faults.check();
  }
}
