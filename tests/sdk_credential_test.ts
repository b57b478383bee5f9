import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeServer, settle } from "./harness/fake_server.ts";

describe("sdk credential", () => {
  it("W8.3 a session that is refused gives way to the token at once", async () => {
    using server = new FakeServer();
    const storage = server.storage;
    await server.welcomed({ storage }, { session: "old" });
    const chat = server.connect({ storage, token: "t" });
    await server.refuse(401);
    assertEquals(server.probes[0]?.authorization, "Bearer old");
    assertEquals(chat.state.status, "connecting");
    assertEquals(server.socket.offered[1], "auth.t");
    assertEquals([...server.stored.keys()], []);
    await server.welcome({ session: "new" });
    server.connect({ storage });
    assertEquals(server.socket.offered[1], "auth.new");
  });

  it("W15.6 401 asks getToken once, tries what it gives at once, and stops when that is no better", async () => {
    using server = new FakeServer();
    const tokens = ["second", "never asked for"];
    const chat = server.connect({
      token: "first",
      getToken: () => Promise.resolve(tokens.shift()),
    });
    await server.refuse(401);
    assertEquals(server.socket.offered[1], "auth.second");
    await server.refuse(401, { message: "No." });
    assertEquals(chat.state, { status: "stopped", reason: "token", message: "No." });
    assertEquals(tokens.length, 1);
    await server.clock.pass(60_000);
    assertEquals(server.sockets.length, 2);
  });

  it("W15.6 401 without anybody to ask stops, and setToken tries at once", async () => {
    using server = new FakeServer();
    const chat = server.connect();
    await server.refuse(401);
    assertEquals(chat.state.status, "stopped");
    chat.setToken("t");
    assertEquals([chat.state.status, server.socket.offered[1]], ["connecting", "auth.t"]);
    await server.welcome();
    chat.setToken("u");
    assertEquals([chat.state.status, server.sockets.length], ["connected", 2]);
  });

  it("setToken while getToken is still thinking wins", async () => {
    using server = new FakeServer();
    const asked = Promise.withResolvers<string | null>();
    const chat = server.connect({ getToken: () => asked.promise });
    await server.refuse(401);
    chat.setToken("mine");
    asked.resolve(null);
    await settle();
    assertEquals([chat.state.status, server.socket.offered[1]], ["connecting", "auth.mine"]);
    await server.refuse(426);
    assertEquals(server.probes.at(-1)?.authorization, "Bearer mine");
  });

  it("a getToken that throws is tried again later, also one that throws at once", async () => {
    using server = new FakeServer();
    let calls = 0;
    const chat = server.connect({
      getToken: () => {
        if (++calls === 1) throw new Error("backend is down");
        return "t";
      },
    });
    await server.refuse(401);
    assertEquals(chat.state.status === "waiting" && chat.state.reason, "token");
    await server.clock.pass(500);
    await server.refuse(401);
    assertEquals([calls, server.socket.offered[1]], [2, "auth.t"]);
  });

  it("W13 4001 comes back now with a new token, and a loop slows down", async () => {
    using server = new FakeServer();
    let calls = 0;
    const { chat, socket } = await server.welcomed({ token: "t0", getToken: () => `t${++calls}` });
    socket.end(4001);
    await settle();
    assertEquals([chat.state.status, server.socket.offered[1]], ["connecting", "auth.t1"]);
    await server.welcome();
    server.socket.end(4001);
    await settle();
    assertEquals([chat.state.status, calls], ["waiting", 2]);
  });

  it("W13 4001 of a session tries without it, and without a new token it stops and asks", async () => {
    using server = new FakeServer();
    const storage = server.storage;
    server.stored.set("snug:session:chat.example", '"s"');
    const { chat, socket } = await server.welcomed({ storage, token: "t" });
    assertEquals(socket.offered[1], "auth.s");
    socket.end(4001);
    await settle();
    assertEquals(server.socket.offered[1], "auth.t");
    await server.welcome({ session: "s2" });
    server.socket.end(4001);
    await settle();
    assertEquals([chat.state.status, server.stored.size], ["stopped", 0]);
  });

  it("W15.6 the welcome lets getToken be asked again", async () => {
    using server = new FakeServer();
    let calls = 0;
    const { socket } = await server.welcomed({ getToken: () => `t${++calls}` });
    for (const expected of [1, 2]) {
      (expected === 1 ? socket : server.socket).end(1006);
      await server.clock.pass(1000);
      await server.refuse(401);
      assertEquals([calls, server.socket.offered[1]], [expected, `auth.t${expected}`]);
      await server.welcome();
    }
  });

  it("W15.3 a join is rejected while a token is needed, and is made when there is one", async () => {
    using server = new FakeServer();
    const chat = server.connect();
    const before = chat.join("general").catch(({ code }) => code);
    await server.refuse(401);
    assertEquals(await before, "UNAVAILABLE");
    assertEquals(await chat.join("general").catch(({ code }) => code), "UNAVAILABLE");
    const joined: string[] = [];
    chat.on("joined", ({ room }) => joined.push(room));
    chat.setToken("secret");
    const socket = await server.welcome();
    await server.join(socket, { seq: 0 });
    assertEquals(joined, ["general"]);
  });
});
