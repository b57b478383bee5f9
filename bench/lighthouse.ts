// Lighthouse's scores of an address, by the version named here, which `npx` fetches: `deno task bench:page`
// has them beside its own figures.
import { chromium } from "playwright-core";
import { tempFolder } from "../tests/harness/temp.ts";
import { find } from "../tests/harness/needs.ts";
import { goIn } from "./scene.ts";

const LIGHTHOUSE = "lighthouse@13.5.0";
const CATEGORIES = ["performance", "accessibility", "best-practices"] as const;
const FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];

export type Device = "desktop" | "mobile";
/** From 0 to 100, and the first paint that it worked out for that device. */
export type Scores = Record<typeof CATEGORIES[number], number> & { firstPaintMs: number };

/** Whoever goes in at that address before is known where it looks, and sees no door. */
export async function openLighthouse(address?: string): Promise<Lighthouse & AsyncDisposable> {
  const profile = await tempFolder();
  if (address !== undefined) {
    const executablePath = find("chromium") ?? "";
    const options = { executablePath, args: FLAGS };
    const context = await chromium.launchPersistentContext(profile.path, options);
    await goIn(await context.newPage(), address);
    await context.close();
  }
  return Object.assign(new Lighthouse(profile.path), profile);
}

export class Lighthouse {
  readonly #profile: string;

  constructor(profile: string) {
    this.#profile = profile;
  }

  /** One run. Fails with what it said. */
  async scores(address: string, device: Device): Promise<Scores> {
    const [program, ...args] = wordsOf(address, device, `--user-data-dir=${this.#profile}`);
    const { success, stdout, stderr } = await new Deno.Command(program!, {
      args,
      env: { CHROME_PATH: find("chromium") ?? "" },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    if (!success) throw new Error(`lighthouse: ${text(stderr)}`);
    return scoresOf(text(stdout));
  }
}

/** How it is called, as one would write it. */
export function commandOf(address: string, device: Device): string {
  return wordsOf(address, device).map((word) => word.includes(" ") ? `"${word}"` : word).join(" ");
}

function wordsOf(address: string, device: Device, ...flags: string[]): string[] {
  return [
    ...["npx", "-y", LIGHTHOUSE, address, "--quiet", "--output=json"],
    `--only-categories=${CATEGORIES.join()}`,
    // Else it forgets who went in.
    "--disable-storage-reset",
    `--chrome-flags=${[...FLAGS, ...flags].join(" ")}`,
    ...(device === "desktop" ? ["--preset=desktop"] : []),
  ];
}

/** What of its report is shown. */
export function scoresOf(json: string): Scores {
  const { categories, audits, runtimeError } = JSON.parse(json);
  if (runtimeError) throw new Error(`lighthouse: ${runtimeError.message}`);
  const scores = CATEGORIES.map((name) => [name, Math.round(categories[name].score * 100)]);
  const firstPaintMs = audits["first-contentful-paint"].numericValue;
  return { ...Object.fromEntries(scores), firstPaintMs };
}
