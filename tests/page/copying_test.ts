// What one marks with the pointer and copies, pasted somewhere else.
import { assertEquals, assertMatch } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { enter, say } from "../harness/visitor.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

/** The page's, for functions that run there. */
declare const document: { readonly oncopy: unknown };

it("copied messages are a line each with time and name, and nothing of the page", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await using ruth = await enter(server, { username: "Ruth" });
  await ines.shows(".stage-row", /Ruth came in/);
  await say(ruth, "The **nine** o’clock went out late.");
  const { seq } = await say(ruth, "I kept the lgo.");
  ruth.send({ type: "edit", room: "general", of: seq, text: "I kept the log." });
  ruth.send({ type: "react", room: "general", of: seq, emoji: "🎉", on: true });
  await say(ruth, "/me puts the kettle on.");
  await ines.say("Thanks to all of you.");
  await ines.seesSent("Thanks to all of you.");
  await ines.shows(".edited", "edited");

  await mark(ines, "nine", "Thanks");
  assertEquals((await copied(ines)).replace(/^\d\d:\d\d/gm, "09:14").split("\n"), [
    "09:14 Ruth: nine o’clock went out late.",
    "09:14 Ruth: I kept the log.",
    "09:14 Ruth puts the kettle on.",
    "09:14 Ines: Thanks",
  ]);

  await ines.log.press("Control+a");
  const all = await copied(ines);
  assertMatch(all, /^\d\d:\d\d Ruth: The \*\*nine\*\* o’clock went out late\.$/m);
  assertMatch(all, /^\d\d:\d\d Ines: Thanks to all of you\.$/m);

  await mark(ines, "nine", "late");
  assertEquals(await copied(ines), "nine o’clock went out late");
});

/** Draws the pointer from the beginning of a word of the log to the end of another. */
async function mark({ page }: Guest, first: string, last: string) {
  const [from, to] = await page.evaluate<{ x: number; y: number }[]>(`
    ${JSON.stringify([first, last])}.map((word, index) => {
      const walk = document.createTreeWalker(document.querySelector("#log"), NodeFilter.SHOW_TEXT);
      while (walk.nextNode() && !walk.currentNode.data.includes(word));
      const range = document.createRange();
      range.setStart(walk.currentNode, walk.currentNode.data.indexOf(word));
      range.setEnd(walk.currentNode, range.startOffset + word.length);
      const { left, right, top, height } = range.getBoundingClientRect();
      return { x: index === 0 ? left + 0.5 : right - 0.5, y: top + height / 2 };
    })`);
  await page.mouse.click(from!.x, from!.y);
  await page.mouse.down();
  await page.mouse.move(to!.x, to!.y, { steps: 4 });
  await page.mouse.up();
}

/** What the clipboard gets of what is marked. */
async function copied({ page }: Guest): Promise<string> {
  await page.evaluate(`globalThis.copied = undefined;
    document.addEventListener("copy", (event) => {
      globalThis.copied = event.defaultPrevented
        ? event.clipboardData.getData("text/plain")
        : getSelection().toString();
    }, { once: true })`);
  // It comes when somebody begins to mark.
  await page.waitForFunction(() => document.oncopy !== null);
  await page.keyboard.press("Control+c");
  return await page.evaluate("globalThis.copied");
}
