// Where `page.ts` and `lighthouse.ts` look: rooms with a past, somebody who talks, and a page that is empty.
import type { Page } from "playwright-core";
import { SECRET, sign } from "../tests/gate/issuer.ts";
import { type Server, startServer } from "../tests/harness/server.ts";
import { enter } from "../tests/harness/visitor.ts";
import { UNHURRIED } from "../tests/page/fill.ts";

/** How high the empty page's log is. */
export const BLANK_PX = 500_000;
const BLANK = `<!doctype html><html lang="en"><title>Control</title>
<style>body { margin: 0 } #log { height: 700px; overflow: auto } #tall { height: ${BLANK_PX}px }</style>
<p>Control <input id="say"></p><div id="log"><div id="tall"></div></div>`;

/** Goes in at the door of that address, and waits until all is there. */
export async function goIn(page: Page, address: string) {
  await page.goto(address);
  await page.locator("#door-name").fill("Ines");
  await page.getByRole("button", { name: "Go in" }).click();
  await page.locator("#people-count:not(:empty)").waitFor({ state: "attached" });
}

/** A server that asks for tokens. */
export function startTokenServer(): Promise<Server> {
  return startServer({ ...UNHURRIED, JWT_SECRET: SECRET });
}

/** A room in which so much was said, as its address for somebody with a token. */
export async function roomOf(server: Server, messages: number): Promise<string> {
  const token = (name: string) => sign({ sub: name, name });
  const people = await Promise.all(["Mara", "Jonas", "Ruth", "佐藤"].map(token));
  for (let n = 1; n <= messages; n++) {
    const response = await fetch(`${server.url}/api/rooms/busy/messages`, {
      method: "POST",
      headers: { authorization: `Bearer ${people[n % people.length]}` },
      body: `${n}: about the release, with \`code\` and https://example.org/${n}`,
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`${n} was answered with ${response.status}`);
  }
  return `${server.url}/r/busy#token=${await token("Ines")}`;
}

/** A page in which nothing is but a field and something to scroll. */
export function serveBlank() {
  const headers = { "content-type": "text/html" };
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response(BLANK, { headers }),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  return { url, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** Says so many messages a second for so long, each at its time. */
export async function talk(server: Server, perSecond: number, seconds: number) {
  await using talker = await enter(server, { username: "Ruth" });
  const began = performance.now();
  for (let n = 1; n <= perSecond * seconds; n++) {
    const restMs = began + n * 1000 / perSecond - performance.now();
    if (restMs > 0) await new Promise((done) => setTimeout(done, restMs));
    talker.send({ type: "chat", room: "general", text: `${n} ${"word ".repeat(n % 20)}` });
  }
}
