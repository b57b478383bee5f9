import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { forge, KeyServer, makeSigner, SECRET, sign, times } from "../gate/issuer.ts";
import { Client, openClient } from "../harness/client.ts";
import { type Server, startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";

const ADMIN_TOKEN = "an-admin-token";

type Refusal = { status: number; code: string; message: string; retryAfterMs?: number };

/** A connection under a token, or the refusal that a request without an upgrade tells. */
async function knock(server: Server, token: string): Promise<Client | Refusal> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${server.url}/ws`, { headers });
  const body = await response.json();
  if (response.status !== 426) return { status: response.status, ...body };
  return await openClient(server.wsUrl, { headers });
}

async function enter(server: Server, token: string) {
  const client = await knock(server, token);
  assert(client instanceof Client, JSON.stringify(client));
  const { uid, user, session, expires } = await client.next("welcome");
  return Object.assign(client, { uid, user, session, expires });
}

async function refusal(server: Server, token: string): Promise<(string | number)[]> {
  const refused = await knock(server, token);
  assert(!(refused instanceof Client), "it was let in");
  return [refused.status, refused.code, refused.message];
}

async function revoke(server: Server, uid: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/api/users/${encodeURIComponent(uid)}/revoke`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, ...headers },
  });
  const body = await response.text();
  return { status: response.status, code: body === "" ? undefined : JSON.parse(body).code };
}

describe("user token", () => {
  it("W15.8 W8.1 a user comes in under sub and name, without a guest's session", async () => {
    await using server = await startServer({ JWT_SECRET: SECRET });
    const exp = Math.floor(Date.now() / 1000) + 600;
    const token = await sign({ sub: "auth0|17", name: "Ada", exp });
    await using ada = await enter(server, token);
    assertEquals([ada.uid, ada.user, ada.session, ada.expires], [
      "auth0|17",
      "Ada",
      null,
      exp * 1000,
    ]);
    await using other = await openClient(server.wsUrl, { protocols: ["snug.v1", `auth.${token}`] });
    assertEquals((await other.next("welcome")).uid, "auth0|17");
    await using query = await openClient(`${server.wsUrl}?token=${token}&username=Eve`);
    assertEquals((await query.next("welcome")).user, "Ada");
    assertMatch(server.stdout(), /Users with a token of their own may come in/);
    // No shared token is made or needed beside them, and nobody comes in without one.
    assertEquals((await fetch(`${server.url}/ws`).then((it) => it.json())).code, "UNAUTHORIZED");
  });

  it("W8.4 W8.5 W15.11 a token is renewed on its connection, which ends with it; guesses end too", async () => {
    await using server = await startServer({ JWT_SECRET: SECRET, ADMIN_TOKEN });
    const now = Math.floor(Date.now() / 1000);
    await using ada = await enter(server, await sign({ sub: "u-17", exp: now + 3600 }));
    ada.send({ type: "auth", token: await sign({ sub: "u-17", exp: now + 7200 }), ref: "r" });
    assertEquals((await ada.next("welcome")).expires, (now + 7200) * 1000);
    for (let guess = 0; guess < 11; guess++) {
      ada.send({ type: "auth", token: `guess-${guess}` });
      assertEquals((await ada.next("error")).code, "UNAUTHORIZED");
    }
    ada.send({ type: "auth", token: ADMIN_TOKEN });
    assertEquals((await ada.next("error")).code, "UNAVAILABLE");
    await server.said(/too many bad tokens from "127\.0\.0\.1"/);
    const soon = Math.floor(Date.now() / 1000) + 4;
    ada.send({ type: "auth", token: await sign({ sub: "u-17", exp: soon }) });
    await ada.next("welcome");
    assertEquals((await ada.closed).code, 4001);
  });

  it("W8.2 a guest does not get the name of a user who is there", async () => {
    await using server = await startServer({ JWT_SECRET: SECRET, WS_TOKEN: "open" });
    await using _ada = await enter(server, await sign({ sub: "u-17", name: "Ada" }));
    await using guest = await openClient(`${server.wsUrl}?username=ADA`);
    assertEquals((await guest.next("welcome")).user, "ADA-2");
  });

  it("P6 W15.8 forged, expired, misdirected and malformed tokens stay out, and out of the log", async () => {
    await using server = await startServer({
      JWT_SECRET: SECRET,
      JWT_ISSUER: "https://id.example",
      JWT_AUDIENCE: "chat",
      LOG_LEVEL: "debug",
      LOG_FORMAT: "json",
    });
    const good = { sub: "u-17", iss: "https://id.example", aud: "chat" };
    await using _ada = await enter(server, await sign(good));
    const now = Date.now();
    const wrong = /^the token's claim (\w+) must be /;
    const cases: [token: string, said: RegExp | string][] = [
      [await sign({ ...good, exp: times(now).iat - 1 }), "this token has expired"],
      [await sign({ ...good, aud: "other" }), wrong],
      [await sign({ ...good, iss: "https://evil.example" }), wrong],
      [await sign({ ...good, nbf: times(now).exp }), wrong],
      [await sign({ ...good, sub: 'x" left\n2026-01-01T00:00:00Z [INF] snug: "root' }), wrong],
      [await sign({ ...good, sub: "guest:root" }), wrong],
      [await sign({ ...good, sub: "a,b" }), wrong],
      [await sign({ ...good, name: "a\r\nSet-Cookie: x=1" }), wrong],
      [await sign({ ...good, rooms: "all" }), wrong],
      [await sign(good, now, "another-secret-of-at-least-32-bytes"), /^this token or session/],
      [forge({ alg: "none" }, { ...good, ...times(now) }), /^this token or session/],
      [forge({ alg: "none" }, { ...good, ...times(now) }, ""), /^this token or session/],
    ];
    for (const [token, said] of cases) {
      const [status, code, message] = await refusal(server, token);
      assertEquals([status, code], [401, "UNAUTHORIZED"]);
      if (typeof said === "string") assertEquals(message, said);
      else assertMatch(String(message), said);
    }
    server.kill("SIGTERM");
    await server.exited;
    for (const line of server.stderr().trim().split("\n")) JSON.parse(line);
    for (const [token] of cases) {
      for (const part of token.split(".").filter((it) => it.length > 8)) {
        assertFalse(server.stderr().includes(part));
      }
    }
  });

  it("W15.8 public keys: RS256, ES256 and EdDSA, rotation, and a server of keys that is down", async () => {
    const signers = await Promise.all([
      makeSigner("RS256", "r"),
      makeSigner("ES256", "e"),
      makeSigner("EdDSA", "d"),
    ]);
    await using keys = new KeyServer(...signers.map(({ jwk }) => jwk));
    const token = await signers[0]!.sign({ sub: "u-17" });
    {
      keys.answer = () => new Response("down", { status: 500 });
      await using server = await startServer({ JWT_JWKS_URL: keys.url });
      const refused = await knock(server, token);
      assert(!(refused instanceof Client));
      assertEquals([refused.status, refused.code], [503, "UNAVAILABLE"]);
      assert(refused.retryAfterMs! > 0);
      await server.said(/JWT_JWKS_URL can't be fetched/);
      assertFalse(server.stderr().includes(token.split(".")[1]!));
    }
    keys.answer = undefined;
    await using server = await startServer({ JWT_JWKS_URL: keys.url });
    for (const signer of signers) {
      await using user = await enter(server, await signer.sign({ sub: "u-17" }));
      assertEquals(user.uid, "u-17");
    }
    const thief = await makeSigner("RS256", "r");
    assertEquals((await refusal(server, await thief.sign({ sub: "u-17" })))[0], 401);
    const confused = await sign({ sub: "u-17" }, Date.now(), JSON.stringify(signers[0]!.jwk));
    assertEquals((await refusal(server, confused))[0], 401);
  });
});

describe("revocation", () => {
  it("W15.10 ends what a user was given: connections with 4001, tokens, cookies; for good", async () => {
    await using folder = await tempFolder();
    const env = { JWT_SECRET: SECRET, ADMIN_TOKEN, STORE_URL: `sqlite:${folder.path}/snug.db` };
    const before = Date.now() - 2000;
    const sub = "https://id.example/u/17";
    const token = await sign({ sub }, before);
    {
      await using server = await startServer(env);
      await using ada = await enter(server, token);
      await using ahead = await enter(server, await sign({ sub }, Date.now() + 4000));
      await using bob = await enter(server, await sign({ sub: "u-18" }, before));
      const signedIn = await fetch(`${server.url}/api/session`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
      });
      await signedIn.body?.cancel();
      const cookie = signedIn.headers.get("set-cookie")!.split(";")[0]!;
      await using tab = await openClient(server.wsUrl, { headers: { cookie } });
      await tab.next("welcome");
      assertEquals(await revoke(server, sub), { status: 204, code: undefined });
      for (const client of [ada, ahead, tab]) assertEquals((await client.closed).code, 4001);
      const revoked = [401, "UNAUTHORIZED", "this token or session was revoked"];
      assertEquals(await refusal(server, token), revoked);
      const byCookie = await fetch(`${server.url}/api/session`, { headers: { cookie } });
      assertEquals([byCookie.status, (await byCookie.json()).code], [401, "UNAUTHORIZED"]);
      bob.send({ type: "ping", ref: "still-here" });
      await bob.until("pong");
      // What is given later is good.
      await using again = await enter(server, await sign({ sub }, Date.now() + 2000));
      assertEquals(again.uid, sub);
    }
    await using server = await startServer(env);
    assertEquals((await refusal(server, token))[0], 401);
  });

  it("W15.10 a guest's session can be revoked, and is not renewed by who has it open", async () => {
    await using server = await startServer({ WS_TOKEN: "a-token", ADMIN_TOKEN });
    await using guest = await enter(server, "a-token");
    assertEquals((await revoke(server, guest.uid)).status, 204);
    assertEquals((await guest.closed).code, 4001);
    assertEquals((await refusal(server, guest.session!))[0], 401);
  });

  it("W15.10 only administrators may, and only pages of this host for them", async () => {
    await using server = await startServer({
      JWT_SECRET: SECRET,
      ADMIN_TOKEN,
      WS_TOKEN: "a-token",
    });
    const as = (token: string) => ({ authorization: `Bearer ${token}` });
    assertEquals(await revoke(server, "u", as("a-token")), { status: 403, code: "FORBIDDEN" });
    const user = await sign({ sub: "u-17", admin: false });
    assertEquals(await revoke(server, "u", as(user)), { status: 403, code: "FORBIDDEN" });
    assertEquals(await revoke(server, "u", as("x")), { status: 401, code: "UNAUTHORIZED" });
    const origin = "https://evil.example";
    assertEquals(await revoke(server, "u", { origin }), { status: 403, code: "FORBIDDEN" });
    const admin = await sign({ sub: "root", admin: true });
    assertEquals((await revoke(server, "u", as(admin))).status, 204);
    await server.said(/audit: "root" of "127\.0\.0\.1" "revoke" "u"/);
    for (const uid of ["x".repeat(129), "u\0x", "u x"]) {
      assertEquals(await revoke(server, uid), { status: 400, code: "INVALID_FIELD" });
    }
    const read = await fetch(`${server.url}/api/users/u/revoke`, { headers: as(ADMIN_TOKEN) });
    assertEquals([read.status, read.headers.get("allow")], [405, "POST"]);
    assertEquals((await read.json()).code, "METHOD_NOT_ALLOWED");
  });
});
