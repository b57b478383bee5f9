import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Identity } from "../src/identity.ts";
import type { RoomName } from "../src/protocol.ts";
import type { Sent } from "./core/client.ts";
import { withCore } from "./core/core.ts";
import { ADMIN, ask, JOIN, MINUTE, MODERATOR, ROOM, withTwo } from "./core/moderating.ts";

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
    "W9.4 W10.8 who is banned from everything is gone from the rooms with the next presence",
    withTwo(async (core, moderator) => {
      const admin = core.connect("root", ADMIN);
      await core.settle();
      admin.take();
      const lost = await core.enter("lost", ROOM);
      await core.pass(1000);
      lost.drop();
      moderator.take();
      for (const uid of ["guest:guest", "guest:lost"]) await ask(core, admin, { type: "ban", uid });
      await core.pass(1000);
      const { left, count } = moderator.takeOne("presence");
      assertEquals([left.map(({ uid }) => uid), count], [["guest:guest", "guest:lost"], 1]);
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
