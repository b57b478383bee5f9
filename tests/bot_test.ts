import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Bot } from "../src/bot.ts";
import { ask } from "../src/call.ts";
import type { UserId } from "../src/protocol.ts";
import { readReplies, type Replies } from "../src/replies.ts";
import type { Client } from "./core/client.ts";
import { type Core, type CoreOptions, withCore } from "./core/core.ts";

const ROOM = "general";
const FILE = {
  name: "Barkeep",
  rooms: {
    [ROOM]: {
      greeting: "welcome to {room}, {user}",
      replies: [{ words: ["hi"], text: "hello {user} in {room}" }],
      default: "what?",
    },
    quiet: { replies: [{ words: ["hi"], text: "sh" }] },
  },
};

function replies(file: object = FILE): Replies {
  const read = readReplies(JSON.stringify(file), 1000);
  assert(read.ok);
  return read.replies;
}

/** A core in which the bot of that file answers. Its name is given back at the end. */
function withBot(run: (core: Core, bot: Bot) => Promise<void>, options?: CoreOptions) {
  return withCore(async (core) => {
    const bot = new Bot(core.hub);
    assert(bot.use(replies()));
    core.hub.listener = bot;
    await run(core, bot);
  }, options);
}

const join = (room = ROOM) => ({ type: "join" as const, room });
const chat = (text: string, room = ROOM) => ({ type: "chat" as const, room, text });
/** What the bot said there, of what was not read yet. */
const said = (client: Client) =>
  client.takeAll("chat").filter(({ uid }) => uid === "bot:replies").map(({ text }) => text);
const greetings = (client: Client) => client.takeAll("system").map(({ text }) => text);

async function come(core: Core, name: string, since?: object): Promise<Client> {
  const client = core.connect(name);
  client.send({ ...join(), ...since });
  await core.settle();
  return client;
}

describe("bot", () => {
  it(
    "W20.2 W20.3 answers with an entry like any other, after what it answers",
    withBot(async (core) => {
      const ada = await come(core, "ada");
      const bob = await come(core, "bob");
      ada.take();
      bob.take();
      ada.send(chat("oh hi"), chat("so what"));
      await core.settle();
      for (const client of [ada, bob]) {
        const entries = client.takeAll("chat");
        assertEquals(entries.map(({ seq, user, text, replyTo }) => [seq, user, text, replyTo]), [
          [1, "ada", "oh hi", undefined],
          [2, "ada", "so what", undefined],
          [3, "Barkeep", "hello ada in general", 1],
          [4, "Barkeep", "what?", 2],
        ]);
      }
      assertEquals((await core.store.page(ROOM, 9, { limit: 9, bytes: 9999 })).messages.length, 4);
      assertEquals(core.hub.rooms.get(ROOM)?.presence.count, 2, "it is no member");
    }),
  );

  it(
    "W20.2 answers nothing but new messages of people in its rooms",
    withBot(async (core) => {
      const ada = await core.enter("ada", ["quiet", "other"]);
      await core.enter("bob", ["other"]);
      const retried = { ...chat("hi", "quiet"), ref: "1" };
      ada.send(retried);
      await core.settle();
      assertEquals(said(ada), ["sh"]);
      ada.send(
        retried,
        { type: "edit", room: "quiet", of: 1, text: "hi again" },
        { type: "react", room: "quiet", of: 1, emoji: "👋" },
        chat("not that word", "quiet"),
        chat("hi", "other"),
        { type: "direct", to: "bob", text: "hi" },
      );
      await core.settle();
      assertEquals(said(ada), []);
      for (const uid of ["bot:other", "hook:abc"] as UserId[]) {
        const identity = { uid, name: "Other", expires: null, seal: null };
        const caller = { hub: core.hub, identity, address: "192.0.2.1" };
        const answer = await Promise.all([
          ask(caller, chat("hi", "quiet")),
          core.settle(),
        ]);
        assert(answer[0].ok);
      }
      await core.settle();
      assertEquals(said(ada), []);
      assertEquals(ada.take(), []);
    }),
  );

  it(
    "W20.3 answers a user five times at once in a room, and then once in 5 s",
    withBot(async (core) => {
      const ada = await core.enter("ada", "quiet");
      const bob = await core.enter("bob", "quiet");
      for (let count = 0; count < 8; count++) ada.send(chat("hi", "quiet"));
      bob.send(chat("hi", "quiet"));
      await core.settle();
      assertEquals(said(ada).length, 6);
      await core.pass(4000);
      ada.send(chat("hi", "quiet"));
      await core.pass(1000);
      assertEquals(said(ada).length, 0);
      ada.send(chat("hi", "quiet"));
      await core.settle();
      assertEquals(said(ada).length, 1);
    }),
  );

  it(
    "W20.1 a moderator can mute it in a room",
    withBot(async (core) => {
      const ada = await core.enter("ada", "quiet", { isAdmin: true });
      ada.send({ type: "mute", room: "quiet", uid: "bot:replies" }, chat("hi", "quiet"));
      await core.settle();
      assertEquals(said(ada), []);
      ada.send({ type: "mute", room: "quiet", uid: "bot:replies", minutes: 0 });
      ada.send(chat("hi", "quiet"));
      await core.settle();
      assertEquals(said(ada), ["sh"]);
    }),
  );

  it(
    "W20.4 greets who is new to a room, after the joined and on that connection alone",
    withBot(async (core) => {
      const ada = await come(core, "ada");
      const [welcome, joined, ...rest] = ada.take();
      assertEquals([welcome?.type, joined?.type], ["welcome", "joined"]);
      const about = { type: "system" as const, room: ROOM, uid: "bot:replies", user: "Barkeep" };
      assertEquals(rest, [{ ...about, text: "welcome to general, ada" }]);
      const bob = await come(core, "bob");
      assertEquals(greetings(bob), ["welcome to general, bob"]);
      assertEquals(greetings(ada), []);
      assertEquals(core.hub.rooms.get(ROOM)?.head.seq, 0, "it is not kept");
    }),
  );

  it(
    "W13.3 W20.3 answers many who ask at once: what bounds it is the rate of each",
    withBot(async (core) => {
      const many = [];
      for (let n = 0; n < 30; n++) many.push(await come(core, `u${n}`));
      for (const client of many) client.send(chat("hi"));
      await core.settle();
      assertEquals(said(many[0]!), many.map((_, n) => `hello u${n} in general`));
    }, { limits: { messagesPerSecond: 5, burst: 20 } }),
  );

  it(
    "W20.4 greets nobody twice, none who comes back, and none who has read there",
    withBot(async (core) => {
      const ada = await come(core, "ada");
      assertEquals(greetings(ada).length, 1);
      ada.send(join(), { type: "leave", room: ROOM }, join());
      await core.settle();
      assertEquals(greetings(ada), []);
      assertEquals(greetings(await come(core, "ada")), []);
      const since = { since: { epoch: "epoch-1", seq: 0 } };
      assertEquals(greetings(await come(core, "bob", since)), []);
      const carol = await come(core, "carol", since);
      carol.send(chat("hi"), { type: "read", room: ROOM, seq: 1 });
      await core.settle();
      assertEquals(greetings(carol), []);
      // As after a restart, when only the store remembers.
      core.hub.listener = new Bot(core.hub);
      assert((core.hub.listener as Bot).use(replies()));
      assertEquals(greetings(await come(core, "carol")), []);
      assertEquals(greetings(await come(core, "dave")).length, 1);
    }),
  );

  it(
    "W8.2 W20.1 nobody else has its name, and where somebody has it already it is not taken",
    withBot(async (core, bot) => {
      const wished = [core.connect("barkeep"), core.connect("Barkeep", { uid: "somebody" })];
      await core.settle();
      const users = wished.map((client) => client.takeOne("welcome").user);
      assertEquals(users, ["barkeep-2", "Barkeep-3"]);
      const ada = await core.enter("ada", "quiet");
      // As while it says something.
      core.hub.names.take("bot:replies", "Barkeep");
      ada.send({ type: "nick", name: "BARKEEP" }, { type: "direct", to: "Barkeep", text: "psst" });
      await core.settle();
      assertEquals(ada.takeAll("error").map(({ code }) => code), ["CONFLICT", "NOT_FOUND"]);
      core.hub.names.release("bot:replies");
      assertEquals(bot.use(replies({ ...FILE, name: "ada" })), false);
      ada.send(chat("hi", "quiet"));
      await core.settle();
      assertEquals(ada.takeAll("chat").at(-1)?.user, "Barkeep");
      assert(bot.use(replies({ ...FILE, name: "Host" })));
      ada.send({ type: "nick", name: "Barkeep" }, chat("hi", "quiet"));
      await core.settle();
      assertEquals(ada.takeAll("chat").at(-1)?.user, "Host");
      assertEquals(core.hub.names.take("guest:eve", "host"), "host-2");
      core.hub.names.release("guest:eve");
    }),
  );
});
