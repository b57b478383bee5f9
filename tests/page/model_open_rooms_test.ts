import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Entry, ServerMessage } from "../../src/protocol.ts";
import { Memory, type SafeStorage } from "../../static/model/memory.js";
import { OpenRooms } from "../../static/model/open_rooms.js";
import { entry, FakeServer, type FakeSocket, JOINED, settle } from "../harness/fake_server.ts";

type Joined = Extract<ServerMessage, { type: "joined" }>;

/** The open rooms of a page whose visitor had these rooms open before. */
function openRooms(server: FakeServer, ...remembered: string[]) {
  const chat = server.connect({ storage: server.storage });
  const memory = new Memory(server.storage as unknown as SafeStorage);
  for (const room of remembered.toReversed()) memory.openRoom(room);
  const seen: string[] = [];
  const rooms = new OpenRooms(chat, memory, {
    changed: () => {},
    startedOver: ({ name }) => seen.push(name),
    farEnd: () => "oldest",
  });
  return { chat, memory, rooms, seen };
}

/** Answers every join that came, and gives the names of those rooms. */
async function answerJoins(socket: FakeSocket, changes: Partial<Joined> = {}): Promise<string[]> {
  await settle();
  const joins = socket.heard().filter(({ type }) => type === "join");
  for (const { room, ref } of joins) {
    socket.tell({ ...JOINED, room: `${room}`, ref: `${ref}`, ...changes });
  }
  await settle();
  return joins.map(({ room }) => `${room}`);
}

function said(seq: number, uid: string, room = "general", text = `${seq}`): Entry {
  return { ...entry(seq, text), room, uid } as Entry;
}

describe("the open rooms", () => {
  it("are those of the last visit, and are joined at once", async () => {
    using server = new FakeServer();
    const { rooms, seen } = openRooms(server, "herons", "general");
    rooms.start();
    const socket = await server.welcome();
    assertEquals(await answerJoins(socket), ["herons", "general"]);
    assertEquals(seen, ["herons", "general"]);
    assertEquals([rooms.has("herons"), rooms.has("random")], [true, false]);
    assertEquals(rooms.get("herons").isJoined, true);
  });

  it("W10.1 are listed after the public ones, which stand in the server’s order", async () => {
    using server = new FakeServer();
    const { rooms } = openRooms(server, "zebras", "general", "ants");
    rooms.start();
    const socket = await server.welcome();
    await settle();
    const question = socket.heard().find(({ type }) => type === "rooms");
    const info = { topic: "", count: 0, seq: 0 };
    const listed = ["random", "general"].map((room) => ({ room, ...info }));
    socket.tell({ type: "rooms", rooms: listed, ref: `${question?.ref}` });
    await settle();
    assertEquals(rooms.names, ["random", "general", "ants", "zebras"]);
  });

  it("count what is unread in each and in all, until it is read, which is remembered", async () => {
    using server = new FakeServer();
    const { rooms, memory } = openRooms(server, "general", "herons");
    memory.keepRead("herons", { seq: 3, epoch: "e1" });
    rooms.start();
    const socket = await server.welcome();
    await answerJoins(socket, { seq: 5 });
    assertEquals([rooms.get("general").unread, rooms.get("herons").unread], [0, 2]);
    socket.tell(said(6, "guest:2"), said(6, "guest:1", "herons"));
    assertEquals([rooms.get("general").unread, rooms.get("herons").unread], [1, 3]);
    assertEquals(rooms.unread, 4);
    assertEquals(rooms.heard, 1, "one’s own words are not news");
    rooms.markRead(rooms.get("herons"));
    assertEquals([rooms.unread, memory.read("herons")?.seq], [1, 6]);
  });

  it("P4 show what was not sent at the last visit, under one’s own name and once", async () => {
    using server = new FakeServer();
    const before = server.connect({ storage: server.storage });
    before.say("herons", "left over");
    await settle();
    const { rooms, memory } = openRooms(server, "general");
    memory.name = "Ada";
    rooms.start();
    const lines = () => rooms.get("herons").timeline.lines;
    assertEquals(lines().map((line) => line.kind === "said" && [line.user, line.uid]), [[
      "Ada",
      "",
    ]]);
    const socket = await server.welcome({ user: "Ada-2" });
    assertEquals(await answerJoins(socket), ["general", "herons"]);
    assertEquals(lines().map((line) => line.kind === "said" && [line.user, line.uid]), [
      ["Ada-2", "guest:1"],
    ]);
    const [chat] = socket.heard();
    socket.tell({ type: "ack", ref: `${chat?.ref}`, room: "herons", seq: 1, ts: 1 });
    socket.tell(said(1, "guest:1", "herons", "left over"));
    assertEquals(lines().map((line) => line.kind === "said" && [line.seq, line.status]), [[
      1,
      "sent",
    ]]);
  });

  it("W5.6 say why one could not be joined, until it is", async () => {
    using server = new FakeServer();
    const { rooms } = openRooms(server, "full");
    rooms.start();
    const socket = await server.welcome();
    await settle();
    const join = socket.heard().find(({ type }) => type === "join");
    const refusal = { code: "ROOM_FULL", message: "no place", ref: `${join?.ref}` } as const;
    socket.tell({ type: "error", room: "full", ...refusal });
    await settle();
    assertEquals(rooms.get("full").refusal?.code, "ROOM_FULL");
    assertEquals(rooms.get("full").unread, 0);
    rooms.join(rooms.get("full"));
    await answerJoins(socket, { seq: 9 });
    assertEquals([rooms.get("full").refusal, rooms.get("full").isJoined], [null, true]);
  });

  it("P3 take up what was missed, or start over after a gap and count that too", async () => {
    using server = new FakeServer();
    const { rooms, seen } = openRooms(server, "general");
    rooms.start();
    await answerJoins(await server.welcome(), { seq: 2, messages: [entry(1), entry(2)] });
    server.socket.end(4009);
    await server.clock.pass(10_000);
    await answerJoins(await server.welcome(), { seq: 3, messages: [entry(3)] });
    assertEquals([rooms.get("general").timeline.to, rooms.heard, seen.length], [3, 1, 1]);
    server.socket.end(4009);
    await server.clock.pass(10_000);
    const gap = { seq: 90, gap: true, more: true, messages: [entry(90)] };
    await answerJoins(await server.welcome(), gap);
    const { timeline, unread } = rooms.get("general");
    assertEquals([timeline.from, timeline.to, rooms.heard, unread], [90, 90, 88, 88]);
    assertEquals(seen, ["general", "general"]);
  });

  it("W10.2 know who types, until they have said it", async () => {
    using server = new FakeServer();
    const { rooms } = openRooms(server, "general");
    rooms.start();
    const socket = await server.welcome();
    await answerJoins(socket);
    socket.tell({ type: "typing", room: "general", uid: "guest:2", user: "bob", on: true });
    assertEquals(rooms.get("general").typists.names, ["bob"]);
    socket.tell(entry(1));
    assertEquals(rooms.get("general").typists.names, []);
  });
});
