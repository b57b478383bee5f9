import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Memory, type SafeStorage } from "../../static/model/memory.js";
import { Room } from "../../static/model/room.js";
import type { Wish } from "../../static/model/said.js";
import { type Wanted, Wishes } from "../../static/model/wishes.js";
import { entry, FakeServer, JOINED, settle, WELCOME } from "../harness/fake_server.ts";

const DELETION = { ref: "kept-1", room: "general", of: 1, wish: { type: "delete" } };

/** Somebody in a room of one message, with what an earlier visit left in the storage. */
async function given(server: FakeServer, left: unknown = null, burst = WELCOME.limits.burst) {
  const memory = new Memory(server.storage as unknown as SafeStorage);
  memory.openRoom("general");
  if (left) memory.keep("wishes", JSON.stringify(left));
  const limits = { ...WELCOME.limits, burst };
  const { chat } = await server.joined({ storage: server.storage }, { limits });
  server.socket.heard();
  const room = new Room("general", () => {});
  room.join({ ...JOINED, seq: 1, messages: [entry(1)], resumed: false });
  const said = room.timeline.said(1)!;
  const told: string[] = [];
  const tell = (refused?: Wanted) => refused && told.push(`${refused.refusal?.code}`);
  const wishes = new Wishes(chat, memory, tell);
  wishes.start();
  await settle();
  return {
    chat,
    memory,
    room,
    said,
    told,
    wishes,
    /** What was asked for since the last time. */
    asked() {
      const kinds = ["edit", "delete", "react"];
      return server.socket.heard().filter(({ type }) => kinds.includes(`${type}`));
    },
    async refuse(ref: unknown) {
      server.socket.tell({ type: "error", code: "FORBIDDEN", message: "no", ref: `${ref}` });
      await settle();
      wishes.show(room);
    },
    /** Loses the connection and is back in the room. */
    async comeBack(epoch = "e1") {
      server.socket.end(4009);
      await server.clock.pass(10_000);
      await server.welcome();
      await server.join(server.socket, { epoch, gap: true });
    },
  };
}

describe("the wishes", () => {
  it("W7.2 that an earlier visit left are asked for under their ref", async () => {
    using server = new FakeServer();
    const { asked, told, memory } = await given(server, [{ ...DELETION, epoch: "e1" }]);
    const [question] = asked();
    assertEquals([question?.type, question?.of, question?.ref], ["delete", 1, "kept-1"]);
    server.socket.tell({ type: "ack", ref: "kept-1", room: "general", seq: 2, ts: 1 });
    await settle();
    assertEquals([told, memory.read("wishes")], [[], ""]);
  });

  it("W5.4 for another log are told once, and never asked for in this one", async () => {
    using server = new FakeServer();
    // The room was joined before what waits was taken up.
    const { asked, told, memory, comeBack } = await given(server, [{ ...DELETION, epoch: "e0" }]);
    assertEquals([asked(), told, memory.read("wishes")], [[], ["NOT_FOUND"], ""]);
    await comeBack();
    await comeBack("e2");
    assertEquals([asked(), told], [[], ["NOT_FOUND"]]);
  });

  it("W5.4 that were answered are not told again when the log is another", async () => {
    using server = new FakeServer();
    const { wishes, room, said, asked, told, refuse, comeBack } = await given(server);
    wishes.wish(room, said, changeTo("better"));
    wishes.wish(room, said, { type: "delete" });
    await settle();
    const [edit, deletion] = asked();
    server.socket.tell({ type: "ack", ref: `${edit?.ref}`, room: "general", seq: 9, ts: 1 });
    await refuse(deletion?.ref);
    assertEquals(told, ["FORBIDDEN"]);
    await comeBack("e2");
    await comeBack("e2");
    assertEquals([asked(), told], [[], ["FORBIDDEN"]]);
  });

  it("W5.4 that waited for the server’s pace do not go to the log of the next connection", async () => {
    using server = new FakeServer();
    const { wishes, room, said, asked, told, comeBack } = await given(server, null, 1);
    wishes.wish(room, said, changeTo("better"));
    wishes.wish(room, said, { type: "delete" });
    await settle();
    assertEquals(asked().map(({ type }) => type), ["edit"]);
    await comeBack("e2");
    await server.clock.pass(10_000);
    assertEquals([asked(), told], [[], ["NOT_FOUND", "NOT_FOUND"]]);
  });

  it("end with their room, and are told then", async () => {
    using server = new FakeServer();
    const { chat, wishes, room, said, asked, told, memory } = await given(server);
    server.socket.end(4009);
    wishes.wish(room, said, { type: "delete" });
    assertEquals(JSON.parse(memory.read("wishes")).length, 1);
    chat.leave("general");
    assertEquals([told, memory.read("wishes")], [["NOT_JOINED"], ""]);
    await server.clock.pass(10_000);
    await server.welcome();
    chat.join("general");
    await server.join(server.socket);
    assertEquals([asked(), told], [[], ["NOT_JOINED"]]);
  });

  it("of a room that is not open any more are told and forgotten", async () => {
    using server = new FakeServer();
    const { told, memory } = await given(server, [{ ...DELETION, room: "herons", epoch: "e1" }]);
    assertEquals([told, memory.read("wishes")], [["NOT_JOINED"], ""]);
  });

  it("leave the text of a refused change where it is until there is another change", async () => {
    using server = new FakeServer();
    const { wishes, room, said, asked, refuse } = await given(server);
    wishes.wish(room, said, changeTo("better"));
    await settle();
    await refuse(asked()[0]?.ref);
    assertEquals(said.trouble?.wish, changeTo("better"));
    wishes.wish(room, said, { type: "react", emoji: "❤️", on: true });
    // Also where the message is fetched anew.
    room.join({ ...JOINED, seq: 1, messages: [entry(1)], gap: true, resumed: false });
    assertEquals(said.trouble?.wish, changeTo("better"));
    const again = room.timeline.said(1)!;
    wishes.show(room);
    assertEquals(again.trouble?.wish, changeTo("better"));
    wishes.wish(room, again, changeTo("best"));
    wishes.show(room);
    assertEquals(again.trouble, undefined);
  });

  it("begin with nothing where the storage has something else", async () => {
    using server = new FakeServer();
    for (const left of [{ a: 1 }, [null, 7]]) assertEquals((await given(server, left)).asked(), []);
  });
});

function changeTo(text: string): Wish {
  return { type: "edit", text, at: 1 };
}
