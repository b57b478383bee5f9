// Names on a page that goes from the right: each is cut at its own end, not at its beginning.
import { assertEquals } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { enter, say } from "../harness/visitor.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

const NAMES = ["Wilhelmina van der Straaten-Ostr", "يوسف عبد الرحمن الشريف الطويل"];

it("a long name is cut at its own end, whichever way the page goes", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  for (const username of NAMES) {
    await using someone = await enter(server, { username });
    await say(someone, "hello");
  }
  const ines = await visit.enter("Wilhelmina van der Straaten-Ines");
  await ines.shows(".name bdi", NAMES[1]!);
  for (const direction of ["ltr", "rtl"]) {
    await ines.page.evaluate(`document.documentElement.dir = "${direction}"`);
    await ines.frame();
    for (
      const [selector, count] of [[".name button", 2], [".composer-name", 1], [".own-name", 1]]
    ) {
      assertEquals(
        await beginnings(ines, selector as string),
        Array(count as number).fill(true),
        `${direction}: ${selector}`,
      );
    }
  }
});

/** Whether the first letter of each stands within what holds it, and the last one does not. */
async function beginnings({ page }: Guest, selector: string): Promise<boolean[]> {
  return await page.evaluate(
    `[...document.querySelectorAll(${JSON.stringify(selector)})].map((box) => {
    const { left, right } = box.getBoundingClientRect();
    const text = document.createTreeWalker(box, NodeFilter.SHOW_TEXT).nextNode();
    const isIn = (at) => {
      const range = document.createRange();
      range.setStart(text, at);
      range.setEnd(text, at + 1);
      const letter = range.getBoundingClientRect();
      return letter.left >= left - 1 && letter.right <= right + 1;
    };
    return isIn(0) && !isIn(text.length - 1);
  })`,
  );
}
