import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ChatError } from "../static/chat.js";
import { entry, FakeServer, settle, WELCOME } from "./harness/fake_server.ts";

const rooms = [{ room: "general" as never, topic: "", count: 1, seq: 2 }];

describe("sdk requests", () => {
  it("W5.8 W9.2 W10.1 answers come to whom they belong by their ref", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const asked = [
      chat.history("general", { before: 3, limit: 2 }),
      chat.members("general", "guest:1"),
      chat.rooms(),
    ] as const;
    await settle();
    const [history, members, listed] = socket.heard();
    assertEquals([history, members, listed], [
      { type: "history", room: "general", before: 3, limit: 2, ref: history?.ref },
      { type: "members", room: "general", after: "guest:1", ref: members?.ref },
      { type: "rooms", ref: listed?.ref },
    ]);
    const room = entry(1).room;
    const more = false;
    socket.tell({ type: "rooms", rooms, ref: `${listed?.ref}` });
    socket.tell({ type: "members", room, members: [], count: 7, more, ref: `${members?.ref}` });
    const messages = [entry(1), entry(2)];
    const page = { messages, seq: 2, first: 1, more };
    socket.tell({ type: "history", room, ...page, ref: `${history?.ref}` });
    assertEquals((await asked[0]).messages.length, 2);
    assertEquals((await asked[1]).count, 7);
    assertEquals((await asked[2]).rooms, rooms);
  });

  it("W16.1 a search is asked with what it has, and brings its hits", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const asked = [chat.search("fox"), chat.search("fox", { room: "cafe\u0301", before: 7 })];
    await settle();
    const [everywhere, there] = socket.heard();
    assertEquals([everywhere, there], [
      { type: "search", text: "fox", ref: everywhere?.ref },
      { type: "search", text: "fox", room: "café", before: 7, ref: there?.ref },
    ]);
    const hit = { ...entry(1), ranges: [[0, 3] as [number, number]] };
    socket.tell({ type: "search", hits: [], ref: `${there?.ref}` });
    socket.tell({ type: "search", hits: [hit], before: 9, ref: `${everywhere?.ref}` });
    const answers = await Promise.all(asked);
    assertEquals(answers.map(({ hits, before }) => [hits.length, before]), [[1, 9], [
      0,
      undefined,
    ]]);
  });

  it("W13 a refusal rejects with its code", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const asked = chat.history("general");
    await settle();
    const ref = `${socket.heard()[0]?.ref}`;
    socket.tell({ type: "error", code: "NOT_JOINED", message: "join it first", ref });
    const error = await assertRejects(() => asked, ChatError, "join it first");
    assertEquals(error.code, "NOT_JOINED");
  });

  it("the end of the connection rejects what was asked, and not what still waits for one", async () => {
    using server = new FakeServer();
    const limits = { ...WELCOME.limits, burst: 1 };
    const { chat, socket } = await server.joined({}, { limits });
    const asked = chat.rooms();
    const waiting = [chat.rooms()];
    await settle();
    assertEquals(socket.heard().length, 1);
    socket.end(1006);
    assertEquals((await assertRejects(() => asked, ChatError)).code, "UNAVAILABLE");
    waiting.push(chat.rooms());
    await server.clock.pass(500);
    const next = await server.welcome();
    for (const { ref, type } of next.heard()) {
      if (type === "rooms") next.tell({ type: "rooms", rooms, ref: `${ref}` });
    }
    assertEquals((await Promise.all(waiting)).length, 2);
  });

  it("W5.4 the end of the connection rejects what names a message, also where it waits", async () => {
    using server = new FakeServer();
    const limits = { ...WELCOME.limits, burst: 1 };
    const { chat, socket } = await server.joined({}, { limits });
    const asked = [chat.edit("general", 1, "a"), chat.delete("general", 1)];
    await settle();
    assertEquals(socket.heard().length, 1);
    socket.end(1006);
    for (const each of asked) {
      assertEquals((await assertRejects(() => each, ChatError)).code, "UNAVAILABLE");
    }
    await server.clock.pass(500);
    const next = await server.welcome();
    await server.clock.pass(5_000);
    assertEquals(next.heard().map(({ type }) => type), ["join"]);
  });

  it("W7.2 what is asked again under its ref before the answer has the same one", async () => {
    using server = new FakeServer();
    const limits = { ...WELCOME.limits, burst: 1 };
    const { chat, socket } = await server.joined({}, { limits });
    chat.rooms();
    const asked = [1, 2].map(() => chat.edit("general", 1, "a", "mine"));
    await server.clock.pass(1_000);
    asked.push(chat.edit("general", 1, "a", "mine"));
    await server.clock.pass(1_000);
    assertEquals(socket.heard().map(({ ref }) => ref).filter((ref) => ref === "mine").length, 1);
    socket.tell({ type: "ack", ref: "mine", room: "general" as never, seq: 2, ts: 1 });
    assertEquals((await Promise.all(asked)).map(({ seq }) => seq), [2, 2, 2]);
  });

  it("what waits for a connection is rejected when there will be none", async () => {
    using server = new FakeServer();
    const chat = server.connect();
    const waiting = chat.rooms();
    await server.refuse(403);
    assertEquals((await assertRejects(() => waiting, ChatError)).code, "UNAVAILABLE");
    await assertRejects(() => chat.rooms(), ChatError);
  });

  it("W13.3 questions draw on the same rate as messages, and one over it is asked again", async () => {
    using server = new FakeServer();
    const limits = { ...WELCOME.limits, burst: 3, messagesPerSecond: 1 };
    const { chat, socket } = await server.joined({}, { limits });
    chat.say("general", "hi");
    const asked = [chat.rooms(), chat.rooms()] as const;
    await settle();
    const [first] = socket.heard().filter(({ type }) => type === "rooms");
    const ref = `${first?.ref}`;
    socket.tell({ type: "error", code: "RATE_LIMITED", message: "slow", ref, retryAfterMs: 3000 });
    await server.clock.pass(2999);
    assertEquals(socket.frames, []);
    await server.clock.pass(1);
    const again = socket.heard();
    assertEquals(again[0]?.ref, ref);
    for (const { ref } of again) socket.tell({ type: "rooms", rooms, ref: `${ref}` });
    assertEquals((await Promise.all(asked)).length, 2);
  });

  it("a lost connection is no unhandled rejection for who did not wait", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    chat.rooms();
    await settle();
    socket.end(1006);
    chat.join("other");
    chat.close();
    await settle();
  });
});
