// Files in a real browser: pictures that it made, how far an upload is, and what it opens of what others
// uploaded.
import { assert, assertEquals, assertGreater } from "@std/assert";
import { as, onDisk, untilOnDisk, upload } from "../harness/files.ts";
import { startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter } from "../harness/visitor.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

const ROOMY = { RATE_BURST: "100000", RATE_MESSAGES_PER_SECOND: "100000" };
/** In the page: a client that was welcomed. */
const CHAT = `
  const { connect } = await import("/chat.js");
  const chat = connect(location.origin, { name: "Ada" });
  await new Promise((done) => chat.on("welcome", done));`;

it("W19.1 W19.2 W19.9 uploads a browser's own pictures, says how far it is, and has them back", async () => {
  await using server = await startServer(ROOMY);
  await using visit = await openVisit(server.url);
  const { page } = await visit.open();
  const { made, sent, seen, text } = await page.evaluate<{
    made: { type: string; width: number; height: number; name: string }[];
    sent: [number, number][];
    seen: [number, number];
    text: string;
  }>(`(async () => {
    ${CHAT}
    const made = [];
    for (const type of ["image/png", "image/jpeg", "image/webp"]) {
      const canvas = new OffscreenCanvas(321, 123);
      canvas.getContext("2d").fillRect(1, 2, 30, 40);
      made.push(await chat.upload("general", await canvas.convertToBlob({ type }), { name: "of mine" }));
    }
    const sent = [];
    const body = new File([new Uint8Array(3_000_000)], "large.bin");
    const onProgress = (...how) => sent.push(how);
    made.push(await chat.upload("general", body, { onProgress }));
    await chat.join("general");
    chat.say("general", "", { files: made });
    await new Promise((done) => chat.on("entry", done));
    const image = await createImageBitmap(await (await chat.file("general", made[1].id)).blob());
    const text = await chat.upload("general", "x", { onProgress, name: "" })
      .then(({ id }) => chat.file("general", id)).then((it) => it.text());
    chat.close();
    return { made, sent, seen: [image.width, image.height], text };
  })()`);
  assertEquals(made.map(({ type, width, height, name }) => [type, width, height, name]), [
    ["image/png", 321, 123, "of mine"],
    ["image/jpeg", 321, 123, "of mine"],
    ["image/webp", 321, 123, "of mine"],
    ["application/octet-stream", undefined, undefined, "large.bin"],
  ]);
  assertEquals([seen, text], [[321, 123], "x"]);
  assertGreater(sent.length, 1);
  assertEquals(sent.filter(([, bytes]) => bytes > 1).at(-1), [3_000_000, 3_000_000]);
});

it("W19.3 an upload that is taken back in the middle leaves nothing", async () => {
  await using folder = await tempFolder();
  const database = `${folder.path}/snug.db`;
  await using server = await startServer({ ...ROOMY, STORE_URL: `sqlite:${database}` });
  await using visit = await openVisit(server.url);
  const { page } = await visit.open();
  const reason = await page.evaluate<string>(`(async () => {
    ${CHAT}
    const leaving = new AbortController();
    const onProgress = () => leaving.abort(new Error("changed my mind"));
    const body = new Blob([new Uint8Array(10_000_000)]);
    const said = await chat.upload("general", body, { signal: leaving.signal, onProgress })
      .then(() => "done", ({ message }) => message);
    chat.close();
    return said;
  })()`);
  assertEquals(reason, "changed my mind");
  await untilOnDisk(database, onDisk(database).filter((name) => !name.endsWith(".part")));
});

it("W19.9 a page that somebody uploaded is downloaded, never opened, and a picture shows nothing else", async () => {
  await using server = await startServer(ROOMY);
  await using ada = await enter(server);
  const hers = as(ada.welcome.session);
  const script = "<!doctype html><script>document.title = 'it ran'</script>";
  const { body: html } = await upload(server, hers, { body: script, name: "a.html" });
  const gif = Uint8Array.from(atob("R0lGODlhAQABAAAAACwAAAAAAQABAAAC"), (it) => it.charCodeAt(0));
  const body = new Blob([gif, script]);
  const { body: picture } = await upload(server, hers, { body, name: "b.gif" });
  ada.send({ type: "chat", room: "general", files: [html.id, picture.id], ref: "r" });
  await ada.until("ack");
  await using visit = await openVisit(server.url);
  // The browser's own page around a picture may not even have its style.
  const { page } = await visit.open({ expected: [/Content Security Policy|Blocked script/] });
  const download = page.waitForEvent("download");
  await page.goto(server.url + html.url).catch(() => {});
  assertEquals((await download).suggestedFilename(), "a.html");
  await page.goto(server.url + picture.url);
  const shown = await page.evaluate<string>(`document.contentType + " " + document.images.length`);
  assertEquals(shown, "image/gif 1");
  assert(await page.title() !== "it ran");
});
