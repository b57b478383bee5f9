import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Hit } from "../src/protocol.ts";
import type { Found, Sought } from "../src/store/search.ts";
import type { Client, Sent } from "./core/client.ts";
import { type ConnectOptions, type Core, withCore } from "./core/core.ts";

const READER: ConnectOptions = {
  uid: "reader",
  grants: [
    { pattern: "team-*", permissions: ["read"], from: 0 },
    { pattern: "team-x", permissions: [], from: 0 },
    { pattern: "lobby", permissions: ["write"], from: 4000 },
  ],
};

const hit = (room: string, ts = 5000): Hit => ({
  ...{ type: "chat", room, seq: 1, ts, uid: "guest:a", user: "a", text: "fox" },
  ranges: [[0, 3]],
});

/** Gives the store a search that finds these, and notes what it is asked. */
function findIn(core: Core, found: Found | (() => Promise<Found>)): Sought[] {
  const asked: Sought[] = [];
  const search = async (sought: Sought) => {
    asked.push(sought);
    return typeof found === "function" ? await found() : found;
  };
  Object.assign(core.store, { search: { search } });
  return asked;
}

async function ask(core: Core, client: Client, more: object = {}) {
  client.take();
  client.send({ type: "search", text: "fox", ref: "s", ...more } as Sent);
  await core.settle();
  const [answer] = client.take();
  return answer;
}

describe("session search", () => {
  it(
    "W16.1 W3.1 answers with what is found, and where to go on",
    withCore(async (core) => {
      const alice = await core.enter("alice", []);
      const asked = findIn(core, { hits: [hit("general")], before: 7 });
      const answer = await ask(core, alice, { before: 9 });
      assertEquals(answer, { type: "search", hits: [hit("general")], before: 7, ref: "s" });
      const [{ text, before, room, size }] = asked as [Sought];
      assertEquals([text, before, room, size.limit], ["fox", 9, undefined, 20]);
    }),
  );

  it(
    "W16.2 W10.3 asks for what may be read, and shows nothing else",
    withCore(async (core) => {
      const reader = await core.enter("reader", [], READER);
      const rooms = ["team-a", "team-x", "general", "@guest:a,reader", "@guest:a,guest:b"];
      const hits = [...rooms.map((room) => hit(room)), hit("lobby"), hit("lobby", 3999)];
      const [sought] = [findIn(core, { hits })];
      const answer = await ask(core, reader);
      assertEquals(answer?.type === "search" && answer.hits, [hits[0]!, hits[3]!, hits[5]!]);
      assertEquals(sought[0]!.reach.uid, "reader");
      assertEquals(sought[0]!.reach.rules.map(({ pattern, from }) => [pattern, from]), [
        ["team-*", 0],
        ["team-x", Infinity],
        ["lobby", 4000],
      ]);
      const here = await ask(core, reader, { room: "team-b" });
      assertEquals([here?.type, sought[1]!.room], ["search", "team-b"]);
      for (const room of ["team-x", "general", "@guest:a,guest:b"]) {
        const refused = await ask(core, reader, { room });
        assertEquals(refused?.type === "error" && [refused.code, refused.room], [
          "NOT_FOUND",
          room,
        ]);
      }
      assertEquals(sought.length, 2);
    }),
  );

  it(
    "W16.2 W10.8 finds nothing where one is banned, also by a ban that comes meanwhile",
    withCore(async (core) => {
      const admin = await core.enter("root", ["general", "lobby"], { uid: "root", isAdmin: true });
      const eve = await core.enter("eve", ["general", "lobby"]);
      const hits = [hit("general"), hit("lobby"), hit("random")];
      const release = Promise.withResolvers<void>();
      findIn(core, async () => {
        await release.promise;
        return { hits };
      });
      admin.send({ type: "ban", room: "general", uid: "guest:eve" });
      await core.settle();
      eve.take();
      eve.send({ type: "search", text: "fox" });
      await core.settle();
      admin.send({ type: "ban", room: "lobby", uid: "guest:eve" });
      await core.settle();
      release.resolve();
      await core.settle();
      assertEquals(eve.takeAll("search").map(({ hits }) => hits), [[hit("random")]]);
      const refused = await ask(core, eve, { room: "general" });
      assertEquals(refused?.type === "error" && refused.code, "FORBIDDEN");
      const all = await ask(core, admin);
      assertEquals(all?.type === "search" && all.hits, hits);
    }),
  );

  it(
    "W16.4 says what is wrong with a text, and that a store can't be searched",
    withCore(async (core) => {
      const alice = await core.enter("alice", "general");
      const wrong = [{ text: "" }, { text: "?!" }, { text: "x".repeat(201) }, {
        text: "a ".repeat(17),
      }];
      for (const { text } of wrong) {
        const refused = await ask(core, alice, { text });
        assertEquals(refused?.type === "error" && refused.code, "INVALID_FIELD");
        if (refused?.type === "error") {
          assertStringIncludes(refused.message, "text must be 1 to 200");
        }
      }
      const refused = await ask(core, alice, { before: 0 });
      assertEquals(refused?.type === "error" && refused.code, "INVALID_FIELD");
      const none = await ask(core, alice);
      assertEquals(none?.type === "error" && none.code, "UNAVAILABLE");
    }),
  );

  it(
    "W15.1 W16.1 on a room's own path a search without a room is in all",
    withCore(async (core) => {
      const alice = await core.connect("alice", { path: "general" });
      await core.settle();
      const asked = findIn(core, { hits: [] });
      await ask(core, alice);
      assertEquals(asked[0]!.room, undefined);
    }),
  );

  it(
    "W13.3 draws on the bucket of messages",
    withCore(async (core) => {
      const alice = await core.enter("alice", []);
      const asked = findIn(core, { hits: [] });
      for (let n = 1; n <= 21; n++) alice.send({ type: "search", text: "fox", ref: `r${n}` });
      await core.settle();
      const errors = alice.takeAll("error").map(({ code, ref }) => [code, ref]);
      assertEquals([errors, asked.length], [[["RATE_LIMITED", "r21"]], 20]);
    }, { limits: { messagesPerSecond: 5, burst: 20 } }),
  );
});
