// On a phone rooms and people lie over the room; the focus goes with them, and comes back.
import { assert, assertEquals, assertFalse } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { enter } from "../harness/visitor.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

const PHONE = { width: 390, height: 844, isPhone: true };

it("a column that opens takes the focus and leaves the room out of reach, until it is closed", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", PHONE);
  const { page } = ines;
  for (
    const [opener, column, closer] of [
      ["menu", "panel", "panel-close"],
      ["people-toggle", "people", "people-close"],
    ] as const
  ) {
    assertFalse(await page.locator(`#${column}`).isVisible(), column);
    await page.locator(`#${opener}`).click();
    await page.locator(`#${column}`).waitFor();
    assertEquals(await focused(ines), closer);
    // The keyboard does not leave it.
    for (let presses = 0; presses < 10; presses++) {
      await page.keyboard.press("Tab");
      assert(await isInside(ines, column), `${await focused(ines)} is not in ${column}`);
    }
    // In a field an Escape is the field's.
    await page.locator(`#${closer}`).focus();
    await page.keyboard.press("Escape");
    await page.locator(`#${column}`).waitFor({ state: "hidden" });
    assertEquals(await focused(ines), opener);
    await page.locator(`#${opener}`).click();
    await page.locator(`#${closer}`).click();
    await page.locator(`#${column}`).waitFor({ state: "hidden" });
  }
  await page.locator("#menu").click();
  await page.locator("#scrim").click({ position: { x: 380, y: 400 } });
  await page.locator("#panel").waitFor({ state: "hidden" });
  await ines.say("and the room is back");
  await ines.seesSent("and the room is back");
});

it("a room that is chosen comes into view, and no keyboard covers what one came to read", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", PHONE);
  await ines.page.locator("#menu").click();
  await ines.page.locator("#rooms a", { hasText: "random" }).click();
  await ines.page.locator("#panel").waitFor({ state: "hidden" });
  await ines.shows("#room-name", "random");
  assertEquals(await focused(ines), "menu");
});

it("on a desk the people can be put away, and stay so over a reload", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  const people = ines.page.locator("#people");
  const toggle = ines.page.getByRole("button", { name: "People" });
  assertEquals(await toggle.getAttribute("aria-expanded"), "true");
  await toggle.click();
  await people.waitFor({ state: "hidden" });
  assertEquals(await toggle.getAttribute("aria-expanded"), "false");
  await ines.page.reload();
  await ines.isIn();
  assertFalse(await people.isVisible());
  await toggle.click();
  await people.waitFor();
});

it("the link to a room can be copied, and opens it", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", { room: "café" });
  await ines.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await ines.page.locator("#alone").getByRole("button", { name: "Copy link" }).click();
  await ines.shows("#spoken", "The link to #café is copied.");
  const link: string = await ines.page.evaluate("navigator.clipboard.readText()");
  assertEquals(link, `${server.url}/r/caf%C3%A9`);
  const ruth = await visit.enter("Ruth", { path: new URL(link).pathname });
  await ruth.shows("#room-name", "café");
  await ines.shows("#members bdi", "Ruth");
  await ines.page.locator("#alone").waitFor({ state: "hidden" });
});

async function focused({ page }: Guest): Promise<string> {
  return await page.evaluate("document.activeElement.id");
}

/** Whether the focus is in that element, or nowhere in the page: in the browser's own bars. */
async function isInside({ page }: Guest, id: string): Promise<boolean> {
  return await page.evaluate(
    `document.activeElement === document.body || document.activeElement.closest("#${id}") !== null`,
  );
}

it("W10.1 who looks for a room finds also one that was just made", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", PHONE);
  await ines.shows("#rooms bdi", "random");
  await using _ = await enter(server, { room: "kitchen", username: "Ruth" });
  await ines.page.locator("#menu").click();
  await ines.shows("#rooms bdi", "kitchen");
});
