import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Client, Sent } from "./core/client.ts";
import { withCore } from "./core/core.ts";
import { ADMIN, ask, CHAT, JOIN, MODERATOR, ROOM, withTwo } from "./core/moderating.ts";

describe("session kick", () => {
  it(
    "W5.8 W10.6 who is kicked while a page of history is read is not given it",
    withTwo(async (core, moderator, guest) => {
      moderator.send(CHAT);
      await core.settle();
      for (const client of [moderator, guest]) client.take();
      core.store.hold("page");
      guest.send({ type: "history", room: ROOM, ref: "h" });
      await core.settle();
      await ask(core, moderator, { type: "kick", room: ROOM, uid: "guest:guest" });
      core.store.release("page");
      await core.settle();
      const [left, error, ...rest] = guest.take();
      assertEquals([left?.type, rest], ["left", []]);
      assert(error?.type === "error");
      assertEquals([error.code, error.ref], ["NOT_JOINED", "h"]);
    }),
  );

  it(
    "W10.6 kick makes every connection of the user leave that room, at once, and it may come back",
    withTwo(async (core, moderator, guest) => {
      const second = await core.enter("guest", [ROOM, "other"]);
      const answer = await ask(core, moderator, { type: "kick", room: ROOM, uid: "guest:guest" });
      assertEquals(answer, { type: "kicked", room: ROOM, uid: "guest:guest", ref: "m" });
      for (const client of [guest, second]) {
        assertEquals({ ...client.takeOne("left") }, {
          ...{ type: "left", room: ROOM, reason: "kicked", by: "mo" },
        });
      }
      await core.pass(1000);
      const { left, count } = moderator.takeOne("presence");
      assertEquals([left.map(({ uid }) => uid), count], [["guest:guest"], 1]);
      assertEquals([...second.session.rooms.keys()].map(String), ["other"]);
      guest.send(CHAT, JOIN, CHAT);
      await core.settle();
      assertEquals(guest.take().map(({ type }) => type), ["error", "joined", "ack", "chat"]);
      assertEquals(core.audited, [{ action: "kick", by: "mo", uid: "guest:guest", room: ROOM }]);
    }),
  );

  it(
    "W9.4 W10.6 the kick of somebody whose connection is lost does not wait for their grace",
    withTwo(async (core, moderator, guest) => {
      guest.drop();
      await core.settle();
      const answer = await ask(core, moderator, { type: "kick", room: ROOM, uid: "guest:guest" });
      assertEquals(answer.type, "kicked");
      await core.pass(1000);
      const { left, count } = moderator.takeOne("presence");
      assertEquals([left.map(({ uid }) => uid), count], [["guest:guest"], 1]);
    }),
  );

  it(
    "W10.6 the kick of somebody who is not there is NOT_FOUND, and not written down",
    withTwo(async (core, moderator, guest) => {
      guest.send({ type: "leave", room: ROOM });
      for (const uid of ["nobody", "guest:guest"]) {
        const answer = await ask(core, moderator, { type: "kick", room: ROOM, uid });
        assertEquals([answer.code, answer.room], ["NOT_FOUND", ROOM]);
      }
      moderator.send({ type: "leave", room: ROOM });
      await core.pass(1000);
      moderator.take();
      const empty = await ask(core, moderator, { type: "kick", room: ROOM, uid: "nobody" });
      assertEquals([empty.code, core.audited], ["NOT_FOUND", []]);
    }),
  );

  it(
    "W5.1 W10.6 a kick in the middle of a join is the answer to it, and nothing of the room comes",
    withTwo(async (core, moderator, guest) => {
      await ask(core, moderator, { type: "kick", room: ROOM, uid: "guest:guest" });
      moderator.send(CHAT);
      await core.settle();
      for (const client of [moderator, guest]) client.take();
      core.store.hold("page");
      guest.send(JOIN);
      await core.settle();
      await ask(core, moderator, { type: "kick", room: ROOM, uid: "guest:guest" });
      core.store.release("page");
      await core.settle();
      const { code, ref } = guest.takeOne("error");
      assertEquals([code, ref, guest.session.rooms.size], ["FORBIDDEN", "j", 0]);
    }),
  );

  it(
    "W7.1 what was being stored when its author was kicked is acknowledged",
    withTwo(async (core, moderator, guest) => {
      core.store.hold("append");
      guest.send(CHAT);
      await core.settle();
      await ask(core, moderator, { type: "kick", room: ROOM, uid: "guest:guest" });
      core.store.release("append");
      await core.settle();
      assertEquals(guest.take().map(({ type }) => type), ["left", "ack"]);
      assertEquals(moderator.takeOne("chat").uid, "guest:guest");
    }),
  );
});

describe("session moderation", () => {
  const orders: Sent[] = [
    { type: "kick", room: ROOM },
    { type: "mute", room: ROOM },
    { type: "mute", room: ROOM, minutes: 0 },
    { type: "ban", room: ROOM },
    { type: "ban" },
  ];
  for (const order of orders) {
    const name = `${order.type} ${"room" in order ? "in a room" : "from everything"}`;
    it(
      `W10.9 ${name} ${"minutes" in order ? "with 0 minutes " : ""}is for those who may, and not ` +
        "against oneself or an administrator",
      withCore(async (core) => {
        const admin = await core.enter("root", ROOM, ADMIN);
        const moderator = await core.enter("mo", ROOM, MODERATOR);
        const writer = await core.enter("writer", ROOM);
        const elsewhere = await core.enter("else", "other", {
          grants: [{ pattern: "other", permissions: ["moderate"], from: 0 }],
        });
        await core.pass(1000);
        for (const client of [admin, moderator, writer, elsewhere]) client.take();
        const isRoomless = !("room" in order);
        const judge = async (client: Client, uid: string) => {
          // Who moderates hears of what the others do.
          client.take();
          const { type, code } = await ask(core, client, { ...order, uid });
          return code ?? type;
        };
        const done = { kick: "kicked", mute: "muted", ban: "banned" }[String(order.type)];
        assertEquals(await judge(writer, "guest:x"), "FORBIDDEN");
        assertEquals(await judge(elsewhere, "guest:x"), isRoomless ? "FORBIDDEN" : "NOT_FOUND");
        await core.enter("x", ROOM);
        assertEquals(await judge(moderator, "guest:x"), isRoomless ? "FORBIDDEN" : done);
        if (order.type === "kick") await core.enter("x", ROOM);
        assertEquals(await judge(admin, "guest:x"), done);
        assertEquals(await judge(moderator, "mo"), "FORBIDDEN");
        assertEquals(await judge(moderator, "root"), "FORBIDDEN");
        assertEquals(await judge(admin, "root"), "FORBIDDEN");
        assertEquals(core.audited.length, isRoomless ? 1 : 2);
        assertEquals(admin.socket.closedWith, undefined);
      }),
    );
  }

  for (const order of orders.filter((order) => "room" in order)) {
    it(
      `W10.9 who is banned from a room does not ${order.type} there, whatever its token says`,
      withTwo(async (core, moderator) => {
        const admin = await core.enter("root", ROOM, ADMIN);
        await ask(core, admin, { type: "ban", room: ROOM, uid: "mo" });
        moderator.take();
        const answer = await ask(core, moderator, { ...order, uid: "guest:guest" });
        assertEquals([answer.code, answer.room], ["FORBIDDEN", ROOM]);
        assertMatch(String(answer.message), /^you are banned from general/);
        assertEquals(core.audited.map(({ by }) => by), ["root"]);
      }),
    );
  }

  it(
    "W10.9 a mute of a uid does not hold for the administrator who comes with it",
    withTwo(async (core, moderator) => {
      await ask(core, moderator, { type: "mute", room: ROOM, uid: "root" });
      await ask(core, moderator, { type: "ban", room: ROOM, uid: "root" });
      const admin = await core.enter("root", ROOM, ADMIN);
      admin.send(JOIN, CHAT);
      await core.settle();
      const [joined, ...answers] = admin.take();
      assert(joined?.type === "joined");
      assertEquals([joined.muted, answers.map(({ type }) => type)], [undefined, ["ack", "chat"]]);
    }),
  );

  it(
    "W7.3 what the store does not take is UNAVAILABLE, and nothing is done",
    withTwo(async (core, moderator, guest) => {
      core.store.fail("put");
      for (const type of ["mute", "ban"] as const) {
        const answer = await ask(core, moderator, { type, room: ROOM, uid: "guest:guest" });
        assertEquals([answer.code, answer.room, answer.ref], ["UNAVAILABLE", ROOM, "m"]);
      }
      core.store.recover();
      guest.send(CHAT);
      await core.settle();
      assertEquals(guest.take().map(({ type }) => type), ["ack", "chat"]);
      assertEquals(core.audited, []);
    }),
  );

  it(
    "W13.3 a limit beside the user's own refuses in its place, and drops what is not answered",
    withCore(async (core) => {
      const limit = (what: string) => what === "chat" || what === "typing" ? 700 : 0;
      const client = await core.enter("guest", ROOM, { limit });
      client.send(CHAT, { type: "typing", room: ROOM }, { type: "ping" });
      await core.settle();
      const [refused, pong] = client.take();
      assert(refused?.type === "error" && pong?.type === "pong");
      assertEquals([refused.code, refused.retryAfterMs], ["RATE_LIMITED", 700]);
    }),
  );

  it(
    "W13.3 all connections of a token's user may together say what one may, each of a guest's alone",
    withCore(async (core) => {
      const tabs = Array.from({ length: 3 }, () => core.connect("t", { uid: "t" }));
      for (const tab of tabs) tab.send(JOIN, CHAT, CHAT);
      await core.settle();
      const acks = tabs.flatMap((tab) => tab.takeAll("ack"));
      assertEquals(acks.length, 3);
      const guests = Array.from({ length: 2 }, () => core.connect("guest"));
      for (const guest of guests) guest.send(JOIN, CHAT, CHAT, CHAT, CHAT);
      await core.settle();
      assertEquals(guests.map((guest) => guest.takeAll("ack").length), [3, 3]);
    }, { limits: { messagesPerSecond: 1, burst: 3 } }),
  );
});
