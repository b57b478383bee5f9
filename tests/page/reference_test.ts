// The HTTP API's description as people see it.
import { assertEquals } from "@std/assert";
import type { Document } from "../../src/routes/openapi.ts";
import { startServer } from "../harness/server.ts";
import { fits } from "./fits.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

it("W17.8 /api shows each operation, wide and narrow, by day and night, without a script", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const document: Document = await (await fetch(`${server.url}/api/openapi.json`)).json();
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId)
  );
  const shapes = Object.keys(document.components.schemas);
  for (const width of [1280, 320]) {
    const asked: string[] = [];
    const guest = await visit.open({ path: "/api", width, asked });
    const { page } = guest;
    const shown = await page.locator("article").evaluateAll((all) => all.map(({ id }) => id));
    assertEquals(shown.toSorted(), [...ids, ...shapes].toSorted());
    assertEquals(asked.filter((url) => new URL(url).origin !== server.url), []);
    assertEquals(asked.filter((url) => /\.js$/.test(url)), []);
    const texts = (await page.locator("main").innerText()).split("\n");
    assertEquals(texts.filter((text) => /undefined|object Object|anything/.test(text)), []);
    await fits(guest);
  }
});

it("W17.8 a name at its side leads to what it names", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const { page } = await visit.open({ path: "/api" });
  for (const name of ["End a mute", "What is answered"]) {
    await page.getByRole("navigation").getByRole("link", { name }).click();
    await page.locator(":target").and(page.locator("article, h2")).filter({ hasText: name })
      .waitFor();
  }
  await page.locator("#getMessage").getByRole("link", { name: "Message" }).click();
  await page.locator("#Message:target").waitFor();
});
