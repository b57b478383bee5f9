// A real browser without a window. It works with the leak sanitizers on.
import { type Browser, chromium } from "playwright-core";
import { find } from "./needs.ts";

const ARGS = [
  "--no-sandbox", // it has no sandbox for root, which CI is
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage", // a container's /dev/shm is too small
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A browser to be held with `await using`. Only for tests made by `needs("chromium")`. */
export function openBrowser(...args: string[]): Promise<Browser> {
  const executablePath = find("chromium");
  if (!executablePath) throw new Error("chromium is not installed");
  return chromium.launch({ executablePath, args: [...ARGS, ...args] });
}
