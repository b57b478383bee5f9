// What undoes typing undoes what the page has put into the text too.
import { assertEquals } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { enter } from "../harness/visitor.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

it("a completion is undone as what was typed, and done again", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  await using _ = await enter(server, { username: "Jonas" });
  const { page, box } = await visit.enter("Ines");
  await page.keyboard.type("for @jo");
  await page.locator("#choices li").waitFor();
  await page.keyboard.press("Tab");
  assertEquals(await box.inputValue(), "for @Jonas ");
  await page.keyboard.press("ControlOrMeta+z");
  assertEquals(await box.inputValue(), "for @jo");
  await page.keyboard.press("ControlOrMeta+Shift+z");
  assertEquals(await box.inputValue(), "for @Jonas ");
  // What is shown is what is kept and sent.
  await page.keyboard.press("ControlOrMeta+z");
  await page.reload();
  await page.waitForFunction(() => document.querySelector("#say")?.value === "for @jo");
});

it("an emoji is undone too", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const { page, box } = await visit.enter("Ines");
  await page.keyboard.type("well");
  await page.getByRole("button", { name: "Emoji" }).click();
  await page.getByRole("button", { name: "party", exact: true }).click();
  assertEquals(await box.inputValue(), "well🎉");
  await page.keyboard.press("ControlOrMeta+z");
  assertEquals(await box.inputValue(), "well");
  assertEquals(await page.evaluate("document.activeElement.id"), "say");
});

/** The page's, for functions that run there. */
declare const document: { querySelector(selector: string): { value: string } | null };
