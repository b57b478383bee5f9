import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Grant, Identity } from "../src/identity.ts";
import type { RoomName } from "../src/protocol.ts";
import { EVERYWHERE } from "../src/sanctions.ts";
import type { Client } from "./core/client.ts";
import { type Core, withCore } from "./core/core.ts";

const START = 1_700_000_000_000;
const ROOM = "general";
const EXPIRED = { code: 4001, reason: "token expired or revoked" };

const ada = (more: Partial<Identity> = {}): Identity => ({
  uid: "ada",
  name: "Ada",
  expires: null,
  seal: null,
  ...more,
});

const LATER = { code: "UNAVAILABLE", message: "keys are away", retryAfterMs: 7 } as const;

const reads = (...patterns: string[]): Grant[] =>
  patterns.map((pattern) => ({ pattern, permissions: ["write"], from: 0 }));

/** Which connections the server has closed, and with what. */
const closes = (...clients: Client[]) => clients.map(({ socket }) => socket.closedWith?.code ?? 0);

async function auth(core: Core, client: Client, token: string) {
  client.send({ type: "auth", token, ref: "a" });
  await core.settle();
  return client.take();
}

describe("session expiry", () => {
  it(
    "W8.4 at its expiry a connection is closed with 4001, one that says nothing too",
    withCore(async (core) => {
      const client = await core.enter("Ada", ROOM, ada({ expires: START + 1000 }));
      await core.pass(750);
      assertEquals(client.socket.closedWith, undefined);
      await core.pass(250);
      assertEquals(client.socket.closedWith, EXPIRED);
      client.drop();
      assertEquals([core.lives[0]?.code, core.lives[0]?.reason], [4001, EXPIRED.reason]);
    }),
  );

  for (
    const [what, say] of [
      ["a message", (client: Client) => client.send({ type: "chat", room: ROOM, text: "hi" })],
      ["binary", (client: Client) => client.session.binary(new Uint8Array([7, 103, 101, 110]))],
    ] as const
  ) {
    it(
      `W8.4 ${what} that comes after the expiry is not done, although no sweep was there`,
      withCore(async (core) => {
        const client = await core.enter("Ada", ROOM, ada({ expires: START + 100 }));
        core.clock.advance(99);
        client.send({ type: "chat", room: ROOM, text: "in time" });
        await core.settle();
        core.clock.advance(1);
        say(client);
        await core.settle();
        assertEquals(client.socket.closedWith, EXPIRED);
        assertEquals(core.store.appends, [1]);
      }),
    );
  }

  it(
    "W8.4 a revocation ends what was issued before it, of that user alone",
    withCore((core) => {
      const [old, same, fresh, unknown, other] = [
        core.connect("1", ada({ issuedAt: 99 })),
        core.connect("2", ada({ issuedAt: 100 })),
        core.connect("3", ada({ issuedAt: 101 })),
        core.connect("4", ada()),
        core.connect("bob", { issuedAt: 1 }),
      ];
      core.hub.live.revoke("ada", 100);
      assertEquals(closes(old, same, fresh, unknown, other), [4001, 0, 0, 4001, 0]);
    }),
  );

  it(
    "W8.4 a sign-out ends the connections of that session alone",
    withCore((core) => {
      const clients = ["one", "one", "two"].map((signIn) => core.connect("Ada", ada({ signIn })));
      clients.push(core.connect("guest"));
      core.hub.live.signOut("one");
      assertEquals(closes(...clients), [4001, 4001, 0, 0]);
    }),
  );
});

describe("session auth", () => {
  it(
    "W8.5 auth is answered by a new welcome: the name stays, the expiry is the new one",
    withCore(async (core) => {
      const client = await core.enter("Ada", ROOM, ada({ expires: START + 1000 }));
      core.credentials.set("new", ada({ name: "Countess", expires: START + 5000 }));
      const [welcome, ...rest] = await auth(core, client, "new");
      assert(welcome?.type === "welcome");
      assertEquals([welcome.user, welcome.uid, welcome.expires, welcome.ref], [
        ...["Ada", "ada", START + 5000, "a"],
      ]);
      assertEquals(rest, []);
      await core.pass(4750);
      assertEquals(client.socket.closedWith, undefined);
      await core.pass(250);
      assertEquals(client.socket.closedWith, EXPIRED);
    }),
  );

  for (
    const [name, identity, code] of [
      ["that is not valid", undefined, "UNAUTHORIZED"],
      ["that can't be checked now", LATER, "UNAVAILABLE"],
      ["of another user", { ...ada(), uid: "eve" }, "FORBIDDEN"],
    ] as const
  ) {
    it(
      `W8.5 a credential ${name} is ${code}, and all is as before`,
      withCore(async (core) => {
        const client = await core.enter("Ada", ROOM, ada({ expires: START + 1000 }));
        if (identity) core.credentials.set("other", identity);
        const [error, ...rest] = await auth(core, client, "other");
        assert(error?.type === "error");
        assertEquals([error.code, error.ref, rest], [code, "a", []]);
        const { message, retryAfterMs } = error;
        if (identity === LATER) assertEquals([message, retryAfterMs], [LATER.message, 7]);
        client.send({ type: "chat", room: ROOM, text: "hi" });
        await core.settle();
        assertEquals(client.takeOne("chat").uid, "ada");
        await core.pass(1000);
        assertEquals(client.socket.closedWith, EXPIRED);
      }),
    );
  }

  it(
    "W8.5 rooms that may not be read any more are left, and their others hear of it",
    withCore(async (core) => {
      const both = ada({ grants: reads("a", "b") });
      const client = await core.enter("Ada", ["a", "b"], both);
      const boss = await core.enter("boss", ["a", "b"], { isAdmin: true });
      await core.pass(1000);
      client.take();
      boss.take();
      core.credentials.set("less", ada({ grants: reads("b", "c") }));
      const answers = await auth(core, client, "less");
      assertEquals(answers.slice(1) as unknown[], [
        { type: "left", room: "a", reason: "forbidden" },
      ]);
      await core.pass(1000);
      const [presence] = boss.takeAll("presence");
      assertEquals([String(presence?.room), presence?.left.map(({ uid }) => uid)], ["a", ["ada"]]);
      boss.send(...["a", "b"].map((room) => ({ type: "chat" as const, room, text: "hi" })));
      client.send({ type: "join", room: "c" });
      await core.settle();
      const heard = client.take().map((message) => "room" in message && `${message.room}`);
      assertEquals(heard.toSorted(), ["b", "c"]);
    }),
  );

  it(
    "W8.5 W10.9 who is no administrator any more leaves where one is banned from, or everything",
    withCore(async (core) => {
      const [one, two] = [
        await core.enter("Ada", ["a", "b"], ada({ isAdmin: true })),
        await core.enter("eve", "a", ada({ uid: "eve", isAdmin: true })),
      ];
      const { sanctions } = core.hub;
      await sanctions.ban("a" as RoomName, "ada", Infinity, "Mara", []);
      await sanctions.ban(EVERYWHERE, "eve", Infinity, "Mara", []);
      core.credentials.set("ada", ada());
      core.credentials.set("eve", ada({ uid: "eve" }));
      const [, ...told] = await auth(core, one, "ada");
      assertEquals(told as unknown[], [{ type: "left", room: "a", reason: "banned" }]);
      assertEquals([...one.session.rooms.keys()].map(String), ["b"]);
      assertEquals(await auth(core, two, "eve"), []);
      assertEquals(closes(one, two), [0, 4003]);
    }),
  );

  it(
    "W3.2 W8.5 auth is done in its turn: what was asked before it is still judged by the old rights",
    withCore(async (core) => {
      const client = await core.enter("Ada", "a", ada({ grants: reads("a") }));
      core.credentials.set("none", ada({ grants: reads("z") }));
      core.store.hold("append");
      client.send({ type: "chat", room: "a", text: "1", ref: "1" });
      client.send({ type: "auth", token: "none", ref: "2" });
      client.send({ type: "chat", room: "a", text: "3", ref: "3" });
      await core.settle();
      core.store.release("append");
      await core.settle();
      assertEquals(
        client.take().map((message) => [message.type, "ref" in message && message.ref]),
        [
          ["ack", "1"],
          ["chat", false],
          ["welcome", "2"],
          ["left", false],
          ["error", "3"],
        ],
      );
    }),
  );

  it(
    "W8.5 a revocation before the answer is out ends the connection all the same",
    withCore(async (core) => {
      const client = await core.enter("Ada", ROOM, ada({ issuedAt: 1 }));
      core.credentials.set("new", ada({ issuedAt: 2 }));
      client.send({ type: "auth", token: "new" });
      core.hub.live.revoke("ada", 100);
      await core.settle();
      assertEquals([closes(client), client.take()], [[4001], []]);
    }),
  );
});
