// Buttons that show an icon alone: what they do is told to who rests the pointer on them as well.
import { assertEquals, assertGreater } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { choose, says, text } from "./files.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

it("every button without words of its own has a title, in the room and in what opens over it", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await ines.say("hello");
  await ines.seesSent("hello");
  await choose(ines, text("log.txt", "all is well"));
  await says(ines, "log.txt", "11 bytes");
  await ines.speech("hello").press("r");
  await ines.page.locator("#context").waitFor();
  await ines.speech("hello").hover();
  await ines.page.getByRole("toolbar", { name: "Message" }).waitFor();
  const found = await titles(ines);
  assertGreater(Object.keys(found).length, 15);
  assertEquals(found, Object.fromEntries(Object.keys(found).map((label) => [label, true])));
  await ines.page.getByRole("button", { name: "Settings" }).click();
  await ines.page.locator("dialog").waitFor();
  assertEquals((await titles(ines))["Close"], true);
});

/** Whether the title of each has its label, with a key perhaps. */
async function titles({ page }: Guest): Promise<Record<string, boolean>> {
  return await page.evaluate(`Object.fromEntries(
    [...document.querySelectorAll("button:has(svg)")]
      .filter((button) => [...button.querySelectorAll(":not(.unseen, .unseen *, svg *)")]
        .every(({ localName, innerText }) => localName === "svg" || !innerText?.trim()))
      .map((button) => [button.ariaLabel ?? button.innerText.trim().split("\\n")[0], button])
      .map(([label, { title }]) => [label, label !== "" && title.startsWith(label)]))`);
}
