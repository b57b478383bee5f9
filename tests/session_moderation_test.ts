import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Identity } from "../src/identity.ts";
import type { RoomName } from "../src/protocol.ts";
import type { Client, Sent } from "./core/client.ts";
import { type ConnectOptions, type Core, withCore } from "./core/core.ts";

const ROOM = "general";
const MINUTE = 60_000;
const MODERATOR: ConnectOptions = {
  uid: "mo",
  grants: [{ pattern: ROOM, permissions: ["moderate"], from: 0 }],
};
const ADMIN: ConnectOptions = { uid: "root", isAdmin: true };
const JOIN = { type: "join" as const, room: ROOM, ref: "j" };
const CHAT = { type: "chat" as const, room: ROOM, text: "hi", ref: "c" };

/** Sends it and takes the one answer. */
async function ask(core: Core, client: Client, message: Sent): Promise<Record<string, unknown>> {
  client.send({ ref: "m", ...message });
  await core.settle();
  const messages = client.take();
  assertEquals(messages.length, 1);
  return { ...messages[0]! };
}

/** A moderator and a guest in the room, who have heard of each other. */
function withTwo(run: (core: Core, moderator: Client, guest: Client) => unknown) {
  return withCore(async (core) => {
    const moderator = await core.enter("mo", ROOM, MODERATOR);
    const guest = await core.enter("guest", ROOM);
    await core.pass(1000);
    moderator.take();
    guest.take();
    await run(core, moderator, guest);
  });
}

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

describe("session ban", () => {
  it(
    "W10.8 who is banned from a room has to leave it, and may not join until the end",
    withTwo(async (core, moderator, guest) => {
      const until = core.clock.now() + MINUTE;
      const order: Sent = { type: "ban", room: ROOM, uid: "guest:guest", minutes: 1 };
      assertEquals(await ask(core, moderator, order), {
        ...{ type: "banned", room: ROOM, uid: "guest:guest", until, ref: "m" },
      });
      assertEquals(guest.takeOne("left").reason, "banned");
      const refused = await ask(core, guest, JOIN);
      assertEquals([refused.code, refused.room, refused.ref, refused.retryAfterMs], [
        ...["FORBIDDEN", ROOM, "j", MINUTE],
      ]);
      assertMatch(String(refused.message), /^you are banned from general until/);
      assertEquals((await ask(core, guest, { ...JOIN, room: "other" })).type, "joined");
      core.clock.advance(MINUTE);
      assertEquals((await ask(core, guest, JOIN)).type, "joined");
    }),
  );

  it(
    "W10.8 a guest's ban from a room keeps out a new guest of its address, minutes 0 lets both in",
    withTwo(async (core, moderator) => {
      const order: Sent = { type: "ban", room: ROOM, uid: "guest:guest" };
      await ask(core, moderator, order);
      const [again, elsewhere] = ["192.0.2.1", "192.0.2.2"].map((address) =>
        core.connect(address, { address })
      );
      for (const client of [again!, elsewhere!]) client.send(JOIN);
      await core.settle();
      const types = [again!, elsewhere!].map((client) => client.take().at(-1)?.type);
      assertEquals(types, ["error", "joined"]);
      await core.pass(1000);
      moderator.take();
      await ask(core, moderator, { ...order, minutes: 0 });
      assertEquals((await ask(core, again!, JOIN)).type, "joined");
    }),
  );

  it(
    "W10.8 a ban that falls in the middle of a join keeps out",
    withTwo(async (core, moderator, guest) => {
      guest.drop(1000);
      moderator.send({ type: "leave", room: ROOM });
      await core.pass(1000);
      moderator.take();
      core.store.hold("head");
      const again = core.connect("guest");
      again.send(JOIN);
      await core.settle();
      await ask(core, moderator, { type: "ban", room: ROOM, uid: "guest:guest" });
      core.store.release("head");
      await core.settle();
      assertEquals(again.take().map(({ type }) => type), ["welcome", "error"]);
      assertEquals(again.session.rooms.size, 0);
    }),
  );

  it(
    "W10.8 a ban from everything closes every connection with 4003, and the gate is told",
    withCore(async (core) => {
      const admin = core.connect("root", ADMIN);
      const [one, two, other] = ["eve", "eve", "bob"].map((name) => core.connect(name));
      await core.settle();
      admin.take();
      const order: Sent = { type: "ban", uid: "guest:eve", minutes: 1 };
      const until = core.clock.now() + MINUTE;
      assertEquals(await ask(core, admin, order), {
        ...{ type: "banned", uid: "guest:eve", until, ref: "m" },
      });
      const closes = [one, two, other].map((client) => client!.socket.closedWith);
      const banned = { code: 4003, reason: "banned" };
      assertEquals(closes, [banned, banned, undefined]);
      const isBanned = (uid: string, more: Partial<Identity> = {}, address = "192.0.2.1") => {
        const identity = { uid, name: "x", expires: null, seal: null, ...more };
        return core.hub.isBanned(identity, address, core.clock.now());
      };
      assertEquals([isBanned("guest:eve", {}, "192.0.2.9"), isBanned("guest:new")], [true, true]);
      assertEquals([isBanned("guest:new", {}, "192.0.2.9"), isBanned("token")], [false, false]);
      assertEquals(isBanned("guest:eve", { isAdmin: true }), false);
      const late = core.connect("eve");
      assertEquals(late.socket.closedWith, banned);
      core.clock.advance(MINUTE);
      assertEquals(isBanned("guest:eve"), false);
      assertEquals(core.audited, [{ action: "ban", by: "root", uid: "guest:eve", until }]);
    }),
  );

  it(
    "W10.8 a ban from everything is not one from the room of the address",
    withCore(async (core) => {
      const moderator = core.connect("mo", { ...MODERATOR, path: ROOM });
      await core.settle();
      moderator.take();
      const answer = await ask(core, moderator, { type: "ban", uid: "guest:eve" });
      assertEquals([answer.type, answer.code], ["error", "FORBIDDEN"]);
      await core.enter("eve", ROOM);
      const kicked = await ask(core, moderator, { type: "kick", uid: "guest:eve" });
      assertEquals([kicked.type, kicked.room], ["kicked", ROOM]);
    }),
  );
});

describe("session bans", () => {
  it(
    "W10.16 who moderates a room is told its bans, and an administrator all of them",
    withTwo(async (core, moderator, guest) => {
      const admin = await core.enter("root", "other", ADMIN);
      const until = core.clock.now() + MINUTE;
      for (
        const [client, more] of [
          [moderator, { room: ROOM, uid: "guest:guest", minutes: 1 }],
          [admin, { room: "other", uid: "guest:away" }],
          [admin, { uid: "eve" }],
          [admin, { uid: "over", minutes: 0 }],
        ] as const
      ) await ask(core, client, { type: "ban", ...more });
      const here = { uid: "guest:guest", until, by: "mo", room: ROOM };
      const there = { uid: "guest:away", until: null, by: "root", room: "other" };
      const everywhere = { uid: "eve", until: null, by: "root" };
      assertEquals(await ask(core, moderator, { type: "bans", room: ROOM }), {
        ...{ type: "bans", room: ROOM, bans: [here], more: false, ref: "m" },
      });
      assertEquals(await ask(core, admin, { type: "bans" }), {
        ...{ type: "bans", bans: [here, there, everywhere], more: false, ref: "m" },
      });
      guest.take();
      const codes = [
        await ask(core, guest, { type: "bans", room: ROOM }),
        await ask(core, guest, { type: "bans" }),
        await ask(core, moderator, { type: "bans" }),
        await ask(core, moderator, { type: "bans", room: "other" }),
      ].map(({ code }) => code);
      assertEquals(codes, ["FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "NOT_FOUND"]);
      core.clock.advance(MINUTE);
      assertEquals((await ask(core, moderator, { type: "bans", room: ROOM })).bans, []);
    }),
  );

  it(
    "W10.16 at most 500 are told, and that there are more",
    withCore(async (core) => {
      const admin = await core.enter("root", ROOM, ADMIN);
      const told = async () => {
        const { bans, more } = await ask(core, admin, { type: "bans" });
        return [(bans as unknown[]).length, more];
      };
      for (let i = 0; i < 500; i++) {
        await core.hub.sanctions.ban(ROOM as RoomName, `u-${i}`, Infinity, "mo", []);
      }
      assertEquals(await told(), [500, false]);
      await core.hub.sanctions.ban(ROOM as RoomName, "one-more", Infinity, "mo", []);
      assertEquals(await told(), [500, true]);
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
