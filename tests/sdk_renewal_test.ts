import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ChatError } from "../static/chat.js";
import { FakeServer, type FakeSocket, settle, WELCOME } from "./harness/fake_server.ts";

/** The tokens that were shown on this connection. */
const shown = (socket: FakeSocket) =>
  socket.heard().flatMap(({ type, token }) => type === "auth" ? [token] : []);

/** A FakeServer that welcomed a client whose token ends so many ms from now. */
async function withToken(leftMs: number, getToken: () => string | null | Promise<string>) {
  const server = new FakeServer();
  const expires = server.clock.now() + leftMs;
  const { chat, socket } = await server.joined({ token: "t0", getToken }, { expires });
  socket.heard();
  return { server, chat, socket, expires };
}

describe("sdk renewal", () => {
  for (
    const [leftMs, afterMs] of [[3_600_000, 3_540_000], [90_000, 45_000], [12_000, 10_000]] as const
  ) {
    it(`W8.5 with ${leftMs} ms left, another token is shown after ${afterMs}`, async () => {
      const { server, socket } = await withToken(leftMs, () => "t1");
      using _ = server;
      // What the heartbeat needs: something that comes now and then.
      const passTo = async (ms: number) => {
        for (let left = ms; left > 0; left -= 30_000) {
          await server.clock.pass(Math.min(left, 30_000));
          socket.tell({ type: "presence", room: "general", joined: [], left: [], count: 1 });
        }
      };
      await passTo(afterMs - 1);
      assertEquals(shown(socket), []);
      await passTo(1);
      await settle();
      assertEquals(shown(socket), ["t1"]);
    });
  }

  it("W8.5 the new welcome changes neither state nor rooms, and the next end is minded too", async () => {
    let calls = 0;
    const { server, chat, socket } = await withToken(20_000, () => `t${++calls}`);
    using _ = server;
    const log: unknown[] = [];
    chat.on("state", ({ status }) => log.push(status));
    chat.on("welcome", ({ expires }) => log.push(expires));
    await server.clock.pass(10_000);
    assertEquals(shown(socket), ["t1"]);
    const expires = server.clock.now() + 40_000;
    socket.tell({ ...WELCOME, expires });
    await settle();
    assertEquals([log, socket.heard()], [[expires], []]);
    await server.clock.pass(20_000);
    assertEquals(shown(socket), ["t2"]);
    socket.end(1006);
    await server.clock.pass(500);
    assertEquals(server.socket.offered[1], "auth.t2");
  });

  it("W8.4 where there is none it stops at the end, says so, and a token later goes on", async () => {
    const { server, chat, socket } = await withToken(20_000, () => null);
    using _ = server;
    await server.clock.pass(19_999);
    assertEquals([shown(socket), chat.state.status], [[], "connected"]);
    socket.end(4001);
    await settle();
    assertEquals(chat.state, {
      status: "stopped",
      reason: "token",
      message: "The token has expired or was revoked.",
    });
    chat.setToken("t1");
    assertEquals(server.socket.offered[1], "auth.t1");
    const next = await server.welcome();
    const [join] = next.heard();
    assertEquals([join?.type, join?.since], ["join", { epoch: "e1", seq: 0 }]);
  });

  it("W8.4 at 4001 it comes back with a new token and resumes", async () => {
    const { server, socket } = await withToken(5000, () => "t1");
    using _ = server;
    socket.end(4001);
    await settle();
    assertEquals(server.socket.offered[1], "auth.t1");
    const next = await server.welcome();
    assertEquals(next.heard()[0]?.since, { epoch: "e1", seq: 0 });
  });

  it("W8.5 a credential without an end ends the wait for another", async () => {
    const { server, socket } = await withToken(20_000, () => "t1");
    using _ = server;
    socket.tell({ ...WELCOME, expires: null });
    await server.clock.pass(20_000);
    assertEquals(shown(socket), []);
  });

  it("W8.5 a getToken that fails is asked again before the end", async () => {
    let calls = 0;
    const { server, socket } = await withToken(40_000, () => {
      if (++calls === 1) throw new Error("backend is down");
      return "t";
    });
    using _ = server;
    await server.clock.pass(20_000);
    assertEquals([calls, shown(socket)], [1, []]);
    await server.clock.pass(10_000);
    assertEquals([calls, shown(socket)], [2, ["t"]]);
  });

  it("W8.5 a clock that is ahead asks no more than every 10 s", async () => {
    let calls = 0;
    const { server, socket } = await withToken(-60_000, () => `t${++calls}`);
    using _ = server;
    for (let second = 1; second <= 25; second++) {
      await server.clock.pass(1000);
      const again = shown(socket).length > 0;
      if (again) socket.tell({ ...WELCOME, expires: server.clock.now() - 60_000 });
      await settle();
    }
    assertEquals(calls, 2);
  });

  it("W8.5 an answer of getToken that comes after the connection has ended is not sent", async () => {
    const asked = Promise.withResolvers<string>();
    const { server, socket } = await withToken(20_000, () => asked.promise);
    using _ = server;
    await server.clock.pass(10_000);
    socket.end(1006);
    await server.clock.pass(500);
    const next = await server.welcome();
    asked.resolve("late");
    await settle();
    assertEquals(shown(next), []);
  });

  it("W8.5 auth answers with the new welcome and keeps the token, or rejects and keeps the old", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.welcomed({ token: "t0" });
    const bad = chat.auth("bad");
    await settle();
    const [first] = socket.heard();
    assertEquals(first, { type: "auth", token: "bad", ref: first?.ref });
    socket.tell({ type: "error", code: "UNAUTHORIZED", message: "no", ref: `${first?.ref}` });
    assertEquals((await assertRejects(() => bad, ChatError)).code, "UNAUTHORIZED");
    socket.end(1006);
    await server.clock.pass(500);
    assertEquals(server.socket.offered[1], "auth.t0");
    const next = await server.welcome();
    const good = chat.auth("good");
    await settle();
    const [second] = next.heard();
    next.tell({ ...WELCOME, expires: 7, ref: `${second?.ref}` });
    assertEquals((await good).expires, 7);
    next.end(1006);
    await server.clock.pass(1000);
    assertEquals(server.socket.offered[1], "auth.good");
  });
});
