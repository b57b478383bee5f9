// The choice of an emoji: beside the box it goes where the caret is, and it is found by its names.
import { assert, assertEquals } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { fits } from "./fits.ts";
import type { Guest } from "./guest.ts";
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

for (
  const window of [
    { width: 1280, height: 800 },
    { width: 390, height: 844, isPhone: true },
    { width: 320, height: 640, isPhone: true },
  ]
) {
  it(`${window.width} px: an emoji is found by its names, with keys alone`, async () => {
    await using server = await startServer();
    await using visit = await openVisit(server.url);
    const ines = await visit.enter("Ines", { ...window, isStill: true });
    const { page } = ines;
    const { keyboard } = page;
    const face = page.getByRole("button", { name: "Emoji" });
    await face.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Emoji" });
    const field = dialog.getByRole("searchbox", { name: "Search emoji" });
    await field.waitFor();
    // On a phone a keyboard would cover them.
    assertEquals(await focused(ines), window.isPhone ? "thumbs up" : "Search emoji");
    if (window.isPhone) await keyboard.press("Tab");
    const all = await found(ines);
    const place = await dialog.boundingBox();

    // A name of several, as it is written in a text, or in words; the one that is called so first.
    for (const text of ["heart", ":heart:"]) {
      await field.fill(text);
      assertEquals((await found(ines)).slice(0, 2), ["heart", "heart eyes"]);
    }
    await field.fill("thumbs down");
    assertEquals(await found(ines), ["thumbs down"]);
    await field.fill("-1");
    assertEquals(await found(ines), ["thumbs down"]);
    assertEquals(await page.getByRole("status").last().textContent(), "thumbs down");
    await fits(ines);
    await field.fill(" proxi ");
    assertEquals(await found(ines), []);
    await dialog.getByText("Nothing found for “proxi”.").waitFor();
    await fits(ines);
    await keyboard.press("Enter");
    await keyboard.press("ArrowDown");
    assertEquals(await focused(ines), "Search emoji");
    assertEquals(await dialog.boundingBox(), place);
    await field.fill("");
    assertEquals(await found(ines), all);
    // Who looks for nothing chooses nothing.
    await keyboard.press("Enter");
    assertEquals(await focused(ines), "Search emoji");

    // Into the grid and back, and on writing from there.
    await keyboard.type("hea");
    for (const key of ["ArrowDown", "ArrowRight"]) await keyboard.press(key);
    const [, second] = await found(ines);
    assertEquals(await focused(ines), second);
    await keyboard.press("ArrowUp");
    assertEquals(await focused(ines), "Search emoji");
    await keyboard.press("Tab");
    await keyboard.type("rt");
    assertEquals(await field.inputValue(), "heart");
    await keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    assertEquals(await ines.box.inputValue(), "❤️");

    await face.press("Enter");
    await field.waitFor();
    assertEquals(await found(ines), all);
    await field.fill("heart");
    await keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assertEquals(await focused(ines), "Emoji");
    assertEquals(await ines.box.inputValue(), "❤️");
  });
}

it("where one reads from right to left, the arrows in the grid go where they point", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", { isStill: true });
  await ines.page.evaluate(`document.documentElement.dir = "rtl"`);
  await ines.page.getByRole("button", { name: "Emoji" }).press("Enter");
  await ines.page.getByRole("searchbox").waitFor();
  await fits(ines);
  const [first, second] = await found(ines);
  for (const [key, name] of [["ArrowDown", first], ["ArrowLeft", second], ["ArrowRight", first]]) {
    await ines.page.keyboard.press(key!);
    assertEquals(await focused(ines), name);
  }
});

/** What the grid shows, by name. */
async function found({ page }: Guest): Promise<string[]> {
  return await page.locator(".emoji-grid button").evaluateAll((all) =>
    (all as unknown as { title: string }[]).map(({ title }) => title)
  );
}

/** The label of what has the focus. */
async function focused({ page }: Guest): Promise<string> {
  return await page.evaluate("document.activeElement.ariaLabel");
}
