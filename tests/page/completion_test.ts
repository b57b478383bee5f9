// Completing a word: the list above the box, its keys, what a screen reader is told of it.
import { assert, assertEquals } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { enter, say, settled } from "../harness/visitor.ts";
import { fits } from "./fits.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

const LIMIT_MS = 10_000;

it("a name is completed by Tab or Enter, chosen with the arrows, put away with Escape", async () => {
  await using server = await startServer({ PRESENCE_GRACE_MS: "0" });
  await using visit = await openVisit(server.url);
  await using jonas = await enter(server, { username: "Jonas" });
  await using johanna = await enter(server, { username: "Johanna" });
  await using _ = await enter(server, { username: "Li Wei" });
  await say(jonas, "hello");
  await say(johanna, "hello");
  const ines = await visit.enter("Ines");
  const { keyboard } = ines.page;
  await keyboard.type("for @jo");
  // Who spoke last comes first.
  await offers(ines, ["Johanna", "Jonas"]);
  assertEquals(await active(ines), "Johanna");
  await keyboard.press("ArrowDown");
  assertEquals(await active(ines), "Jonas");
  await keyboard.press("Enter");
  assertEquals(await ines.box.inputValue(), "for @Jonas ");
  await isClosed(ines);

  // A name of two words, by its second, and in the middle of a text.
  await keyboard.press("Home");
  await keyboard.type("@we");
  await offers(ines, ["Li Wei"]);
  await keyboard.press("Tab");
  assertEquals(await ines.box.inputValue(), "@Li Wei for @Jonas ");
  await ines.box.fill("");
  await keyboard.type("@li w");
  await offers(ines, ["Li Wei"]);
  await keyboard.press("Escape");
  await isClosed(ines);
  await keyboard.type("e");
  await isClosed(ines);
  await keyboard.press("Enter");
  await ines.seesSent("@li we");

  // A sign alone offers all and takes nothing: Enter sends it, the arrow up goes to the last.
  await keyboard.type("@");
  assertEquals((await choices(ines)).length, 3);
  assertEquals(await active(ines), null);
  await keyboard.press("ArrowUp");
  assertEquals(await active(ines), (await choices(ines)).at(-1));
  await keyboard.press("ArrowDown");
  await keyboard.press("ArrowUp");
  await keyboard.press("Escape");
  await keyboard.press("Enter");
  await ines.seesSent("@");
  // What is complete is sent too.
  await keyboard.type("@Jonas");
  await offers(ines, ["Jonas"]);
  await keyboard.press("Enter");
  await ines.seesSent("@Jonas");
  await settled(jonas);
});

it("rooms, commands and emoji are completed too; letters before a sign make it none", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  await using _jonas = await enter(server, { username: "Jonas" });
  await using _johanna = await enter(server, { username: "Johanna" });
  const asked: string[] = [];
  const ines = await visit.enter("Ines", { asked });
  const { keyboard } = ines.page;
  await keyboard.type("see #ra");
  await offers(ines, ["#random"]);
  await keyboard.press("Tab");
  assertEquals(await ines.box.inputValue(), "see #random ");

  await ines.box.fill("");
  await keyboard.type("/m");
  await offers(ines, ["/me text", "/msg name text"]);
  await keyboard.press("ArrowDown");
  await keyboard.press("Tab");
  assertEquals(await ines.box.inputValue(), "/msg ");

  await ines.box.fill("");
  const ofEmoji = () => asked.filter((url) => url.endsWith("/model/emoji.js")).length;
  assertEquals(ofEmoji(), 0);
  await keyboard.type("good :tad");
  await offers(ines, [":tada:"]);
  assertEquals(ofEmoji(), 1);
  await ines.page.locator("[role=option]").click();
  assertEquals(await ines.box.inputValue(), "good 🎉 ");
  await keyboard.type("and :");
  await ines.frame();
  await isClosed(ines);

  // What is offered follows a letter within its turn: no key comes upon a list that is behind.
  for (
    const [written, letter, wanted] of [[":ta", "d", "🎉 "], ["@jo", "n", "@Jonas "], [
      "/m",
      "s",
      "/msg ",
    ]] as const
  ) {
    await ines.box.fill("");
    await keyboard.type(written);
    assert((await choices(ines)).length > 1, written);
    await ines.page.evaluate(`(async () => {
      const box = document.querySelector("#say");
      box.setRangeText("${letter}", box.value.length, box.value.length, "end");
      box.dispatchEvent(new InputEvent("input"));
      for (let n = 0; n < 50; n++) await null;
      box.dispatchEvent(new KeyboardEvent("keydown", { key: "Tab", cancelable: true }));
    })()`);
    assertEquals(await ines.box.inputValue(), wanted);
  }
  for (const text of ["10:30", "https://chat", "ines@chat", "a/me", "C#sha", "say :)", " /m"]) {
    await ines.box.fill("");
    await keyboard.type(text);
    await ines.frame();
    await isClosed(ines);
  }
  // The caret goes away from the word.
  await ines.box.fill("");
  await keyboard.type("/me");
  await offers(ines, ["/me text"]);
  await keyboard.press("Home");
  await isClosed(ines);
});

it("a screen reader hears of the list, at every width it fits, and a finger can choose", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  await using _ = await enter(server, { username: "Wilhelmina van der Straaten-Ines" });
  for (
    const window of [{ width: 1280, height: 800 }, { width: 320, height: 640, isPhone: true }]
  ) {
    const ines = await visit.enter("Ines", { ...window, isStill: true });
    await ines.box.focus();
    const { keyboard } = ines.page;
    await keyboard.type("/");
    assertEquals((await choices(ines)).length, 6);
    const list = await ines.page.locator("#choices").boundingBox();
    const row = await ines.page.locator("[role=option]").first().boundingBox();
    assert(list && row && list.height < row.height * 6.5 && list.width <= 304);
    if (window.isPhone) assert(row.height >= 44, "a row is too small for a finger");
    await fits(ines);
    for (const sign of ["@", "#r", ":sm"]) {
      await ines.box.fill("");
      await keyboard.type(sign);
      await choices(ines);
      await fits(ines);
    }
    await ines.box.fill("");
    await keyboard.type("@wil");
    await choices(ines);
    const box = ines.page.getByRole("textbox", { name: "Write to #general" });
    assertEquals(await box.getAttribute("aria-controls"), "choices");
    assertEquals(await active(ines), "Wilhelmina van der Straaten-Ines");
    await ines.page.getByRole("listbox", { name: "Completions" }).waitFor();
    const option = ines.page.locator("[role=option]");
    if (window.isPhone) await option.tap();
    else await option.click();
    assertEquals(await ines.box.inputValue(), "@Wilhelmina van der Straaten-Ines ");
    assertEquals(await ines.page.evaluate("document.activeElement.id"), "say");
    await ines.box.fill("");
  }
});

/** Waits until just these are offered: what they are chosen from may still be on its way. */
async function offers(guest: Guest, expected: string[]) {
  for (const deadline = Date.now() + LIMIT_MS;;) {
    const found = await choices(guest);
    if (String(found) === String(expected) || Date.now() > deadline) {
      return assertEquals(found, expected);
    }
    await guest.frame();
  }
}

/** Waits until the list is open; what it offers. */
async function choices({ page }: Guest): Promise<string[]> {
  await page.locator("#choices").waitFor();
  return await page.locator("#choices bdi").allTextContents();
}

async function isClosed({ page, box }: Guest) {
  await page.locator("#choices").waitFor({ state: "hidden" });
  assertEquals(await box.getAttribute("aria-activedescendant"), null);
}

/** What the box says is chosen: the one that is marked. */
async function active({ page, box }: Guest): Promise<string | null> {
  const id = await box.getAttribute("aria-activedescendant");
  const marked = await page.locator("[role=option][aria-selected=true]").evaluateAll((all) =>
    (all as unknown as { id: string }[]).map(({ id }) => id)
  );
  assertEquals(marked, id === null ? [] : [id]);
  return id === null ? null : await page.locator(`#${id} bdi`).textContent();
}
