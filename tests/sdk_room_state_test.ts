import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { entryOf } from "../src/entry.ts";
import type { Entry, UserId } from "../src/protocol.ts";
import { MemoryStore } from "../src/store/memory.ts";
import { ChatError, openRoom, type RoomState } from "../static/chat.js";
import { fuzz } from "./core/fuzz.ts";
import { entry, FakeServer, type FakeSocket, settle, WELCOME } from "./harness/fake_server.ts";
import { aDraft } from "./store/contract_model.ts";
import { EVERYTHING } from "./store/drafts.ts";

const ROOM = "general";
const ME = "guest:1" as UserId;
const PAGE = { limit: 3, bytes: 100_000 };

/** A room that was opened and joined. */
async function opened(server: FakeServer, changes: Parameters<FakeServer["join"]>[1] = {}) {
  const { chat, socket } = await server.welcomed();
  const state = openRoom(chat, ROOM);
  await server.join(socket, changes);
  return { chat, socket, state };
}

function asked(socket: FakeSocket, type: string) {
  const found = socket.heard().findLast((message) => message.type === type);
  assert(found, `no ${type} was asked`);
  return found as { ref: string; before: number };
}

const shown = (state: RoomState) => state.messages.map(({ seq, text }) => `${seq} ${text}`);

describe("sdk room state", () => {
  it("W5.10 shows what the server would, wherever it joined and whenever older ones come", async () => {
    const drafts = fc.array(aDraft.map((draft) => ({ ...draft, room: ROOM })), {
      minLength: 5,
      maxLength: 30,
      size: "max",
    });
    // Where one joins, and then, in turns: how much is said until the next of asked, read, answered.
    const pace = fc.array(fc.nat(4), { minLength: 9, maxLength: 9 });
    await fuzz(
      fc.asyncProperty(drafts, fc.nat(25), pace, async (said, joinedAt, pace) => {
        using server = new FakeServer();
        const store = new MemoryStore();
        const left = [...said];
        const live: Entry[] = [];
        const append = async (count: number) => {
          for (const draft of left.splice(0, count)) {
            const [outcome] = await store.append([draft]);
            if ("isNew" in outcome! && outcome.isNew) live.push(entryOf(draft, outcome));
          }
        };
        await append(joinedAt);
        const first = await store.page(ROOM, Infinity, PAGE, ME);
        const { socket, state } = await opened(server, first);
        live.length = 0;
        const deliver = () => socket.tell(...live.splice(0));
        const older = async (delays: number[]) => {
          const [beforeAsked = 0, beforeRead = 0, beforeAnswer = 0] = delays;
          await append(beforeAsked);
          deliver();
          if (!state.hasOlder) return;
          const done = state.older();
          await settle();
          const { ref, before } = asked(socket, "history");
          await append(beforeRead);
          // What was stored last may reach the client after a page that knows of it.
          if (beforeAnswer % 2 === 0) deliver();
          const page = await store.page(ROOM, before, PAGE, ME);
          await append(beforeAnswer);
          if (beforeAnswer > 2) deliver();
          socket.tell({ type: "history", room: ROOM, first: 1, ref, ...page });
          await settle();
          deliver();
          await done;
        };
        for (let turn = 0; turn < 9; turn += 3) await older(pace.slice(turn, turn + 3));
        await append(Infinity);
        deliver();
        while (state.hasOlder) await older([]);
        await settle();
        const { messages, topic } = await store.page(ROOM, Infinity, EVERYTHING, ME);
        assertEquals([state.messages, state.topic], [messages, topic]);
      }),
      3,
    );
  });

  it("W5.10 applies to older messages what came after their page was read, and nothing else", async () => {
    using server = new FakeServer();
    const { socket, state } = await opened(server, { seq: 3, messages: [entry(3)], more: true });
    const about = { room: ROOM, ts: 9, uid: "guest:2", user: "bob", of: 1 };
    const reaction = { ...about, type: "reaction" as const, emoji: "👍", on: true };
    const bob = { uid: "guest:2", user: "bob" };
    const reactions = [{ emoji: "👍", count: 1, mine: false, users: [bob] }];
    const page = { type: "history" as const, room: ROOM, first: 1, more: true };

    let done = state.older();
    await settle();
    let { ref } = asked(socket, "history");
    socket.tell({ type: "edited", ...about, of: 2, seq: 4, text: "later" });
    // It was read before that.
    socket.tell({ ...page, ref, seq: 3, messages: [entry(2)] });
    await done;
    assertEquals(shown(state), ["2 later", "3 message 3"]);

    done = state.older();
    await settle();
    ({ ref } = asked(socket, "history"));
    // It was read after what comes only now.
    socket.tell({ ...page, ref, seq: 5, messages: [{ ...entry(1), reactions }], more: false });
    await settle();
    assertEquals(shown(state), ["2 later", "3 message 3"]);
    socket.tell({ ...reaction, seq: 5 });
    await done;
    assertEquals(state.messages[0], { ...entry(1), reactions });
    assertEquals(state.hasOlder, false);
    socket.tell({ ...reaction, seq: 6, uid: ME });
    const users = [bob, { uid: ME, user: "bob" }];
    assertEquals(state.messages[0]!.reactions, [{ emoji: "👍", count: 2, mine: true, users }]);
  });

  it("P1 W7.1 keeps one's own in sight: waiting, failed, sent, and then a message", async () => {
    using server = new FakeServer();
    const { chat, socket, state } = await opened(server);
    const unsent = () => state.unsent.map(({ text, status }) => `${text} ${status}`);
    for (const text of ["one", "two", "three"]) chat.say(ROOM, text);
    chat.say("elsewhere", "four");
    await settle();
    assertEquals(unsent(), ["one waiting", "two waiting", "three waiting"]);
    const [one, two, three] = state.unsent;
    socket.tell({ type: "ack", ref: one!.ref, room: ROOM, seq: 1, ts: 1 });
    assertEquals(unsent(), ["one sent", "two waiting", "three waiting"]);
    assertEquals(shown(state), []);
    socket.tell({ ...entry(1, "one"), uid: ME });
    assertEquals([shown(state), unsent()], [["1 one"], ["two waiting", "three waiting"]]);
    socket.tell({ type: "error", code: "FORBIDDEN", message: "no", ref: two!.ref });
    assertEquals(unsent(), ["two failed", "three waiting"]);
    chat.discard(three!.ref);
    assertEquals(unsent(), ["two failed"]);
  });

  it("keeps no more than 1000 messages beyond what was asked for, and takes the others in again", async () => {
    using server = new FakeServer();
    const { socket, state } = await opened(server, { seq: 2, messages: [entry(2)] });
    const seqs = () => [state.messages[0]!.seq, state.messages.at(-1)!.seq, state.messages.length];
    const say = (from: number, to: number) => {
      for (let seq = from; seq <= to; seq++) socket.tell(entry(seq));
    };
    say(3, 1002);
    assertEquals([...seqs(), state.hasOlder], [2, 1002, 1001, false]);
    say(1003, 1004);
    assertEquals([...seqs(), state.hasOlder], [4, 1004, 1001, true]);

    // What comes meanwhile lets nothing go, or there would be a hole.
    const older = state.older();
    await settle();
    const { ref, before } = asked(socket, "history");
    assertEquals(before, 4);
    say(1005, 1006);
    assertEquals(seqs(), [4, 1006, 1003]);
    const messages = [entry(2), entry(3)];
    socket.tell({ type: "history", room: ROOM, first: 2, ref, messages, seq: 1004, more: false });
    await older;
    assertEquals([...seqs(), state.hasOlder], [2, 1006, 1005, false]);
    // Who has just asked for them keeps them for as long as before.
    say(1007, 2006);
    assertEquals([...seqs(), state.hasOlder], [2, 2006, 2005, false]);
    say(2007, 2007);
    assertEquals([...seqs(), state.hasOlder], [3, 2007, 2005, true]);
  });

  it("tells of a change once for all that happens at the same time", async () => {
    using server = new FakeServer();
    const { socket, state } = await opened(server);
    const seen: string[][] = [];
    const off = state.on("change", (room) => seen.push(shown(room)));
    socket.tell(entry(1), entry(2), { ...entry(3), type: "edited", of: 1, text: "new" });
    await settle();
    assertEquals(seen, [["1 new", "2 message 2"]]);
    off();
    socket.tell(entry(4));
    await settle();
    assertEquals(seen.length, 1);
  });

  it("W9.1 W9.3 W9.6 knows who is there, and by which name", async () => {
    using server = new FakeServer();
    const bob = { uid: "guest:2", user: "bob", moderates: true as const };
    const eve = { uid: "guest:3", user: "eve" };
    const { socket, state } = await opened(server, { members: [bob], count: 1 });
    const seen = () => [state.count, ...state.members.map(({ user }) => user)];
    assertEquals(seen(), [1, "bob"]);
    socket.tell(
      { type: "presence", room: ROOM, joined: [eve], left: [], count: 2 },
      { type: "presence", room: "elsewhere", joined: [], left: [bob], count: 9 },
      { type: "nick", room: ROOM, uid: "guest:2", user: "rob", was: "bob" },
    );
    assertEquals(seen(), [2, "rob", "eve"]);
    assertEquals(state.members[0], { ...bob, user: "rob" });
    socket.tell({ type: "presence", room: ROOM, joined: [], left: [eve], count: 1 });
    assertEquals(seen(), [1, "rob"]);
  });

  it("P3 W5.4 goes on where it was after a reconnect, and begins anew after a gap", async () => {
    using server = new FakeServer();
    const page = { seq: 2, messages: [entry(2)], more: true, topic: "old" };
    const { socket, state } = await opened(server, page);
    socket.end(4000);
    await server.clock.pass(2000);
    let next = await server.welcome(WELCOME);
    const topic: Entry = { ...entry(4), type: "topic", text: "new" };
    await server.join(next, { seq: 4, messages: [entry(3), topic], topic: "new" });
    assertEquals([shown(state), state.topic], [["2 message 2", "3 message 3"], "new"]);
    assert(state.hasOlder);
    const older = state.older();
    await settle();
    next.end(4000);
    // What was asked is lost with the connection, and may be asked again.
    await assertRejects(() => older, ChatError);
    await server.clock.pass(30_000);
    next = await server.welcome(WELCOME);
    await server.join(next, { epoch: "e2", seq: 9, messages: [entry(9)], gap: true });
    assertEquals([shown(state), state.topic, state.hasOlder], [["9 message 9"], "", false]);
  });

  it("W10.6 W10.8 says that one had to leave, or may not come in, and then hears nothing", async () => {
    using server = new FakeServer();
    const { chat, socket, state } = await opened(server);
    socket.tell({ type: "left", room: ROOM, reason: "kicked" });
    assertEquals(state.presence, { status: "left", reason: "kicked" });
    socket.tell(entry(1));
    assertEquals(shown(state), []);
    const again = openRoom(chat, ROOM);
    await settle();
    const { ref } = asked(socket, "join");
    socket.tell({ type: "error", code: "FORBIDDEN", message: "you are banned", room: ROOM, ref });
    await settle();
    assert(again.presence.status === "left");
    assertEquals(again.presence.refusal?.code, "FORBIDDEN");
    const left = openRoom(chat, ROOM);
    left.leave();
    await settle();
    assertEquals(left.presence, { status: "left" });
  });

  it("W10.8 a mute is no way out", async () => {
    using server = new FakeServer();
    const { socket, state } = await opened(server);
    socket.tell({ type: "error", code: "FORBIDDEN", message: "you are muted", room: ROOM });
    await settle();
    assertEquals(state.presence, { status: "in" });
  });
});
