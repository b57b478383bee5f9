import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Entry, ListedRoom, RoomName, ServerMessage } from "../../src/protocol.ts";
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
async function answerJoins(
  socket: FakeSocket,
  changes: Partial<Joined> | ((room: string) => Partial<Joined>) = {},
): Promise<string[]> {
  await settle();
  const joins = socket.heard().filter(({ type }) => type === "join");
  for (const { room, ref } of joins) {
    const change = typeof changes === "function" ? changes(`${room}`) : changes;
    socket.tell({ ...JOINED, room: `${room}`, ref: `${ref}`, ...change });
  }
  await settle();
  return joins.map(({ room }) => `${room}`);
}

/** Answers the question for the rooms. */
async function list(socket: FakeSocket, rooms: ListedRoom[]) {
  await settle();
  const question = socket.heard().findLast(({ type }) => type === "rooms");
  socket.tell({ type: "rooms", rooms, ref: `${question?.ref}` });
  await settle();
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

  it("count what is unread in each and in all, until it is read, which the server is told", async () => {
    using server = new FakeServer();
    const { rooms } = openRooms(server, "herons", "general");
    rooms.start();
    const socket = await server.welcome();
    const changes = (room: string) => room === "herons" ? { seq: 5, read: 3 } : { seq: 5 };
    await answerJoins(socket, changes);
    assertEquals([rooms.get("general").unread, rooms.get("herons").unread], [0, 2]);
    socket.tell(said(6, "guest:2"), said(6, "guest:1", "herons"));
    assertEquals([rooms.get("general").unread, rooms.get("herons").unread], [1, 3]);
    assertEquals(unreadIn(rooms), 4);
    assertEquals(rooms.heard, 1, "one’s own words are not news");
    rooms.markRead(rooms.get("herons"));
    await settle();
    const reads = socket.heard().filter(({ type }) => type === "read");
    assertEquals([unreadIn(rooms), reads.map(({ room, seq }) => `${room} ${seq}`)], [1, [
      "herons 6",
    ]]);
  });

  it("W10.11 W10.12 those that were not joined have what the server counts, and mentions at once", async () => {
    using server = new FakeServer();
    const { rooms } = openRooms(server, "general");
    rooms.start();
    const socket = await server.welcome();
    await answerJoins(socket);
    rooms.ask();
    await list(socket, [
      { room: "herons", topic: "", count: 0, seq: 9, unread: 4, mentions: 1, private: true },
      {
        room: "@guest:1,guest:2",
        topic: "",
        count: 0,
        seq: 3,
        unread: 3,
        mentions: 0,
        user: "bob",
      },
    ]);
    assertEquals(rooms.standing("herons"), {
      ...{ name: "herons", title: "herons", isPrivate: true, unread: 4, mentions: 1 },
    });
    const direct = rooms.standing("@guest:1,guest:2");
    assertEquals([direct.title, direct.unread, direct.isPrivate], ["bob", 3, false]);
    assertEquals(rooms.has("herons"), false);
    socket.tell(said(1, "guest:2"));
    socket.tell({ type: "mention", room: "general", seq: 1, uid: "guest:2", user: "bob" });
    assertEquals([rooms.standing("general").unread, rooms.standing("general").mentions], [1, 1]);
    rooms.markRead(rooms.get("general"));
    assertEquals([rooms.standing("general").unread, rooms.standing("general").mentions], [0, 0]);
  });

  it("W10.14 a direct conversation opens when somebody writes, under their name, and stays", async () => {
    using server = new FakeServer();
    const { rooms, memory } = openRooms(server, "general");
    rooms.start();
    const socket = await server.welcome();
    await answerJoins(socket);
    const room = "@guest:1,guest:2";
    socket.tell(said(1, "guest:2", room));
    const opened = await answerJoins(socket, { seq: 1, messages: [said(1, "guest:2", room)] });
    assertEquals(opened, [room]);
    const { title, unread } = rooms.standing(room);
    assertEquals([title, unread, rooms.get(room).label], ["bob", 1, "bob"]);
    assertEquals(memory.rooms, ["general", room]);
    assertEquals(rooms.heard, 1);
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

  it("W10.11 have nothing unread in the list once all was read, also when they are left", async () => {
    using server = new FakeServer();
    const { rooms } = openRooms(server, "general");
    rooms.start();
    const socket = await server.welcome();
    const info = { topic: "", count: 1, seq: 2 };
    await list(socket, [{ ...info, room: "herons" as RoomName, unread: 2, mentions: 1 }]);
    const standing = () => {
      const { unread, mentions } = rooms.standing("herons");
      return [unread, mentions];
    };
    assertEquals(standing(), [2, 1]);
    const room = rooms.get("herons");
    rooms.join(room);
    const messages = [said(1, "guest:2", "herons"), said(2, "guest:2", "herons")];
    await answerJoins(socket, { messages, seq: 2, read: 0 } as Partial<Joined>);
    rooms.markRead(room);
    rooms.close(room);
    assertEquals(standing(), [0, 0]);
  });
});

function unreadIn({ all }: OpenRooms) {
  return all.reduce((sum, { unread }) => sum + unread, 0);
}
