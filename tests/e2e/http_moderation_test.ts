import { assert, assertEquals, assertFalse, assertMatch, assertObjectMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { SECRET, sign } from "../gate/issuer.ts";
import { type Client, openClient } from "../harness/client.ts";
import { ask, refusalOf } from "../harness/http.ts";
import { type Server, startServer } from "../harness/server.ts";

const ENV = {
  RATE_BURST: "100000",
  RATE_MESSAGES_PER_SECOND: "100000",
  JWT_SECRET: SECRET,
  ADMIN_TOKEN: "boss-token",
};
const ROOM = "/api/rooms/general";
const BOSS = { authorization: "Bearer boss-token" };

async function bearer(sub: string, claims: object = {}) {
  return { authorization: `Bearer ${await sign({ sub, ...claims })}` };
}

const MODERATOR = await bearer("mod", { rooms: { "*": ["write"], general: ["moderate"] } });
const BOB = await bearer("bob");

/** Bob, in "general". */
async function enter(server: Server): Promise<Client> {
  const bob = await openClient(server.wsUrl, { headers: BOB });
  bob.send({ type: "join", room: "general" });
  await bob.until("joined");
  return bob;
}

describe("moderation over HTTP", () => {
  for (const TRANSPORT of ["deno", "ws"]) {
    it(`W17 W10.6 W10.7 W10.8 W10.16 it mutes, kicks and bans as on a connection, on ${TRANSPORT}`, async () => {
      await using server = await startServer({ ...ENV, TRANSPORT });
      await using bob = await enter(server);
      const mod = async (line: string, body?: object) => {
        const { status, body: told } = await ask(server, line, body, MODERATOR);
        assertEquals(status, 200, `${line}: ${told?.message}`);
        return told;
      };
      const post = () => ask(server, `POST ${ROOM}/messages`, "hi", BOB);

      const before = Date.now();
      const mute = await mod(`PUT ${ROOM}/mutes/bob`, { minutes: 10 });
      assertObjectMatch(mute, { room: "general", uid: "bob", by: "mod" });
      assert(mute.until >= before + 600_000 && mute.until <= Date.now() + 600_000);
      assertEquals((await bob.until("muted")).until, mute.until);
      const muted = await post();
      assertEquals(refusalOf(muted), [403, "FORBIDDEN"]);
      assert(Number(muted.headers.get("retry-after")) > 500);
      assertEquals((await mod(`DELETE ${ROOM}/mutes/bob`)).until, 0);
      assertEquals((await bob.until("muted")).until, 0);
      assertEquals((await post()).status, 201);

      assertEquals(await mod(`DELETE ${ROOM}/members/bob`), { room: "general", uid: "bob" });
      const { reason, by } = await bob.until("left");
      assertEquals([reason, by], ["kicked", "mod"]);
      const gone = await ask(server, `DELETE ${ROOM}/members/bob`, undefined, MODERATOR);
      assertEquals(refusalOf(gone), [404, "NOT_FOUND"]);

      bob.send({ type: "join", room: "general" });
      await bob.until("joined");
      const ban = await mod(`PUT ${ROOM}/bans/bob`, { minutes: 1 });
      assertEquals((await bob.until("left")).reason, "banned");
      assertEquals(refusalOf(await post()), [403, "FORBIDDEN"]);
      await mod(`PUT ${ROOM}/bans/eve`);
      const { bans, more } = await mod(`GET ${ROOM}/bans`);
      assertEquals(bans, [
        { room: "general", uid: "bob", until: ban.until, by: "mod" },
        { room: "general", uid: "eve", until: null, by: "mod" },
      ]);
      assertEquals(more, false);
      assertEquals(await mod(`DELETE ${ROOM}/bans/bob`), { room: "general", uid: "bob", until: 0 });
      assertEquals((await post()).status, 201);
    });
  }

  it("W17 W10.8 W10.9 only an administrator bans from everything, which ends connections", async () => {
    await using server = await startServer(ENV);
    await using bob = await enter(server);
    const refused = await ask(server, "PUT /api/bans/bob", undefined, MODERATOR);
    assertEquals(refusalOf(refused), [403, "FORBIDDEN"]);
    assertEquals(refusalOf(await ask(server, "GET /api/bans", undefined, MODERATOR)), [
      403,
      "FORBIDDEN",
    ]);
    const banned = await ask(server, "PUT /api/bans/bob", undefined, BOSS);
    assertEquals([banned.status, banned.body], [200, { uid: "bob", until: null }]);
    assertEquals((await bob.closed).code, 4003);
    const post = () => ask(server, `POST ${ROOM}/messages`, "hi", BOB);
    assertEquals(refusalOf(await post()), [403, "FORBIDDEN"]);
    await ask(server, `PUT ${ROOM}/bans/eve`, { minutes: 5 }, MODERATOR);
    const { body } = await ask(server, "GET /api/bans", undefined, BOSS);
    const places = body.bans.map(({ uid, room }: { uid: string; room?: string }) => [uid, room]);
    assertEquals(places.toSorted(), [["bob", undefined], ["eve", "general"]]);
    assertEquals((await ask(server, "DELETE /api/bans/bob", undefined, BOSS)).body.until, 0);
    assertEquals((await post()).status, 201);
  });

  it("W17.2 W10.4 W10.9 what may not be done is told as everywhere, and nothing is done", async () => {
    await using server = await startServer({ ...ENV, JOIN_POLICY: "listed" });
    await using admin = await openClient(server.wsUrl, {
      headers: await bearer("root", { admin: true }),
    });
    await admin.until("welcome");
    const told = async (
      line: string,
      headers: Record<string, string>,
      body?: object | string,
    ): Promise<string> => {
      const answered = await ask(server, line, body, headers);
      assertEquals(answered.headers.get("content-type"), "application/problem+json", line);
      return `${refusalOf(answered).join(" ")}: ${answered.body.message}`;
    };
    const ban = `PUT ${ROOM}/bans/eve`;
    assertMatch(await told(ban, {}), /^401 UNAUTHORIZED/);
    assertMatch(await told(ban, BOB), /^403 FORBIDDEN: only who moderates general/);
    assertMatch(await told("PUT /api/rooms/random/bans/eve", MODERATOR), /^403 FORBIDDEN/);
    assertMatch(await told("PUT /api/rooms/secret/bans/eve", BOB), /^404 NOT_FOUND/);
    assertMatch(await told(`PUT ${ROOM}/bans/mod`, MODERATOR), /^403 FORBIDDEN: .*themselves/);
    assertMatch(await told(`PUT ${ROOM}/bans/root`, MODERATOR), /^403 FORBIDDEN: .*administrator/);
    const minutes = "400 INVALID_FIELD: minutes must be a whole number from 0";
    for (const bad of [-1, 0.5, "5", null, 1e9]) {
      const answered = await told(ban, MODERATOR, { minutes: bad });
      assertEquals(answered.slice(0, minutes.length), minutes);
    }
    assertMatch(await told(`PUT ${ROOM}/bans/e%20e`, MODERATOR), /^400 INVALID_FIELD: uid must be/);
    assertMatch(
      await told(`PUT /api/rooms/-/bans/eve`, MODERATOR),
      /^400 INVALID_FIELD: room must/,
    );
    // A number of minutes that is no JSON must not become a ban for good.
    assertMatch(await told(ban, MODERATOR, "5"), /^415 UNSUPPORTED_MEDIA_TYPE/);
    const evil = { ...MODERATOR, origin: "https://evil.example" };
    assertMatch(await told(ban, evil), /^403 FORBIDDEN: pages of this origin/);
    for (
      const [line, allow] of [
        [`POST ${ROOM}/bans/eve`, "PUT, DELETE"],
        [`GET ${ROOM}/mutes/eve`, "PUT, DELETE"],
        [`PUT ${ROOM}/bans`, "GET, HEAD"],
        [`PUT ${ROOM}/members/eve`, "DELETE"],
        ["POST /api/bans", "GET, HEAD"],
        ["GET /api/bans/eve", "PUT, DELETE"],
        ["GET /api/system", "POST"],
        ["POST /api", "GET, HEAD"],
        ["POST /api/openapi.json", "GET, HEAD"],
      ] as const
    ) {
      const { status, headers } = await ask(server, line, undefined, MODERATOR);
      assertEquals([status, headers.get("allow")], [405, allow], line);
    }
    assertEquals((await ask(server, "GET /api/bans", undefined, BOSS)).body.bans, []);
  });

  it("W10.15 what is done over HTTP is written down with where it came from, and without a text", async () => {
    await using server = await startServer({ ...ENV, LOG_FORMAT: "json" });
    await using bob = await enter(server);
    const secret = "s3cret-words";
    const { body } = await ask(server, `POST ${ROOM}/messages`, secret, BOB);
    await ask(server, `DELETE ${ROOM}/messages/${body.seq}`, undefined, BOSS);
    await ask(server, `PUT ${ROOM}/topic`, secret, BOSS);
    await ask(server, `PUT ${ROOM}/mutes/bob`, undefined, BOSS);
    await ask(server, `DELETE ${ROOM}/members/bob`, undefined, BOSS);
    await ask(server, "POST /api/system", secret, BOSS);
    await ask(server, "PUT /api/bans/bob", undefined, BOSS);
    await bob.closed;
    await server.said(/audit: .*ban/);
    server.kill("SIGTERM");
    await server.exited;
    const audited = server.stderr().trimEnd().split("\n").map((line) => JSON.parse(line))
      .filter(({ message }) => message.startsWith("audit: "));
    assertEquals(audited.map(({ action }) => action), [
      "delete",
      "topic",
      "mute",
      "kick",
      "system",
      "ban",
    ]);
    for (const { by, address, message } of audited) {
      assertMatch(by, /^guest:/);
      assertEquals(address, "127.0.0.1", message);
    }
    assertFalse((server.stdout() + server.stderr()).includes(secret));
  });
});
