import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { hc } from "hono/client";
import type { AppType } from "../src/app.ts";
import { startServer } from "./harness/server.ts";
import { within } from "./harness/within.ts";

/** Whether two types are the same: `any` is the same as nothing but itself. */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
/** Compiles only for `true`. */
type Holds<T extends true> = T;

type App = ReturnType<typeof hc<AppType>>;
type Asked<F extends (...args: never[]) => unknown> = NonNullable<Parameters<F>[0]>;
type Made<F> = F extends (...args: never[]) => infer R ? R : never;

/** Checked by `deno check`: what is wrong here does not compile. */
export type Checked = [
  Holds<Equal<Made<App["ws"]["$ws"]>, WebSocket>>,
  Holds<Equal<Made<App["ws"]["echo"]["$ws"]>, WebSocket>>,
  Holds<Equal<Made<App["ws"]["chat"][":room"]["$ws"]>, WebSocket>>,
  Holds<Equal<Asked<App["ws"]["chat"][":room"]["$ws"]>, { param: { room: string } }>>,
  // And Equal itself says no.
  Holds<Equal<Equal<WebSocket, unknown>, false>>,
  Holds<Equal<Equal<WebSocket, Made<() => EventTarget>>, false>>,
];

/** The type of the first message, or the first frame itself where it is none. */
async function first(socket: WebSocket, sent?: string): Promise<string> {
  const came = Promise.withResolvers<string>();
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.onopen = () => sent !== undefined && socket.send(sent);
  socket.onmessage = ({ data }) => came.resolve(data);
  socket.onerror = (event) => came.reject(new Error((event as ErrorEvent).message));
  try {
    return await within(5000, "a message", came.promise);
  } finally {
    socket.close();
    await within(5000, "a close", closed);
  }
}

describe("types", () => {
  it("W15.1 hc's $ws() is a WebSocket to the real server, with and without a room", async () => {
    await using server = await startServer();
    const client = hc<AppType>(server.url);
    const socket: WebSocket = client.ws.$ws();
    assertEquals(JSON.parse(await first(socket)).type, "welcome");
    const inRoom = client.ws.chat[":room"].$ws({ param: { room: "café" } });
    assertEquals(JSON.parse(await first(inRoom)).type, "welcome");
    assertEquals(await first(client.ws.echo.$ws(), "hello"), "hello");
  });

  it("hc's other routes are typed by what they answer", async () => {
    await using server = await startServer();
    const response = await hc<AppType>(server.url).healthz.$get();
    const body: { status: string } = await response.json();
    assertEquals(body, { status: "ok" });
  });
});
