// Installed, and without a server: the page comes all the same, never an old one while there is a
// server, and nothing but the page's own files is kept.
import { assertEquals, assertMatch } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { NO_CONNECTION } from "./faults.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { until } from "./until.ts";
import { openVisit } from "./visit.ts";
import { openWire } from "./wire.ts";

const PROJECT = new URL("../../", import.meta.url);

it("without a server the page comes from what was kept, and says that it is offline", async () => {
  await using server = await startServer();
  await using wire = openWire(server);
  await using visit = await openVisit(wire.url);
  const ines = await visit.enter("Ines", { expected: [NO_CONNECTION] });
  await isKept(ines);
  wire.cut();
  await ines.page.goto(`${wire.url}/r/random`);
  await ines.shows("#own-name", "Ines");
  await ines.shows("#room-name", "random");
  await ines.shows("#slip-text", /The server cannot be reached/);
  // Parts that were never opened are there too.
  await ines.page.getByRole("button", { name: "Help" }).click();
  await ines.page.getByRole("dialog", { name: "Help" }).waitFor();
  await ines.page.keyboard.press("Escape");
  await ines.page.context().setOffline(true);
  await ines.shows("#slip-title", "You are offline");
  await ines.shows("#slip-text", "This device has no network. Go on writing.");
  await ines.status("Offline");
  await ines.say("written offline");
  await ines.sees("written offline");
  await ines.page.context().setOffline(false);
  wire.mend();
  await ines.isBack();
  await ines.seesSent("written offline");
});

it("after an upgrade the next visit is of the new version, also where there is no server then", async () => {
  await using folder = await tempFolder();
  const upgraded = copyProject(folder.path);
  const env = { STORE_URL: `sqlite:${folder.path}/kept.db` };
  await using first = await startServer(env);
  await using wire = openWire(first);
  await using visit = await openVisit(wire.url);
  const ines = await visit.enter("Ines", { expected: [NO_CONNECTION] });
  const before = await isKept(ines);
  wire.cut();
  first.kill("SIGTERM");
  await first.exited;
  await using second = await startServer(env, upgraded);
  wire.leadTo(second);
  await ines.page.reload();
  await ines.isIn();
  await isUpgraded(ines);
  // All of the new version is kept in the place of all of the old one.
  await until(ines.page, "only the new version is kept", async (before) => {
    const names = await caches.keys();
    return names.length === 1 && names[0] !== before;
  }, before);
  wire.cut();
  await ines.page.reload();
  await ines.shows("#slip-text", /The server cannot be reached/);
  await isUpgraded(ines);
});

it("what is kept is the page's own files, and nothing that somebody said or may be let in by", async () => {
  await using server = await startServer({ WS_TOKEN: "sesame" });
  await using visit = await openVisit(server.url);
  const ines = await visit.open({ path: "/r/general#token=sesame" });
  await ines.goIn("Ines");
  await ines.say("something private");
  await ines.seesSent("something private");
  await isKept(ines);
  // The worker has the page from here on.
  await ines.page.reload();
  await ines.isIn();
  await ines.page.getByRole("button", { name: "Help" }).click();
  await ines.page.getByRole("dialog", { name: "Help" }).waitFor();
  const { files } = await (await fetch(`${server.url}/shell.json`)).json();
  const kept = await ines.page.evaluate(async () => {
    const found = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const { url } of await cache.keys()) {
        const response = await cache.match(url);
        found.push({ path: url.replace(location.origin, ""), text: await response!.text() });
      }
    }
    return found;
  });
  assertEquals(kept.map(({ path }) => path).toSorted(), files.toSorted());
  for (const { path, text } of kept) {
    assertEquals(/something private|sesame/.test(text), false, path);
  }
});

it("browsers take it for something that can be installed", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  const session = await ines.page.context().newCDPSession(ines.page);
  const { url, errors, manifest } = await session.send("Page.getAppManifest");
  assertEquals([url, errors], [`${server.url}/snug.webmanifest`, []]);
  assertMatch(JSON.stringify(manifest), /"name":\s*"Snug"/);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  // A test's window is one that forgets.
  const others = installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito");
  assertEquals(others, []);
});

/** Waits until all of the page is kept, and gives the name of where. */
async function isKept({ page }: Guest): Promise<string> {
  const name = await until(page, "the page is kept", async (path) => {
    for (const name of await caches.keys()) {
      if (await (await caches.open(name)).match(path)) return name;
    }
  }, "/");
  await page.evaluate("navigator.serviceWorker.ready.then(() => true)");
  return name;
}

/** Waits for what is new on the page, and in a part of it that comes later. */
async function isUpgraded(ines: Guest) {
  await ines.shows("#people-title", "In the new room");
  await ines.page.getByRole("button", { name: "Help" }).click();
  await ines.page.getByRole("dialog", { name: "New help" }).waitFor();
}

/** A later version of Snug; gives the address of its main module. */
function copyProject(folder: string): string {
  const copy = (from: URL, to: string) => {
    Deno.mkdirSync(to, { recursive: true });
    for (const { name, isDirectory } of Deno.readDirSync(from)) {
      if (isDirectory) copy(new URL(`${name}/`, from), `${to}/${name}`);
      else Deno.copyFileSync(new URL(name, from), `${to}/${name}`);
    }
  };
  for (const part of ["src", "static"]) copy(new URL(`${part}/`, PROJECT), `${folder}/${part}`);
  for (const file of ["main.ts", "deno.json", "deno.lock"]) {
    Deno.copyFileSync(new URL(file, PROJECT), `${folder}/${file}`);
  }
  for (
    const [file, old, now] of [
      ["static/index.html", "In the room", "In the new room"],
      ["static/views/help.js", `title: "Help"`, `title: "New help"`],
    ] as const
  ) {
    const text = Deno.readTextFileSync(`${folder}/${file}`);
    Deno.writeTextFileSync(`${folder}/${file}`, text.replace(old, now));
  }
  return new URL(`file://${folder}/main.ts`).href;
}

/** The page's, for functions that run there. */
declare const caches: CacheStorage & { keys(): Promise<string[]> };
declare const location: { origin: string };
