// @ts-check
// A part of the page that is fetched when it is first wanted: a module that builds its own elements,
// and a style sheet where it has one. What is wanted of it meanwhile is done once it is there, in its
// order, so that no key and no press is lost.
import { kept } from "../model/kept.js";
import { build } from "./build.js";
import { tell } from "./spoken.js";

/** @type {Map<string, Promise<void>>} */
const styles = new Map();

export const NOT_LOADED = "This could not be loaded. Try again when you are connected.";

/** @template Part */
export class Later {
  #load;
  #style;
  #fail;
  /** @type {Promise<void> | null} */
  #loading = null;
  /** Once it is there. @type {Part | null} */
  now = null;

  /** @param {() => Promise<Part>} load @param {string} [style] @param {() => void} [fail] tells that it could not be had */
  constructor(load, style, fail = () => tell(NOT_LOADED)) {
    // Built once, also where its style comes only at the second try.
    this.#load = kept(load);
    this.#style = style;
    this.#fail = fail;
  }

  /** Whether it is there or on its way. */
  get isWanted() {
    return this.#loading !== null;
  }

  /** At once where it is there. @param {(part: Part) => unknown} work @param {() => void} [fail] told that this could not be done */
  do(work, fail) {
    if (this.now) return void work(this.now);
    this.#loading ??= this.#fetch();
    this.#loading.then(() => this.now ? work(this.now) : fail?.());
  }

  async #fetch() {
    try {
      const [part] = await Promise.all([this.#load(), this.#style && loadStyle(this.#style)]);
      this.now = part;
    } catch {
      this.#loading = null;
      this.#fail();
    }
  }
}

/** Settles when the sheet counts; one that failed is asked for again the next time. @param {string} href */
export function loadStyle(href) {
  const loading = styles.get(href) ?? new Promise((loaded, failed) => {
    const link = build("link");
    link.rel = "stylesheet";
    link.href = href;
    link.addEventListener("load", () => loaded(undefined));
    link.addEventListener("error", () => {
      link.remove();
      styles.delete(href);
      failed(new Error(`${href} could not be loaded`));
    });
    document.head.append(link);
  });
  styles.set(href, loading);
  return loading;
}
