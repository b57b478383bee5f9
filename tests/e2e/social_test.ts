import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { ServerMessage } from "../../src/protocol.ts";
import type { Client } from "../harness/client.ts";
import { openClient } from "../harness/client.ts";
import { startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, heard, say, settled, type Visitor } from "../harness/visitor.ts";

/** What answers a message that carries this ref. */
async function ask(client: Client, message: Record<string, unknown>): Promise<ServerMessage> {
  const ref = crypto.randomUUID();
  client.send({ ...message, ref });
  const answer = await client.until((it) => "ref" in it && it.ref === ref);
  return answer;
}

/** Waits until the room knows who is in it: a name that nobody was told changes without a word. */
async function toldOf(visitor: Visitor) {
  const { uid } = visitor.welcome;
  await visitor.until((it) => it.type === "presence" && it.joined.some((it) => it.uid === uid));
}

/** What the list of rooms says of one room. */
async function listed(client: Client, room: string) {
  client.send({ type: "rooms" });
  const { rooms } = await client.until("rooms");
  const found = rooms.find((it) => it.room === room);
  return found && [found.seq, found.unread, found.mentions];
}

describe("users", () => {
  it("W10.10 W10.11 W10.12 markers and mentions are kept over a restart", async () => {
    await using folder = await tempFolder();
    const env = { STORE_URL: `sqlite:${folder.path}/snug.db` };
    let session;
    {
      await using server = await startServer(env);
      await using ada = await enter(server, { username: "ada" });
      await using bob = await enter(server, { username: "Bob" });
      await say(ada, "one");
      await say(ada, "two");
      const answer = await ask(bob, { type: "read", room: "general", seq: 1 });
      assert(answer.type === "read" && answer.seq === 1);
      ({ session } = bob.welcome);
    }
    {
      await using server = await startServer(env);
      await using ada = await enter(server, { username: "ada" });
      await say(ada, "where is @bob?");
    }
    await using server = await startServer(env);
    await using back = await enter(server, { session });
    assertEquals([back.welcome.user, back.joined.read], ["Bob", 1]);
    assertEquals(await listed(back, "general"), [3, 2, 1]);
    await ask(back, { type: "read", room: "general", seq: 3 });
    assertEquals(await listed(back, "general"), [3, 0, 0]);
    await using ada = await enter(server, { username: "ada", room: "random" });
    assertEquals(await listed(ada, "general"), [3, undefined, undefined]);
  });

  it("W10.14 W10.1 a direct message to somebody who is away is there when they come back", async () => {
    await using folder = await tempFolder();
    const env = { STORE_URL: `sqlite:${folder.path}/snug.db` };
    let session, room: string;
    {
      await using server = await startServer(env);
      await using ada = await enter(server, { username: "ada" });
      const bob = await enter(server, { username: "bob" });
      const first = await ask(ada, { type: "direct", to: "bob", text: "hi" });
      assert(first.type === "ack");
      ({ room } = first);
      const entry = await bob.until("chat");
      assertEquals([entry.room, entry.text, entry.user], [first.room, "hi", "ada"]);
      ({ session } = bob.welcome);
      await bob[Symbol.asyncDispose]();
      const gone = await ask(ada, { type: "direct", to: "bob", text: "still there?" });
      assert(gone.type === "error" && gone.code === "NOT_FOUND");
      const kept = await ask(ada, { type: "direct", to: bob.welcome.uid, text: "later" });
      assert(kept.type === "ack" && kept.seq === 2);
      await using eve = await enter(server, { username: "eve" });
      const refused = await ask(eve, { type: "join", room });
      assert(refused.type === "error" && refused.code === "NOT_FOUND");
      assertEquals(await listed(eve, room), undefined);
    }
    await using server = await startServer(env);
    await using back = await enter(server, { session, room });
    assertEquals(back.joined.messages.map((entry) => "text" in entry && entry.text), [
      "hi",
      "later",
    ]);
    assertEquals(await listed(back, room), [2, 2, 0]);
    const answer = await ask(back, { type: "chat", room, text: "I am back" });
    assert(answer.type === "ack" && answer.seq === 3);
  });

  it("W8.6 W10.10 a user of two connections has one name and one marker, and keeps them", async () => {
    await using server = await startServer();
    await using ada = await enter(server, { username: "ada" });
    const { session, uid } = ada.welcome;
    await using twin = await enter(server, { session });
    await using bob = await enter(server, { username: "bob" });
    await say(ada, "one");
    await toldOf(bob);
    const answer = await ask(ada, { type: "nick", name: "Ada Byron" });
    assert(answer.type === "nick" && answer.room === undefined);
    const told = await twin.until("nick");
    assertEquals([told.user, told.was, told.uid], ["Ada Byron", "ada", uid]);
    const { room, user, was } = await bob.until("nick");
    assertEquals([String(room), user, was], ["general", "Ada Byron", "ada"]);
    await ask(ada, { type: "read", room: "general", seq: 1 });
    const { seq } = await twin.until("read");
    assertEquals(seq, 1);
    bob.send({ type: "chat", room: "general", text: "@ada byron, hi" });
    await Promise.all([ada.until("mention"), twin.until("mention")]);
    assertEquals((await ask(bob, { type: "nick", name: "ADA BYRON" })).type, "error");

    await using again = await enter(server, { session: answer.session });
    assertEquals([again.welcome.uid, again.welcome.user, again.joined.read], [uid, "Ada Byron", 1]);
    await settled(bob);
    assertEquals(heard(bob, "read"), []);
  });

  it("W10.12 P5 W8.6 thousands of mentions and a flood of names are borne", async () => {
    await using server = await startServer({ RATE_BURST: "100", RATE_MESSAGES_PER_SECOND: "1" });
    await using bob = await enter(server, { username: "bob" });
    await using ada = await enter(server, { username: "ada" });
    await toldOf(ada);
    const text = "@bob ".repeat(3000);
    const sent = 20;
    for (let count = 0; count < sent; count++) {
      ada.send({ type: "chat", room: "general", text });
      ada.send({ type: "chat", room: "general", text: "@".repeat(16_000) });
    }
    for (let count = 0; count < sent; count++) await bob.until("mention");
    await settled(bob);
    assertEquals(heard(bob, "mention").length, sent);
    for (let count = 0; count < 200; count++) ada.send({ type: "nick", name: `n${count}` });
    await settled(ada);
    const refused = heard(ada, "error").filter(({ code }) => code === "RATE_LIMITED").length;
    assert(refused >= 130 && refused < 200, `${refused} were refused`);
    // W9.6: however many there were, the others hear of at most one a second.
    await bob.until("nick");
    assert(heard(bob, "nick").length < 20);
    assertEquals((await say(bob, "still here")).seq, 2 * sent + 1);
  });

  it("W1.2 the simplest client takes part in it in words", async () => {
    await using server = await startServer();
    await using plain = await openClient(server.wsUrl);
    await plain.next("welcome");
    plain.send({ type: "join", room: "general" });
    await plain.until("joined");
    await using ada = await enter(server, { username: "ada" });
    await plain.until((it) => it.type === "system" && it.text === "ada joined");
    ada.send({ type: "nick", name: "zoe" });
    await plain.until((it) => it.type === "system" && it.text === "ada is now zoe");
  });
});
