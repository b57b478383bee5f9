import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type Chat, ChatError } from "../static/chat.js";
import { entry, FakeServer, JOINED, settle } from "./harness/fake_server.ts";
import { texts } from "./harness/visitor.ts";

/** What the events say, such as "joined 2 up to 3 resumed" and "entry 4". */
function record(chat: Chat): string[] {
  const log: string[] = [];
  chat.on("joined", ({ seq, messages, resumed }) => {
    log.push(`joined ${messages.length} up to ${seq}${resumed ? " resumed" : ""}`);
  });
  chat.on("entry", ({ seq }) => log.push(`entry ${seq}`));
  chat.on("left", ({ room }) => log.push(`left ${room}`));
  chat.on("error", ({ code }) => log.push(`error ${code}`));
  return log;
}

/** Ends the connection, and welcomes the one that comes after it. */
async function reconnect(server: FakeServer) {
  server.socket.end(4009);
  await server.clock.pass(10_000);
  return await server.welcome();
}

describe("sdk rooms", () => {
  it("W5.2 the page of a first join is in joined, and not told as entries", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.welcomed();
    const log = record(chat);
    const promise = chat.join("general");
    const join = await server.join(socket, { seq: 2, messages: [entry(1), entry(2)] });
    assertEquals(join.since, undefined);
    assertEquals((await promise).messages.length, 2);
    assertEquals(log, ["joined 2 up to 2"]);
    assertEquals(chat.position("general"), { epoch: "e1", seq: 2 });
    assertEquals(chat.position("other"), undefined);
  });

  it("P3 a reconnect resumes: what was missed comes as entries, each once and in order", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const log = record(chat);
    const positions: unknown[] = [];
    chat.on("entry", ({ seq }) => positions.push([seq, chat.position("general")?.seq]));
    socket.tell(entry(1), entry(2));
    const next = await reconnect(server);
    const join = await server.join(next, { seq: 4, messages: [entry(3), entry(4)] });
    assertEquals(join.since, { epoch: "e1", seq: 2 });
    next.tell(entry(5));
    assertEquals(log, [
      "entry 1",
      "entry 2",
      "joined 2 up to 4 resumed",
      "entry 3",
      "entry 4",
      "entry 5",
    ]);
    assertEquals(positions, [[1, 1], [2, 2], [3, 3], [4, 4], [5, 5]]);
  });

  it("W5.4 after a gap the newest page takes the place of what was known", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    socket.tell(entry(1));
    const log = record(chat);
    const next = await reconnect(server);
    await server.join(next, { gap: true, epoch: "e2", seq: 900, messages: [entry(900)] });
    next.tell(entry(900), entry(901));
    assertEquals(log, ["joined 1 up to 900", "entry 901"]);
    assertEquals(chat.position("general"), { epoch: "e2", seq: 901 });
  });

  it("P3 an entry that is known is ignored", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const log = record(chat);
    socket.tell(entry(1), entry(1), entry(2), entry(1));
    assertEquals(log, ["entry 1", "entry 2"]);
  });

  it("P2 a hole is not told: the room is joined again from where it was", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const log = record(chat);
    socket.tell(entry(1), entry(3));
    socket.tell(entry(4));
    await settle();
    const joins = socket.frames.length;
    const join = await server.join(socket, { seq: 4, messages: [entry(2), entry(3), entry(4)] });
    assertEquals([joins, join.since], [1, { epoch: "e1", seq: 1 }]);
    assertEquals(log, ["entry 1", "joined 3 up to 4 resumed", "entry 2", "entry 3", "entry 4"]);
  });

  it("W14 a kind of entry that is yet to be invented has its place in the log", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const log = record(chat);
    socket.onmessage?.({
      data: '{"type":"edited","room":"general","seq":1,"ts":1,"uid":"u","user":"u","of":1}',
    });
    socket.tell(entry(2));
    assertEquals(log, ["entry 1", "entry 2"]);
  });

  it("W5.7 leave is told at once, and the room is neither heard nor joined again", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const log = record(chat);
    chat.leave("general");
    await settle();
    const [leave] = socket.heard();
    assertEquals(leave?.type, "leave");
    socket.tell(entry(1), { type: "left", room: "general", ref: `${leave?.ref}` });
    const next = await reconnect(server);
    assertEquals([log, next.heard()], [["left general"], []]);
  });

  it("W5.7 a left that nobody asked for is told, and the room forgotten", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const log = record(chat);
    socket.tell({ type: "left", room: "general" });
    assertEquals([log, chat.position("general")], [["left general"], undefined]);
  });

  it("W10.6 who is kicked while a second join is on its way stays out", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const log = record(chat);
    const again = chat.join("general");
    await settle();
    const [join] = socket.heard();
    // The server put them out first, and then let them in.
    socket.tell({ type: "left", room: "general", reason: "kicked", by: "mod" });
    socket.tell({ ...JOINED, ref: `${join?.ref}` });
    await assertRejects(() => again, ChatError, "left");
    await settle();
    assertEquals(socket.heard().map(({ type, room }) => [type, room]), [["leave", "general"]]);
    assertEquals(log, ["left general"]);
  });

  it("W3.1 the answer to a join before a leave is not taken for that of the one after", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.welcomed();
    const log = record(chat);
    const first = chat.join("general");
    chat.leave("general");
    const second = chat.join("general");
    await assertRejects(() => first, ChatError, "left");
    await settle();
    const [one, leave, two] = socket.heard().map(({ ref }) => `${ref}`);
    assert(one && leave && two);
    socket.tell(
      { ...JOINED, ref: one },
      entry(1),
      { type: "left", room: JOINED.room, ref: leave },
      { ...JOINED, seq: 1, ref: two },
    );
    assertEquals((await second).seq, 1);
    assertEquals(log, ["left general", "joined 0 up to 1"]);
  });

  it("W5.6 joining again asks for the newest page", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    socket.tell(entry(1));
    const log = record(chat);
    const promise = chat.join("general");
    assert(promise === chat.join("general"));
    await settle();
    socket.tell(entry(2));
    const join = await server.join(socket, { seq: 2, messages: [entry(1), entry(2)] });
    assertEquals([join.since, (await promise).resumed], [undefined, false]);
    socket.tell(entry(3));
    assertEquals(log, ["entry 2", "joined 2 up to 2", "entry 3"]);
  });

  it("a join waits for the connection, and is sent again when that ends", async () => {
    using server = new FakeServer();
    const chat = server.connect();
    const promise = chat.join("cafe\u0301");
    const first = await server.welcome();
    assertEquals(first.heard()[0]?.room, "caf\u00e9");
    const second = await reconnect(server);
    await server.join(second);
    assertEquals((await promise).room as string, "caf\u00e9");
    assertEquals(chat.position("cafe\u0301")?.seq, 0);
  });

  it("W13 a join that is refused rejects, and the room is forgotten", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.welcomed();
    const log = record(chat);
    const promise = chat.join("general");
    chat.say("general", "hi");
    await settle();
    const ref = `${socket.heard()[0]?.ref}`;
    socket.tell({ type: "error", code: "INVALID_FIELD", message: "no", ref });
    const error = await assertRejects(() => promise, ChatError, "no");
    assertEquals([error.code, log], ["INVALID_FIELD", []]);
    assertEquals(chat.unsent[0]?.refusal?.code, "INVALID_FIELD");
    assertEquals((await reconnect(server)).heard(), []);
  });

  it("W13 a rejoin that is refused for good is an error, and the room is forgotten", async () => {
    using server = new FakeServer();
    const { chat } = await server.joined();
    const log = record(chat);
    const socket = await reconnect(server);
    const ref = `${socket.heard()[0]?.ref}`;
    socket.tell({ type: "error", code: "FORBIDDEN", message: "no", ref });
    await server.clock.pass(60_000);
    assertEquals([log, chat.position("general")], [["error FORBIDDEN"], undefined]);
  });

  it("W13 it is one also after the join had to wait", async () => {
    using server = new FakeServer();
    const { chat } = await server.joined({}, { heartbeatMs: 1e6 });
    const log = record(chat);
    const socket = await reconnect(server);
    for (const code of ["UNAVAILABLE", "UNAVAILABLE", "FORBIDDEN"] as const) {
      socket.tell({ type: "error", code, message: "no", ref: `${socket.heard()[0]?.ref}` });
      await server.clock.pass(1000);
    }
    assertEquals(log, ["error UNAVAILABLE", "error FORBIDDEN"]);
    assertEquals(chat.position("general"), undefined);
  });

  it("W5.6 a rejoin into a full room is tried until there is space, and told once", async () => {
    using server = new FakeServer();
    const { chat } = await server.joined({}, { heartbeatMs: 1e6 });
    const log = record(chat);
    const socket = await reconnect(server);
    for (const waitMs of [500, 1000, 2000]) {
      const [join] = socket.heard();
      assertEquals(join?.since, { epoch: "e1", seq: 0 });
      socket.tell({ type: "error", code: "ROOM_FULL", message: "full", ref: `${join?.ref}` });
      await server.clock.pass(waitMs - 1);
      assertEquals(socket.frames, []);
      await server.clock.pass(1);
    }
    await server.join(socket);
    assertEquals(log, ["error ROOM_FULL", "joined 0 up to 0 resumed"]);
  });

  it("W5.6 a rejoin that another connection has done is not tried again", async () => {
    using server = new FakeServer();
    await server.joined();
    const full = await reconnect(server);
    const ref = `${full.heard()[0]?.ref}`;
    full.tell({ type: "error", code: "ROOM_FULL", message: "full", ref, retryAfterMs: 20_000 });
    const socket = await reconnect(server);
    await server.join(socket);
    await server.clock.pass(20_000);
    assertEquals(socket.frames, []);
  });

  it("W6 fifty rooms are joined again at once, in one frame", async () => {
    using server = new FakeServer();
    const { chat } = await server.welcomed();
    for (let i = 0; i < 50; i++) chat.join(`room${i}`).catch(() => {});
    const socket = await reconnect(server);
    assertEquals([socket.frames.length, socket.heard().length], [1, 50]);
  });

  it("W13.3 a join over the rate is sent again when the server says", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.welcomed();
    const promise = chat.join("general");
    await settle();
    const ref = `${socket.heard()[0]?.ref}`;
    socket.tell({ type: "error", code: "RATE_LIMITED", message: "slow", ref, retryAfterMs: 700 });
    await server.clock.pass(699);
    assertEquals(socket.frames, []);
    await server.clock.pass(1);
    await server.join(socket);
    assertEquals((await promise).seq, 0);
  });

  it("P3 W5.4 entries of another epoch never follow the old ones, whatever was asked twice", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const seen: string[] = [];
    chat.on("joined", ({ epoch, seq }) => seen.push(`joined ${epoch} ${seq}`));
    chat.on("entry", (entry) => seen.push(`${entry.seq} ${texts([entry])}`));
    socket.tell(entry(1, "before"));
    socket.end(1006);
    await server.clock.pass(500);
    const next = await server.welcome();
    await settle();
    const [first] = next.heard();
    const again = chat.join("general");
    await settle();
    const [second] = next.heard();
    const other = { ...JOINED, epoch: "e2" };
    const one = entry(1, "other");
    const two = entry(2, "of e2");
    next.tell({ ...other, seq: 1, messages: [one], gap: true, ref: `${first!.ref}` });
    next.tell(two);
    next.tell({ ...other, seq: 2, messages: [one, two], ref: `${second!.ref}` });
    await again;
    assertEquals(seen, ["1 before", "joined e2 2"]);
  });
});
