// What the system asks of the page's looks: its own few colours, and paper.
import { assert, assertEquals, assertFalse, assertGreater } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { fill, UNHURRIED } from "./fill.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

it("on paper stand the messages that are held, one after the other, and nothing that one presses", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using _ = await fill(server, 50);
  const ines = await visit.enter("Ines", { isDark: true });
  await styled(ines);
  assertEquals(await overlong(ines), true);
  await ines.page.emulateMedia({ media: "print" });
  assertEquals(await overlong(ines), false);
  for (const selector of ["#panel", "#people", "#composer", "#bell", "#pill"]) {
    assertFalse(await ines.page.locator(selector).isVisible(), selector);
  }
  assert(await ines.page.locator("#room-name").isVisible());
  // Dark words would have no ground to stand on.
  const ink = await ines.page.evaluate<string>("getComputedStyle(document.body).color");
  assertEquals(ink, "oklch(0.245 0.014 70)");
  await ines.page.emulateMedia({ media: null });
  // Who has printed reads on where they were.
  await ines.scroll({ fromEnd: 300 });
  const before = await ines.topPx(ines.speech("40"));
  const pdf = new TextDecoder("latin1").decode(await ines.page.pdf());
  await ines.frame();
  assertEquals(await ines.topPx(ines.speech("40")), before);
  assertGreater(pdf.match(/\/Type \/Page\b/g)?.length ?? 0, 1);
});

it("in the system's colours what is chosen differs from what is not by a line", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await styled(ines);
  await ines.page.emulateMedia({ forcedColors: "active" });
  await ines.page.getByRole("button", { name: "Search", exact: true }).click();
  await ines.page.locator("#search-all").waitFor();
  await ines.box.focus();
  for (
    const [chosen, other] of [
      ["#rooms a[aria-current]", "#rooms a:not([aria-current])"],
      ['#search [aria-pressed="true"]', '#search [aria-pressed="false"]'],
    ]
  ) {
    assertEquals([await line(ines, chosen!), await line(ines, other!)], ["solid", "none"], chosen);
  }
});

/** Waits until it looks as the system asks, which comes when all else is there. */
async function styled({ page }: Guest) {
  await page.locator('link[href="/css/system.css"]').waitFor({ state: "attached" });
  await page.waitForFunction(() =>
    [...document.styleSheets].some(({ href }) => href?.endsWith("/css/system.css"))
  );
}
declare const document: { styleSheets: Iterable<{ href: string | null }> };

/** Whether more is in the log than one sees. */
async function overlong({ log }: Guest): Promise<boolean> {
  const read = (view: { scrollHeight: number; clientHeight: number }) =>
    view.scrollHeight > view.clientHeight;
  return await log.evaluate(read as never);
}

/** How the line around it is drawn. */
async function line({ page }: Guest, selector: string): Promise<string> {
  const read = new Function("it", "return getComputedStyle(it).outlineStyle") as (
    it: unknown,
  ) => string;
  return await page.locator(selector).first().evaluate(read);
}
