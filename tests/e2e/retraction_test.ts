import { assert, assertEquals, assertFalse } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Entry } from "../../src/protocol.ts";
import type { Draft } from "../../src/store/store.ts";
import { SECRET, sign } from "../gate/issuer.ts";
import { openClient } from "../harness/client.ts";
import { type Server, startServer } from "../harness/server.ts";
import { heard, settled } from "../harness/visitor.ts";
import { type Database, tempDatabase } from "../store/database.ts";

const ADMIN_TOKEN = "an-admin-token";
const SECRET_WORDS = "s3cret words";
const DIRECT = "@ada,eve";
/** Messages of eve in "general": many steps of a retraction. */
const MANY = 5000;

async function ask(server: Server, path: string, method = "GET", token = ADMIN_TOKEN) {
  const headers = { authorization: `Bearer ${token}` };
  return await fetch(`${server.url}/api/users/${path}`, { method, headers });
}

async function enter(server: Server, sub: string, rooms: string[]) {
  const token = await sign({ sub, name: sub });
  const client = await openClient(server.wsUrl, { protocols: ["snug.v1", `auth.${token}`] });
  for (const room of rooms) {
    client.send({ type: "join", room });
    await client.until("joined");
  }
  return client;
}

/** Eve said much, ada a little, and both did something about it. */
async function fill(database: Database) {
  const by = (uid: string, room: string, body: object) => (
    { room, epoch: "e1", ts: 1000, uid, user: `${uid}'s name`, ...body } as Draft
  );
  const chat = (uid: string, room: string, text: string) => by(uid, room, { type: "chat", text });
  await database.use(async (store) => {
    await store.append([chat("ada", "general", "hers"), chat("eve", DIRECT, SECRET_WORDS)]);
    await store.append(
      Array.from({ length: MANY }, (_, at) => chat("eve", "general", `${SECRET_WORDS} ${at}`)),
    );
    await store.append([
      by("eve", "general", { type: "edited", of: 2, text: `${SECRET_WORDS} edited` }),
      by("eve", "general", { type: "reaction", of: 1, emoji: "👍", on: true }),
      by("ada", "general", { type: "reaction", of: 1, emoji: "👍", on: true }),
      by("ada", "general", { type: "reaction", of: 3, emoji: "👍", on: true }),
      by("eve", "random", { type: "topic", text: SECRET_WORDS }),
    ]);
  });
}

describe("retraction", () => {
  it("W15.13 P2 all that a user said goes, before everybody's eyes, also when the server is killed in the middle", async () => {
    await using database = await tempDatabase();
    await fill(database);
    const env = { STORE_URL: database.url, ADMIN_TOKEN, JWT_SECRET: SECRET };
    {
      await using server = await startServer(env);
      const exported = await ask(server, "eve/entries");
      assertEquals(exported.headers.get("content-type"), "application/x-ndjson");
      const lines = (await exported.text()).trimEnd().split("\n");
      const entries = lines.map((line): Entry => JSON.parse(line));
      assertEquals(entries.length, MANY + 4);
      assert(entries.every(({ uid }) => uid === "eve"));
      const rooms = new Set(entries.map(({ room }) => room));
      assertEquals(rooms, new Set([DIRECT, "general", "random"]));

      await using ada = await enter(server, "ada", ["general"]);
      const cut = ask(server, "eve/retract", "POST").then((it) => it.text(), () => "killed");
      await ada.until("deleted");
      server.kill("SIGKILL");
      await cut;
      await server.exited;
    }
    const { left, topic } = await database.use(async (store) => {
      const { topic } = (await store.head("random"))!;
      const { messages } = await store.page("general", Infinity, { limit: MANY, bytes: Infinity });
      return { left: messages.filter(({ deleted }) => !deleted).length, topic };
    });
    console.log(`killed with ${left} messages left of ${MANY}`);

    await using server = await startServer(env);
    await using ada = await enter(server, "ada", ["general", "random"]);
    const answer = await ask(server, "eve/retract", "POST");
    assertEquals(answer.status, 200);
    assert((await answer.json()).entries >= left);
    await settled(ada);
    // In order, and only what was left: of the room, and of the conversation that is not joined.
    const { seq: known } = heard(ada, "joined").find(({ room }) => room === "general")!;
    const live = heard(ada, "deleted").filter(({ room }) => room === "general");
    const last = heard(ada, "reaction").concat(live as never[]).sort((a, b) => a.seq - b.seq);
    assertEquals(last.map(({ seq }) => seq), last.map((_, at) => known + 1 + at));
    assertEquals(
      heard(ada, "topic").map(({ room, text }) => [room, text]),
      topic === "" ? [] : [["random", ""]],
    );

    const again = await ask(server, "eve/retract", "POST");
    assertEquals(await again.json(), { entries: 0 });
    const gone = (await (await ask(server, "eve/entries")).text()).trimEnd().split("\n")
      .map((line) => JSON.parse(line));
    for (const entry of gone) {
      assertEquals([entry.uid, entry.user], ["eve", "deleted user"]);
      if (entry.type !== "reaction") assertEquals(entry.text, "");
    }
    ada.send({ type: "rooms" });
    const { rooms } = await ada.until("rooms");
    assertEquals(rooms.find(({ room }) => room === "random")?.topic, "");

    server.kill("SIGTERM");
    await server.exited;
    assertFalse(server.stderr().includes(SECRET_WORDS));
    const bytes = new TextDecoder("latin1").decode(await database.bytes());
    assertFalse(bytes.includes(SECRET_WORDS));
    assertFalse(bytes.includes("eve's name"));
    await database.use(async (store) => {
      const { seq } = (await store.head("general"))!;
      // 1 of ada's, eve's, an edit, three reactions, and what took them back.
      assertEquals(seq, 1 + MANY + 4 + MANY + 1);
      const size = { limit: seq, bytes: Infinity };
      const { messages } = await store.page("general", Infinity, size, "ada");
      assertEquals(messages.filter(({ deleted }) => !deleted), [{
        ...{ type: "chat", room: "general", seq: 1, ts: 1000, uid: "ada", user: "ada's name" },
        text: "hers",
        reactions: [
          { emoji: "👍", count: 1, mine: true, users: [{ uid: "ada", user: "ada's name" }] },
        ],
      }]);
      const direct = await store.page(DIRECT, Infinity, size);
      assertEquals(direct.messages.map(({ deleted }) => deleted), [true]);
      assertEquals((await store.replay("general", 0, seq, size))!.length, seq);
    });
  });

  it("W15.13 is for administrators, and only about what can be a uid", async () => {
    await using server = await startServer({ ADMIN_TOKEN, JWT_SECRET: SECRET });
    const user = await sign({ sub: "eve", rooms: { "*": ["read", "write", "moderate"] } });
    const cases: [path: string, method: string, token: string, status: number][] = [
      ["eve/retract", "POST", user, 403],
      ["eve/entries", "GET", user, 403],
      ["eve/retract", "POST", "nobody's", 401],
      ["a%20b/retract", "POST", ADMIN_TOKEN, 400],
      ["a%2Cb/entries", "GET", ADMIN_TOKEN, 400],
      ["eve/retract", "GET", ADMIN_TOKEN, 405],
      ["eve/entries", "POST", ADMIN_TOKEN, 405],
      ["nobody/retract", "POST", ADMIN_TOKEN, 200],
      ["nobody/entries", "GET", ADMIN_TOKEN, 200],
    ];
    for (const [path, method, token, status] of cases) {
      const response = await ask(server, path, method, token);
      const body = await response.text();
      assertEquals(response.status, status, body);
      if (status === 400) assert(JSON.parse(body).message.startsWith("uid must be"));
    }
    await server.said(/audit: "guest:[^"]+" of "127\.0\.0\.1" "retract" "nobody"/);
    await server.said(/audit: "guest:[^"]+" of "127\.0\.0\.1" "export" "nobody"/);
  });
});
