import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeServer, settle, WELCOME } from "./harness/fake_server.ts";

describe("sdk", () => {
  it("finds /ws from any form of the base address", () => {
    for (
      const [given, expected] of [
        ["https://h", "wss://h/ws"],
        ["http://h:8000/", "ws://h:8000/ws"],
        ["wss://h/ws", "wss://h/ws"],
        ["ws://h/under/a/path/", "ws://h/under/a/path/ws"],
        ["http://h/ws/?heartbeat=off#here", "ws://h/ws/"],
      ] as const
    ) {
      using server = new FakeServer();
      server.connect({}, given);
      assertEquals(server.socket.url.href, expected);
    }
  });

  it("W8.2 sends the wished name as username", () => {
    using server = new FakeServer();
    server.connect({ name: "Ada & Co" });
    assertEquals(server.socket.url.searchParams.get("username"), "Ada & Co");
  });

  it("W15.3 offers snug.v1, and a credential only when there is one, percent-encoded", () => {
    using server = new FakeServer();
    server.connect();
    assertEquals(server.socket.offered, ["snug.v1"]);
    server.connect({ token: "a/b (c)=é%" });
    assertEquals(server.socket.offered, ["snug.v1", "auth.a%2Fb%20%28c%29%3D%C3%A9%25"]);
    assertEquals(server.socket.url.search, "");
  });

  it("W1.2 plain offers nothing, and sends one object in each frame", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.welcomed({ plain: true, token: "t" });
    assertEquals(socket.offered, []);
    assertEquals(socket.url.search, "?token=t");
    chat.join("a").catch(() => {});
    chat.join("b").catch(() => {});
    await settle();
    assertEquals(socket.frames.length, 2);
  });

  it("W1.3 what is sent in one turn shares a frame", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    chat.say("general", "one");
    chat.typing("general");
    chat.say("general", "two");
    await settle();
    assertEquals(socket.frames.length, 1);
    assertEquals(socket.heard().map(({ type }) => type), ["chat", "typing", "chat"]);
  });

  it("W2.3 W2.1 a frame holds at most 64 messages, and no more bytes than the limit", async () => {
    using server = new FakeServer();
    const limits = { ...WELCOME.limits, messageBytes: 1000, burst: 200 };
    const { chat, socket } = await server.joined({}, { limits });
    for (let i = 0; i < 100; i++) chat.typing("general");
    await settle();
    assertEquals(socket.frames.map((frame) => String(frame).length <= 1000), [
      ...Array(socket.frames.length).fill(true),
    ]);
    assertEquals(socket.heard().length, 100);

    const roomy = await server.joined({}, { limits: { ...limits, messageBytes: 1_000_000 } });
    for (let i = 0; i < 100; i++) roomy.chat.typing("general");
    await settle();
    const sizes = roomy.socket.frames.map((frame) => String(frame).split("\n").length);
    assertEquals(sizes, [64, 36]);
  });

  it("W8.1 is connected, and knows who it is and the limits, once the welcome has come", async () => {
    using server = new FakeServer();
    const chat = server.connect();
    assertEquals([chat.state, chat.me], [{ status: "connecting", attempt: 1 }, null]);
    const order: string[] = [];
    chat.on("state", ({ status }) => order.push(`${status} ${chat.me?.user}`));
    chat.on("welcome", ({ version }) => order.push(version));
    server.socket.open();
    assertEquals(chat.state.status, "connecting");
    await server.welcome();
    assertEquals(order, ["connected ada", "0.1.0"]);
    assertEquals(chat.me, { uid: "guest:1", user: "ada" });
    assertEquals(chat.limits, WELCOME.limits);
  });

  it("W8.3 keeps the session over a reload and offers it in place of the token", async () => {
    using server = new FakeServer();
    const options = { storage: server.storage, token: "t" };
    await server.welcomed(options, { session: "s1" });
    server.connect(options);
    assertEquals(server.socket.offered[1], "auth.s1");
    server.connect({ ...options, plain: true });
    assertEquals(server.socket.url.search, "?session=s1");
    server.connect(options, "https://other.example");
    assertEquals(server.socket.offered[1], "auth.t");
    assertMatch([...server.stored.keys()].join(), /^snug:/);
  });

  it("a storage that throws breaks nothing", async () => {
    using server = new FakeServer();
    const broken = () => {
      throw new Error("denied");
    };
    const storage = { getItem: broken, setItem: broken, removeItem: broken };
    const { chat, socket } = await server.joined({ storage }, { session: "s" });
    chat.say("general", "hi");
    await settle();
    assertEquals(socket.heard().length, 1);
    assertEquals(chat.unsent.length, 1);
  });

  it("what is stored and makes no sense is ignored", () => {
    using server = new FakeServer();
    server.stored.set("snug:session:chat.example", "{");
    server.stored.set("snug:unsent:chat.example", '[1,{"ref":2},null]');
    const chat = server.connect({ storage: server.storage });
    assertEquals([server.socket.offered, chat.unsent], [["snug.v1"], []]);
  });

  it("a WebSocket that can't be made stops it in words", () => {
    using server = new FakeServer();
    class Forbidden {
      constructor() {
        throw new DOMException("mixed content", "SecurityError");
      }
    }
    const chat = server.connect({ WebSocket: Forbidden as unknown as typeof WebSocket });
    assertEquals(chat.state, { status: "stopped", reason: "refused", message: "mixed content" });
  });

  it("W12.1 answers the server's ping", async () => {
    using server = new FakeServer();
    const { socket } = await server.welcomed();
    socket.tell({ type: "ping", ts: 7 });
    await settle();
    assertEquals(socket.heard(), [{ type: "pong", ts: 7 }]);
  });

  it("W11.1 sends and receives binary frames", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const received: unknown[] = [];
    chat.on("binary", (binary) => received.push(binary));
    chat.sendBinary("elsewhere", new Uint8Array([9]));
    chat.sendBinary("general", new Uint8Array([1, 2]));
    assertEquals(socket.frames.splice(0), [
      new Uint8Array([7, ...new TextEncoder().encode("general"), 1, 2]),
    ]);
    const incoming = (...bytes: number[]) =>
      socket.onmessage?.({ data: new Uint8Array(bytes).buffer });
    incoming(1, 97, 2, 117, 49, 8, 9);
    incoming(5, 97);
    incoming();
    assertEquals(received, [{ room: "a", uid: "u1", data: new Uint8Array([8, 9]) }]);
    assertThrows(() => chat.sendBinary("general", new Uint8Array(16_384)), RangeError, "16384");
  });

  it("W1.1 what is no message is ignored, and what comes with it is not", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.welcomed();
    const heard: string[] = [];
    chat.on("system", ({ text }) => heard.push(text));
    const system = JSON.stringify({ type: "system", room: "general", text: "hi" });
    socket.onmessage?.({ data: `{\n7\n\n{"type":"unheard-of"}\n${system}` });
    assertEquals(heard, ["hi"]);
  });

  it("a listener that throws stops neither the others nor the chat, and can be taken off", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.welcomed();
    const heard: string[] = [];
    const faults: unknown[] = [];
    const onError = (event: ErrorEvent) => {
      event.preventDefault();
      faults.push(event.error);
    };
    addEventListener("error", onError);
    chat.on("system", () => {
      throw new Error("on purpose");
    });
    const off = chat.on("system", ({ text }) => heard.push(text));
    socket.tell({ type: "system", room: "general", text: "one" });
    await settle();
    off();
    socket.tell({ type: "system", room: "general", text: "two" });
    await settle();
    removeEventListener("error", onError);
    assertEquals(heard, ["one"]);
    assertEquals(faults.length, 2);
  });

  it("close() still sends what was sent in the same turn", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    chat.leave("general");
    chat.close();
    assertEquals(socket.heard().map(({ type }) => type), ["leave"]);
  });

  it("W13 close() closes 1000, rejects what waits and hears nothing more", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const states: string[] = [];
    const entries: unknown[] = [];
    chat.on("state", ({ status }) => states.push(status));
    chat.on("entry", (entry) => entries.push(entry));
    const joining = chat.join("other");
    const rooms = chat.rooms();
    chat.close();
    chat.close();
    await assertRejects(() => joining, Error, "closed");
    assertEquals((await rooms.catch((error) => error)).code, "UNAVAILABLE");
    await assertRejects(() => chat.join("general"));
    await assertRejects(() => chat.rooms());
    socket.tell({ type: "chat", room: "general", seq: 1, ts: 1, uid: "u", user: "u", text: "x" });
    chat.retryNow();
    chat.setToken("t");
    assertEquals([socket.closedWith, states, entries], [1000, ["closed"], []]);
    assertEquals(server.sockets.length, 1);
  });
});
