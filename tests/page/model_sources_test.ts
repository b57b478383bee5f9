import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Room } from "../../static/model/room.js";
import { Sources } from "../../static/model/sources.js";
import { entry, FakeServer, JOINED, settle } from "../harness/fake_server.ts";

/** A room of which entry 60 is held, and what is asked for what it quotes. */
async function given(server: FakeServer) {
  const { chat } = await server.joined();
  const room = new Room("general", () => {});
  room.join({ ...JOINED, seq: 60, messages: [entry(60)], more: true, resumed: false });
  const sources = new Sources(chat, () => {});
  server.socket.heard();
  return {
    room,
    sources,
    asked: async () => {
      await settle();
      return server.socket.heard().filter(({ type }) => type === "history");
    },
    answer: async (ref: unknown, seq: number) => {
      const page = { messages: [entry(seq)], seq: 60, first: 1, more: true };
      server.socket.tell({ type: "history", room: "general", ...page, ref: `${ref}` });
      await settle();
    },
  };
}

describe("the sources", () => {
  it("W5.8 are asked for once each, one at a time", async () => {
    using server = new FakeServer();
    const { room, sources, asked, answer } = await given(server);
    for (const seq of [7, 8, 7, 60]) sources.want(room, seq);
    const [first, ...none] = await asked();
    assertEquals([first?.around, none], [7, []]);
    await answer(first?.ref, 7);
    const [second] = await asked();
    assertEquals(second?.around, 8);
    await answer(second?.ref, 8);
    for (const seq of [7, 8]) sources.want(room, seq);
    assertEquals(await asked(), []);
    assertEquals([7, 8].map((seq) => room.timeline.source(seq)?.text), ["message 7", "message 8"]);
  });

  it("W5.8 are asked for again by who wants one that could not be had", async () => {
    using server = new FakeServer();
    const { room, sources, asked, answer } = await given(server);
    sources.want(room, 7);
    assertEquals((await asked()).length, 1);
    server.socket.end(4009);
    await server.clock.pass(10_000);
    await server.welcome();
    sources.want(room, 7);
    const [again] = await asked();
    assertEquals(again?.around, 7);
    await answer(again?.ref, 7);
    assertEquals(room.timeline.source(7)?.text, "message 7");
  });
});
