import {
  assert,
  assertEquals,
  assertGreater,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { commandOf, scoresOf } from "../../bench/lighthouse.ts";
import { addMeter, firstPaintMs, heapMib, scroll, slowDown, type } from "../../bench/meter.ts";
import { goIn, roomOf, serveBlank, startTokenServer } from "../../bench/scene.ts";
import { openBrowser } from "../harness/chromium.ts";
import { needs } from "../harness/needs.ts";

const main = new URL("../../bench/page.ts", import.meta.url).pathname;
const itInBrowser = needs("chromium");

const refused: [what: string, args: string[], env: Record<string, string>, said: string][] = [
  ["an unknown option", ["--wriet"], {}, "usage: deno task bench:page [--write]"],
  ["to write a part of a run", ["--write"], { BENCH_ONLY: "scroll" }, "--write is for whole runs"],
  ["no runs", [], { BENCH_RUNS: "0" }, "BENCH_RUNS is a whole number from 1"],
  ["an unknown section", [], { BENCH_ONLY: "moon" }, "BENCH_ONLY is part of: first paint |"],
];

describe("the bench of the page", () => {
  for (const [what, args, env, said] of refused) {
    it(`refuses ${what}, and says what it expects`, async () => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", main, ...args],
        env: { BENCH_ONLY: "", ...env, NO_COLOR: "1" },
      }).output();
      assertEquals([code, new TextDecoder().decode(stdout)], [1, ""]);
      assertStringIncludes(new TextDecoder().decode(stderr), said);
    });
  }

  itInBrowser("sees what holds a page up, and how long a key takes to be seen", async () => {
    await using blank = serveBlank();
    await using browser = await openBrowser();
    const page = await browser.newPage();
    const session = await page.context().newCDPSession(page);
    await addMeter(page);
    await page.goto(blank.url);
    assertGreater(await firstPaintMs(page), 0);
    assertGreater(await heapMib(session), 0);
    await page.locator("#say").focus();
    const work = "{ const end = performance.now() + 300; while (performance.now() < end); }";
    await page.evaluate(`addEventListener("keyup", () => ${work}, { once: true })`);
    const held = await type(page, 3, 1);
    assertEquals(held.keys.length, 3);
    assertEquals(await page.locator("#say").inputValue(), "aaa");
    for (const all of [held.frames, held.tasks]) assertGreater(Math.max(...all), 250);
    await slowDown(session, 4);
    await page.evaluate(`document.querySelector("#log").scrollTop = 5000`);
    const scrolled = await scroll(page, { selector: "#log", px: 1000, isDone: "true" });
    assertGreater(scrolled.frames.length, 3);
  });

  itInBrowser("is in a room with what was said there, also where it comes back", async () => {
    await using server = await startTokenServer();
    const room = await roomOf(server, 3);
    await using browser = await openBrowser();
    const context = await browser.newContext();
    await goIn(await context.newPage(), room);
    const page = await context.newPage();
    await page.goto(room);
    await page.getByText("3: about the release").waitFor();
  });
});

describe("Lighthouse", () => {
  const category = (score: number) => ({ score });
  const report = {
    categories: {
      "performance": category(0.994),
      "accessibility": category(1),
      "best-practices": category(0.96),
    },
    audits: { "first-contentful-paint": { numericValue: 1432.1 } },
  };

  it("says its scores, or why it has none", () => {
    assertEquals(scoresOf(JSON.stringify(report)), {
      "performance": 99,
      "accessibility": 100,
      "best-practices": 96,
      firstPaintMs: 1432.1,
    });
    const failed = { ...report, runtimeError: { message: "no page" } };
    assertThrows(() => scoresOf(JSON.stringify(failed)), Error, "no page");
  });

  it("is called for one device or the other", () => {
    assertStringIncludes(commandOf("http://a", "mobile"), " http://a ");
    assert(commandOf("http://a", "desktop").endsWith(" --preset=desktop"));
    assert(!commandOf("http://a", "mobile").includes("--preset"));
  });
});
