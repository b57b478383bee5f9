// The files of messages in the log: in space that is theirs before they come, fetched only near the
// view, given back, opened, downloaded, and harmless whatever they are called.
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { png } from "../harness/files.ts";
import { type Server, startServer } from "../harness/server.ts";
import { enter, say } from "../harness/visitor.ts";
import { card, choose, drawn, picture, says, sayWith } from "./files.ts";
import { fill, UNHURRIED } from "./fill.ts";
import { fits } from "./fits.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit, type Visit } from "./visit.ts";

/** The page's, for functions that run there. */
declare const document: { readonly oncopy: unknown };
declare global {
  /** In the page: how many blob URLs there are. */
  var urls: number;
}
const COUNT_URLS = `globalThis.urls = 0;
  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (blob) => (urls++, createObjectURL.call(URL, blob));
  URL.revokeObjectURL = (url) => (urls--, revokeObjectURL.call(URL, url));`;

it("W19.6 what comes into its space moves nothing: neither what reads it nor the picture", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using ruth = await fill(server, 6);
  const of = (name: string, width: number, height: number) => ({
    name,
    body: drawn(width, height),
  });
  await sayWith(server, ruth, "wide", of("wide.png", 800, 400));
  await sayWith(server, ruth, "", of("tall.png", 30, 600), of("small.png", 16, 16));
  await sayWith(server, ruth, "a text", { name: "log.txt", body: "all is well" });
  await sayWith(server, ruth, "", { name: "more.txt", body: "all is well" });
  await say(ruth, "last");
  const ines = await visit.open();
  const releases = await Promise.all(
    ["/views/files.js", "/api/rooms/general/files/*"].map((path) => hold(ines, path)),
  );
  await ines.goIn("Ines");
  await ines.sees("last");
  const before = await placesOf(ines);
  assertEquals(before.length, 11);
  releases[0]!();
  await ines.shows(".picture-frame", "Loading");
  await ines.shows(".file", "log.txt11 bytes");
  assertEquals(await placesOf(ines), before);
  releases[1]!();
  await ines.page.getByRole("img", { name: "small.png" }).waitFor();
  await ines.page.getByRole("img", { name: "wide.png" }).waitFor();
  await ines.frame();
  assertEquals(await placesOf(ines), before);
  // The picture fills its frame: its ratio is kept, and nothing of the frame shows beside it.
  const frame = ines.page.locator(".picture-frame").first();
  const inner = await frame.evaluate((
    { clientWidth, clientHeight },
  ) => [clientWidth, clientHeight]);
  assertEquals(inner, [240, 120]);
});

it("a picture's name is cut only where its line ends, and beside another one where the other begins", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using ruth = await enter(server, { username: "Ruth" });
  const file = (name: string) => ({ name: `${name}-from-the-long-pier.png`, body: drawn(40, 40) });
  await sayWith(server, ruth, "one", file("mast"));
  await sayWith(server, ruth, "two", file("another"), file("third"));
  const ines = await visit.enter("Ines");
  await ines.page.locator(".file-stem").nth(2).waitFor();
  const isCut = await ines.page.locator(".file-stem").evaluateAll((stems) =>
    (stems as unknown as { scrollWidth: number; clientWidth: number }[]).map((stem) =>
      stem.scrollWidth > stem.clientWidth
    )
  );
  assertEquals(isCut, [false, true, true]);
  const frames = await ines.page.locator(".picture-frame").evaluateAll((frames) =>
    (frames as unknown as { clientWidth: number }[]).map(({ clientWidth }) => clientWidth)
  );
  assertEquals(new Set(frames).size, 1);
});

it("pictures are fetched only near the view, and given back when they are far or their row is gone", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using ruth = await enter(server, { username: "Ruth" });
  for (let n = 1; n <= 20; n++) {
    await sayWith(server, ruth, `${n}`, { name: `${n}.png`, body: drawn(240, 320) });
  }
  const asked: string[] = [];
  const ines = await visit.open({ asked });
  await ines.page.addInitScript(COUNT_URLS);
  await ines.page.reload();
  await ines.goIn("Ines");
  const image = (name: string) => ines.page.getByRole("img", { name, exact: true });
  await image("20.png").waitFor();
  await ines.frame();
  const shown = await ines.page.locator(".picture img").count();
  assertLess(shown, 10);
  assertLess(fetched(asked).size, 10);
  await ines.scroll({ fromTop: 0 });
  await image("1.png").waitFor();
  await image("20.png").waitFor({ state: "detached" });
  await ines.page.waitForFunction(() => globalThis.urls < 10);
  await ines.page.locator("#rooms a", { hasText: "random" }).click();
  await ines.shows("#room-name", "random");
  await ines.page.waitForFunction(() => globalThis.urls === 0);
});

it("a picture opens alone, closes on Escape, gives the focus back, and can be kept", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  const ines = await withPicture(server, visit);
  const { page } = ines;
  const { keyboard } = page;
  const opener = page.locator(".picture-open");
  await ines.log.focus();
  await keyboard.press("Tab");
  while (!await opener.evaluate(IS_FOCUSED)) await keyboard.press("Tab");
  await keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "mast.png" });
  await dialog.getByRole("img", { name: "mast.png" }).waitFor();
  const { width } = (await dialog.getByRole("img").boundingBox())!;
  assertGreater(width, 400);
  await fits(ines);
  const downloading = page.waitForEvent("download");
  await ines.frame();
  await dialog.getByRole("button", { name: "Download" }).click();
  const download = await downloading;
  assertEquals(download.suggestedFilename(), "mast.png");
  assertEquals(await Deno.readFile(await download.path()), drawn(800, 400));
  await keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert(await opener.evaluate(IS_FOCUSED));
});

it("a picture that could not be loaded says so, and comes when it is tried again", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  await using ruth = await enter(server, { username: "Ruth" });
  const ines = await visit.enter("Ines", { expected: [/net::ERR_FAILED/] });
  await ines.page.route("**/files/*", (route) => route.abort());
  await sayWith(
    server,
    ruth,
    "",
    { name: "mast.png", body: drawn(100, 100) },
    { name: "a.txt", body: "x" },
  );
  await ines.shows(".picture-frame", /^Could not be loaded/);
  await ines.page.getByRole("button", { name: "Download a.txt" }).click();
  await ines.shows(".file-words", "Could not be loaded. Try again.");
  await fits(ines);
  await ines.page.unroute("**/files/*");
  await ines.page.getByRole("button", { name: "Try again to load mast.png" }).press("Enter");
  await ines.page.getByRole("img", { name: "mast.png" }).waitFor();
  assert(await ines.page.locator(".picture-open").evaluate(IS_FOCUSED));
});

it("W19.2 hostile files are names, sizes and bytes: no element, no script, no page", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await using ruth = await enter(server, { username: "Ruth" });
  const page = "<script>alert(1)</script>";
  const names = [
    "<img src=x onerror=alert(1)>.html",
    "\u202egnp.exe",
    `${"W".repeat(90)}.svg`,
    "صورة جديدة.pdf",
    "__proto__",
    "' onclick='alert(1)",
  ];
  await sayWith(server, ruth, "here", ...names.map((name) => ({ name, body: page })));
  // It says that it is a picture, and is none.
  const broken = Uint8Array.from([...png(), ...new TextEncoder().encode(page)]);
  await sayWith(server, ruth, "", { name: names[0]!, body: broken });
  await ines.shows(".picture-frame", /^Could not be loaded/);
  const shown = names.map((name) => name.replace("\u202e", ""));
  assertEquals(await ines.page.locator(".file .file-name").allTextContents(), shown);
  assertEquals(await ines.page.locator("#log img, #log script, #log iframe").count(), 0);
  for (const isNarrow of [false, true]) {
    if (isNarrow) await ines.page.setViewportSize({ width: 320, height: 640 });
    await ines.frame();
    await fits(ines);
  }
  await ines.page.setViewportSize({ width: 600, height: 700 });
  await ines.page.evaluate(`document.documentElement.style.fontSize = "200%"`);
  await ines.frame();
  await fits(ines);
  const downloading = ines.page.waitForEvent("download");
  await ines.frame();
  await ines.page.getByRole("button", { name: `Download ${names[0]}` }).click();
  const download = await downloading;
  assertEquals(await Deno.readTextFile(await download.path()), page);
  assertEquals(ines.page.context().pages().length, 1);
});

it("where a message has no words, a reply and what is copied say what its file is called", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  const ines = await withPicture(server, visit);
  const { page } = ines;
  await ines.log.focus();
  for (const key of ["ArrowUp", "r"]) await page.keyboard.press(key);
  await ines.shows("#context", "Reply to Ruth: mast.png");
  await choose(ines, picture("pier.png"));
  await says(ines, "pier.png", /bytes$/);
  const places = await page.locator("#composer-box > *").evaluateAll(VISIBLE_IDS);
  assertEquals(places.slice(0, 2), ["context", "attachments"]);
  await page.keyboard.press("Enter");
  await ines.shows(".quote", /mast\.png/);
  await card(ines, "pier.png").waitFor({ state: "detached" });
  await ines.log.press("Control+a");
  // What copies comes when one first selects.
  await page.waitForFunction(() => document.oncopy !== null);
  const copied = await page.evaluate<string>(`(() => {
    const data = new DataTransfer();
    document.dispatchEvent(new ClipboardEvent("copy", { clipboardData: data, bubbles: true }));
    return data.getData("text/plain");
  })()`);
  // Who came and left meanwhile is told too.
  const said = copied.split("\n").filter((line) => line.includes(": "));
  assertEquals(said.map((line) => line.replace(/^\d\d:\d\d/, "09:14")), [
    "09:14 Ruth: mast.png",
    "09:14 Ines: pier.png",
  ]);
});

it("what waits to be sent shows its pictures, over a reload too, and takes them along", async () => {
  await using server = await startServer(UNHURRIED);
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await choose(ines, picture("mast.png"));
  await says(ines, "mast.png", /bytes$/);
  // The socket says nothing more, and so nothing is acknowledged.
  await ines.page.evaluate(`WebSocket.prototype.send = () => {}`);
  await ines.page.keyboard.press("Enter");
  await ines.page.locator(".speech-row.waiting img").waitFor();
  await ines.page.reload();
  await ines.isIn();
  await ines.page.locator(".speech-row:not(.waiting, .failed)").getByRole("img", {
    name: "mast.png",
  }).waitFor();
  assertEquals(await ines.page.locator(".picture").count(), 1);
});

const IS_FOCUSED = new Function("element", "return element === document.activeElement") as (
  element: unknown,
) => boolean;
const VISIBLE_IDS = new Function(
  "all",
  "return all.filter((it) => it.checkVisibility()).map((it) => it.id || it.className)",
) as (all: unknown) => string[];

/** A guest in a room where the newest message is a picture without words. */
async function withPicture(server: Server, visit: Visit): Promise<Guest> {
  await using ruth = await enter(server, { username: "Ruth" });
  await sayWith(server, ruth, "", { name: "mast.png", body: drawn(800, 400) });
  const ines = await visit.enter("Ines");
  await ines.page.getByRole("img", { name: "mast.png" }).waitFor();
  return ines;
}

/** Where every message stands. */
async function placesOf({ page }: Guest): Promise<string[]> {
  return await page.locator(".speech-row").evaluateAll(
    new Function(
      "rows",
      "return rows.map((row) => `${row.offsetTop} ${row.offsetHeight}`)",
    ) as (rows: unknown) => string[],
  );
}

function fetched(asked: readonly string[]): Set<string> {
  return new Set(asked.filter((url) => /\/files\/\w{32}$/.test(url)));
}

/** Keeps a file back until the function that comes back is called. */
async function hold({ page }: Guest, path: string): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route(`**${path}`, async (route) => {
    await promise;
    await route.continue();
  });
  return resolve;
}
