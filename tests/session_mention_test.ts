import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Client } from "./core/client.ts";
import { type ConnectOptions, type Core, withCore } from "./core/core.ts";

const ROOM = "general";
const USER: ConnectOptions = { uid: "bob" };
const JOIN = { type: "join" as const, room: ROOM };
const chat = (text: string, ref?: string) => {
  return { type: "chat" as const, room: ROOM, text, ...(ref && { ref }) };
};
const mentions = (client: Client) => client.takeAll("mention").map((message) => ({ ...message }));
/** What a mention by ada is told as. */
const told = (seq: number) => {
  return { type: "mention" as const, room: ROOM, seq, uid: "guest:ada", user: "ada" };
};

/** How often the list of rooms says that the user is mentioned in the room. */
async function counted(core: Core, client: Client) {
  client.take();
  client.send({ type: "rooms" });
  await core.settle();
  return client.takeOne("rooms").rooms.find(({ room }) => room === ROOM)?.mentions;
}

describe("session mention", () => {
  it(
    "W10.12 every connection of the mentioned hears of it after the entry, joined or not",
    withCore(async (core) => {
      const ada = await core.enter("ada", ROOM);
      const bob = await core.enter("bob", ROOM, USER);
      const elsewhere = await core.enter("bob", "other", USER);
      const carol = await core.enter("carol", ROOM);
      ada.send(chat("hi all"), chat("@Bob and @carol?"), chat("@ada"));
      await core.settle();
      const types = bob.take().map(({ type }) => type);
      assertEquals(types.slice(-4), ["chat", "chat", "chat", "mention"]);
      assertEquals(mentions(elsewhere), [told(2)]);
      assertEquals(mentions(carol), [told(2)]);
      assertEquals(mentions(ada), []);
    }),
  );

  it(
    "W10.12 who left is mentioned by name and by uid; who never was there is not",
    withCore(async (core) => {
      const ada = await core.enter("ada", ROOM);
      const bob = await core.enter("bob", ROOM, USER);
      const stranger = await core.enter("carol", "other");
      bob.send({ type: "leave", room: ROOM });
      await core.settle();
      bob.take();
      ada.send(chat("@bob @carol @guest:carol"), chat("@bob: and"));
      await core.settle();
      assertEquals(mentions(bob), [told(1), told(2)]);
      assertEquals(mentions(stranger), []);
    }),
  );

  it(
    "W10.12 W10.11 who is away is mentioned, and finds it counted until it is read",
    withCore(async (core) => {
      const ada = await core.enter("ada", ROOM);
      ada.send(chat("first"));
      await core.settle();
      const bob = await core.enter("bob", ROOM, USER);
      bob.send({ type: "read", room: ROOM, seq: 1 });
      await core.pass(1000);
      bob.drop(1000);
      ada.drop(1000);
      await core.pass(1000);
      assertEquals(core.hub.rooms.size, 0);
      const back = await core.enter("ada", ROOM);
      back.send(chat("@bob"), chat("nobody"), chat("@BOB again"));
      await core.settle();
      const again = await core.enter("bob", [], USER);
      assertEquals(await counted(core, again), 2);
      again.send(JOIN);
      await core.settle();
      again.send({ type: "read", room: ROOM, seq: 2 });
      assertEquals(await counted(core, again), 1);
      await core.pass(1000);
      assertEquals(await counted(core, again), 1);
      again.send({ type: "read", room: ROOM, seq: 4 });
      assertEquals(await counted(core, again), 0);
    }),
  );

  it(
    "W10.12 W10.4 one who may not read the room any more, or is banned, is told nothing",
    withCore(async (core) => {
      const ada = await core.enter("ada", ROOM);
      const bob = await core.enter("bob", ROOM, USER);
      const carol = await core.enter("carol", ROOM);
      const grants = [{ pattern: "other", permissions: ["read" as const], from: 0 }];
      core.credentials.set("less", {
        ...{ uid: "bob", name: "bob", expires: null, seal: null },
        grants,
      });
      bob.send({ type: "auth", token: "less" });
      const admin = await core.enter("root", [], { uid: "root", isAdmin: true });
      admin.send({ type: "ban", room: ROOM, uid: "guest:carol" });
      await core.settle();
      for (const client of core.clients) client.take();
      ada.send(chat("@bob @carol", "r"));
      await core.settle();
      assertEquals(ada.takeAll("ack").length, 1);
      assertEquals([bob.take(), carol.take()], [[], []]);
      assertEquals(await counted(core, bob), undefined);
    }),
  );

  it(
    "W10.12 W7.2 P4 a retry mentions nobody again, and what is not stored mentions nobody",
    withCore(async (core) => {
      const ada = await core.enter("ada", ROOM);
      const bob = await core.enter("bob", ROOM, USER);
      ada.send(chat("@bob", "r"), chat("@bob", "r"));
      await core.settle();
      assertEquals(mentions(bob), [told(1)]);
      core.store.fail("append");
      ada.send(chat("@bob", "other"));
      await core.settle();
      assertEquals(mentions(bob), []);
      core.store.recover();
    }),
  );

  it(
    "W10.12 W8.6 a name counts as soon as it is taken",
    withCore(async (core) => {
      const ada = await core.enter("ada", ROOM);
      const bob = await core.enter("bob", ROOM);
      bob.send({ type: "nick", name: "Bobby Tables" });
      ada.send(chat("@bobby tables"), chat("@bob"));
      await core.settle();
      assertEquals(mentions(bob), [told(1)]);
    }),
  );
});
