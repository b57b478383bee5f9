import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Message, UserId } from "../../src/protocol.ts";
import { type Chat, ChatError, connect, fold } from "../../static/chat.js";
import { startServer } from "../harness/server.ts";
import { enter, say } from "../harness/visitor.ts";
import { within } from "../harness/within.ts";
import { tempDatabase } from "../store/database.ts";

const ROOM = "general";

/** Closed at the end, however the test ends. */
function open(url: string, options: Parameters<typeof connect>[1] = {}): Chat & Disposable {
  const chat = connect(url, options);
  return Object.assign(chat, { [Symbol.dispose]: () => chat.close() });
}

describe("entries", () => {
  it("P1 W4.5 W4.6 W4.7 W4.8 what is done to messages is kept over a restart", async () => {
    await using database = await tempDatabase();
    const env = { STORE_URL: database.url, WS_TOKEN: "w".repeat(32), ADMIN_TOKEN: "a".repeat(32) };
    const admin = { token: env.ADMIN_TOKEN, name: "ada" };
    let before: readonly Message[] = [];
    {
      await using server = await startServer(env);
      using ada = open(server.url, admin);
      using bob = open(server.url, { token: env.WS_TOKEN, name: "bob" });
      for (const chat of [ada, bob]) await within(5000, "a join", chat.join(ROOM));
      const said = Promise.withResolvers<void>();
      ada.on("entry", ({ seq }) => seq === 3 && said.resolve());
      for (const text of ["one", "secret two", "three"]) bob.say(ROOM, text);
      await within(5000, "what bob says", said.promise);
      // A page, and every later entry.
      let known = await ada.history(ROOM) as Parameters<typeof fold>[0];
      const done = Promise.withResolvers<void>();
      ada.on("entry", (entry) => {
        known = fold(known, entry, ada.me!.uid as UserId);
        if (entry.type === "topic") done.resolve();
      });
      await bob.edit(ROOM, 1, "uno");
      await Promise.all([ada.react(ROOM, 1, "👍"), bob.react(ROOM, 1, "👍")]);
      await ada.react(ROOM, 3, "👀");
      await ada.delete(ROOM, 2);
      assertEquals(
        (await assertRejects(() => ada.edit(ROOM, 1, "x"), ChatError)).code,
        "FORBIDDEN",
      );
      assertEquals(
        (await assertRejects(() => bob.setTopic(ROOM, "x"), ChatError)).code,
        "FORBIDDEN",
      );
      assertEquals((await ada.setTopic(ROOM, "news")).seq, 9);
      await within(5000, "the topic", done.promise);
      const page = await ada.history(ROOM);
      assertEquals([known.messages, known.seq, known.topic], [page.messages, page.seq, "news"]);
      before = page.messages;
    }
    assert(!new TextDecoder("latin1").decode(await database.bytes()).includes("secret two"));
    await using server = await startServer(env);
    using ada = open(server.url, admin);
    const joined = await within(5000, "a join", ada.join(ROOM));
    const mine = (message: Message) =>
      message.reactions?.map(({ users, ...reaction }) => ({
        ...reaction,
        mine: false,
        users: users.map(({ user }) => user).sort(),
      }));
    const shown = (messages: readonly Message[]) =>
      messages.map((message) => [message.seq, message.text, message.deleted, mine(message)]);
    assertEquals(shown(joined.messages as Message[]), shown(before));
    assertEquals(shown(before), [
      [1, "uno", undefined, [{ emoji: "👍", count: 2, mine: false, users: ["ada", "bob"] }]],
      [2, "", true, undefined],
      [3, "three", undefined, [{ emoji: "👀", count: 1, mine: false, users: ["ada"] }]],
    ]);
    assertEquals([joined.topic, joined.seq], ["news", 9]);
  });

  it("P3 W4.9 what was missed comes as it was, and a change of nothing is refused", async () => {
    await using server = await startServer();
    await using ada = await enter(server);
    const { seq } = await say(ada, "hi");
    const { epoch } = ada.joined;
    ada.send({ type: "edit", room: ROOM, of: seq, text: "ho", ref: "e" });
    const live = await ada.until("edited");
    ada.send({ type: "delete", room: ROOM, of: seq + 5, ref: "d" });
    const refused = await ada.until("error");
    assertEquals([refused.code, refused.ref], ["NOT_FOUND", "d"]);
    await using bob = await enter(server, { since: { epoch, seq } });
    assertEquals(bob.joined.messages, [live]);
  });
});
