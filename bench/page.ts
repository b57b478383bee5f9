// `deno task bench:page`: how soon the page is there, how it scrolls through a long room, whether a busy one
// holds it up, and what Lighthouse says, with Debian's chromium and a real server. Each row of the page has
// a control beside it in the same minute: another page in which nothing is but the same loop.
import type { CDPSession, Page } from "playwright-core";
import { openBrowser } from "../tests/harness/chromium.ts";
import { startServer } from "../tests/harness/server.ts";
import { fill, UNHURRIED } from "../tests/page/fill.ts";
import { commandOf, type Device, lighthouse, type Scores } from "./lighthouse.ts";
import { addMeter, firstPaintMs, heapMib, type Measured, scroll, slowDown, type } from "./meter.ts";
import { between } from "./pages.ts";
import { picked } from "./picked.ts";
import { BLANK_PX, goIn, roomOf, serveBlank, startTokenServer, talk } from "./scene.ts";
import { describeMachine, programVersion, snugVersion } from "./versions.ts";

const README = `${import.meta.dirname}/README.md`;
const runs = Number(Deno.env.get("BENCH_RUNS") ?? 5);
/** Of what takes longer. */
const longRuns = Math.min(runs, 3);
const only = Deno.env.get("BENCH_ONLY") ?? "";
/** From so many processes that wait for a core on, figures are not the page's own. */
const BUSY_LOAD = 1;
/** How many times slower the processor is made. */
const RATES = [1, 4];
const VIEW = { width: 1280, height: 800 };

/** Messages in the room that is scrolled through, and pixels with each frame: 30 views a second. */
const LONG = 10_000;
const SCROLL_PX = 400;

/** Messages a second in the busy room, how long, and keys that are pressed meanwhile. */
const BUSY = 200;
const BUSY_SECONDS = 10;
const KEYS = 20;

/** Messages of the room in which Lighthouse and the first paint are measured. */
const SHORT = 200;

/** A place to be measured: its row's name, and what opens it. */
type Place = {
  name: string;
  /** Before it is measured: somebody who was there already comes back to a room at once. */
  enter?: (page: Page) => Promise<void>;
  open: (page: Page) => Promise<void>;
};
type Section = { name: string; table: () => Promise<string> };

const SECTIONS: Section[] = [
  { name: "first paint", table: paints },
  { name: "scrolling", table: scrolling },
  { name: "a busy room", table: busy },
  { name: "Lighthouse", table: scores },
];

const sections = picked(SECTIONS, only);
const isWritten = Deno.args[0] === "--write";
if (Deno.args.length > (isWritten ? 1 : 0)) {
  fail("usage: deno task bench:page [--write]");
} else if (isWritten && only) {
  fail("--write is for whole runs, without BENCH_ONLY");
} else if (!(Number.isInteger(runs) && runs > 0)) {
  fail("BENCH_RUNS is a whole number from 1");
} else if (sections.length === 0) {
  fail(`BENCH_ONLY is part of: ${SECTIONS.map(({ name }) => name).join(" | ")}`);
} else {
  const texts = [await about()];
  for (const { name, table } of sections) {
    const before = load();
    const text = `### ${name}\n\n${await table()}\n\n${loads(before, load())}`;
    console.log(`${text}\n`);
    texts.push(text);
  }
  if (isWritten) {
    const page = Deno.readTextFileSync(README);
    Deno.writeTextFileSync(README, between(page, "page", texts.join("\n\n"), README));
  }
}

/** Of a server that asks for tokens: its door, and a room by somebody who was there, with nothing kept. */
async function paints(): Promise<string> {
  await using server = await startTokenServer();
  await using blank = serveBlank();
  const room = await roomOf(server, SHORT);
  const shows = (url: string) => async (page: Page) => void await page.goto(url);
  const places: Place[] = [
    { name: "control", open: shows(blank.url) },
    { name: "door", open: shows(server.url) },
    {
      name: `room of ${SHORT}`,
      enter: (page) => goIn(page, room),
      open: async (page) => {
        await page.goto(room);
        await page.locator(".speech-row").last().waitFor();
      },
    },
  ];
  const cells = await measure(places, async (page, { open }) => {
    await open(page);
    return await firstPaintMs(page);
  });
  return tableOf(
    ["page", ...RATES.map((rate) => `first contentful paint at ${rate}×, ms`)],
    places.map(({ name }, at) => [name, ...cells[at]!.map((all) => shown(median(all)))]),
  );
}

/** Up to the first message of a room, as fast as nobody reads. */
async function scrolling(): Promise<string> {
  await using server = await startServer(UNHURRIED);
  await using blank = serveBlank();
  await using _ruth = await fill(server, LONG, { text: (n) => `${n} ${"word ".repeat(n % 20)}` });
  const first = "document.querySelector('.speech')?.textContent.startsWith('1 ')";
  const places = [
    {
      name: "control",
      isDone: "true",
      open: async (page: Page) => {
        await page.goto(blank.url);
        await page.evaluate(`document.querySelector("#log").scrollTop = ${BLANK_PX}`);
      },
    },
    {
      name: `room of ${LONG.toLocaleString("en")}`,
      isDone: first,
      open: (page: Page) => goIn(page, server.url),
    },
  ];
  const cells = await measure(places, async (page, { open, isDone }, throttle) => {
    await open(page);
    await throttle();
    return await scroll(page, { selector: "#log", px: SCROLL_PX, isDone });
  }, { isLater: true });
  return tableOf(
    ["page", "processor", "frame p50, ms", "p95", "longest", "longest task"],
    rowsOf(places, cells, (all) => [
      ...[0.5, 0.95, 1].map((part) =>
        shown(median(all.map(({ frames }) => quantile(frames, part))))
      ),
      task(all),
    ]),
  );
}

/** At the end of a room in which much is said, with fingers on the keys. */
async function busy(): Promise<string> {
  await using server = await startServer(UNHURRIED);
  await using blank = serveBlank();
  const places: Place[] = [
    { name: "control", open: async (page) => void await page.goto(blank.url) },
    { name: `${BUSY} messages a second`, open: (page: Page) => goIn(page, server.url) },
  ];
  const cells = await measure(places, async (page, { open }, throttle, session) => {
    await open(page);
    await throttle();
    await page.locator("#say").focus();
    const before = await heapMib(session);
    const talking = talk(server, BUSY, BUSY_SECONDS);
    const measured = await type(page, KEYS, BUSY_SECONDS);
    await talking;
    return { ...measured, before, after: await heapMib(session) };
  }, { isLater: true });
  const at = <T>(all: T[], pick: (one: T) => number) => shown(median(all.map(pick)));
  return tableOf(
    [
      ...["page", "processor", "frame p50, ms", "p95", "longest", "longest task"],
      ...["key to paint p50, ms", "longest", "heap before, MiB", "after"],
    ],
    rowsOf(places, cells, (all) => [
      ...[0.5, 0.95, 1].map((part) => at(all, ({ frames }) => quantile(frames, part))),
      task(all),
      ...[0.5, 1].map((part) => at(all, ({ keys }) => quantile(keys, part))),
      at(all, ({ before }) => before),
      at(all, ({ after }) => after),
    ]),
  );
}

/** Of the same door and room. */
async function scores(): Promise<string> {
  await using server = await startTokenServer();
  const room = await roomOf(server, SHORT);
  const rows: string[][] = [];
  for (const [name, address] of [["door", server.url], [`room of ${SHORT}`, room]] as const) {
    for (const device of ["desktop", "mobile"] as Device[]) {
      const all: Scores[] = [];
      for (let run = 0; run < longRuns; run++) {
        all.push(await lighthouse(address, device, { isRoom: address === room }));
      }
      const at = (pick: (one: Scores) => number) => shown(median(all.map(pick)));
      rows.push([
        ...[device, name, at((one) => one.performance), at((one) => one.accessibility)],
        ...[at((one) => one["best-practices"]), at(({ firstPaintMs }) => firstPaintMs)],
      ]);
    }
  }
  const heads = ["device", "page", "performance", "accessibility", "best practices"];
  return [
    "Its paints are worked out for the network of its device, which it makes up.",
    tableOf([...heads, "first contentful paint, ms"], rows),
    `\`${commandOf("ADDRESS", "desktop")}\`, for mobile without the last word.`,
  ].join("\n\n");
}

/** By place and rate, what each run gave; the places in turn, so that what the machine does hits all. */
async function measure<P extends Place, T>(
  places: P[],
  look: (page: Page, place: P, throttle: () => Promise<void>, session: CDPSession) => Promise<T>,
  { isLater = false } = {},
): Promise<T[][][]> {
  const cells: T[][][] = places.map(() => RATES.map(() => []));
  await using browser = await openBrowser();
  for (let run = 0; run < (isLater ? longRuns : runs); run++) {
    for (const [rateAt, rate] of RATES.entries()) {
      for (const [placeAt, place] of places.entries()) {
        const context = await browser.newContext({ viewport: VIEW });
        context.setDefaultTimeout(60_000);
        if (place.enter) {
          const before = await context.newPage();
          await place.enter(before);
          await before.close();
        }
        const page = await context.newPage();
        const session = await context.newCDPSession(page);
        await addMeter(page);
        await forget(session);
        const throttle = () => slowDown(session, rate);
        if (!isLater) await throttle();
        cells[placeAt]![rateAt]!.push(await look(page, place, throttle, session));
        await context.close();
      }
    }
  }
  return cells;
}

/** Nothing that the browser keeps is there, so that all comes from the server. */
async function forget(session: CDPSession) {
  await session.send("Network.enable");
  await session.send("Network.setBypassServiceWorker", { bypass: true });
  await session.send("Network.clearBrowserCache");
}

function rowsOf<T>(places: Place[], cells: T[][][], row: (all: T[]) => string[]): string[][] {
  return RATES.flatMap((rate, rateAt) =>
    places.map(({ name }, at) => [name, `${rate}×`, ...row(cells[at]![rateAt]!)])
  );
}

function task(all: Measured[]): string {
  const longest = median(all.map(({ tasks }) => Math.max(0, ...tasks)));
  return longest === 0 ? "under 50" : shown(longest);
}

async function about(): Promise<string> {
  const folder = await Deno.makeTempDir();
  const machine = describeMachine(folder);
  await Deno.remove(folder);
  return [
    machine,
    `\`BENCH_RUNS=${runs} deno task bench:page\`; medians of ${runs}, and of ${longRuns} from the scrolling on`,
    `${snugVersion()}; ${
      programVersion("chromium", "--version")
    }, without a window or a graphics card`,
    ...(load() > BUSY_LOAD ? ["the machine had other work: these are upper bounds"] : []),
  ].map((line) => `- ${line}`).join("\n");
}

function load(): number {
  return Math.round(Deno.loadavg()[0]! * 10) / 10;
}

function loads(before: number, after: number): string {
  return `Processes that waited for a core, by the mean of the minute: ${before} before, ${after} after.`;
}

function median(numbers: number[]): number {
  return quantile(numbers, 0.5);
}

function quantile(numbers: number[], part: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

function shown(number: number): string {
  return number >= 20 ? String(Math.round(number)) : String(Number(number.toFixed(1)));
}

function tableOf(heads: string[], rows: string[][]): string {
  return [heads, heads.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function fail(why: string): void {
  console.error(why);
  Deno.exitCode = 1;
}
