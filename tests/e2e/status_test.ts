import { assertEquals, assertObjectMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DatabaseSync } from "node:sqlite";
import { openRawClient } from "../harness/raw.ts";
import { type Server, startServer } from "../harness/server.ts";
import { needs } from "../harness/needs.ts";
import { RedisServer } from "../harness/redis.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, heard, say, settled } from "../harness/visitor.ts";
import { eventually } from "../store/database.ts";

const LIMIT_MS = 30_000;

async function get(server: Server, path: string, init?: RequestInit): Promise<[number, unknown]> {
  const response = await fetch(`${server.url}${path}`, init);
  return [response.status, await response.json()];
}

/** Asks until it is ready, or is not. */
async function becomes(server: Server, expected: 200 | 503) {
  const isSo = async () => (await get(server, "/readyz"))[0] === expected;
  await eventually(`/readyz to be ${expected}`, LIMIT_MS, isSo);
}

describe("status", () => {
  it("healthz lives and readyz is ready, without a credential", async () => {
    await using server = await startServer({ WS_TOKEN: "secret" });
    assertEquals(await get(server, "/healthz"), [200, { status: "ok" }]);
    assertEquals(await get(server, "/readyz"), [200, { status: "ready" }]);
    assertEquals((await fetch(`${server.url}/healthz`, { method: "HEAD" })).status, 200);
  });

  it("what is not there is 404 in JSON, by whatever method", async () => {
    await using server = await startServer();
    const message = "nothing is here";
    const nothing = [404, { code: "NOT_FOUND", message, status: 404, detail: message }];
    for (const path of ["/nothing", "/ws/", "/ws/chat", "/ws/chat/", "/ws/chat/a/b", "/healthz/"]) {
      assertEquals([path, await get(server, path)], [path, nothing]);
    }
    for (const path of ["/ws", "/ws/echo", "/healthz"]) {
      assertEquals([path, await get(server, path, { method: "POST", body: "{}" })], [
        path,
        nothing,
      ]);
    }
  });

  it("W13.2 while the server goes down it lives and is not ready", async () => {
    await using server = await startServer({ DRAIN_MS: "1000" });
    await using _silent = await openRawClient(server.url);
    server.kill("SIGTERM");
    await server.said(/sending everyone home/);
    assertEquals(await get(server, "/readyz"), [503, { status: "draining" }]);
    assertEquals(await get(server, "/healthz"), [200, { status: "ok" }]);
    assertEquals((await server.exited).code, 0);
  });

  it("W7.3 P4 an entry that can't be stored is UNAVAILABLE, and its retry is kept once", async () => {
    await using folder = await tempFolder();
    const file = `${folder.path}/snug.db`;
    await using server = await startServer({ STORE_URL: `sqlite:${file}` });
    await using ada = await enter(server);
    await using bob = await enter(server, { isPlain: true });
    await say(ada, "one", { ref: "1" });

    const blocker = new DatabaseSync(file);
    // The server may be writing just then.
    blocker.exec("pragma busy_timeout = 10000; begin immediate");
    ada.send({ type: "chat", room: "general", text: "two", ref: "2" });
    const refusal = await ada.until("error");
    assertObjectMatch(refusal, { code: "UNAVAILABLE", room: "general", ref: "2" });
    assertEquals(await get(server, "/readyz"), [503, { status: "store unavailable" }]);
    assertEquals(await get(server, "/healthz"), [200, { status: "ok" }]);
    blocker.exec("rollback");
    blocker.close();

    assertEquals((await say(ada, "two", { ref: "2" })).seq, 2);
    assertEquals(await get(server, "/readyz"), [200, { status: "ready" }]);
    await settled(bob);
    assertEquals(heard(bob, "chat").map(({ seq, text }) => [seq, text]), [[1, "one"], [2, "two"]]);
  });

  it("readyz is ready again when the store is, also when nobody talks", async () => {
    await using folder = await tempFolder();
    const file = `${folder.path}/snug.db`;
    await using server = await startServer({ STORE_URL: `sqlite:${file}` });
    const blocker = new DatabaseSync(file);
    // The server may be writing just then.
    blocker.exec("pragma busy_timeout = 10000; begin immediate");
    {
      await using ada = await enter(server);
      ada.send({ type: "chat", room: "general", text: "hi", ref: "1" });
      await ada.until("error");
    }
    blocker.exec("rollback");
    blocker.close();
    await becomes(server, 200);
  });

  needs("redis-server")(
    "readyz sees a Redis die, hang and come back, also when nobody is here",
    async () => {
      await using redis = await RedisServer.start();
      await using server = await startServer({ STORE_URL: redis.url });
      await becomes(server, 200);
      await redis.kill();
      await becomes(server, 503);
      await redis.again();
      await becomes(server, 200);
      redis.signal("SIGSTOP");
      await becomes(server, 503);
      assertEquals(await get(server, "/healthz"), [200, { status: "ok" }]);
      redis.signal("SIGCONT");
      await becomes(server, 200);
    },
  );
});
