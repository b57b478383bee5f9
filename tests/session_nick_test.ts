import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Client } from "./core/client.ts";
import { type ConnectOptions, withCore } from "./core/core.ts";

const ROOM = "general";
/** Seals as the gate does: the session names who it keeps. */
const GUEST: ConnectOptions = { seal: (user) => `sealed ${user}` };
const nick = (name: string, ref?: string) => ({ type: "nick" as const, name, ...(ref && { ref }) });
const plainly = (client: Client) =>
  client.take().map((message): Record<string, unknown> => ({ ...message }));

describe("session nick", () => {
  it(
    "W8.6 the guest hears of the new name on every connection, with a session that keeps it",
    withCore(async (core) => {
      const ada = await core.enter("ada", ROOM, GUEST);
      const second = await core.enter("ada", [], GUEST);
      ada.send(nick("  Ada Byron ", "r"), { type: "chat", room: ROOM, text: "hi" });
      await core.settle();
      const [told, entry] = ada.take();
      const now = { type: "nick", uid: "guest:ada", user: "Ada Byron", was: "ada" };
      assertEquals({ ...told }, { ...now, session: "sealed Ada Byron", ref: "r" });
      assertEquals(entry?.type === "chat" && entry.user, "Ada Byron");
      assertEquals(plainly(second), [{ ...now, session: "sealed Ada Byron" }]);
      const third = core.connect("ada", GUEST);
      await core.settle();
      assertEquals(third.takeOne("welcome").user, "Ada Byron");
    }),
  );

  it(
    "W8.6 W4.1 entries keep the name they were said under",
    withCore(async (core) => {
      const ada = await core.enter("ada", ROOM);
      ada.send({ type: "chat", room: ROOM, text: "hi" }, nick("new"));
      ada.send({ type: "history", room: ROOM });
      await core.settle();
      assertEquals(ada.takeAll("history")[0]!.messages.map(({ user }) => user), ["ada"]);
    }),
  );

  it(
    "W9.6 the others in the room hear of it with the next presence, plain ones in words",
    withCore(async (core) => {
      const ada = await core.enter("ada", [ROOM, "other"]);
      const bob = await core.enter("bob", ROOM);
      const plain = await core.enter("carol", ROOM, { isBatched: false });
      const elsewhere = await core.enter("dan", "elsewhere");
      await core.pass(1000);
      for (const client of core.clients) client.take();
      ada.send(nick("x"), nick("y"));
      await core.settle();
      assertEquals(bob.take(), []);
      await core.pass(1000);
      const told = { type: "nick", room: ROOM, uid: "guest:ada", user: "y", was: "ada" };
      assertEquals(plainly(bob), [told]);
      assertEquals(plainly(plain), [{ type: "system", room: ROOM, text: "ada is now y" }]);
      assertEquals(elsewhere.take(), []);
      bob.send({ type: "members", room: ROOM });
      await core.settle();
      const { members } = bob.takeOne("members");
      assertEquals(members.map(({ user }) => user), ["y", "bob", "carol"]);
    }),
  );

  it(
    "W9.6 in a room of more than 100 users nobody is told",
    withCore(async (core) => {
      const ada = await core.enter("ada", ROOM);
      for (let index = 0; index < 100; index++) await core.enter(`u${index}`, ROOM);
      await core.pass(1000);
      for (const client of core.clients) client.take();
      ada.send(nick("x"));
      await core.pass(1000);
      assertEquals(core.clients.flatMap((client) => client.takeAll("nick")).length, 1);
    }),
  );

  it(
    "W8.6 a name that somebody else has is CONFLICT, and one's own in other letters is not",
    withCore(async (core) => {
      const ada = await core.enter("ada", ROOM);
      const bob = await core.enter("bob", ROOM);
      ada.send(nick("BOB", "r"));
      await core.settle();
      const { code, ref } = ada.takeOne("error");
      assertEquals([code, ref], ["CONFLICT", "r"]);
      ada.send(nick("ADA"));
      await core.settle();
      assertEquals(ada.takeOne("nick").user, "ADA");
      ada.send(nick("x"));
      bob.send(nick("ada"));
      await core.settle();
      assertEquals([ada.takeOne("nick").was, bob.takeOne("nick").user], ["ADA", "ada"]);
    }),
  );

  it(
    "W8.6 a token's user keeps the token's name",
    withCore(async (core) => {
      const ada = await core.enter("ada", ROOM, { uid: "ada@example.org" });
      ada.send(nick("x", "r"));
      await core.settle();
      const { code, ref } = ada.takeOne("error");
      assertEquals([code, ref], ["FORBIDDEN", "r"]);
      assertEquals([...core.hub.names.find("ada")], ["ada@example.org"]);
    }),
  );
});
