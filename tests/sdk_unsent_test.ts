import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Chat } from "../static/chat.js";
import { entry, FakeServer, type FakeSocket, settle, WELCOME } from "./harness/fake_server.ts";

/** What became of each message, such as "one waiting" and "one sent 1". */
function record(chat: Chat): string[] {
  const log: string[] = [];
  chat.on("outgoing", ({ text, status, seq, refusal }) => {
    log.push([text, status, seq ?? refusal?.code].filter(Boolean).join(" "));
  });
  return log;
}

/** The messages that came, as text and ref. */
async function heardChats(socket: FakeSocket) {
  await settle();
  return socket.heard().filter(({ type }) => type === "chat")
    .map(({ text, ref }) => ({ text: `${text}`, ref: `${ref}` }));
}

function ack(socket: FakeSocket, ref: string, seq: number) {
  socket.tell({ type: "ack", ref, room: "general" as never, seq, ts: seq });
}

function texts(messages: { text: string }[]): string[] {
  return messages.map(({ text }) => text);
}

describe("sdk unsent", () => {
  it("W7.1 a message waits until its ack, which comes before the own copy", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const log = record(chat);
    chat.on("entry", ({ seq }) => log.push(`entry ${seq}`));
    const said = chat.say("general", "hi", { replyTo: 3 });
    assertEquals([said.status, said.at, said.replyTo], ["waiting", server.clock.now(), 3]);
    assertEquals(chat.unsent, [said]);
    await settle();
    assertEquals(socket.heard(), [
      { type: "chat", room: "general", text: "hi", ref: said.ref, replyTo: 3 },
    ]);
    socket.tell({ type: "ack", ref: said.ref, room: entry(1).room, seq: 1, ts: 1 }, entry(1, "hi"));
    assertEquals(log, ["hi waiting", "hi sent 1", "entry 1"]);
    assertEquals(chat.unsent, []);
  });

  it("W7.2 refs grow, and no two chats make the same", async () => {
    using server = new FakeServer();
    const { chat } = await server.joined();
    const [a, b] = [chat.say("general", "a").ref, chat.say("general", "b").ref];
    const [prefix, count] = a.split("-");
    assertEquals([/^[0-9a-z]{8,}$/.test(`${prefix}`), b], [true, `${prefix}-${Number(count) + 1}`]);
    server.clock.chance = 0.7;
    const other = server.connect().say("general", "c").ref;
    assertEquals(other.startsWith(`${prefix}`), false);
  });

  it("W4.3 a message waits for its room, and does not hold up others", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    chat.say("elsewhere", "later");
    chat.say("general", "now");
    assertEquals(texts(await heardChats(socket)), ["now"]);
    chat.join("elsewhere").catch(() => {});
    await server.join(socket);
    assertEquals(texts(await heardChats(socket)), ["later"]);
  });

  it("P4 what is not acknowledged is sent again in order under its ref, after the room is joined", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    for (const text of ["one", "two", "three"]) chat.say("general", text);
    const before = await heardChats(socket);
    ack(socket, before[1]!.ref, 1);
    socket.end(4009);
    chat.say("general", "four");
    const next = await server.welcome();
    await server.join(next);
    const after = await heardChats(next);
    assertEquals(texts(after), ["one", "three", "four"]);
    assertEquals([after[0], after[1]], [before[0]!, before[2]!]);
  });

  it("W13.3 keeps to the server's rate by itself, and a token of it in reserve", async () => {
    using server = new FakeServer();
    const limits = { ...WELCOME.limits, burst: 4, messagesPerSecond: 2 };
    const { chat, socket } = await server.joined({}, { limits });
    for (let i = 0; i < 6; i++) chat.say("general", `${i}`);
    assertEquals(texts(await heardChats(socket)), ["0", "1", "2"]);
    await server.clock.pass(499);
    assertEquals(await heardChats(socket), []);
    await server.clock.pass(1);
    assertEquals(texts(await heardChats(socket)), ["3"]);
    await server.clock.pass(1000);
    assertEquals(texts(await heardChats(socket)), ["4", "5"]);
    await server.clock.pass(30_000);
    for (let i = 0; i < 6; i++) chat.say("general", `${i}`);
    assertEquals(texts(await heardChats(socket)), ["0", "1", "2"]);
  });

  it("W13.3 RATE_LIMITED holds the queue as long as it says, and keeps the order", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const log = record(chat);
    for (const text of ["one", "two"]) chat.say("general", text);
    const [one, two] = await heardChats(socket);
    const limited = { type: "error", code: "RATE_LIMITED", message: "slow" } as const;
    socket.tell({ ...limited, ref: one!.ref, retryAfterMs: 1000 });
    socket.tell({ ...limited, ref: two!.ref, retryAfterMs: 900 });
    chat.say("general", "three");
    await server.clock.pass(999);
    assertEquals(socket.frames, []);
    await server.clock.pass(1);
    const again = await heardChats(socket);
    assertEquals(texts(again), ["one", "two", "three"]);
    assertEquals([again[0], again[1]], [one!, two!]);
    assertEquals(log, ["one waiting", "two waiting", "three waiting"]);
  });

  it("W7.3 UNAVAILABLE is tried again with a back-off, then it failed, and can be sent again", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined({}, { heartbeatMs: 1e6 });
    const log = record(chat);
    const { ref } = chat.say("general", "hi");
    const waits = [];
    for (let i = 0; i < 6; i++) {
      for (let ms = 0; socket.frames.length === 0; ms += 100) {
        waits[i] = ms;
        await server.clock.pass(ms ? 100 : 0);
        await settle();
      }
      assertEquals((await heardChats(socket))[0], { text: "hi", ref });
      const message = "the store is full";
      socket.tell({ type: "error", code: "UNAVAILABLE", message, retryAfterMs: 600, ref });
    }
    assertEquals(waits, [0, 600, 1000, 2000, 4000, 8000]);
    assertEquals(log, ["hi waiting", "hi failed UNAVAILABLE"]);
    assertEquals(chat.unsent[0]?.refusal?.message, "the store is full");
    await server.clock.pass(60_000);
    chat.resend(ref);
    chat.resend("unknown");
    assertEquals(await heardChats(socket), [{ text: "hi", ref }]);
    assertEquals(chat.unsent[0]?.refusal, undefined);
    ack(socket, ref, 1);
    assertEquals(log.slice(2), ["hi waiting", "hi sent 1"]);
  });

  it("W13 any other error is a failure, and the next ones go on", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const log = record(chat);
    const { ref } = chat.say("general", "");
    chat.say("general", "next");
    await settle();
    socket.tell({ type: "error", code: "INVALID_FIELD", message: "text must be longer", ref });
    assertEquals(log, [" waiting", "next waiting", " failed INVALID_FIELD"].map((s) => s.trim()));
    assertEquals(chat.unsent.map(({ status }) => status), ["failed", "waiting"]);
  });

  it("W13 an error that answers nothing is told", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const errors: unknown[] = [];
    chat.on("error", (error) => errors.push(error));
    socket.tell({ type: "error", code: "NOT_JOINED", message: "join a first", room: "a" });
    assertEquals(errors, [{ code: "NOT_JOINED", message: "join a first", room: "a" }]);
  });

  it("W2.1 what is larger than a frame may be fails without being sent", async () => {
    using server = new FakeServer();
    const limits = { ...WELCOME.limits, messageBytes: 200 };
    const chat = server.connect();
    chat.say("general", "ä".repeat(200));
    assertEquals(chat.unsent[0]?.status, "waiting");
    const socket = await server.welcome({ limits });
    assertEquals(chat.unsent[0]?.status, "failed");
    chat.join("general").catch(() => {});
    await server.join(socket);
    const said = chat.say("general", "x".repeat(200));
    assertEquals([said.status, said.refusal?.code], ["failed", "INVALID_FIELD"]);
    assertStringIncludes(`${said.refusal?.message}`, "200 bytes");
    chat.resend(said.ref);
    assertEquals([chat.unsent[1]?.status, await heardChats(socket)], ["failed", []]);
  });

  it("W13 1009 gives up the oldest message in flight, and the others are sent again", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const log = record(chat);
    chat.say("elsewhere", "not sent");
    for (const text of ["one", "two"]) chat.say("general", text);
    await settle();
    socket.end(1009);
    assertEquals(log.at(-1), "one failed INVALID_FIELD");
    assertEquals(chat.state.status === "waiting" && chat.state.reason, "too-big");
    await server.clock.pass(500);
    const next = await server.welcome();
    await server.join(next);
    assertEquals(texts(await heardChats(next)), ["two"]);
  });

  it("the queue is bounded, and discarding makes space", async () => {
    using server = new FakeServer();
    const chat = server.connect({ maxUnsent: 2 });
    const log = record(chat);
    const { ref } = chat.say("general", "one");
    chat.say("general", "two");
    assertThrows(() => chat.say("general", "three"), RangeError, "2 messages are unsent");
    chat.discard(ref);
    chat.discard(ref);
    chat.say("general", "three");
    assertEquals(log, ["one waiting", "two waiting", "one dropped", "three waiting"]);
    assertEquals(texts([...chat.unsent]), ["two", "three"]);
    await settle();
  });

  it("P4 what is unsent survives a reload, with its ref", async () => {
    using server = new FakeServer();
    const options = { storage: server.storage, maxUnsent: 3 };
    const { chat, socket } = await server.joined(options);
    const refs = ["failed", "sent", "waiting"].map((text) => chat.say("general", text).ref);
    await settle();
    socket.tell({ type: "error", code: "INTERNAL", message: "oops", ref: refs[0]! });
    ack(socket, refs[1]!, 1);
    await settle();

    server.clock.chance = 0.9;
    const reloaded = server.connect(options);
    assertEquals(reloaded.unsent, chat.unsent);
    const next = await server.welcome();
    reloaded.join("general").catch(() => {});
    await server.join(next);
    assertEquals(await heardChats(next), [{ text: "waiting", ref: refs[2]! }]);
    ack(next, refs[2]!, 2);
    reloaded.discard(refs[0]!);
    await settle();
    assertEquals([...server.stored.keys()], []);
  });

  it("another tab's unsent messages stay in the storage", async () => {
    using server = new FakeServer();
    const one = server.connect({ storage: server.storage });
    server.clock.chance = 0.9;
    const two = server.connect({ storage: server.storage });
    one.say("general", "of one");
    await settle();
    two.say("general", "of two");
    await settle();
    one.discard(one.unsent[0]!.ref);
    await settle();
    assertEquals(texts([...server.connect({ storage: server.storage }).unsent]), ["of two"]);
  });
});
