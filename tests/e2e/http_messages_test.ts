import { assert, assertEquals, assertMatch, assertObjectMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { SECRET, sign } from "../gate/issuer.ts";
import { openClient } from "../harness/client.ts";
import { type Answered, ask, refusalOf } from "../harness/http.ts";
import { startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, heard, settled, texts } from "../harness/visitor.ts";

const ROOMY = { RATE_BURST: "100000", RATE_MESSAGES_PER_SECOND: "100000" };
const MESSAGES = "/api/rooms/general/messages";

async function bearer(sub: string, claims: object = {}) {
  const exp = Math.floor(Date.now() / 1000) + 600;
  return { authorization: `Bearer ${await sign({ sub, name: sub, exp, ...claims })}` };
}

/** A guest's headers, under which it stays the same one. */
async function guest(server: { url: string }, name: string) {
  const { headers } = await ask(server, "POST /api/session", { name });
  return { cookie: headers.get("set-cookie")!.split(";")[0]! };
}

describe("messages over HTTP", () => {
  for (const TRANSPORT of ["deno", "ws"]) {
    it(`W17 W17.3 W17.4 what is posted is what members get, on ${TRANSPORT}`, async () => {
      await using server = await startServer({ TRANSPORT });
      await using ada = await enter(server);
      const form = { "content-type": "application/x-www-form-urlencoded" };
      const said = [
        await ask(server, `POST ${MESSAGES}?username=Bob`, "a=1&b=%20", form),
        await ask(server, `POST ${MESSAGES}`, "hé\n", { "content-type": "text/plain" }),
        await ask(server, `POST ${MESSAGES}`, { text: "re", replyTo: 1, type: "nick", ref: "1" }),
      ];
      assertEquals(said.map(({ status }) => status), [201, 201, 201]);
      assertEquals(
        said.map((it) => it.headers.get("location")),
        [1, 2, 3].map((seq) => `${MESSAGES}/${seq}`),
      );
      const entries = said.map(({ body }) => body);
      assertEquals(texts(entries), ["a=1&b=%20", "hé\n", "re"]);
      assertEquals([entries[0].user, entries[2].replyTo], ["Bob", 1]);
      await ada.until((it) => it.type === "chat" && it.seq === 3);
      assertEquals(heard(ada, "chat"), entries);
      // Who posts is in no room.
      const { members } = await enter(server, { username: "eve" }).then(async (eve) => {
        await eve[Symbol.asyncDispose]();
        return eve.joined;
      });
      assertEquals(members.map(({ user }) => user), [ada.welcome.user, "eve"]);
    });
  }

  it("W17 its author changes it, others react, and everybody gets the entries", async () => {
    await using server = await startServer(ROOMY);
    await using ada = await enter(server);
    const bob = await guest(server, "Bob");
    const eve = await guest(server, "Eve");
    const heart = `${MESSAGES}/1/reactions/${encodeURIComponent("❤️")}`;
    const answers = [
      await ask(server, `POST ${MESSAGES}`, { text: "one" }, bob),
      await ask(server, `PATCH ${MESSAGES}/1`, { text: "two" }, bob),
      await ask(server, `PUT ${heart}`, undefined, eve),
      await ask(server, `DELETE ${heart}`, undefined, eve),
      await ask(server, `DELETE ${MESSAGES}/1`, undefined, bob),
    ];
    assertEquals(answers.map(({ status }) => status), [201, 200, 200, 200, 200]);
    const types = ["chat", "edited", "reaction", "reaction", "deleted"];
    assertEquals(answers.map(({ body }) => body.type), types);
    await ada.until("deleted");
    const live = types.map((type) => heard(ada, type as "chat"));
    assertEquals(live.map(([entry]) => entry?.seq), [1, 2, 3, 3, 5]);
    assertObjectMatch(answers[3]!.body, { of: 1, emoji: "❤️", on: false, user: "Eve" });
    const refused = [
      await ask(server, `PATCH ${MESSAGES}/1`, "three", bob),
      await ask(server, `PATCH ${MESSAGES}/x`, "three", bob),
      await ask(server, `PUT /api/rooms/general/topic`, "news", bob),
      await ask(server, `PUT ${MESSAGES}`, "x", bob),
    ];
    assertEquals(refused.map(refusalOf), [
      [404, "NOT_FOUND"],
      [400, "INVALID_FIELD"],
      [403, "FORBIDDEN"],
      [405, "METHOD_NOT_ALLOWED"],
    ]);
  });

  it("W17.2 W17.3 what can't be done is problem details that name what was wrong", async () => {
    await using server = await startServer({ ...ROOMY, MAX_MESSAGE_BYTES: "1024" });
    const told = async (...asked: [string, (string | object)?, Record<string, string>?]) => {
      const { status, headers, body } = await ask(server, ...asked);
      assertEquals(headers.get("content-type"), "application/problem+json");
      assertEquals([body.status, body.detail], [status, body.message]);
      return [status, body.code, body.message];
    };
    const json = { "content-type": "application/json" };
    assertEquals(await told(`POST ${MESSAGES}`, {}), [
      400,
      "INVALID_FIELD",
      "text must be a string of at least one character, valid Unicode",
    ]);
    assertEquals((await told(`POST ${MESSAGES}`, ""))[1], "INVALID_FIELD");
    assertEquals((await told(`POST ${MESSAGES}`, "[1]", json))[1], "PARSE_ERROR");
    assertEquals((await told(`POST ${MESSAGES}`, "x".repeat(1025)))[0], 413);
    assertEquals((await told(`POST ${MESSAGES}`, "<a/>", { "content-type": "text/xml" }))[0], 415);
    assertMatch(`${await told("POST /api/rooms/a%20b/messages", "hi")}`, /room must be/);
    const bob = await guest(server, "Bob");
    const bad = await told(`POST ${MESSAGES}`, "hi", { ...bob, "idempotency-key": "a b" });
    assertMatch(`${bad}`, /Idempotency-Key must be 1 to 64/);
    assertEquals((await told(`POST ${MESSAGES}`, { text: "re", replyTo: 9 }))[1], "INVALID_FIELD");
    const evil = await told(`POST ${MESSAGES}`, "hi", { origin: "https://evil.example" });
    assertEquals(evil.slice(0, 2), [403, "FORBIDDEN"]);
    await using ada = await enter(server);
    assertEquals(ada.joined.seq, 0);
  });

  it("W17.5 P4 a key is said once, also at the same time, and after a kill", async () => {
    await using folder = await tempFolder();
    const env = { ...ROOMY, JWT_SECRET: SECRET, STORE_URL: `sqlite:${folder.path}/snug.db` };
    const headers = { ...await bearer("ada"), "idempotency-key": "deploy-17" };
    const first = await (async () => {
      await using server = await startServer(env);
      const both = await Promise.all(
        [1, 2].map(() => ask(server, `POST ${MESSAGES}`, "deployed", headers)),
      );
      assertEquals(both.map(({ status }) => status).sort(), [200, 201]);
      assertEquals(both[0]!.body, both[1]!.body);
      server.kill("SIGKILL");
      await server.exited;
      return both[0]!.body;
    })();
    await using server = await startServer(env);
    const again = await ask(server, `POST ${MESSAGES}`, "another text", headers);
    assertEquals([again.status, again.body], [200, first]);
    const other = await ask(server, `POST ${MESSAGES}`, "mine", {
      ...headers,
      ...await bearer("bob"),
    });
    assertEquals([other.status, other.body.seq], [201, first.seq + 1]);
    await using ada = await openClient(server.wsUrl, { headers });
    ada.send({ type: "join", room: "general" });
    assertEquals((await ada.until("joined")).seq, first.seq + 1);
    ada.send({ type: "chat", room: "general", text: "third", ref: "deploy-17" });
    const { seq, ts } = await ada.until("ack");
    assertEquals([seq, ts], [first.seq, first.ts]);
  });

  it("W17.5 a key of one who is another guest with each request is refused, and says nothing", async () => {
    const key = { "idempotency-key": "deploy-17" };
    for (const WS_TOKEN of ["open", "shared"]) {
      await using server = await startServer({ ...ROOMY, WS_TOKEN });
      const token: Record<string, string> = WS_TOKEN === "open"
        ? {}
        : { authorization: `Bearer ${WS_TOKEN}` };
      const refused = await ask(server, `POST ${MESSAGES}`, "hi", { ...token, ...key });
      assertEquals(refusalOf(refused), [400, "INVALID_FIELD"]);
      assertMatch(refused.body.message, /^Idempotency-Key needs .* POST \/api\/session/);
      assertEquals((await ask(server, `POST ${MESSAGES}`, "first", token)).body.seq, 1);
      // Under a session it is the same guest: the cookie's, or a connection's.
      const { headers } = await ask(server, "POST /api/session", {}, token);
      const cookie = headers.get("set-cookie")!.split(";")[0]!;
      await using ada = await openClient(server.wsUrl, { headers: token });
      const { session } = await ada.until("welcome");
      for (const shown of [{ cookie }, { authorization: `Bearer ${session}` }]) {
        const asked = { ...shown, ...key };
        const once = await ask(server, `POST ${MESSAGES}`, "once", asked);
        assertEquals(once.status, 201);
        const again = await ask(server, `POST ${MESSAGES}`, "once", asked);
        assertEquals([again.status, again.body], [200, once.body]);
      }
    }
  });

  it("W17.1 W10.3 W10.7 W10.8 rights, mutes and bans hold as on a connection", async () => {
    await using server = await startServer({ ...ROOMY, JWT_SECRET: SECRET, ADMIN_TOKEN: "boss" });
    await using boss = await openClient(server.wsUrl, {
      headers: { authorization: "Bearer boss" },
    });
    boss.send({ type: "join", room: "general" });
    await boss.until("joined");
    const post = async (headers: Record<string, string>, room = "general") =>
      refusalOf(await ask(server, `POST /api/rooms/${room}/messages`, "hi", headers)).join(" ");
    const ada = await bearer("ada", { rooms: { general: ["write"], news: ["read"] } });
    assertEquals(await post({}), "401 UNAUTHORIZED");
    assertEquals(await post({ authorization: "Bearer no" }), "401 UNAUTHORIZED");
    assertEquals(await post(ada, "secret"), "404 NOT_FOUND");
    assertEquals(await post(ada, "news"), "403 FORBIDDEN");
    assertEquals(await post(ada), "201 ");
    boss.send({ type: "mute", room: "general", uid: "ada" });
    await boss.until("muted");
    assertEquals(await post(ada), "403 FORBIDDEN");
    boss.send({ type: "mute", room: "general", uid: "ada", minutes: 0 });
    await boss.until("muted");
    assertEquals(await post(ada), "201 ");
    boss.send({ type: "ban", room: "general", uid: "ada" });
    await boss.until("banned");
    assertEquals(await post(ada), "403 FORBIDDEN");
    boss.send({ type: "ban", uid: "bob" });
    await boss.until("banned");
    assertEquals(await post(await bearer("bob")), "403 FORBIDDEN");
    const topic = await ask(server, "PUT /api/rooms/general/topic", "news", {
      authorization: "Bearer boss",
    });
    assertEquals([topic.status, topic.body.type], [200, "topic"]);
  });

  it("W17.1 W13.3 a user has one allowance for requests and connections", async () => {
    // Requests alone stay below the burst; only together with the connection's messages they do not.
    await using server = await startServer({
      JWT_SECRET: SECRET,
      RATE_BURST: "4",
      RATE_MESSAGES_PER_SECOND: "1",
    });
    const headers = await bearer("ada");
    await using ada = await openClient(server.wsUrl, { headers, protocols: ["snug.v1"] });
    ada.send({ type: "join", room: "general" });
    await ada.until("joined");
    const chats = Array(60).fill('{"type":"chat","room":"general","text":"hi"}').join("\n");
    const answers: Answered[] = [];
    while (answers.length < 3 && answers.at(-1)?.status !== 429) {
      ada.sendRaw(chats);
      await ada.until("error");
      answers.push(await ask(server, `POST ${MESSAGES}`, "hi", headers));
    }
    const limited = answers.at(-1)!;
    assertEquals(refusalOf(limited), [429, "RATE_LIMITED"]);
    assert(Number(limited.headers.get("retry-after")) > 0);
    assertEquals((await ask(server, `POST ${MESSAGES}`, "hi", await bearer("bob"))).status, 201);
  });

  it("W17 W10.14 a direct message reaches every connection of the other", async () => {
    await using server = await startServer({ ...ROOMY, JWT_SECRET: SECRET });
    await using ada = await openClient(server.wsUrl, { headers: await bearer("ada") });
    await ada.until("welcome");
    const bob = await bearer("bob");
    const said = await ask(server, "POST /api/users/ada/messages", "psst", bob);
    assertEquals([said.status, said.body.room], [201, "@ada,bob"]);
    assertEquals(await ada.until("chat"), said.body);
    const nobody = await ask(server, "POST /api/users/zoe/messages", "psst", bob);
    assertEquals(refusalOf(nobody), [404, "NOT_FOUND"]);
    assertEquals(said.headers.get("location"), "/api/rooms/%40ada%2Cbob/messages/1");
    await settled(ada);
    assertEquals(heard(ada, "chat").length, 1);
  });

  it("W17.7 W10.14 a backend says it as who its token is, to every connection of the user", async () => {
    await using server = await startServer({ ...ROOMY, JWT_SECRET: SECRET, ADMIN_TOKEN: "boss" });
    const headers = await bearer("ada");
    await using first = await openClient(server.wsUrl, { headers });
    await using second = await openClient(server.wsUrl, { headers, protocols: ["snug.v1"] });
    for (const client of [first, second]) await client.until("welcome");
    const robot = await bearer("robot", { name: "Robot", admin: true });
    const said = await ask(server, "POST /api/users/ada/messages", { text: "17 is out" }, robot);
    assertEquals([said.status, said.body.uid, said.body.user], [201, "robot", "Robot"]);
    for (const client of [first, second]) assertEquals(await client.until("chat"), said.body);
    // Each request under ADMIN_TOKEN is another guest, and so another conversation.
    const boss = { authorization: "Bearer boss" };
    const rooms: string[] = [];
    for (let time = 0; time < 2; time++) {
      const { status, body } = await ask(server, "POST /api/users/ada/messages", "hi", boss);
      assertEquals([status, /^guest:/.test(body.uid)], [201, true]);
      rooms.push(body.room);
    }
    assert(rooms[0] !== rooms[1]);
  });
});
