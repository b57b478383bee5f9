// What an administrator tells everybody, as the page shows it.
import { assertEquals } from "@std/assert";
import { ask } from "../harness/http.ts";
import { startServer } from "../harness/server.ts";
import { fits } from "./fits.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

it("W10.17 it stands once in the room in view of everybody, among what is said", async () => {
  await using server = await startServer({ WS_TOKEN: "open", ADMIN_TOKEN: "boss" });
  await using visit = await openVisit(server.url);
  const ada = await visit.enter("Ada");
  const bob = await visit.enter("Bob", { room: "random", width: 390 });
  const words = "To everybody here: Snug moves to another house at six.";
  const headers = { authorization: "Bearer boss" };
  const { status } = await ask(
    server,
    "POST /api/system",
    "Snug moves to another house at six.",
    headers,
  );
  assertEquals(status, 200);
  for (const guest of [ada, bob]) {
    const told = guest.page.locator("#log").getByText(words);
    await told.waitFor();
    assertEquals(await told.count(), 1);
    await fits(guest);
  }
  await ada.say("at last");
  await ada.seesSent("at last");
  const rows = await ada.page.locator("#rows").innerText();
  assertEquals(rows.indexOf(words) < rows.indexOf("at last"), true, rows);
});
