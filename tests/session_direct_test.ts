import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Client } from "./core/client.ts";
import { type ConnectOptions, type Core, withCore } from "./core/core.ts";

const ROOM = "@guest:ada,guest:bob";
const ADMIN: ConnectOptions = { uid: "root", isAdmin: true };
const direct = (to: string, text = "hi", ref?: string) => {
  return { type: "direct" as const, to, text, ...(ref && { ref }) };
};
const codes = (client: Client) => client.takeAll("error").map(({ code }) => code);
const texts = (client: Client) => client.takeAll("chat").map(({ room, text }) => `${room} ${text}`);

async function rooms(core: Core, client: Client) {
  client.take();
  client.send({ type: "rooms" });
  await core.settle();
  return client.takeOne("rooms").rooms.map(({ room, seq, unread }) => [String(room), seq, unread]);
}

describe("session direct", () => {
  it(
    "W10.14 W7.1 reaches every connection of both, joined or not, and nobody else",
    withCore(async (core) => {
      const ada = await core.enter("ada", []);
      const adas = await core.enter("ada", "general");
      const bob = await core.enter("bob", ROOM);
      const bobs = await core.enter("bob", []);
      const carol = await core.enter("carol", "general");
      const admin = await core.enter("root", [], ADMIN);
      ada.send(direct("Bob", "one", "r"), direct("guest:bob", "two"));
      await core.settle();
      const [ack, ...copies] = ada.take();
      assertEquals(ack?.type === "ack" && [ack.ref, ack.room, ack.seq], ["r", ROOM, 1]);
      assertEquals(copies.map(({ type }) => type), ["chat", "chat"]);
      for (const client of [adas, bob, bobs]) {
        assertEquals(texts(client), [`${ROOM} one`, `${ROOM} two`]);
      }
      assertEquals([carol.takeAll("chat"), admin.take()], [[], []]);
      bob.send({ type: "chat", room: ROOM, text: "three" });
      await core.settle();
      for (const client of [ada, adas, bob, bobs]) assertEquals(texts(client), [`${ROOM} three`]);
    }),
  );

  it(
    "W10.13 W10.4 the room is not there for anybody else, administrators included",
    withCore(async (core) => {
      const ada = await core.enter("ada", []);
      await core.enter("bob", []);
      ada.send(direct("bob"));
      await core.settle();
      for (const client of [await core.enter("carol", []), await core.enter("root", [], ADMIN)]) {
        const asked = ["join", "chat", "history", "members", "typing"] as const;
        for (const type of asked) client.send({ type, room: ROOM, text: "x" });
        client.send({ type: "read", room: ROOM, seq: 1 });
        for (const type of ["kick", "mute", "ban"] as const) {
          client.send({ type, room: ROOM, uid: "guest:bob" });
        }
        await core.settle();
        assertEquals(codes(client), Array(9).fill("NOT_FOUND"));
        assertEquals(await rooms(core, client), []);
      }
      ada.send({ type: "kick", room: ROOM, uid: "guest:bob" });
      await core.settle();
      assertEquals(codes(ada), ["FORBIDDEN"]);
    }),
  );

  it(
    "W10.13 is a room for the two: joined, read back, resumed and typed in",
    withCore(async (core) => {
      const ada = await core.enter("ada", [], { uid: "guest:ada" });
      await core.enter("bob", []);
      ada.send(direct("bob", "one"), { type: "join", room: ROOM });
      await core.settle();
      const joined = ada.takeAll("joined")[0]!;
      assertEquals([joined.seq, joined.messages.map((entry) => "text" in entry && entry.text)], [
        1,
        ["one"],
      ]);
      const bob = core.connect("bob");
      const since = { epoch: joined.epoch, seq: 0 };
      bob.send({ type: "join", room: ROOM, since }, { type: "typing", room: ROOM });
      await core.settle();
      assertEquals(
        bob.takeAll("joined")[0]!.messages.map((entry) => "text" in entry && entry.text),
        ["one"],
      );
      assertEquals(ada.takeAll("typing").map(({ uid }) => uid), ["guest:bob"]);
      // The log is not told who talks with whom.
      bob.drop();
      assertEquals(core.lives.map(({ rooms }) => rooms), [[]]);
    }, { joinPolicy: "token" }),
  );

  it(
    "W10.1 W10.11 lists the conversations that have entries, unread from the first on",
    withCore(async (core) => {
      const ada = await core.enter("ada", []);
      const bob = await core.enter("bob", ["@guest:bob,guest:zoe"]);
      ada.send(direct("bob", "one"), direct("bob", "two"));
      await core.settle();
      assertEquals(await rooms(core, bob), [[ROOM, 2, 2]]);
      assertEquals(await rooms(core, ada), [[ROOM, 2, 0]]);
      bob.send({ type: "join", room: ROOM });
      await core.settle();
      bob.send({ type: "read", room: ROOM, seq: 1 });
      assertEquals(await rooms(core, bob), [[ROOM, 2, 1]]);
    }),
  );

  it(
    "W10.1 the list names the other: as they are called now, else as they were when they read last",
    withCore(async (core) => {
      const ada = await core.enter("ada", []);
      const bob = await core.enter("bob", []);
      ada.send(direct("bob"));
      await core.settle();
      const other = async () => {
        ada.take();
        ada.send({ type: "rooms" });
        await core.settle();
        return ada.takeOne("rooms").rooms.map(({ user }) => user);
      };
      bob.send({ type: "nick", name: "Bobby" });
      await core.settle();
      assertEquals(await other(), ["Bobby"]);
      bob.send({ type: "join", room: ROOM }, { type: "read", room: ROOM, seq: 1 });
      await core.pass(2000);
      bob.drop(1000);
      await core.pass(2000);
      assertEquals(await other(), ["Bobby"]);
    }),
  );

  it(
    "W10.14 reaches one who is away when there is a conversation or a marker, and else nobody",
    withCore(async (core) => {
      const ada = await core.enter("ada", "general");
      const bob = await core.enter("bob", "general");
      const carol = await core.enter("carol", "general");
      const dan = await core.enter("dan", "general");
      ada.send({ type: "chat", room: "general", text: "hi" }, direct("bob", "one"));
      await core.settle();
      carol.send({ type: "read", room: "general", seq: 1 });
      for (const client of [bob, carol, dan]) client.drop(1000);
      await core.pass(1000);
      ada.take();
      for (const name of ["bob", "carol", "dan"]) ada.send(direct(`guest:${name}`, "two"));
      for (const name of ["bob", "carol", "dan"]) ada.send(direct(name, "three"));
      await core.settle();
      assertEquals(codes(ada), Array(4).fill("NOT_FOUND"));
      const back = core.connect("bob");
      back.send({ type: "join", room: ROOM });
      await core.settle();
      const [joined] = back.takeAll("joined");
      assertEquals(joined!.messages.map((entry) => "text" in entry && entry.text), ["one", "two"]);
    }),
  );

  it(
    "W10.14 a uid comes before a name, and a guest's uid is never a name",
    withCore(async (core) => {
      const ada = await core.enter("ada", []);
      const token = await core.enter("Real", [], { uid: "sub-1" });
      const thief = await core.enter("sub-1", []);
      const other = await core.enter("guest:bob", [], { uid: "guest:x" });
      ada.send(direct("sub-1", "one"), direct("guest:bob", "two"));
      await core.settle();
      assertEquals([texts(token).length, thief.take(), other.take()], [1, [], []]);
      assertEquals(codes(ada), ["NOT_FOUND"]);
      token.drop(1000);
      ada.send(direct("sub-1", "three"));
      await core.settle();
      assertEquals([ada.takeAll("chat").length, thief.take()], [1, []]);
    }),
  );

  it(
    "W10.14 W10.12 of several who have one name, none is written to, and all are mentioned",
    withCore(async (core) => {
      const ada = await core.enter("ada", "general");
      const users = ["sub-1", "sub-2"];
      const twins: Client[] = [];
      for (const uid of users) twins.push(await core.enter("Bob", "general", { uid }));
      ada.send(direct("bob", "one", "r"), { type: "chat", room: "general", text: "@bob" });
      await core.settle();
      assertEquals(codes(ada), ["CONFLICT"]);
      for (const twin of twins) assertEquals(twin.takeAll("mention").length, 1);
      ada.send(direct("sub-2", "two"));
      await core.settle();
      assertEquals(twins.map((twin) => texts(twin).length), [0, 1]);
    }),
  );

  it(
    "W10.14 to oneself, to too long a uid, or above MAX_ROOMS it is refused",
    withCore(async (core) => {
      const ada = await core.enter("ada", "general");
      const long = "x".repeat(250);
      await core.enter("long", [], { uid: long });
      for (const to of ["ada", "guest:ada", long]) ada.send(direct(to, "hi", "r"));
      await core.settle();
      const refused = ada.takeAll("error").map(({ code, ref }) => [code, ref]);
      assertEquals(refused, Array(3).fill(["INVALID_FIELD", "r"]));
      await core.enter("bob", []);
      ada.send(direct("bob", "hi", "r"));
      await core.settle();
      assertEquals(codes(ada), ["ROOM_FULL"]);
    }, { maxRooms: 1 }),
  );

  it(
    "W10.14 W7.2 P4 a retry is stored and delivered once, and one that fails is UNAVAILABLE",
    withCore(async (core) => {
      const ada = await core.enter("ada", []);
      const bob = await core.enter("bob", []);
      ada.send(direct("bob", "one", "r"), direct("guest:bob", "other", "r"));
      await core.settle();
      assertEquals(ada.takeAll("ack").map(({ seq }) => seq), [1, 1]);
      assertEquals(texts(bob), [`${ROOM} one`]);
      for (const call of ["append", "head"] as const) {
        core.store.fail(call);
        ada.send(direct("bob", "two", call));
        await core.pass(1000);
        assertEquals(ada.takeAll("error").map(({ code, ref }) => [code, ref]), [
          ["UNAVAILABLE", call],
        ]);
        core.store.recover();
      }
    }),
  );

  it(
    "W10.14 W5.9 P3 one who is just joining the conversation gets each entry once",
    withCore(async (core) => {
      const ada = await core.enter("ada", []);
      const bob = await core.enter("bob", []);
      ada.send(direct("bob", "one"));
      await core.settle();
      bob.take();
      core.store.hold("page", "after");
      bob.send({ type: "join", room: ROOM });
      await core.settle();
      ada.send(direct("bob", "two"));
      await core.settle();
      core.store.release("page");
      await core.settle();
      const [joined, entry, ...rest] = bob.take();
      assertEquals(
        joined?.type === "joined" && joined.messages.map((entry) => "text" in entry && entry.text),
        ["one"],
      );
      assertEquals(entry?.type === "chat" && entry.text, "two");
      assertEquals(rest, []);
    }),
  );
});
