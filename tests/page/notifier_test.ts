// Notifications: wanted by a click, of what is for the reader and out of view, and few at a time.
import { assert, assertEquals } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { enter, say } from "../harness/visitor.ts";
import { NO_CONNECTION } from "./faults.ts";
import { sayWith } from "./files.ts";
import { UNHURRIED } from "./fill.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { until } from "./until.ts";
import { openVisit, type Visit } from "./visit.ts";
import { openWire } from "./wire.ts";

it("nobody is asked before they choose; who is not allowed is told, and gets none", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.open();
  await ines.page.addInitScript(`globalThis.asked = 0;
    Notification.requestPermission = async () => (globalThis.asked++, "denied");`);
  await ines.page.reload();
  await ines.goIn("Ines");
  await openSettings(ines);
  const choice = (name: string) => ines.page.getByRole("radio", { name, exact: true });
  assertEquals(await choice("None").isChecked(), true);
  assertEquals(await ines.page.evaluate("globalThis.asked"), 0);
  await choice("All messages").click();
  await ines.page.getByText("This browser does not let Snug notify you.").waitFor();
  assertEquals(await ines.page.evaluate("globalThis.asked"), 1);
  assertEquals(await choice("None").isChecked(), true);
});

it("W10.12 mentions and direct messages are told where they are out of view, and nothing else", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  const ines = await enterAllowed(visit, server.url, "Mentions and direct messages");
  await using ruth = await enter(server, { room: "random", username: "Ruth" });
  await using _ = await enter(server, { room: "general", username: "Jonas" });
  ruth.send({ type: "join", room: "general" });
  await ruth.next("joined");
  // In view, and then not for the reader.
  await say(ruth, "@Ines you see this one");
  await ines.sees("@Ines you see this one");
  await say(ruth, "for everybody", { room: "random" });
  await say(ruth, "@Ines where are you?", { room: "random" });
  await told(ines, ["Ruth in #random: @Ines where are you?"]);
  ruth.send({ type: "direct", to: "Ines", text: "psst" });
  await told(ines, ["Ruth in #random: @Ines where are you?", "Ruth: psst"]);
  // A later one takes the place of the one before, and it survives a reload.
  await ines.page.reload();
  await ines.isIn();
  await listens(ines);
  await say(ruth, "@Ines again", { room: "random" });
  await told(ines, ["Ruth in #random: @Ines again", "Ruth: psst"]);
});

it("of a quiet room only mentions are told, also where all messages are wanted", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  const ines = await enterAllowed(visit, server.url, "All messages");
  await using ruth = await enter(server, { room: "random", username: "Ruth" });
  await say(ruth, "heard", { room: "random" });
  await told(ines, ["Ruth in #random: heard"]);
  await sayWith(server, ruth, "", { name: "mast.png", body: "x" });
  await told(ines, ["Ruth in #random: mast.png"]);
  await ines.page.locator("#rooms a", { hasText: "random" }).click();
  await ines.page.locator("#bell").click();
  await ines.page.locator("#rooms a", { hasText: "general" }).click();
  await ines.isIn();
  await say(ruth, "for everybody", { room: "random" });
  await say(ruth, "@Ines where are you?", { room: "random" });
  // Had both been told, it would have been one of two messages.
  await told(ines, ["Ruth in #random: @Ines where are you?"]);
});

it("with all wanted, a reconnect brings one for a room and not one for a message", async () => {
  await using server = await startServer(UNHURRIED);
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  const ines = await enterAllowed(visit, wire.url, "All messages");
  await ines.page.locator("#rooms a", { hasText: "random" }).click();
  await ines.isIn();
  const shown = await countShown(ines);
  await using ruth = await enter(server, { username: "Ruth" });
  await say(ruth, "first");
  await told(ines, ["Ruth in #general: first"]);
  wire.cut();
  await ines.status(/^Reconnecting in|^Trying now/);
  for (let n = 1; n <= 50; n++) await say(ruth, `missed ${n}`);
  wire.mend();
  await ines.isBack();
  await until(ines.page, "the last one is told", async (end) => {
    const all = await (await navigator.serviceWorker.ready).getNotifications();
    return all.length === 1 && all[0]!.body.endsWith(end);
  }, "missed 50");
  // How many come together depends on how fast they come.
  const times = await shown();
  assert(times >= 2 && times < 20, `${times} notifications`);
  // Only then is the room in view.
  await ines.page.locator("#rooms a", { hasText: "general" }).click();
  await ines.sees("missed 50");
});

it("a click on one leads to its room: on the page that is there, or on one that is opened", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  const ines = await enterAllowed(visit, server.url, "All messages");
  await using ruth = await enter(server, { room: "random", username: "Ruth" });
  await say(ruth, "here", { room: "random" });
  await told(ines, ["Ruth in #random: here"]);
  assertEquals(await click(ines), ["focus"]);
  await ines.shows("#room-name", "random");
  await ines.sees("here");
  await told(ines, []);

  // What is of many rooms leads to the page as it is.
  await ines.page.evaluate(`navigator.serviceWorker.ready.then((worker) =>
    worker.showNotification("9 messages in 4 rooms", { data: { room: "", path: "/" } }))`);
  assertEquals(await click(ines), ["focus"]);
  await ines.shows("#room-name", "random");

  await ines.page.locator("#rooms a", { hasText: "general" }).click();
  await ines.isIn();
  await say(ruth, "and here", { room: "random" });
  await told(ines, ["Ruth in #random: and here"]);
  await ines.page.goto("about:blank");
  assertEquals(await click(ines), ["open /r/random"]);
});

/**
 * Has the worker hear of a click on the only notification, and tells what it did with windows: browsers
 * leave that only to clicks of people, so it is noted and not done.
 */
async function click({ page }: Guest): Promise<string[]> {
  const context = page.context();
  const worker = context.serviceWorkers()[0] ?? await context.waitForEvent("serviceworker");
  return await worker.evaluate(`(async () => {
    const did = [];
    WindowClient.prototype.focus = async () => void did.push("focus");
    Clients.prototype.openWindow = async (path) => void did.push("open " + path);
    const [notification] = await registration.getNotifications();
    const event = new NotificationEvent("notificationclick", { notification });
    const work = [];
    event.waitUntil = (promise) => work.push(promise);
    dispatchEvent(event);
    await Promise.all(work);
    return did;
  })()`);
}

/** Goes in, chooses, and is in #general with #random open. */
async function enterAllowed(visit: Visit, url: string, level: string): Promise<Guest> {
  const ines = await visit.open({ path: "/r/random", expected: [NO_CONNECTION] });
  await ines.page.context().grantPermissions(["notifications"], { origin: url });
  await ines.goIn("Ines");
  await openSettings(ines);
  await ines.page.getByRole("radio", { name: level }).check();
  await listens(ines);
  await ines.page.keyboard.press("Escape");
  await ines.page.locator("#rooms a", { hasText: "general" }).click();
  await ines.isIn();
  return ines;
}

async function openSettings({ page }: Guest) {
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("dialog", { name: "Settings" }).waitFor();
}

/** Waits until what comes in is told: the worker is there, and so is who tells. */
async function listens({ page }: Guest) {
  await page.evaluate(`navigator.serviceWorker.ready
    .then(() => import("/views/notifier.js")).then(() => true)`);
}

/** Waits until these notifications are on the screen, as "title: body", and no others. */
async function told({ page }: Guest, expected: string[]) {
  const wanted = JSON.stringify(expected.toSorted());
  await until(page, wanted, async (wanted) => {
    const all = await (await navigator.serviceWorker.ready).getNotifications();
    const told = all.map(({ title, body }) => `${title}: ${body}`).sort();
    return JSON.stringify(told) === wanted;
  }, wanted);
}

/** Counts from now on how often one was shown. */
async function countShown({ page }: Guest): Promise<() => Promise<number>> {
  await page.evaluate(`navigator.serviceWorker.ready.then((worker) => {
    globalThis.shown = 0;
    const show = worker.showNotification.bind(worker);
    worker.showNotification = (...about) => {
      globalThis.shown++;
      return show(...about);
    };
  })`);
  return () => page.evaluate("globalThis.shown");
}

/** The page's, for functions that run there. */
declare const navigator: {
  serviceWorker: {
    ready: Promise<{ getNotifications(): Promise<{ title: string; body: string }[]> }>;
  };
};
