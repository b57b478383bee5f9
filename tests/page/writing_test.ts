// Writing: what Enter does and does not, input methods, the keyboard alone, who is typing.
import { assert, assertEquals } from "@std/assert";
import type { ServerMessage } from "../../src/protocol.ts";
import { startServer } from "../harness/server.ts";
import { enter, heard } from "../harness/visitor.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

it("Enter sends, Shift+Enter begins a line, and nothing is not sent", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await using ruth = await enter(server, { username: "Ruth" });
  const { keyboard } = ines.page;
  for (const key of ["Enter", "Space", "Enter", "Shift+Enter", "Enter"]) await keyboard.press(key);
  assertEquals(await ines.box.inputValue(), " \n");
  assert(await ines.page.getByRole("button", { name: "Send" }).isDisabled());

  await ines.box.fill("");
  await keyboard.type("one line");
  await keyboard.press("Shift+Enter");
  await keyboard.type("  and another  ");
  const oneLine = (await ines.box.boundingBox())?.height ?? 0;
  await keyboard.press("Shift+Enter");
  await keyboard.press("Shift+Enter");
  const moreLines = (await ines.box.boundingBox())?.height ?? 0;
  assert(moreLines > oneLine, "the box does not grow");
  await keyboard.press("Enter");
  // What is before and between is the writer's; blank ends are nobody's.
  assertEquals((await ruth.until("chat")).text, "one line\n  and another");
  await ines.seesSent("one line\n  and another");
  assertEquals(await ines.box.inputValue(), "");
  const speech = await ines.speech("one line\n  and another").locator(".speech").innerText();
  assertEquals(speech, "one line\n  and another");

  await keyboard.type("by the button");
  await ines.page.getByRole("button", { name: "Send" }).click();
  assertEquals((await ruth.until("chat")).text, "by the button");
  assertEquals(await focused(ines), "say");
  assertEquals((await ines.timeline()).length, 2);
});

it("the Enter that ends a composition of an input method does not send", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await using ruth = await enter(server, { username: "Ruth" });
  const cdp = await ines.page.context().newCDPSession(ines.page);
  const compose = (text: string) =>
    cdp.send("Input.imeSetComposition", {
      text,
      selectionStart: text.length,
      selectionEnd: text.length,
    });
  /** The key that the method keeps to itself: no text comes of it. */
  const enterWith = async (keyCode: number) => {
    const key = { key: "Enter", code: "Enter", windowsVirtualKeyCode: keyCode };
    await cdp.send("Input.dispatchKeyEvent", { ...key, type: "rawKeyDown" });
    await cdp.send("Input.dispatchKeyEvent", { ...key, type: "keyUp" });
  };
  await compose("k");
  await compose("か");
  await enterWith(229);
  await cdp.send("Input.insertText", { text: "蚊" });
  // Safari says so only by the key code, after the composition has ended.
  await enterWith(229);
  await compose("に");
  await enterWith(13);
  await cdp.send("Input.insertText", { text: "煮" });
  assertEquals((await ines.timeline()).length, 0);
  assertEquals(await ines.box.inputValue(), "蚊煮");
  await ines.page.keyboard.press("Enter");
  assertEquals((await ruth.until("chat")).text, "蚊煮");
  await ines.seesSent("蚊煮");
  assertEquals(await ines.timeline(), ["Ines: 蚊煮"]);

  // Nor does it choose from the list of completions.
  await ines.shows("#members li bdi", "Ruth");
  await ines.page.keyboard.type("@");
  await compose("r");
  await ines.shows("#choices [aria-selected=true] bdi", "Ruth");
  await enterWith(229);
  await enterWith(13);
  assertEquals(await ines.box.inputValue(), "@r");
  await cdp.send("Input.insertText", { text: "R" });
  await ines.page.keyboard.press("Enter");
  assertEquals(await ines.box.inputValue(), "@Ruth ");
});

it("from the first load to a sent message, and to another room, with the keyboard alone", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.open();
  const { keyboard } = ines.page;
  const tabTo = async (id: string, key = "Tab") => {
    for (let presses = 0; (await focused(ines)) !== id; presses++) {
      assert(presses < 20, `${key} does not lead to ${id}`);
      await keyboard.press(key);
    }
  };
  await ines.door.waitFor();
  await keyboard.type("Ines");
  await tabTo("door-room");
  await keyboard.press("ControlOrMeta+A");
  await keyboard.type("herons");
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await ines.isIn();
  await keyboard.type("Anybody?");
  await keyboard.press("Enter");
  await ines.seesSent("Anybody?");

  await tabTo("add", "Shift+Tab");
  await keyboard.press("Enter");
  await keyboard.type("gulls");
  await keyboard.press("Enter");
  await ines.shows("#room-name", "gulls");
  await keyboard.type("And here? :tad");
  await ines.page.locator("#choices").waitFor();
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await ines.seesSent("And here? 🎉");
  await keyboard.type("/nikc Inés");
  await keyboard.press("Enter");
  await ines.shows("#composer-note", /^There is no command/);
  await keyboard.press("ControlOrMeta+A");
  await keyboard.type("/nick Inés");
  await keyboard.press("Enter");
  await ines.shows("#own-name", "Inés");
  await keyboard.press("Alt+ArrowUp");
  await ines.shows("#room-name", "herons");
  await ines.sees("Anybody?");
  await keyboard.press("Alt+ArrowDown");
  await ines.shows("#room-name", "gulls");

  await tabTo("log", "Shift+Tab");
  await tabTo("people-toggle", "Shift+Tab");
  await keyboard.press("Enter");
  await ines.page.locator("#people").waitFor({ state: "hidden" });
  await keyboard.press("Enter");
  await ines.page.locator("#people").waitFor();
  // Every stop on the way round shows where it is.
  for (let presses = 0; presses < 12; presses++) {
    await keyboard.press("Tab");
    assert(await isMarked(ines), `${await focused(ines)} does not show that it has the focus`);
  }
});

it("W10.2 who is typing is shown to the others, until it is sent, emptied or left alone", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  const ruth = await visit.open();
  await ruth.page.clock.install();
  await ruth.page.reload();
  await ruth.goIn("Ruth");
  const nobody = ruth.page.locator("#typing:empty");
  await using mara = await enter(server, { username: "Mara" });
  const isTold = (on: boolean) =>
    mara.until((message: ServerMessage) => message.type === "typing" && message.on === on);
  // For Ines time passes when the test says so.
  let now = Date.now();
  const pass = (ms: number) => ines.page.clock.setFixedTime(now += ms);
  await pass(0);

  await ines.box.press("H");
  await isTold(true);
  await ruth.shows("#typing", "Ines is typing");
  await ruth.shows("#members li", "Inestyping");
  assertEquals(await ines.page.locator("#typing").textContent(), "");
  await ines.box.press("Backspace");
  await isTold(false);
  await nobody.waitFor({ state: "attached" });

  // At most once in three seconds, also where one begins anew.
  await ines.box.pressSequentially("He");
  await pass(2_999);
  await ines.box.pressSequentially("l");
  await pass(1);
  await ines.box.pressSequentially("lo");
  await ruth.shows("#typing", "Ines is typing");
  await isTold(true);
  assertEquals(heard(mara, "typing").map(({ on }) => on), [true, false, true]);
  await ines.box.press("Enter");
  await ruth.sees("Hello");
  await nobody.waitFor({ state: "attached" });

  // What one tells the page is nobody else's.
  await ines.box.pressSequentially("/join x");
  await ines.box.fill("");
  await ines.box.pressSequentially("Then");
  await ruth.shows("#typing", "Ines is typing");
  mara.send({ type: "typing", room: "general" });
  await ruth.shows("#typing", "Ines and Mara are typing");
  await isTold(true);
  assertEquals(heard(mara, "typing").map(({ on }) => on), [true, false, true, true]);
  // Ruth's clock goes on, and nothing comes from them.
  await ruth.page.clock.fastForward(5_000);
  await nobody.waitFor({ state: "attached" });
});

async function focused({ page }: Guest): Promise<string> {
  return await page.evaluate("document.activeElement.id");
}

/** Whether an outline shows where the focus is: on the element or on what stands for it. */
async function isMarked({ page }: Guest): Promise<boolean> {
  return await page.evaluate(`(() => {
    const isOutlined = (element) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    };
    const focused = document.activeElement;
    return focused === document.body || isOutlined(focused) ||
      isOutlined(focused.closest(".composer-box") ?? focused);
  })()`);
}
