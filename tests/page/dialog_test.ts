// Dialogs: what is behind is out of reach, the focus stays inside and goes back, and they fit.
import { assert, assertEquals } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { fits } from "./fits.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

const WINDOWS = [
  { width: 1280, height: 800 },
  { width: 800, height: 600 },
  { width: 390, height: 844, isPhone: true },
  { width: 320, height: 640, isPhone: true },
];

it("a dialog keeps the focus, makes inert what is behind, and gives the focus back", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  const { page } = ines;
  for (const [opener, name] of [["help", "Help"], ["settings", "Settings"]] as const) {
    const dialog = page.getByRole("dialog", { name });
    const closings = [
      () => page.keyboard.press("Escape"),
      () => dialog.getByRole("button", { name: "Close" }).click(),
      () => page.mouse.click(5, 795),
    ];
    for (const close of closings) {
      await page.locator(`#${opener}`).click();
      await dialog.waitFor();
      for (let presses = 0; presses < 12; presses++) {
        await page.keyboard.press("Tab");
        // Between its last element and its first the browser's own window has the focus.
        const isInside = `document.activeElement.matches("body, dialog, dialog *")`;
        assert(await page.evaluate(isInside), await focused(ines));
      }
      const isBoxBehind = `document.querySelector("#say").focus() ?? document.activeElement.id`;
      assert(await page.evaluate(isBoxBehind) !== "say");
      await close();
      await dialog.waitFor({ state: "detached" });
      assertEquals(await focused(ines), opener);
    }
  }
});

it("? opens the help, but not where it is written; Escape in it means nothing to the room", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  const help = ines.page.getByRole("dialog", { name: "Help" });
  await ines.say("A question?");
  await ines.seesSent("A question?");
  await ines.box.press("?");
  assertEquals(await ines.box.inputValue(), "?");
  await ines.log.press("?");
  await help.waitFor();
  assertEquals(await ines.page.locator("dialog").count(), 1);
  await ines.page.keyboard.press("Alt+ArrowDown");
  await ines.page.keyboard.press("Escape");
  await help.waitFor({ state: "detached" });
  assertEquals(await focused(ines), "log");
  await ines.shows("#room-name", "general");
});

it("the help calls keys as the device does", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  for (const [platform, key] of [["Linux x86_64", "Alt"], ["MacIntel", "⌥"]]) {
    const ines = await visit.open();
    await ines.page.addInitScript(
      `Object.defineProperty(navigator, "platform", { value: ${JSON.stringify(platform)} })`,
    );
    await ines.page.reload();
    await ines.goIn("Ines");
    await ines.page.getByRole("button", { name: "Help" }).click();
    await ines.shows(".keys dd", `${key}↑or↓`);
  }
});

it("what destroys asks once: the safe answer has the focus, and only the other one does it", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  const { page } = ines;
  for (
    const [answer, isSure] of [
      [() => page.keyboard.press("Enter"), false],
      [() => page.keyboard.press("Escape"), false],
      [() => page.mouse.click(5, 5), false],
      [() => page.getByRole("button", { name: "Delete" }).click(), true],
    ] as const
  ) {
    const asked = await ask(ines);
    await page.getByRole("dialog", { name: "Delete this message?" }).waitFor();
    assertEquals(await page.evaluate("document.activeElement.textContent"), "Keep it");
    await answer();
    assertEquals(await asked(), isSure);
    assertEquals(await page.locator("dialog").count(), 0);
  }
});

for (const window of WINDOWS) {
  it(`${window.width} px: dialogs fit and shut nobody out, by day and by night`, async () => {
    await using server = await startServer();
    await using visit = await openVisit(server.url);
    const ines = await visit.open({ ...window, isStill: true });
    await ines.goIn("Wilhelmina van der Straaten-Ines");
    await ask(ines);
    await ines.page.getByRole("button", { name: "Keep it" }).waitFor();
    await fits(ines);
    await ines.page.keyboard.press("Escape");
    for (const opener of ["help", "settings"]) {
      if (window.width < 760) await ines.page.locator("#menu").click();
      await ines.page.locator(`#${opener}`).click();
      await ines.page.locator("dialog[open]").waitFor();
      await fits(ines);
      await ines.page.keyboard.press("Escape");
      await ines.page.locator("dialog").waitFor({ state: "detached" });
      await ines.page.keyboard.press("Escape");
    }
  });
}

/** Asks the question of a message that is to be deleted; the function gives the answer. */
async function ask({ page }: Guest): Promise<() => Promise<boolean>> {
  await page.evaluate(`import("/views/dialog.js").then(({ askFirst }) => {
    globalThis.answer = askFirst({
      title: "Delete this message?",
      text: "Everyone in #general stops seeing it. This cannot be undone.",
      keep: "Keep it",
      destroy: "Delete",
    });
  })`);
  return () => page.evaluate("globalThis.answer");
}

/** The id of the element that has the focus. */
async function focused({ page }: Guest): Promise<string> {
  return await page.evaluate("document.activeElement.id");
}
