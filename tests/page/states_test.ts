// What opens over a room, and what a room becomes for who may do less there: it fits into the
// window, and shuts nobody out. look_test.ts has the page itself.
import { assertEquals } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { openClient } from "../harness/client.ts";
import { enter, say } from "../harness/visitor.ts";
import { fits } from "./fits.ts";
import { fill, UNHURRIED } from "./fill.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

const ENV = { ...UNHURRIED, WS_TOKEN: "open", ADMIN_TOKEN: "who-may-do-everything" };
const WINDOWS = [
  { width: 1280, height: 800 },
  { width: 320, height: 640, isPhone: true },
];

for (const window of WINDOWS) {
  it(`${window.width} px: what is done with messages fits, by day and by night`, async () => {
    await using server = await startServer(ENV);
    await using visit = await openVisit(server.url);
    const ines = await visit.enter("Ines", { ...window, isStill: true });
    const { keyboard } = ines.page;
    await using ruth = await fill(server, 40, { text: (n) => `Line ${n} of **forty**.` });
    await ines.say("I will take it. Running order: https://chat.harbour.example/r/on-air");
    await ines.speech("Line 40 of forty.").waitFor();

    const last = ines.page.locator(".speech-row").last();
    await last.focus();
    await fits(ines);
    await keyboard.press("Enter");
    await ines.page.getByRole("menuitem", { name: "Reply" }).waitFor();
    await fits(ines);
    await keyboard.press("Escape");
    await last.press("+");
    await ines.page.locator(".emoji-grid").waitFor();
    await fits(ines);
    await keyboard.press("Escape");
    await last.press("e");
    await ines.page.locator(".editor textarea").waitFor();
    if (!window.isPhone) {
      const [editor, composer] = await Promise.all(
        [".editor .grow", "#composer-box"].map((box) => ines.page.locator(box).boundingBox()),
      );
      assertEquals([editor!.x, editor!.width], [composer!.x, composer!.width]);
    }
    await fits(ines);
    await keyboard.press("Escape");
    await last.press("r");
    await ines.page.locator("#context").waitFor();
    await ines.scroll({ fromTop: 60 });
    await say(ruth, "And one more.");
    await ines.shows("#pill-text", "1 new message");
    await fits(ines);
  });

  it(`${window.width} px: a room of two, and one where one may do less, fit too`, async () => {
    await using server = await startServer(ENV);
    await using visit = await openVisit(server.url);
    const ines = await visit.enter("Ines", { ...window, isStill: true });
    await using mara = await openClient(
      new URL(`${server.wsUrl}/chat/general?username=Mara&token=${ENV.ADMIN_TOKEN}`),
      { protocols: ["snug.v1"] },
    );
    await mara.until("joined");
    await using ruth = await enter(server, { username: "Ruth" });
    await say(ruth, "Morning.");
    await ines.sees("Morning.");
    const uid = await uidOf(ines);

    mara.send({ type: "direct", to: uid, text: "Only you read this." });
    await ines.shows("#directs a.unread bdi", "Mara");
    await ines.page.locator("#directs a").evaluate(press);
    await ines.sees("Only you read this.");
    await fits(ines);
    await ines.page.locator("#rooms a", { hasText: "general" }).evaluate(press);

    mara.send({ type: "mute", room: "general", uid, minutes: 60 });
    await ines.shows("#composer-why", /^Mara muted you here until/);
    await fits(ines);
    mara.send({ type: "kick", room: "general", uid });
    await ines.shows("#empty-title", "You were removed from #general");
    await fits(ines);
    mara.send({ type: "ban", uid });
    await ines.status("Not let in");
    await fits(ines);
  });
}

/** Also where it is put away. */
const press = (link: unknown) => (link as { click(): void }).click();

async function uidOf({ page }: Guest): Promise<string> {
  const mine = page.locator("#members [data-uid]", { hasText: "you" });
  await mine.waitFor({ state: "attached" });
  return await mine.getAttribute("data-uid") ?? "";
}
