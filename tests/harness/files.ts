// Files for tests: what is uploaded, and where it is on the disk.
import { assertLess } from "@std/assert";
import { type Answered, ask } from "./http.ts";
import type { Server } from "./server.ts";

const LIMIT_MS = 20_000;

/** The beginning of a picture, of 24 bytes. */
export function png(width = 32, height = 16): Uint8Array<ArrayBuffer> {
  const head = Uint8Array.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", (it) => it.charCodeAt(0));
  const bytes = new Uint8Array(24);
  bytes.set(head);
  new DataView(bytes.buffer).setUint32(16, width);
  new DataView(bytes.buffer).setUint32(20, height);
  return bytes;
}

/** Who asks: somebody's headers, or the session of a welcome. */
export function as(session: string | null): Record<string, string> {
  return { authorization: `Bearer ${session}` };
}

export async function upload(
  server: Pick<Server, "url">,
  headers: Record<string, string>,
  { room = "general", name = "cat.png", body = png() as BodyInit } = {},
): Promise<Answered> {
  const path = `/api/rooms/${encodeURIComponent(room)}/files?name=${encodeURIComponent(name)}`;
  const response = await fetch(server.url + path, { method: "POST", headers, body });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** Whether a file is there for somebody: the status of its HEAD. */
export async function status(
  server: Pick<Server, "url">,
  headers: Record<string, string>,
  id: string,
  room = "general",
): Promise<number> {
  const path = `/api/rooms/${encodeURIComponent(room)}/files/${id}`;
  return (await ask(server, `HEAD ${path}`, undefined, headers)).status;
}

/** What is in the folder of files beside a database. */
export function onDisk(database: string): string[] {
  return [...Deno.readDirSync(`${database}.files`)].map(({ name }) => name)
    .filter((name) => name !== ".lock").sort();
}

/** Waits until that is all there is. */
export async function untilOnDisk(database: string, names: readonly string[]) {
  const deadline = performance.now() + LIMIT_MS;
  const expected = names.toSorted().join();
  while (onDisk(database).join() !== expected) {
    assertLess(performance.now(), deadline, `${onDisk(database)} are there, not ${expected}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
