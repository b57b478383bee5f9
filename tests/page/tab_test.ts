// What a tab tells of the page: which room, how much in it is for the reader, in words and icon.
import { assertEquals } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { enter, say } from "../harness/visitor.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

it("the icon tells that something is unread, and no longer when it is read", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines", { room: "random" });
  await ines.page.locator("#rooms a", { hasText: "general" }).click();
  await ines.isIn();
  assertEquals(await iconOf(ines), "/icon.svg");
  await using ruth = await enter(server, { room: "random", username: "Ruth" });
  await say(ruth, "unread", { room: "random" });
  await ines.page.locator(`link[href="/icon_unread.svg"]`).waitFor({ state: "attached" });
  await ines.titleIs("general · Snug");
  await ines.page.locator("#rooms a", { hasText: "random" }).click();
  await ines.page.locator(`link[rel=icon][href="/icon.svg"]`).waitFor({ state: "attached" });
  await ines.titleIs("random · Snug");
});

it("the number counts mentions and what is said to the reader alone", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.open();
  const tab = await ines.page.evaluateHandle<Tab>(`import("/views/tab.js")`);
  const direct = { name: "@guest:a,guest:b", unread: 2 };
  for (
    const [rooms, title, icon] of [
      [[], "general · Snug", "/icon.svg"],
      [[{ name: "random", unread: 3 }], "general · Snug", "/icon_unread.svg"],
      [[{ name: "random", unread: 3, mentions: 1 }], "(1) general · Snug", "/icon_mention.svg"],
      [
        [{ name: "random", unread: 3, mentions: 1 }, direct],
        "(3) general · Snug",
        "/icon_mention.svg",
      ],
    ] as const
  ) {
    const unread = rooms.reduce((sum, { unread }) => sum + unread, 0);
    await tab.evaluate(
      ({ showTab }, [unread, rooms]) => showTab("general", unread, rooms),
      [
        unread,
        rooms,
      ] as const,
    );
    assertEquals([await ines.page.title(), await iconOf(ines)], [title, icon]);
  }
});

/** `static/views/tab.js`, which only a page can run. */
type Tab = { showTab(title: string, unread: number, rooms: readonly unknown[]): void };

async function iconOf({ page }: Guest): Promise<string | null> {
  return await page.locator("link[rel=icon]").getAttribute("href");
}
