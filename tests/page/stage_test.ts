// Stage directions of what happened to a room: its topic, names, and messages that were removed.
import { assertEquals, assertLess } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { enter, say } from "../harness/visitor.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

const ENV = { WS_TOKEN: "open", ADMIN_TOKEN: "who-may-do-everything" };

it("W8.4 W8.6 a new topic and a new name are told where they happened, to all who are there", async () => {
  await using server = await startServer(ENV);
  await using visit = await openVisit(server.url);
  const mara = await visit.enter("Mara", { path: `/r/general#token=${ENV.ADMIN_TOKEN}` });
  const li = await visit.enter("Li");
  await li.say("before");
  await mara.sees("before");
  await mara.say("/topic Rota and kettle");
  await li.shows("#topic", "Rota and kettle");
  // Who takes another name within the second in which they came came in under that one (W9.6).
  await mara.shows("#members .member bdi", "Li");
  await li.say("/nick Li Wei");
  await mara.shows("#members .member bdi", "Li Wei");
  await li.say("after");
  for (const guest of [mara, li]) {
    await guest.seesSent("after");
    await guest.shows(".stage-row .direction", "Mara set the topic: Rota and kettle");
    await guest.shows(".stage-row .direction", "Li is now Li Wei.");
    const rows = await guest.page.locator("#rows > *").allTextContents();
    const place = (text: string) => rows.findIndex((row) => row.includes(text));
    assertLess(place("before"), place("set the topic"), rows.join("\n"));
    assertLess(place("set the topic"), place("is now"), rows.join("\n"));
    assertLess(place("is now"), place("after"), rows.join("\n"));
  }
  await mara.say("/nick Mara");
});

it("W4.6 W10.3 who moderates removes what another said, once asked; both see by whom", async () => {
  await using server = await startServer(ENV);
  await using visit = await openVisit(server.url);
  const mara = await visit.enter("Mara", { path: `/r/general#token=${ENV.ADMIN_TOKEN}` });
  const li = await visit.enter("Li");
  await using ruth = await enter(server, { username: "Ruth" });
  await say(ruth, "Kept.");
  await li.say("Buy my boats!");
  await mara.seesSent("Buy my boats!");

  const remove = async (answer: string) => {
    await mara.speech("Buy my boats!").click({ button: "right" });
    await mara.page.getByRole("menuitem", { name: "Remove message…" }).click();
    await mara.page.locator("dialog[open]").getByRole("button", { name: answer }).click();
  };
  // Who does not moderate is not offered it.
  await li.speech("Kept.").click({ button: "right" });
  await li.page.getByRole("menuitem", { name: "Reply" }).waitFor();
  assertEquals(await li.page.getByRole("menuitem", { name: "Remove message…" }).count(), 0);
  await li.page.keyboard.press("Escape");

  await remove("Keep it");
  await mara.page.locator("dialog[open]").waitFor({ state: "hidden" });
  await mara.sees("Buy my boats!");
  await remove("Remove");
  for (const guest of [mara, li]) {
    await guest.shows(".stage-row .direction", "Mara removed a message of Li.");
    assertEquals(await guest.timeline(), ["Ruth: Kept."]);
  }
});
