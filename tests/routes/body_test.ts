import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Hono } from "hono";
import { mock } from "node:test";
import { answer } from "../../src/routes/answer.ts";
import { readJson } from "../../src/routes/body.ts";
import type { AppEnv } from "../../src/routes/env.ts";
import { microtasks } from "../core/core.ts";

const app = new Hono<AppEnv>().post("/", async (context) => {
  const body = await readJson(context, 20);
  return body.ok ? context.json(body.fields) : answer(context, body);
});

/** A request whose body is what the test writes, when it does. */
function slowRequest() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const headers = { "content-type": "application/json" };
  const response = app.request("/", { method: "POST", headers, body: readable });
  const write = (text: string) => writer.write(new TextEncoder().encode(text));
  return { response, write, end: () => writer.close() };
}

/** A time that passes as the test says. */
function steeredTime(): Disposable & { pass(ms: number): void } {
  mock.timers.enable({ apis: ["setTimeout"] });
  return { pass: (ms) => mock.timers.tick(ms), [Symbol.dispose]: () => mock.timers.reset() };
}

describe("a body", () => {
  it("may come in pieces, for ten seconds", async () => {
    using time = steeredTime();
    const { response, write, end } = slowRequest();
    await write('{"a"');
    time.pass(9999);
    await write(":1}");
    await end();
    assertEquals(await (await response).json(), { a: 1 });
  });

  it("W15.6 P5 that does not end is given up, and its connection with it", async () => {
    using time = steeredTime();
    const { response, write } = slowRequest();
    let isAnswered = false;
    Promise.resolve(response).then(() => isAnswered = true);
    for (let seconds = 0; seconds < 10; seconds++) {
      await write(" ");
      await microtasks();
      assertEquals(isAnswered, false);
      time.pass(1000);
    }
    const { status, headers } = await response;
    assertEquals([status, headers.get("connection")], [408, "close"]);
    assertEquals((await (await response).json()).code, "TIMEOUT");
  });

  it("that is too long is read no further", async () => {
    const { response, write } = slowRequest();
    await write(" ".repeat(21));
    assertEquals((await response).status, 413);
  });
});
