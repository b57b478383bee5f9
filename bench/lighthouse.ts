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

/**
 * One run in a browser that was never anywhere, or, for a room, only there: else its door is all that is
 * seen. Fails with what it said.
 */
export async function lighthouse(
  address: string,
  device: Device,
  { isRoom }: { isRoom: boolean },
): Promise<Scores> {
  await using profile = await tempFolder();
  if (isRoom) await visit(address, profile.path);
  const [program, ...args] = wordsOf(address, device, `--user-data-dir=${profile.path}`);
  const { success, stdout, stderr } = await new Deno.Command(program!, {
    args,
    env: { CHROME_PATH: find("chromium") ?? "" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`lighthouse: ${text(stderr)}`);
  return scoresOf(text(stdout));
}

/** Goes in, and leaves nothing in that profile but who went in. */
async function visit(address: string, profile: string) {
  const options = { executablePath: find("chromium") ?? "", args: FLAGS };
  await using context = await chromium.launchPersistentContext(profile, options);
  const page = await context.newPage();
  await goIn(page, address);
  const session = await context.newCDPSession(page);
  const { origin } = new URL(address);
  const storageTypes = "cache_storage,service_workers";
  await session.send("Network.clearBrowserCache");
  await session.send("Storage.clearDataForOrigin", { origin, storageTypes });
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
