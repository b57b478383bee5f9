// Somebody at the page: what they do with keys and pointer, what they see. A wait that takes longer
// than its limit fails and says what was waited for.
import type { Locator, Page } from "playwright-core";

/** What an element that scrolls has, for functions that run in the page. */
export type Scrolling = {
  scrollTop: number;
  readonly scrollHeight: number;
  readonly clientHeight: number;
};
type Row = {
  querySelector(selector: string): { readonly textContent: string };
};
type Button = { readonly textContent: string; checkVisibility(): boolean; click(): void };
/** The page's, for functions that run there. */
declare const document: { title: string; querySelector(selector: string): Button | null };

/** In the page: keeps every text that the status line, the slip's title and the voice had. */
const KEEP_WORDS = `globalThis.words = [];
new MutationObserver(() => {
  for (const id of ["status", "slip-title", "slip-text", "spoken"]) {
    const words = document.getElementById(id)?.textContent;
    if (words && !globalThis.words.includes(words)) globalThis.words.push(words);
  }
}).observe(document, { childList: true, subtree: true, characterData: true });`;

export class Guest {
  readonly page: Page;
  readonly log: Locator;
  readonly box: Locator;
  readonly pill: Locator;
  readonly slip: Locator;
  readonly door: Locator;

  constructor(page: Page) {
    this.page = page;
    this.log = page.locator("#log");
    this.box = page.locator("#say");
    this.pill = page.locator("#pill");
    this.slip = page.locator("#slip");
    this.door = page.locator("#door-form");
  }

  /** Has to be called before the page loads anything. */
  async listen() {
    await this.page.addInitScript(KEEP_WORDS);
  }

  /** Goes through the door and waits until it is in. */
  async goIn(name: string, { room, token }: { room?: string; token?: string } = {}) {
    await this.page.locator("#door-name").fill(name);
    if (room !== undefined) await this.page.locator("#door-room").fill(room);
    if (token !== undefined) await this.page.locator("#door-token").fill(token);
    await this.page.getByRole("button", { name: "Go in" }).click();
    await this.isIn();
  }

  /** Waits until it is connected and the room in view has been joined. */
  async isIn() {
    await this.status("Connected");
    await this.page.locator("#people-count:not(:empty)").waitFor({ state: "attached" });
  }

  /** Waits until it is connected again; presses “Try now” whenever that is offered. */
  async isBack() {
    await this.page.waitForFunction(() => {
      const action = document.querySelector("#slip-action");
      if (action?.checkVisibility() && action.textContent === "Try now") action.click();
      return document.querySelector("#status")?.textContent === "Connected";
    });
  }

  /** Waits for a status line. */
  async status(words: string | RegExp) {
    await this.shows("#status", words);
  }

  /** Waits until an element has this text, or one that matches; it may be hidden from view. */
  async shows(selector: string, words: string | RegExp) {
    const hasText = typeof words === "string" ? exactly(words) : words;
    await this.page.locator(selector, { hasText }).first().waitFor({ state: "attached" });
  }

  /** Writes into the box, as fingers do, and presses Enter. */
  async say(text: string) {
    await this.box.focus();
    await this.page.keyboard.insertText(text);
    await this.page.keyboard.press("Enter");
  }

  /** The rows with exactly this text. */
  speech(text: string): Locator {
    const speech = this.page.locator(".speech", { hasText: exactly(text) });
    return this.page.locator(".speech-row", { has: speech });
  }

  /** Waits until the log has this text. */
  async sees(text: string) {
    await this.speech(text).first().waitFor({ state: "attached" });
  }

  /** Waits until it is in the log and acknowledged. */
  async seesSent(text: string) {
    await this.page.locator(".speech-row:not(.waiting, .failed)", {
      has: this.page.locator(".speech", { hasText: exactly(text) }),
    }).first().waitFor({ state: "attached" });
  }

  /** `name: text` of every message in the log, from top to bottom. */
  async timeline(): Promise<string[]> {
    return await this.page.locator(".speech-row").evaluateAll((rows) =>
      (rows as unknown as Row[]).map((row) =>
        `${row.querySelector(".name").textContent}: ${row.querySelector(".speech").textContent}`
      )
    );
  }

  /** Every text that the status line, the slip and the voice had since the page was loaded. */
  async words(): Promise<string[]> {
    return await this.page.evaluate("globalThis.words");
  }

  /** Scrolls the log to so many pixels from its beginning, or from its end. */
  async scroll(place: { fromTop: number } | { fromEnd: number }) {
    const go = (view: Scrolling, to: { fromTop?: number; fromEnd?: number }) => {
      const last = view.scrollHeight - view.clientHeight;
      view.scrollTop = to.fromTop ?? last - (to.fromEnd ?? 0);
    };
    await this.log.evaluate(go, place);
    await this.frame();
  }

  async titleIs(title: string) {
    await this.page.waitForFunction((title) => document.title === title, title);
  }

  /** Lets the page draw: what has scrolled or changed its size by now, it has heard of. */
  async frame() {
    await this.page.evaluate(
      "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
    );
  }

  /** How many pixels of the log lie below what is in view. */
  async toEndPx(): Promise<number> {
    const read = ({ scrollHeight, scrollTop, clientHeight }: Scrolling) =>
      scrollHeight - scrollTop - clientHeight;
    return await this.log.evaluate(read);
  }

  /** Where an element stands on the screen. */
  async topPx(locator: Locator): Promise<number> {
    const read = (row: { getBoundingClientRect(): { top: number } }) =>
      row.getBoundingClientRect().top;
    return await locator.evaluate(read);
  }
}

function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${RegExp.escape(text)}\\s*$`);
}
