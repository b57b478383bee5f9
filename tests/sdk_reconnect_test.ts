import { assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { CLOSE } from "../src/close.ts";
import type { Chat, ConnectionState } from "../static/chat.js";
import { afterClose } from "../static/sdk/reconnect.js";
import { FakeServer, settle } from "./harness/fake_server.ts";

/** A state without its words and times, such as "waiting 2 full". */
function brief(state: ConnectionState): string {
  return [state.status, "attempt" in state && state.attempt, "reason" in state && state.reason]
    .filter(Boolean).join(" ");
}

/** How long it is going to wait. */
function waitMs({ clock }: FakeServer, { state }: Chat): number {
  return state.status === "waiting" ? state.retryAt - clock.now() : 0;
}

describe("sdk reconnect", () => {
  for (
    const [code, next, reason] of [
      [1000, "stop", "refused"],
      [1009, "wait", "too-big"],
      [1012, "wait", "restarting"],
      [1013, "wait", "full"],
      [4000, "now", "heartbeat"],
      [4001, "token", "token"],
      [4003, "stop", "banned"],
      [4008, "wait", "limited"],
      [4009, "now", "slow"],
      [4500, "wait", "internal"],
      [1006, "wait", "dropped"],
      [1005, "wait", "dropped"],
      [1001, "wait", "dropped"],
      [4999, "wait", "dropped"],
    ] as const
  ) {
    it(`W13 ${code} is ${reason}, and then ${next}`, async () => {
      assertEquals([afterClose(code).next, afterClose(code).reason], [next, reason]);
      using server = new FakeServer();
      const { chat, socket } = await server.welcomed();
      socket.end(code);
      await settle();
      const expected = {
        now: "connecting 1",
        wait: `waiting 1 ${reason}`,
        stop: `stopped ${reason}`,
        token: "stopped token",
      };
      assertEquals(brief(chat.state), expected[next]);
    });
  }

  it("W13 every close that the server makes has a row of its own", () => {
    for (const { code } of Object.values(CLOSE)) {
      assertNotEquals(afterClose(code).reason, "dropped", `${code}`);
    }
  });

  it("W13 4009 comes back now, and a loop slows down until 30 s were stable", async () => {
    using server = new FakeServer();
    const { chat } = await server.welcomed();
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      server.socket.end(4009);
      waits.push(waitMs(server, chat));
      await server.clock.pass(waits.at(-1)!);
      await server.welcome();
    }
    assertEquals(waits, [0, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    await server.clock.pass(29_999);
    server.socket.end(4009);
    assertEquals(chat.state.status, "waiting");
    await server.clock.pass(10_000);
    await server.welcome();
    await server.clock.pass(30_000);
    server.socket.end(4009);
    assertEquals(chat.state, { status: "connecting", attempt: 1 });
  });

  it("W13.1 the back-off is full jitter, from 0.5 s doubling to 20 s", async () => {
    using server = new FakeServer();
    server.clock.chance = 0.999_999;
    const chat = server.connect();
    const waits: number[] = [];
    for (let attempt = 2; attempt < 10; attempt++) {
      await server.refuse();
      assertEquals(brief(chat.state), `waiting ${attempt} offline`);
      waits.push(Math.round(waitMs(server, chat)));
      await server.clock.pass(waits.at(-1)!);
      assertEquals(brief(chat.state), `connecting ${attempt}`);
    }
    assertEquals(waits, [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]);
    server.clock.chance = 0.000_1;
    await server.refuse();
    await server.clock.pass(3);
    assertEquals(chat.state.status, "connecting");
  });

  it("W13.1 time that passes without a connection does not count as stable", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.welcomed();
    socket.end(1006);
    for (const expected of [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]) {
      assertEquals(waitMs(server, chat), expected);
      await server.clock.pass(expected);
      await server.refuse();
    }
  });

  it("W13.2 comes back when closing said, however the connection then ended", async () => {
    for (const code of [1012, 1006]) {
      using server = new FakeServer();
      const { chat, socket } = await server.welcomed();
      socket.tell({ type: "closing", code: 1012, reconnectAfterMs: 3000 });
      await server.clock.pass(1000);
      assertEquals(chat.state.status, "connected");
      socket.end(code);
      assertEquals(brief(chat.state), "waiting 1 restarting");
      await server.clock.pass(1999);
      assertEquals(server.sockets.length, 1);
      await server.clock.pass(1);
      assertEquals(server.sockets.length, 2);
      await server.welcome();
      server.socket.end(1006);
      assertEquals(brief(chat.state), "waiting 1 dropped");
    }
  });

  for (
    const [status, expected] of [
      [400, "stopped refused"],
      [401, "stopped token"],
      [403, "stopped origin"],
      [404, "waiting 2 refused"],
      [200, "waiting 2 refused"],
      [426, "waiting 2 proxy"],
      [429, "waiting 2 limited"],
      [502, "waiting 2 offline"],
      [503, "waiting 2 restarting"],
      [undefined, "waiting 2 offline"],
    ] as const
  ) {
    it(`W15.6 an upgrade that fails with ${status ?? "nothing to hear"} is ${expected}`, async () => {
      using server = new FakeServer();
      const chat = server.connect({ token: "t", name: "ada" });
      await server.refuse(status, "<html>");
      assertEquals(brief(chat.state), expected);
      if (chat.state.status === "stopped") assertMatch(chat.state.message, /^The server .+\.$/);
      const [{ url, authorization }] = server.probes as [typeof server.probes[0]];
      assertEquals(
        [url.href, authorization],
        ["https://chat.example/ws?username=ada", "Bearer t"],
      );
    });
  }

  it("W15.6 a 503 that names the server's size is waiting full", async () => {
    using server = new FakeServer();
    const chat = server.connect();
    await server.refuse(503, { code: "SERVER_FULL", message: "Full." });
    assertEquals(brief(chat.state), "waiting 2 full");
  });

  it("W15.6 says what the server said, and waits as long as it asked", async () => {
    using server = new FakeServer();
    const chat = server.connect();
    await server.refuse(429, { message: "Slow down.", retryAfterMs: 7000 });
    const retryAt = server.clock.now() + 7000;
    const message = "Slow down.";
    assertEquals(chat.state, {
      status: "waiting",
      attempt: 2,
      reason: "limited",
      message,
      retryAt,
    });
  });

  it("W15.6 a proxy that swallows upgrades is told in words", async () => {
    using server = new FakeServer();
    const chat = server.connect();
    await server.refuse(426, { message: "Upgrade needed." });
    if (chat.state.status === "waiting") assertStringIncludes(chat.state.message, "proxy");
  });

  it("an attempt that hangs is given up, and so is the question why", async () => {
    using server = new FakeServer();
    const chat = server.connect({
      fetch: (_, init) =>
        new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject("late"))),
    });
    const { socket } = server;
    await server.clock.pass(20_000);
    assertEquals([socket.closedWith, brief(chat.state)], [1000, "connecting 1"]);
    await server.clock.pass(20_000);
    assertEquals(brief(chat.state), "waiting 2 offline");
    socket.onopen?.();
    assertEquals(brief(chat.state), "waiting 2 offline");
  });

  it("W8.1 a server that opens and never welcomes is a dead one, and not asked why", async () => {
    using server = new FakeServer();
    const chat = server.connect();
    server.socket.open();
    await server.clock.pass(20_000);
    assertEquals([brief(chat.state), server.probes.length], ["connecting 2", 0]);
    server.socket.open();
    await server.clock.pass(20_000);
    assertEquals(brief(chat.state), "waiting 3 heartbeat");
  });

  it("W12.1 silence of heartbeat and grace is a dead connection, and anything is life", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.welcomed();
    await server.clock.pass(34_000);
    socket.tell({ type: "ping", ts: 1 });
    await server.clock.pass(34_000);
    socket.onmessage?.({ data: new ArrayBuffer(0) });
    await server.clock.pass(34_999);
    assertEquals([chat.state.status, server.sockets.length], ["connected", 1]);
    await server.clock.pass(1);
    assertEquals([chat.state.status, server.sockets.length], ["connecting", 2]);
    assertEquals(socket.closedWith, 1000);
  });

  it("an old socket is not listened to", async () => {
    using server = new FakeServer();
    const { chat, socket: old } = await server.welcomed();
    await server.clock.pass(35_000);
    const { onmessage, onclose } = old;
    await server.welcome({ user: "eve" });
    const heard: unknown[] = [];
    chat.on("system", (message) => heard.push(message));
    onmessage?.({ data: '{"type":"system","room":"general","text":"late"}' });
    onclose?.({ code: 4003 });
    assertEquals([heard, chat.state.status, server.sockets.length], [[], "connected", 2]);
  });

  it("retryNow() asks a connection whether it lives, and gives it 5 s", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.welcomed();
    chat.retryNow();
    await settle();
    assertEquals(socket.heard().map(({ type }) => type), ["ping"]);
    await server.clock.pass(4999);
    socket.tell({ type: "pong" });
    await server.clock.pass(30_000);
    assertEquals([chat.state.status, server.sockets.length], ["connected", 1]);
    chat.retryNow();
    await server.clock.pass(5000);
    assertEquals([chat.state.status, server.sockets.length], ["connecting", 2]);
  });

  it("retryNow() ends a wait or a stop, and disturbs no attempt", async () => {
    using server = new FakeServer();
    const chat = server.connect();
    chat.retryNow();
    assertEquals(server.sockets.length, 1);
    await server.refuse();
    chat.retryNow();
    assertEquals(brief(chat.state), "connecting 2");
    await server.refuse(403);
    chat.retryNow();
    assertEquals(brief(chat.state), "connecting 3");
    await server.clock.pass(19_999);
    assertEquals(server.sockets.length, 3);
  });

  it("close() within a listener is the last thing that happens", async () => {
    for (const status of ["connecting", "connected", "waiting"]) {
      using server = new FakeServer();
      const { chat, socket } = await server.welcomed();
      const states: string[] = [];
      chat.on("state", (state) => {
        states.push(state.status);
        if (state.status === status) chat.close();
      });
      socket.end(status === "waiting" ? 1006 : 4009);
      if (status === "connected") await server.welcome();
      await server.clock.pass(60_000);
      assertEquals(states.at(-1), "closed");
    }
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    chat.say("general", "hi");
    await settle();
    chat.on("outgoing", () => chat.close());
    socket.end(1009);
    assertEquals([chat.state.status, server.sockets.length], ["closed", 1]);
  });
});
