// The choice of an emoji beside the box: it goes where the caret is.
import { assert, assertEquals } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { fits } from "./fits.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

for (
  const window of [{ width: 1280, height: 800 }, { width: 320, height: 640, isPhone: true }]
) {
  it(`${window.width} px: an emoji goes where the caret is, which stays there`, async () => {
    await using server = await startServer();
    await using visit = await openVisit(server.url);
    const ines = await visit.enter("Ines", { ...window, isStill: true });
    const { page, box } = ines;
    const face = page.getByRole("button", { name: "Emoji" });
    await box.fill("well done");
    await box.evaluate((box: { setSelectionRange(from: number, to: number): void }) =>
      box.setSelectionRange(4, 5)
    );
    await face.click();
    const emoji = page.getByRole("button", { name: "party", exact: true });
    await emoji.waitFor();
    await fits(ines);
    const grid = await page.locator("dialog").boundingBox();
    const button = await face.boundingBox();
    if (!window.isPhone) assert(grid && button && grid.y + grid.height <= button.y, "it covers");
    await emoji.click();
    assertEquals(await box.inputValue(), "well🎉done");
    assertEquals(await page.evaluate("document.activeElement.id"), "say");
    // The box stays ready, and what came is what is sent and kept.
    await page.keyboard.insertText("!");
    assertEquals(await box.inputValue(), "well🎉!done");
    await face.click();
    await emoji.waitFor();
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Send" }).click();
    await ines.seesSent("well🎉!done");
  });
}
