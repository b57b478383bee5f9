import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { ServerMessage } from "../../src/protocol.ts";
import { Pages } from "../../static/model/pages.js";
import { Room } from "../../static/model/room.js";
import { entry, FakeServer, JOINED, settle } from "../harness/fake_server.ts";

/** A room of which entries 51 to 60 are held, and what its pages ask for. */
async function given(server: FakeServer) {
  const { chat, socket } = await server.joined();
  const room = new Room("general", () => {});
  const messages = entries(51, 60);
  room.join({ ...JOINED, seq: 60, messages, more: true, resumed: false });
  const puts: string[] = [];
  const pages = new Pages(chat, ({ loading, timeline }) => {
    puts.push(`${loading} ${timeline.from}-${timeline.to}`);
  });
  socket.heard();
  return {
    room,
    pages,
    puts,
    asked: async () => {
      await settle();
      const heard = socket.heard();
      return heard.map(({ type, room, before, around, ref }) => ({
        type,
        room,
        before,
        around,
        ref,
      }));
    },
    answer: async (ref: unknown, from: number, to: number, seq = to, more = from > 1) => {
      const page = { messages: entries(from, to), seq, first: 1, more };
      socket.tell({ type: "history", room: "general", ...page, ref: `${ref}` });
      await settle();
    },
    tell: async (message: ServerMessage) => {
      socket.tell(message);
      await settle();
    },
  };
}

function entries(from: number, to: number) {
  return Array.from({ length: to - from + 1 }, (_, index) => entry(from + index));
}

describe("the pages", () => {
  it("W5.8 ask for what is before the oldest held, and put it there, one at a time", async () => {
    using server = new FakeServer();
    const { pages, room, puts, asked, answer } = await given(server);
    pages.older(room);
    pages.older(room);
    const questions = await asked();
    assertEquals(questions.map(({ type, before }) => [type, before]), [["history", 51]]);
    assertEquals(room.loading, "older");
    await answer(questions[0]?.ref, 41, 50);
    assertEquals([room.timeline.from, room.timeline.to, room.loading], [41, 60, null]);
    assertEquals(puts, ["older 51-60", "null 41-60"]);
    pages.older(room);
    assertEquals((await asked()).map(({ before }) => before), [41]);
  });

  it("W5.8 ask for the page that begins after the newest held", async () => {
    using server = new FakeServer();
    const { pages, room, asked, answer } = await given(server);
    room.timeline.head = 200;
    pages.newer(room);
    const questions = await asked();
    assertEquals(questions.map(({ before }) => before), [60 + 1 + 50]);
    await answer(questions[0]?.ref, 61, 110);
    assertEquals([room.timeline.from, room.timeline.to, room.timeline.hasNewer], [51, 110, true]);
  });

  it("W5.4 W5.10 read anew what may have changed unheard, page by page, and each line stays itself", async () => {
    using server = new FakeServer();
    const { pages, room, asked, answer } = await given(server);
    const { timeline } = room;
    timeline.putOlder({ messages: entries(41, 50), more: true, seq: 60 }, timeline.listen());
    room.join({ ...JOINED, seq: 200, more: true, resumed: false }, "", true);
    const line = timeline.said(57)!;
    Object.assign(line, { draft: "being written", wishes: [{ type: "delete", seq: 150 }] });
    timeline.said(58)!.text = "what it was";
    pages.renew(room);
    const [question] = await asked();
    assertEquals([question?.before, room.loading], [61, "held"]);
    timeline.add({ ...entry(201), type: "edited", of: 59, text: "edited since" }, false);
    await answer(question?.ref, 51, 60, 200);
    assertEquals([timeline.said(57) === line, line.draft, line.wishes], [
      true,
      "being written",
      [],
    ]);
    assertEquals([58, 59].map((seq) => timeline.said(seq)?.text), ["message 58", "edited since"]);
    assertEquals([room.staleTo, timeline.from, timeline.to, timeline.head], [50, 41, 60, 201]);
    pages.renew(room);
    const [next] = await asked();
    assertEquals(next?.before, 51);
    // Of what is older the server keeps no more.
    await answer(next?.ref, 45, 50, 201, false);
    assertEquals([room.staleTo, timeline.hasOlder, timeline.said(44)], [null, false, undefined]);
    assertEquals(timeline.said(45)?.text, "message 45");
  });

  it("W5.4 read anew once more after another gap, which the page on its way may not know of", async () => {
    using server = new FakeServer();
    const { pages, room, asked, answer } = await given(server);
    const gap = (seq: number) =>
      room.join({ ...JOINED, seq, more: true, resumed: false }, "", true);
    gap(200);
    pages.renew(room);
    const [question] = await asked();
    gap(300);
    await answer(question?.ref, 51, 60, 200);
    assertEquals([room.staleTo, room.loading], [60, null]);
    pages.renew(room);
    const [again] = await asked();
    assertEquals(again?.before, 61);
    await answer(again?.ref, 51, 60, 300);
    assertEquals(room.staleTo, null);
  });

  it("put the newest page in the place of what is held", async () => {
    using server = new FakeServer();
    const { pages, room, asked, answer } = await given(server);
    room.timeline.head = 900;
    const done = pages.latest(room);
    const questions = await asked();
    assertEquals(questions.map(({ before }) => before), [undefined]);
    await answer(questions[0]?.ref, 851, 900);
    await done;
    assertEquals([room.timeline.from, room.timeline.to, room.timeline.hasNewer], [851, 900, false]);
  });

  it("W5.8 put the page around a message in the place of what is held, whatever else comes", async () => {
    using server = new FakeServer();
    const { pages, room, asked, answer } = await given(server);
    room.timeline.head = 900;
    pages.older(room);
    const [older] = await asked();
    const done = pages.around(room, 20);
    const questions = await asked();
    assertEquals(questions.map(({ before, around }) => [before, around]), [[undefined, 20]]);
    room.timeline.add(entry(901), false);
    await answer(questions[0]?.ref, 5, 35, 900);
    await done;
    await answer(older?.ref, 41, 50, 900);
    const { from, to, head, hasNewer, hasOlder } = room.timeline;
    assertEquals([from, to, head, hasNewer, hasOlder], [5, 35, 901, true, true]);
  });

  it("leave a page out that no longer fits what is held", async () => {
    using server = new FakeServer();
    const { pages, room, puts, asked, answer } = await given(server);
    pages.older(room);
    const [question] = await asked();
    room.timeline.reset({ messages: entries(901, 902), more: true }, 902);
    await answer(question?.ref, 41, 50);
    assertEquals([room.timeline.from, room.timeline.to, room.loading], [901, 902, null]);
    assertEquals(puts.length, 2);
  });

  it("say when one could not be had, and try again when they are asked to", async () => {
    using server = new FakeServer();
    const { pages, room, asked, tell, answer } = await given(server);
    pages.older(room);
    const [question] = await asked();
    const refusal = { code: "UNAVAILABLE", message: "no", ref: `${question?.ref}` } as const;
    await tell({ type: "error", ...refusal });
    assertEquals([room.loadFailed, room.loading, room.timeline.from], [true, null, 51]);
    pages.older(room);
    assertEquals(room.loadFailed, false);
    const [again] = await asked();
    await answer(again?.ref, 1, 50);
    assertEquals([room.loadFailed, room.timeline.from, room.timeline.hasOlder], [false, 1, false]);
  });
});
