import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ChatError } from "../static/chat.js";
import { entry, FakeServer, settle } from "./harness/fake_server.ts";

const room = entry(1).room;

describe("sdk moderation", () => {
  it("W10.6 W10.7 W10.8 kick, mute and ban are asked as the protocol says, and answered", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.welcomed();
    const asked = [
      chat.kick("cafe\u0301", "eve"),
      chat.mute("general", "eve", 5),
      chat.ban("general", "eve"),
      chat.ban(null, "eve", 0),
      chat.bans("general"),
      chat.bans(null),
    ] as const;
    await settle();
    const heard = socket.heard();
    const refs = heard.map(({ ref }) => `${ref}`);
    assertEquals(heard, [
      { type: "kick", room: "caf\u00e9", uid: "eve", ref: refs[0] },
      { type: "mute", room: "general", uid: "eve", minutes: 5, ref: refs[1] },
      { type: "ban", room: "general", uid: "eve", ref: refs[2] },
      { type: "ban", uid: "eve", minutes: 0, ref: refs[3] },
      { type: "bans", room: "general", ref: refs[4] },
      { type: "bans", ref: refs[5] },
    ]);
    const bans = [{ uid: "eve", until: null, by: "ada" }];
    socket.tell(
      { type: "kicked", room, uid: "eve", ref: refs[0]! },
      { type: "muted", room, uid: "eve", until: 7, by: "ada", ref: refs[1]! },
      { type: "banned", room, uid: "eve", until: null, ref: refs[2]! },
      { type: "error", code: "FORBIDDEN", message: "no", ref: refs[3]! },
      { type: "bans", bans, more: false, ref: refs[5]! },
    );
    asked[4].catch(() => {});
    assertEquals((await asked[5]).bans, bans);
    assertEquals((await asked[0]).type, "kicked");
    assertEquals([(await asked[1]).until, (await asked[2]).until], [7, null]);
    assertEquals((await assertRejects(() => asked[3], ChatError)).code, "FORBIDDEN");
  });

  it("W10.6 who had to leave a room is told why, and does not join it again by itself", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const reasons: unknown[] = [];
    chat.on("left", ({ room, reason }) => reasons.push(`${room} ${reason}`));
    socket.tell({ type: "left", room, reason: "kicked" });
    await settle();
    socket.end(1006);
    await server.clock.pass(500);
    const next = await server.welcome();
    assertEquals([reasons, next.heard()], [["general kicked"], []]);
    const again = chat.join("general");
    await server.join(next);
    assertEquals((await again).room, room);
  });

  it("W10.6 what waits for a room that one had to leave fails, and says why", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const said = chat.say("general", "too late");
    const elsewhere = chat.say("other", "not joined yet");
    socket.tell({ type: "left", room, reason: "banned" });
    assertEquals(chat.unsent.map(({ ref, status, refusal }) => [ref, status, refusal?.code]), [
      [said.ref, "failed", "NOT_JOINED"],
      [elsewhere.ref, "waiting", undefined],
    ]);
  });

  it("W10.7 what was said while muted fails at once and is not tried again", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined();
    const { ref } = chat.say("general", "hi");
    await settle();
    socket.heard();
    const message = "you are muted";
    socket.tell({ type: "error", code: "FORBIDDEN", message, room, ref, retryAfterMs: 1000 });
    await server.clock.pass(2000);
    assertEquals([chat.unsent[0]?.status, chat.unsent[0]?.refusal?.message], ["failed", message]);
    assertEquals(socket.heard().filter(({ type }) => type === "chat"), []);
  });
});
