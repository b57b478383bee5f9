import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { RoomName } from "../src/protocol.ts";
import type { Client, Sent } from "./core/client.ts";
import { ask, CHAT, JOIN, MINUTE, MODERATOR, ROOM, withTwo } from "./core/moderating.ts";

describe("session mute", () => {
  it(
    "W10.7 who is muted reads on, and what it writes is FORBIDDEN until the end, to the millisecond",
    withTwo(async (core, moderator, guest) => {
      const order: Sent = { type: "mute", room: ROOM, uid: "guest:guest", minutes: 2 };
      const until = core.clock.now() + 2 * MINUTE;
      assertEquals(await ask(core, moderator, order), {
        ...{ type: "muted", room: ROOM, uid: "guest:guest", until, by: "mo", ref: "m" },
      });
      assertEquals(guest.takeOne("muted").until, until);
      core.clock.advance(MINUTE);
      const refused = await ask(core, guest, CHAT);
      assertEquals([refused.code, refused.room, refused.ref, refused.retryAfterMs], [
        ...["FORBIDDEN", ROOM, "c", MINUTE],
      ]);
      assertMatch(String(refused.message), /^you are muted in general until 20\d\d-.*Z$/);
      for (const type of ["typing", "history"] as const) {
        const { type: answer } = await ask(core, guest, { type, room: ROOM });
        assertEquals(answer, type === "typing" ? "error" : "history");
      }
      guest.session.binary(Uint8Array.from([7, ...new TextEncoder().encode(ROOM), 1]));
      await core.settle();
      assertEquals(guest.takeOne("error").code, "FORBIDDEN");
      moderator.send(CHAT);
      await core.settle();
      assertEquals(guest.takeOne("chat").uid, "mo");
      guest.send({ type: "join", room: "other" }, { ...CHAT, room: "other" });
      await core.settle();
      assertEquals(guest.take().map(({ type }) => type), ["joined", "ack", "chat"]);
      core.clock.advance(MINUTE - 1);
      assertEquals((await ask(core, guest, CHAT)).retryAfterMs, 1);
      core.clock.advance(1);
      guest.send(CHAT);
      await core.settle();
      assertEquals(guest.take().map(({ type }) => type), ["ack", "chat"]);
      assertEquals(core.audited, [
        { action: "mute", by: "mo", uid: "guest:guest", room: ROOM, until },
      ]);
    }),
  );

  it(
    "W10.7 the muted and those who moderate hear of a mute, now and when they come in, others not",
    withTwo(async (core, moderator, guest) => {
      const second = await core.enter("other-mo", ROOM, { ...MODERATOR, uid: "other-mo" });
      const writer = await core.enter("writer", ROOM);
      await core.pass(1000);
      for (const client of [moderator, guest, second, writer]) client.take();
      for (const uid of ["guest:guest", "guest:away"]) {
        const until = core.clock.now() + MINUTE;
        await ask(core, moderator, { type: "mute", room: ROOM, uid, minutes: 1 });
        const told = { type: "muted", room: ROOM, uid, until, by: "mo" };
        assertEquals({ ...second.takeOne("muted") } as unknown, told);
      }
      assertEquals(guest.takeAll("muted").map(({ uid }) => String(uid)), ["guest:guest"]);
      assertEquals(writer.take(), []);
      const mutes = async (client: Client) => {
        client.send(JOIN);
        await core.settle();
        return client.takeOne("joined").muted?.map(({ uid, by }) => `${uid} by ${by}`);
      };
      assertEquals(await mutes(guest), ["guest:guest by mo"]);
      assertEquals(await mutes(second), ["guest:guest by mo", "guest:away by mo"]);
      assertEquals(await mutes(writer), undefined);
      core.clock.advance(MINUTE);
      assertEquals(await mutes(guest), undefined);
    }),
  );

  it(
    "a mute that is over is forgotten by the next sweep",
    withTwo(async (core, moderator) => {
      await ask(core, moderator, { type: "mute", room: ROOM, uid: "guest:guest", minutes: 1 });
      core.clock.advance(MINUTE);
      assertEquals(core.hub.sanctions.mutedUntil(ROOM as RoomName, "guest:guest") > 0, true);
      core.hub.sweep();
      assertEquals(core.hub.sanctions.mutedUntil(ROOM as RoomName, "guest:guest"), 0);
    }),
  );

  it(
    "W10.7 without minutes a mute lasts until minutes 0 ends it",
    withTwo(async (core, moderator, guest) => {
      const order: Sent = { type: "mute", room: ROOM, uid: "guest:guest" };
      assertEquals((await ask(core, moderator, order)).until, null);
      await core.pass(1000);
      guest.takeOne("muted");
      const refused = await ask(core, guest, CHAT);
      assertEquals([refused.code, refused.retryAfterMs], ["FORBIDDEN", undefined]);
      assertEquals((await ask(core, moderator, { ...order, minutes: 0 })).until, 0);
      assertEquals(guest.takeOne("muted").until, 0);
      guest.send(CHAT);
      await core.settle();
      assertEquals(guest.take().map(({ type }) => type), ["ack", "chat"]);
      assertEquals(core.audited.map(({ until }) => until), [null, 0]);
    }),
  );

  it(
    "W10.7 a mute in the middle keeps what was said before it, in order",
    withTwo(async (core, moderator, guest) => {
      core.store.hold("append");
      guest.send({ ...CHAT, ref: "1" });
      await core.settle();
      await ask(core, moderator, { type: "mute", room: ROOM, uid: "guest:guest" });
      guest.takeOne("muted");
      guest.send({ ...CHAT, ref: "2" });
      await core.settle();
      assertEquals(guest.take(), []);
      core.store.release("append");
      await core.settle();
      assertEquals(guest.take().map((message) => "ref" in message && message.ref), [
        "1",
        false,
        "2",
      ]);
    }),
  );
});
