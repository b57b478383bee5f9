// What a visit loads, in bytes as they are served: held from above, so that nobody adds to it
// unseen. Who means to, lifts the bound. What is not needed yet must not come yet.
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { it as itAnywhere } from "@std/testing/bdd";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { startServer } from "../harness/server.ts";
import { enter, say } from "../harness/visitor.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

const STATIC = new URL("../../static/", import.meta.url);
/** The door, as a stranger sees it. */
const DOOR_BYTES = 67_100;
/** The client beside it, which asks who is there. */
const CLIENT_BYTES = 77_100;
/** All that is there when one is in a room. */
const ROOM_BYTES = 356_800;
/** The same as it goes over the wire to a browser that takes brotli. */
const WIRE_BYTES = 107_900;
/** In so many files. */
const FILES = 85;

const page = Deno.readTextFileSync(new URL("index.html", STATIC));
const [, inside = "", head = ""] = /<template id="inside">(.*?)<\/template>(.*?)<\/head>/s
  .exec(page) ?? [];

itAnywhere("what a page asks for ahead is what its modules import, each once", () => {
  const door = graph("/app.js");
  const later = graph("/sdk/connect.js", "/house.js", "/views/shell.js");
  assertEquals(ahead(head), [...door].filter((path) => path !== "/app.js").toSorted());
  assertEquals(ahead(inside), [...later.difference(door)].toSorted());
});

itAnywhere(
  "no style depends on a container: all in it is laid out for each letter written there",
  () => {
    const styles = [...Deno.readDirSync(new URL("css/", STATIC))].map(({ name }) => name);
    assert(styles.length > 5);
    for (const name of styles) {
      const style = Deno.readTextFileSync(new URL(`css/${name}`, STATIC));
      assertEquals(style.match(/@container|\bcontainer(-type)?:|\dcq[iwhb]\b/g), null, name);
    }
  },
);

itAnywhere("the door stands before the client has come, and is light", () => {
  const styles = [...page.replace(inside, "").matchAll(/rel="stylesheet" href="([^"]+)"/g)];
  const files = ["/", "/first.js", ...graph("/app.js"), ...styles.map(([, href]) => href!)];
  const bytes = weigh(files);
  const client = weigh([...graph("/sdk/connect.js").difference(graph("/app.js"))]);
  console.log(`the door: ${bytes} bytes, the client: ${client}`);
  assertLessOrEqual(bytes, DOOR_BYTES);
  assertLessOrEqual(client, CLIENT_BYTES);
});

it("a first visit loads no more than it needs, and is in a room with all of it", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  await using jonas = await enter(server, { username: "Jonas" });
  for (const text of ["good *morning*", "@Jonas see https://example.org"]) await say(jonas, text);
  const asked: string[] = [];
  const ines = await visit.enter("Ines", { asked });
  await ines.say("in");
  await ines.seesSent("in");
  const paths = new Set(asked.map((url) => new URL(url).pathname));
  // A question, which is no file; and the service worker comes once all is quiet.
  for (const path of ["/ws", "/sw.js", "/views/worker.js", "/snug.webmanifest"]) paths.delete(path);
  for (const path of paths) if (/_?icon/.test(path)) paths.delete(path);
  const bytes = weigh([...paths]);
  const wire = weigh([...paths], (file) => brotliCompressSync(file));
  const gzipped = weigh([...paths], (file) => gzipSync(file, { level: 9 }));
  console.log(`in a room: ${paths.size} files, ${bytes} bytes`);
  console.log(`  by brotli: ${wire}, gzipped: ${gzipped}`);
  assertLessOrEqual(paths.size, FILES);
  assertLessOrEqual(bytes, ROOM_BYTES);
  assertLessOrEqual(wire, WIRE_BYTES);
  const later = [
    "actions",
    "attaching",
    "ask",
    "bots",
    "commands",
    "completion",
    "context",
    "copying",
    "dialog",
    "editor",
    "emoji_grid",
    "empty",
    "failure",
    "files",
    "goals",
    "help",
    "icons",
    "keys",
    "lightbox",
    "member_menu",
    "menu",
    "message_menu",
    "notifier",
    "offers",
    "popup",
    "refusals",
    "search",
    "settings",
  ];
  assertEquals(later.filter((name) => paths.has(`/views/${name}.js`)), []);
  const unread = ["/deeds.js", "/model/crowd.js", "/model/pages.js", "/model/sources.js"];
  assertEquals(unread.filter((path) => paths.has(path)), []);
});

/** A page's `modulepreload` links. */
function ahead(html: string): string[] {
  return [...html.matchAll(/rel="modulepreload" href="([^"]+)"/g)].map(([, href]) => href!)
    .toSorted();
}

/** These modules and all that they import before they run. */
function graph(...paths: string[]): Set<string> {
  const seen = new Set<string>();
  const follow = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    const text = Deno.readTextFileSync(new URL(`.${path}`, STATIC));
    for (const [, named] of text.matchAll(/^(?:import|export)\b[^;]*?\bfrom "([^"]+)"/gm)) {
      follow(new URL(named!, `http://page${path}`).pathname);
    }
  };
  paths.forEach(follow);
  return seen;
}

function weigh(paths: string[], pack = (file: Uint8Array): Uint8Array => file): number {
  const fileOf = (path: string) => /^\/(r\/.*)?$/.test(path) ? "index.html" : `.${path}`;
  const sizeOf = (path: string) => pack(Deno.readFileSync(new URL(fileOf(path), STATIC))).length;
  return paths.reduce((sum, path) => sum + sizeOf(path), 0);
}
