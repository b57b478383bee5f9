import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { SignJWT } from "jose";
import { type Chat, ChatError, connect } from "../../static/chat.js";
import { startServer } from "../harness/server.ts";
import { within } from "../harness/within.ts";
import { tempDatabase } from "../store/database.ts";

const SECRET = "s".repeat(32);

/** A user's token for these rooms. */
function token(uid: string, rooms?: Record<string, string[]>): Promise<string> {
  return new SignJWT({ sub: uid, ...(rooms && { rooms }) })
    .setProtectedHeader({ alg: "HS256" }).setExpirationTime("1h")
    .sign(new TextEncoder().encode(SECRET));
}

/** Closed at the end, however the test ends. */
function open(url: string, options: Parameters<typeof connect>[1]): Chat & Disposable {
  const chat = connect(url, options);
  return Object.assign(chat, { [Symbol.dispose]: () => chat.close() });
}

/** Says it, and waits until it is kept. */
async function say(chat: Chat, room: string, text: string) {
  const kept = Promise.withResolvers<void>();
  const off = chat.on("outgoing", (outgoing) => {
    if (outgoing.text === text && outgoing.status === "sent") kept.resolve();
  });
  if (room.startsWith("@")) chat.direct(room.slice(1), text);
  else chat.say(room, text);
  await within(10_000, `what is said in ${room}`, kept.promise);
  off();
}

async function found(chat: Chat, text: string, room?: string): Promise<string[]> {
  const { hits } = await within(10_000, "a search", chat.search(text, { room }));
  return hits.map((hit) => `${hit.room} ${hit.seq} ${hit.text}`);
}

describe("search", () => {
  it("P1 W16.2 finds what is acknowledged, after a kill too, and only where one may read", async () => {
    await using database = await tempDatabase();
    const env = { STORE_URL: database.url, JWT_SECRET: SECRET };
    const ann = await token("ann", { "team-*": ["write"], general: ["write"] });
    const bob = await token("bob", { general: ["write"] });
    const carl = await token("carl", { general: ["read"], "team-a": ["read"] });
    {
      await using server = await startServer(env);
      using chat = open(server.url, { token: ann });
      using other = open(server.url, { token: bob });
      for (const room of ["team-a", "team-b", "general"]) {
        await within(10_000, "a join", chat.join(room));
      }
      await within(10_000, "a join", other.join("general"));
      await say(chat, "team-a", "fox in a");
      assertEquals(await found(chat, "fox"), ["team-a 1 fox in a"]);
      await say(chat, "team-b", "fox in b");
      await say(chat, "general", "secretfox for all");
      await chat.edit("general", 1, "fox for all");
      await say(chat, "@bob", "fox for bob");
      await say(chat, "general", "secretfox taken back");
      await chat.delete("general", 3);
      server.kill("SIGKILL");
      await server.exited;
    }
    await using server = await startServer(env);
    using chat = open(server.url, { token: ann });
    using other = open(server.url, { token: bob });
    using third = open(server.url, { token: carl });
    const [direct, general, b, a] = [
      "@ann,bob 1 fox for bob",
      "general 1 fox for all",
      "team-b 1 fox in b",
      "team-a 1 fox in a",
    ];
    assertEquals(await found(chat, "fox"), [direct, general, b, a]);
    assertEquals(await found(other, "fox"), [direct, general]);
    assertEquals(await found(third, "fox"), [general, a]);
    assertEquals(await found(chat, '"fox in" b*'), [b]);
    assertEquals(await found(chat, "fox", "team-a"), [a]);
    assertEquals(await found(chat, "secretfox"), []);
    for (const room of ["team-b", "@ann,bob", "nowhere"]) {
      const refused = await assertRejects(() => third.search("fox", { room }), ChatError);
      assertEquals([refused.code, refused.room], ["NOT_FOUND", room]);
    }
    const empty = await assertRejects(() => chat.search("…"), ChatError);
    assertEquals(empty.code, "INVALID_FIELD");
  });

  it("W16.1 goes page by page through more than one", async () => {
    await using database = await tempDatabase();
    await using server = await startServer({ STORE_URL: database.url });
    using chat = open(server.url, { name: "ann" });
    await within(10_000, "a join", chat.join("general"));
    for (let at = 1; at <= 25; at++) chat.say("general", `fox ${at}`);
    await say(chat, "general", "the last fox");
    const first = await chat.search("fox");
    assertEquals(first.hits.map(({ seq }) => seq), Array.from({ length: 20 }, (_, at) => 26 - at));
    assert(first.before !== undefined);
    const { hits, before } = await chat.search("fox", { before: first.before });
    assertEquals([hits.map(({ seq }) => seq), before], [[6, 5, 4, 3, 2, 1], undefined]);
  });

  it("W16.4 says that a store in memory can't be searched", async () => {
    await using server = await startServer({ STORE_URL: "memory:" });
    using chat = open(server.url, { name: "ann" });
    const refused = await assertRejects(() => chat.search("fox"), ChatError, "can't be searched");
    assertEquals(refused.code, "UNAVAILABLE");
  });
});
