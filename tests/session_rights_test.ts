import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Grant } from "../src/identity.ts";
import type { Member, Permission, RoomName } from "../src/protocol.ts";
import type { Client, Sent } from "./core/client.ts";
import { type Core, withCore } from "./core/core.ts";

const encoder = new TextEncoder();

const grant = (pattern: string, ...permissions: Permission[]): Grant => ({
  pattern,
  permissions,
  from: 0,
});

const binary = (room: string) =>
  Uint8Array.from([encoder.encode(room).length, ...encoder.encode(room), 1]);

/** The refusals that came, as `code room ref`. */
const refusals = (client: Client) =>
  client.takeAll("error").map(({ code, room, ref }) => [code, room, ref].join(" ").trim());

const listed = async (core: Core, client: Client) => {
  client.send({ type: "rooms" });
  await core.settle();
  return client.takeOne("rooms").rooms.map(({ room }) => String(room));
};

/** Everything that may be asked about a room. */
const asked = (room: string): Sent[] => [
  { type: "join", room, ref: "r" },
  { type: "join", room, since: { epoch: "epoch-1", seq: 1 }, ref: "r" },
  { type: "chat", room, text: "hi", ref: "r" },
  { type: "edit", room, of: 1, text: "ho", ref: "r" },
  { type: "delete", room, of: 1, ref: "r" },
  { type: "react", room, of: 1, emoji: "👍", ref: "r" },
  { type: "topic", room, text: "t", ref: "r" },
  { type: "history", room, ref: "r" },
  { type: "members", room, ref: "r" },
  { type: "typing", room, ref: "r" },
  { type: "kick", room, uid: "bob", ref: "r" },
  { type: "mute", room, uid: "bob", ref: "r" },
  { type: "ban", room, uid: "bob", ref: "r" },
];

describe("session rights", () => {
  it(
    "W5.1 W9.1 joined says what one may do there, and which members moderate",
    withCore(async (core) => {
      const reader = await core.enter("reader", "den", { grants: [grant("den", "read")] });
      const writer = await core.enter("writer", []);
      const mo = await core.enter("mo", [], { uid: "mo", grants: [grant("*", "moderate")] });
      const root = await core.enter("root", [], { uid: "root", isAdmin: true });
      for (
        const [client, may] of [[reader, "read"], [mo, "moderate"], [root, "moderate"]] as const
      ) {
        client.send({ type: "join", room: "den" });
        await core.settle();
        assertEquals(client.takeAll("joined").at(-1)?.may, may);
      }
      await core.pass(1000);
      const told = reader.takeAll("presence").at(-1)?.joined ?? [];
      const moderators = (members: readonly Member[]) =>
        members.filter(({ moderates }) => moderates).map(({ uid }) => String(uid));
      assertEquals([moderators(told), told.length > 1], [["mo", "root"], true]);
      reader.send({ type: "members", room: "den" });
      writer.send({ type: "join", room: "den" });
      await core.settle();
      assertEquals(moderators(reader.takeOne("members").members), ["mo", "root"]);
      const joined = writer.takeOne("joined");
      assertEquals([moderators(joined.members), joined.may], [["mo", "root"], "write"]);
    }),
  );

  it(
    "W10.1 the list says which rooms are not public",
    withCore(async (core) => {
      const client = await core.enter("ada", [], {
        grants: [grant("board", "write"), grant("hall", "read")],
      });
      client.send({ type: "rooms" });
      await core.settle();
      const listed = client.takeOne("rooms").rooms;
      assertEquals(listed.map((it) => [String(it.room), it.private]), [["hall", undefined], [
        "board",
        true,
      ]]);
    }, { joinPolicy: "listed", rooms: ["hall"] }),
  );

  it(
    "W10.4 a room that may not be read is answered as one that is not there, byte for byte",
    withCore(async (core) => {
      const boss = await core.enter("boss", "secret", { isAdmin: true });
      boss.send({ type: "chat", room: "secret", text: "hush" });
      await core.settle();
      const alice = await core.enter("alice", "lobby");
      const bob = await core.enter("bob", "mine", { uid: "bob", grants: [grant("mine", "write")] });
      for (const client of [alice, bob]) {
        const answers = [];
        for (const room of ["secret", "nosuch"]) {
          client.send(...asked(room));
          client.session.binary(binary(room));
          await core.settle();
          const frames = client.take().map((message) => JSON.stringify(message));
          assertEquals(frames.length, asked(room).length + 1);
          answers.push(frames.map((frame) => frame.replaceAll(room, "…")));
        }
        assertEquals(answers[0], answers[1]);
        for (const answer of answers[0]!) assertEquals(JSON.parse(answer).code, "NOT_FOUND");
      }
    }, { joinPolicy: "listed", rooms: ["lobby" as RoomName] }),
  );

  it(
    "W10.4 what may not be read is not looked for: neither opened nor asked of the store",
    withCore(async (core) => {
      const alice = await core.enter("alice", "lobby");
      const before = core.store.calls.length;
      alice.send(...asked("secret"));
      await core.settle();
      assertEquals(core.store.calls.slice(before), []);
      assertEquals([...core.hub.rooms.keys()], ["lobby"] as RoomName[]);
      assertEquals(alice.takeAll("error").length, asked("secret").length);
    }, { joinPolicy: "listed", rooms: ["lobby" as RoomName] }),
  );

  it(
    "W10.4 who may only read hears all, and what it writes is FORBIDDEN in its place",
    withCore(async (core) => {
      const grants = [grant("news", "read"), grant("talk", "write")];
      const reader = await core.enter("reader", ["news", "talk"], { uid: "reader", grants });
      const editor = await core.enter("editor", "news", {
        uid: "editor",
        grants: [grant("*", "write")],
      });
      editor.send({ type: "chat", room: "news", text: "one" });
      core.store.hold("append");
      reader.send({ type: "chat", room: "talk", text: "hi", ref: "1" });
      reader.send({ type: "chat", room: "news", text: "hi", ref: "2" });
      reader.send({ type: "typing", room: "news", ref: "3" }, { type: "history", room: "news" });
      reader.session.binary(binary("news"));
      await core.settle();
      assertEquals(reader.take(), []);
      core.store.release("append");
      await core.settle();
      const answers = reader.take().filter(({ type }) => type !== "chat");
      assertEquals(
        answers.map((message) => message.type === "error" ? message.code : message.type),
        ["ack", "FORBIDDEN", "FORBIDDEN", "history", "FORBIDDEN"],
      );
      assertEquals(editor.take().map(({ type }) => type), ["chat"]);
    }),
  );

  it(
    "W10.4 a room of the address that may not be read is NOT_FOUND after the welcome",
    withCore(async (core) => {
      const alice = core.connect("alice", { path: "secret" });
      await core.settle();
      const [welcome, error] = alice.take();
      assert(welcome?.type === "welcome" && error?.type === "error");
      assertEquals(error.code, "NOT_FOUND");
    }, { joinPolicy: "token" }),
  );

  it(
    "W10.3 under JOIN_POLICY=token a pattern opens rooms that nobody has seen, and nothing else does",
    withCore(async (core) => {
      const grants = [grant("team-*", "write")];
      const alice = await core.enter("alice", "team-new", { uid: "alice", grants });
      const guest = core.connect("guest");
      guest.send({ type: "join", room: "team-new" }, { type: "join", room: "lobby" });
      alice.send({ type: "join", room: "lobby" });
      await core.settle();
      assertEquals([guest, alice].map(refusals), [
        ["NOT_FOUND team-new", "NOT_FOUND lobby"],
        ["NOT_FOUND lobby"],
      ]);
    }, { joinPolicy: "token", rooms: ["lobby" as RoomName] }),
  );

  it(
    "W10.1 rooms shows what may be read, and the rooms that the credential names",
    withCore(async (core) => {
      const boss = await core.enter("boss", ["secret", "team-a", "open"], { isAdmin: true });
      boss.send({ type: "chat", room: "secret", text: "hush" });
      await core.settle();
      boss.take();
      const grants = [grant("named", "read"), grant("closed"), grant("team-*", "read")];
      const token = core.connect("token", { uid: "token", grants });
      const guest = core.connect("guest");
      await core.settle();
      for (const client of [token, guest]) client.take();
      assertEquals(await listed(core, boss), ["lobby", "random", "open", "secret", "team-a"]);
      assertEquals(await listed(core, token), ["named", "team-a"]);
      assertEquals(await listed(core, guest), ["lobby", "random"]);
    }, { joinPolicy: "listed", rooms: ["lobby", "random"] as RoomName[] }),
  );

  it(
    "W10.1 rooms that may not be read take no place in the list",
    withCore(async (core) => {
      const boss = core.connect("boss", { isAdmin: true });
      const names = ["mine-1", ...Array.from({ length: 250 }, (_, index) => `other-${index}`)];
      for (const room of names) {
        boss.send({ type: "join", room }, { type: "chat", room, text: "hi" });
        boss.send({ type: "leave", room });
        await core.settle();
        core.clock.advance(1);
        boss.take();
      }
      const mine = core.connect("mine", { uid: "mine", grants: [grant("mine-*", "read")] });
      await core.settle();
      mine.take();
      assertEquals(await listed(core, mine), ["mine-1"]);
    }),
  );
});
