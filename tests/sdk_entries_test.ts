import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ChatError } from "../static/chat.js";
import { entry, FakeServer, settle } from "./harness/fake_server.ts";

const { room, uid, user } = entry(1);

describe("sdk entries", () => {
  it("W4.5 W4.6 W4.7 W4.8 changes are asked as the protocol says, and acknowledged", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.welcomed();
    const asked = [
      chat.edit("cafe\u0301", 1, "ho"),
      chat.delete("general", 2),
      chat.react("general", 3, "👍"),
      chat.react("general", 3, "👍", false),
      chat.setTopic("general", ""),
    ] as const;
    const outgoing: unknown[] = [];
    chat.on("outgoing", (one) => outgoing.push(one));
    await settle();
    const heard = socket.heard();
    const refs = heard.map(({ ref }) => `${ref}`);
    assertEquals(heard, [
      { type: "edit", room: "caf\u00e9", of: 1, text: "ho", ref: refs[0] },
      { type: "delete", room: "general", of: 2, ref: refs[1] },
      { type: "react", room: "general", of: 3, emoji: "👍", on: true, ref: refs[2] },
      { type: "react", room: "general", of: 3, emoji: "👍", on: false, ref: refs[3] },
      { type: "topic", room: "general", text: "", ref: refs[4] },
    ]);
    const acks = refs.slice(0, 4).map((ref, index) => (
      { type: "ack" as const, ref, room, seq: index + 5, ts: 1 }
    ));
    socket.tell(...acks, { type: "error", code: "FORBIDDEN", message: "no", ref: refs[4]! });
    const seqs = (await Promise.all(asked.slice(0, 4))).map(({ seq }) => seq);
    assertEquals(seqs, [5, 6, 7, 8]);
    assertEquals((await assertRejects(() => asked[4], ChatError)).code, "FORBIDDEN");
    assertEquals(outgoing, []);
  });

  it("W7.2 what got no answer can be asked again under a ref of one's own", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.welcomed();
    chat.edit("general", 1, "ho", "own-1").catch(() => {});
    chat.delete("general", 2, "own-2").catch(() => {});
    const answer = chat.react("general", 3, "👍", true, "own-3");
    await settle();
    assertEquals(socket.heard().map(({ type, ref }) => `${type} ${ref}`), [
      "edit own-1",
      "delete own-2",
      "react own-3",
    ]);
    socket.tell({ type: "ack", ref: "own-3", room, seq: 5, ts: 1 });
    assertEquals((await answer).seq, 5);
  });

  it("W4.1 entries of every kind come in order, each once", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const seen: string[] = [];
    chat.on("entry", ({ type, seq }) => seen.push(`${type} ${seq}`));
    const { seq } = chat.position("general")!;
    const about = { room, ts: 1, uid, user };
    socket.tell(
      { type: "edited", ...about, seq: seq + 1, of: 1, text: "ho" },
      { type: "edited", ...about, seq: seq + 1, of: 1, text: "ho" },
      { type: "topic", ...about, seq: seq + 2, text: "news" },
      { type: "deleted", ...about, seq: seq + 3, of: 1 },
    );
    assertEquals(seen, [`edited ${seq + 1}`, `topic ${seq + 2}`, `deleted ${seq + 3}`]);
    assertEquals(chat.position("general")!.seq, seq + 3);
  });
});
