import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { RoomName } from "../src/protocol.ts";
import { FakeServer, type FakeSocket, settle } from "./harness/fake_server.ts";

/** The markers that came, as room and seq. */
async function heardReads(socket: FakeSocket) {
  await settle();
  return socket.heard().filter(({ type }) => type === "read").map(({ room, seq }) => [room, seq]);
}

describe("sdk read", () => {
  it("W10.10 tells at once how far one has read, then once a second the newest", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    chat.read("general", 1);
    chat.read("general", 2);
    chat.read("general", 5);
    chat.read("general", 4);
    assertEquals(await heardReads(socket), [["general", 1]]);
    await server.clock.pass(999);
    assertEquals(await heardReads(socket), []);
    await server.clock.pass(1);
    assertEquals(await heardReads(socket), [["general", 5]]);
    await server.clock.pass(5000);
    assertEquals(await heardReads(socket), []);
  });

  it("W10.10 tells what waits for its second at once where the program is about to go", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    chat.read("general", 1);
    chat.read("general", 5);
    assertEquals(await heardReads(socket), [["general", 1]]);
    chat.flush();
    chat.flush();
    assertEquals(await heardReads(socket), [["general", 5]]);
    chat.read("general", 6);
    await server.clock.pass(999);
    assertEquals(await heardReads(socket), []);
    await server.clock.pass(1);
    assertEquals(await heardReads(socket), [["general", 6]]);
  });

  it("W10.10 tells nothing that the server knows, or of a room one is not in", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const heard: string[] = [];
    chat.on("read", ({ room, seq }) => heard.push(`${room} ${seq}`));
    socket.tell({ type: "read", room: "general" as RoomName, seq: 7 });
    chat.read("general", 7);
    chat.read("other", 1);
    assertEquals([heard, await heardReads(socket)], [["general 7"], []]);
    chat.read("general", 8);
    chat.leave("general");
    chat.read("general", 9);
    await server.clock.pass(5000);
    assertEquals(await heardReads(socket), [["general", 8]]);
  });

  it("W10.10 tells what waits for its second before one leaves the room", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    chat.read("general", 1);
    chat.read("general", 5);
    chat.leave("general");
    await settle();
    const heard = socket.heard().filter(({ type }) => type === "read" || type === "leave");
    assertEquals(heard.map(({ type, seq }) => [type, seq]), [
      ["read", 1],
      ["read", 5],
      ["leave", undefined],
    ]);
  });

  it("W10.10 tells again after a reconnect what was lost with the connection", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    chat.read("general", 3);
    socket.end(1006);
    chat.read("general", 4);
    await server.clock.pass(1000);
    let next = await server.welcome();
    await server.join(next, { read: 2, seq: 4 });
    await server.clock.pass(1000);
    assertEquals(await heardReads(next), [["general", 4]]);
    next.end(1006);
    await server.clock.pass(3000);
    next = await server.welcome();
    await server.join(next, { read: 4, seq: 4 });
    await server.clock.pass(1000);
    assertEquals(await heardReads(next), []);
  });

  it("W10.10 W14.1 tells nothing of a log that is not there any more", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    socket.end(1006);
    chat.read("general", 9);
    await server.clock.pass(1000);
    const next = await server.welcome();
    await server.join(next, { epoch: "e2", gap: true });
    await server.clock.pass(1000);
    assertEquals(await heardReads(next), []);
  });
});
