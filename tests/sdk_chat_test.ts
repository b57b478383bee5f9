import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { RoomName } from "../src/protocol.ts";
import { ChatError } from "../static/chat.js";
import { entry, FakeServer, settle } from "./harness/fake_server.ts";

const room = "general" as RoomName;
const direct = "@guest:1,guest:2" as RoomName;
const NICK = { type: "nick" as const, uid: "guest:1", was: "ada" };

describe("sdk nick", () => {
  it("W8.6 resolves with the new name, which is kept over a reconnect", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined({ name: "ada", storage: server.storage });
    const asked = chat.nick("Ada Byron");
    await settle();
    const [{ ref }] = socket.heard() as [{ ref: string }];
    socket.tell({ ...NICK, user: "Ada Byron", session: "fresh", ref });
    assertEquals((await asked).user, "Ada Byron");
    assertEquals(chat.me, { uid: "guest:1", user: "Ada Byron" });
    socket.end(1006);
    await server.clock.pass(1000);
    assertEquals(server.socket.url.searchParams.get("username"), "Ada Byron");
    assertEquals(server.socket.offered[1], "auth.fresh");
    server.connect({ storage: server.storage });
    assertEquals(server.socket.offered[1], "auth.fresh");
  });

  it("W8.6 a name taken on another connection is one's own, W9.6 others' are told as they are", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const told: string[] = [];
    chat.on("nick", ({ room, user, was }) => told.push(`${room} ${was} ${user}`));
    socket.tell({ ...NICK, user: "x", session: null });
    socket.tell({ ...NICK, uid: "guest:2", was: "bob", user: "y", room });
    assertEquals([told, chat.me?.user], [["undefined ada x", "general bob y"], "x"]);
  });

  it("W8.6 rejects where the name is taken, and the old one stays", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const asked = chat.nick("bob");
    await settle();
    const [{ ref }] = socket.heard() as [{ ref: string }];
    socket.tell({ type: "error", code: "CONFLICT", message: "taken", ref });
    assertEquals((await assertRejects(() => asked, ChatError)).code, "CONFLICT");
    assertEquals(chat.me?.user, "ada");
  });
});

describe("sdk direct", () => {
  it("W10.14 P4 what is said to a user is sent again until its ack, which names the room", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.welcomed();
    const log: string[] = [];
    chat.on("outgoing", ({ to, room, status }) => log.push(`${to} ${status} ${room}`));
    const { ref } = chat.direct("bob", "hi");
    await settle();
    const message = { type: "direct", to: "bob", text: "hi", ref };
    assertEquals(socket.heard(), [message]);
    socket.end(1006);
    await server.clock.pass(1000);
    const next = await server.welcome();
    assertEquals(next.heard(), [message]);
    next.tell({ type: "ack", ref, room: direct, seq: 1, ts: 1 });
    assertEquals(log, ["bob waiting ", `bob sent ${direct}`]);
    assertEquals(chat.unsent, []);
  });

  it("W10.14 one to nobody fails, and one that is too large never leaves", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.welcomed();
    const { ref } = chat.direct("nobody", "hi");
    await settle();
    socket.heard();
    socket.tell({ type: "error", code: "NOT_FOUND", message: "nobody", ref });
    const large = chat.direct("bob", "x".repeat(16_384));
    await settle();
    assertEquals(chat.unsent.map(({ refusal }) => refusal?.code), ["NOT_FOUND", "INVALID_FIELD"]);
    assertEquals([large.status, socket.heard()], ["failed", []]);
  });

  it("W10.14 W5.9 entries come as direct, and as entry where the conversation was joined", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const heard: string[] = [];
    chat.on("direct", ({ seq }) => heard.push(`direct ${seq}`));
    chat.on("entry", ({ seq }) => heard.push(`entry ${seq}`));
    socket.tell({ ...entry(1), room: direct });
    const joining = chat.join(direct);
    await settle();
    // It is in the `joined` that is on its way.
    socket.tell({ ...entry(2), room: direct });
    await server.join(socket, { seq: 2 });
    socket.tell({ ...entry(3), room: direct });
    assertEquals([(await joining).room, heard], [direct, ["direct 1", "entry 3"]]);
    assertEquals(socket.heard(), []);
  });

  it("W10.12 a mention is told, also of a room that was not joined", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const heard: string[] = [];
    for (const type of ["mention", "entry", "direct"] as const) {
      chat.on(type, ({ room, seq }) => heard.push(`${type} ${room} ${seq}`));
    }
    const told = { type: "mention" as const, uid: "guest:2", user: "bob", seq: 7 };
    socket.tell({ ...told, room }, { ...told, room: "other" as RoomName });
    assertEquals(heard, ["mention general 7", "mention other 7"]);
    assertEquals([chat.position("general")?.seq, socket.heard()], [0, []]);
  });

  it("W11.2 a conversation of a longer name than a byte counts takes no binary", async () => {
    using server = new FakeServer();
    const { chat } = await server.welcomed();
    const long = `@${"a".repeat(128)},${"b".repeat(128)}`;
    let error: unknown;
    try {
      chat.sendBinary(long, new Uint8Array(1));
    } catch (thrown) {
      error = thrown;
    }
    assertEquals(error instanceof RangeError, true);
  });
});
