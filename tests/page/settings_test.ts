// The settings: each counts at once, without a reload, and is kept over one.
import { assertEquals } from "@std/assert";
import { SignJWT } from "jose";
import { startServer } from "../harness/server.ts";
import { enter } from "../harness/visitor.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

const SECRET = "thirty-two bytes that both of them know";
const DAY = "rgb(21, 61, 46)";

it("W8.6 one's name can be changed on the spot: others see it, a reload keeps it", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  await using _ruth = await enter(server, { username: "Ruth" });
  const ines = await visit.enter("Ines");
  await ines.say("by one name");
  await ines.seesSent("by one name");
  let loads = 0;
  ines.page.on("load", () => loads++);
  const name = await openSettings(ines);
  assertEquals(await name.inputValue(), "Ines");
  for (
    const [written, told] of [
      ["  ", "Write a name, up to 32 characters."],
      ["x".repeat(33), "Write a name, up to 32 characters."],
      ["ruth", "Somebody here is called ruth."],
    ] as const
  ) {
    await name.fill(written);
    await name.press("Enter");
    await ines.shows("#settings-name-help", told);
    assertEquals(await name.getAttribute("aria-invalid"), "true");
    await ines.shows("#own-name", "Ines");
  }
  await name.fill(" Inés ");
  assertEquals(await name.getAttribute("aria-invalid"), "false");
  await ines.page.getByRole("button", { name: "Save" }).click();
  await ines.shows("#settings-name-help", "You are Inés now.");
  await ines.shows("#own-name", "Inés");
  await ines.page.keyboard.press("Escape");
  assertEquals(loads, 0);
  await ines.say("by another");
  await ines.seesSent("by another");
  await ines.page.reload();
  await ines.isIn();
  await ines.shows("#own-name", "Inés");
  assertEquals(await ines.timeline(), ["Ines: by one name", "Inés: by another"]);
});

it("W8.6 a name that a token gives can't be changed, and one is told", async () => {
  await using server = await startServer({ JWT_SECRET: SECRET });
  await using visit = await openVisit(server.url);
  const token = await new SignJWT({ name: "Ada" }).setSubject("u-17").setExpirationTime("1h")
    .setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(SECRET));
  const ada = await visit.open({ path: `/#token=${token}` });
  await ada.goIn("Ada");
  const name = await openSettings(ada);
  await ada.shows("#settings-name-help", "Your token gives you this name.");
  assertEquals(await name.isEditable(), false);
  assertEquals(await ada.page.getByRole("button", { name: "Save" }).isVisible(), false);
});

it("a theme counts at once, over the system's, and before the first paint of every later visit", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", { isDark: true });
  assertEquals([await themeOf(ines), await panelOf(ines) === DAY], [undefined, false]);
  await openSettings(ines);
  await ines.page.getByRole("radio", { name: "Light" }).check();
  assertEquals([await themeOf(ines), await panelOf(ines)], ["light", DAY]);
  // No module has run when the body is there.
  await ines.page.addInitScript(`new MutationObserver((_, observer) => {
    if (!document.body) return;
    globalThis.firstTheme = document.documentElement.dataset.theme;
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true })`);
  await ines.page.reload();
  await ines.isIn();
  assertEquals(await ines.page.evaluate("globalThis.firstTheme"), "light");
  assertEquals(await panelOf(ines), DAY);
  const around = `[...document.querySelectorAll("meta[name=theme-color]")].map((m) => m.content)`;
  assertEquals(await ines.page.evaluate(around), ["#153d2e", "#153d2e"]);
  await openSettings(ines);
  assertEquals(await ines.page.getByRole("radio", { name: "Light" }).isChecked(), true);
  await ines.page.getByRole("radio", { name: "As the system" }).check();
  assertEquals([await themeOf(ines), await panelOf(ines) === DAY], [undefined, false]);
  assertEquals(await ines.page.evaluate(around), ["#153d2e", "#0e2b21"]);
});

it("a clock of 12 hours counts at once for every time in view, and later ones", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await ines.say("by 24 hours");
  await ines.seesSent("by 24 hours");
  await ines.shows(".when time", /^\d\d:\d\d$/);
  await openSettings(ines);
  await ines.page.getByRole("radio", { name: "12 hours" }).check();
  await ines.shows(".when time", /^\d\d:\d\d [ap]m$/);
  await ines.page.reload();
  await ines.isIn();
  await ines.say("by 12 hours");
  await ines.seesSent("by 12 hours");
  await ines.shows(".speech-row:last-child time", /^\d\d:\d\d [ap]m$/);
});

/** Opens them, and gives the field of the name. */
async function openSettings({ page }: Guest) {
  await page.getByRole("button", { name: "Settings" }).click();
  const name = page.getByLabel("Your name").and(page.locator("#settings-name"));
  await name.waitFor();
  return name;
}

async function themeOf({ page }: Guest): Promise<string | undefined> {
  return await page.evaluate("document.documentElement.dataset.theme");
}

/** The colour of the rooms' panel. */
async function panelOf({ page }: Guest): Promise<string> {
  const colour = await page.evaluate(`(() => {
    const canvas = document.createElement("canvas").getContext("2d");
    canvas.fillStyle = getComputedStyle(document.querySelector("#panel")).backgroundColor;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).join(", ");
  })()`);
  return `rgb(${colour})`;
}
