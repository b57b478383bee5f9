// Files in the hands of a guest: pictures that a browser can show, and the ways they come to a message.
import { Buffer } from "node:buffer";
import type { Locator } from "playwright-core";
import { smallPng } from "../../tools/small_png.ts";
import { as, upload } from "../harness/files.ts";
import type { Server } from "../harness/server.ts";
import type { Visitor } from "../harness/visitor.ts";
import type { Guest } from "./guest.ts";

export type Given = { name: string; mimeType: string; buffer: Buffer };

/** A PNG that is whole, all of one colour. */
export function drawn(width: number, height: number): Uint8Array<ArrayBuffer> {
  const rgba = new Uint8Array(width * height * 4).fill(120);
  return Uint8Array.from(smallPng(width, height, rgba));
}

export function picture(name: string, width = 400, height = 200): Given {
  return { name, mimeType: "image/png", buffer: Buffer.from(drawn(width, height)) };
}

export function text(name: string, words: string): Given {
  return { name, mimeType: "text/plain", buffer: Buffer.from(words) };
}

/** Chooses files as the browser's own dialog would, and so without the button. */
export async function choose({ page }: Guest, ...files: Given[]) {
  await page.locator("#clip-files").setInputFiles(files);
}

/** The card of a file above the box. */
export function card({ page }: Guest, name: string): Locator {
  return page.locator(".attachment", { has: page.locator(".file-name", { hasText: name }) });
}

/** Waits until its card has these words. */
export async function says(guest: Guest, name: string, words: string | RegExp) {
  await card(guest, name).locator(".attachment-words", { hasText: words }).waitFor();
}

/** Has the page hear of something that files come with: of a paste, or of what is dragged over an element. */
export async function hand({ page }: Guest, what: string, selector: string, ...files: Given[]) {
  const given = files.map(({ name, mimeType, buffer }) =>
    [name, mimeType, buffer.toString("base64")] as const
  );
  return await page.locator(selector).evaluate(HAND, { what, given });
}

/** In the page; true where the browser is kept from doing what it does by itself. */
const HAND = new Function(
  "element",
  "{ what, given }",
  `const data = new DataTransfer();
  for (const [name, type, base64] of given) {
    data.items.add(new File([Uint8Array.fromBase64(base64)], name, { type }));
  }
  const how = { bubbles: true, cancelable: true };
  return !element.dispatchEvent(what === "paste"
    ? new ClipboardEvent(what, { ...how, clipboardData: data })
    : new DragEvent(what, { ...how, dataTransfer: data }));`,
) as (element: unknown, how: unknown) => boolean;

/** Somebody who is at no page says something with files, in the room they came into. */
export async function sayWith(
  server: Server,
  visitor: Visitor,
  words: string,
  ...files: { name: string; body: BodyInit }[]
): Promise<void> {
  const { room } = visitor.joined;
  const ids: string[] = [];
  for (const { name, body } of files) {
    const answer = await upload(server, as(visitor.welcome.session), { room, name, body });
    ids.push((answer.body as { id: string }).id);
  }
  const ref = crypto.randomUUID();
  visitor.send({ type: "chat", room, text: words, files: ids, ref });
  await visitor.until((message) => message.type === "ack" && message.ref === ref);
}
