import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Known } from "../../src/gate/authenticator.ts";
import type { Gate } from "../../src/gate/gate.ts";
import type { Identity } from "../../src/identity.ts";
import { ADMIN, guests, HERE, HOST, makeGate, NOW, setUp, TOKEN } from "./make_gate.ts";
import { sign } from "./issuer.ts";

const DAY_MS = 24 * 3_600_000;

function request(headers: Record<string, string> = {}, query = ""): Request {
  return new Request(`http://${HOST}/ws${query}`, { headers: { host: HOST, ...headers } });
}

function bearer(token: string, more: Record<string, string> = {}): Request {
  return request({ authorization: `Bearer ${token}`, ...more });
}

async function who(gate: Gate, asked: Request): Promise<Known> {
  const known = await gate.who(asked, HERE);
  assert(known.ok, JSON.stringify(known));
  return known;
}

/** Status, code and message of a refusal. */
async function refusal(gate: Gate, asked: Request, address = HERE) {
  const known = await gate.who(asked, address);
  assert(!known.ok, "it was let in");
  return [known.status, known.refusal.code, known.refusal.message];
}

function without(identity: Identity): Omit<Identity, "seal"> {
  const { seal: _, ...rest } = identity;
  return rest;
}

const INVALID = [401, "UNAUTHORIZED", "this token or session is not valid"];

describe("W15.3 a credential stands for", () => {
  it("a guest, where it is the shared token", async () => {
    const { identity, binding } = await who(makeGate(), bearer(TOKEN));
    assertEquals(without(identity), {
      uid: "guest:id1-xyz",
      name: "guest-id1-",
      expires: null,
      issuedAt: NOW,
      isFresh: true,
    });
    assertEquals(binding, "binding");
  });

  it("a guest who may do everything, where it is ADMIN_TOKEN, and so its session", async () => {
    const gate = makeGate();
    const { identity } = await who(gate, bearer(ADMIN));
    assertEquals([identity.uid, identity.isAdmin], ["guest:id1-xyz", true]);
    const session = identity.seal!("root");
    const again = await who(gate, request({}, `?session=${session}`));
    assertEquals([again.identity.uid, again.identity.name, again.identity.isAdmin], [
      "guest:id1-xyz",
      "root",
      true,
    ]);
    assertEquals([identity.isFresh, again.identity.isFresh], [true, undefined]);
    // What a guest is given is never an administrator's.
    const guest = (await who(gate, bearer(TOKEN))).identity.seal!("root");
    assertEquals((await who(gate, bearer(guest))).identity.isAdmin, undefined);
  });

  it("a user, where it is a token of theirs, whatever name is wished for", async () => {
    const gate = makeGate({ hasUsers: true });
    const token = await sign({ sub: "u-17", name: "Ada", rooms: { a: ["read"] } }, NOW);
    const asked = request({ authorization: `Bearer ${token}` }, "?username=Eve");
    assertEquals((await who(gate, asked)).identity, {
      uid: "u-17",
      name: "Ada",
      expires: NOW + 600_000,
      seal: null,
      issuedAt: NOW,
      grants: [{ pattern: "a", permissions: ["read"], from: 0 }],
    });
  });

  it("nobody, where tokens of users are not taken", async () => {
    assertEquals(await refusal(makeGate(), bearer(await sign({ sub: "u-17" }, NOW))), INVALID);
  });

  it("nobody, where it is longer than any can be, and that is not looked into", async () => {
    const gate = makeGate({ hasUsers: true });
    const long = await sign({ sub: "u-17", junk: "x".repeat(8192) }, NOW);
    const began = performance.now();
    for (let times = 0; times < 5; times++) {
      assertEquals(await refusal(gate, bearer(long)), INVALID);
    }
    for (const token of ["x".repeat(1_000_000), ".".repeat(1_000_000)]) {
      assertEquals(await refusal(gate, bearer(token)), INVALID);
    }
    assert(performance.now() - began < 2000);
  });

  it("the one of the cookie's session, who is told apart from the others of the uid", async () => {
    const { gate, signIns } = setUp();
    const { identity } = await who(gate, bearer(TOKEN));
    const { id } = await signIns.start(identity, "binding", NOW);
    const cookie = { cookie: `snug=${id}` };
    const known = await who(gate, request(cookie));
    assertEquals([known.identity.uid, known.identity.seal], [identity.uid, null]);
    assertEquals([known.until, typeof known.identity.signIn], [NOW + 30 * DAY_MS, "string"]);
    assertEquals((await who(gate, request(cookie, "?username=Ann"))).identity.name, "Ann");
    const origin = `http://${HOST}`;
    assertEquals((await who(gate, request({ ...cookie, origin }))).identity.uid, identity.uid);
  });
});

describe("W15.9 the cookie does not count", () => {
  it("for a page of another origin, listed or under *", async () => {
    const evil = "https://evil.example";
    for (const allowedOrigins of [[evil], ["*"]]) {
      const { gate, signIns } = setUp({ allowedOrigins });
      const { id } = await signIns.start((await who(gate, bearer(TOKEN))).identity, "binding", NOW);
      const cookie = `snug=${id}`;
      assertEquals(await refusal(gate, request({ cookie, origin: evil })), [
        401,
        "UNAUTHORIZED",
        "a token is needed",
      ]);
      assertEquals(
        (await refusal(gate, request({ cookie, "sec-fetch-site": "same-site" })))[0],
        401,
      );
      // What such a page holds itself counts.
      await who(gate, request({ cookie, origin: evil }, `?token=${TOKEN}`));
    }
  });

  it("under the name that it has without TLS, where there is TLS", async () => {
    const { gate, signIns } = setUp({ trusted: [HERE] });
    const { id } = await signIns.start((await who(gate, bearer(TOKEN))).identity, "binding", NOW);
    const tls = { "x-forwarded-proto": "https" };
    assertEquals((await refusal(gate, request({ cookie: `snug=${id}`, ...tls })))[0], 401);
    await who(gate, request({ cookie: `__Host-snug=${id}`, ...tls }));
  });

  it("when what it was made from is not in force any more", async () => {
    const { gate, signIns } = setUp();
    const { identity } = await who(gate, bearer(TOKEN));
    const { id } = await signIns.start(identity, "another token", NOW);
    const known = await gate.who(request({ cookie: `snug=${id}` }), HERE);
    assert(!known.ok && known.isStaleCookie && !known.isBad);
  });
});

describe("W15.10 what was issued before a revocation is void:", () => {
  it("a token, a guest's session and a cookie, and what is issued later is not", async () => {
    const { gate, clock, signIns, revocations } = setUp({ hasUsers: true });
    const token = await sign({ sub: "u-17" }, NOW);
    const noTime = await sign({ sub: "u-17", iat: undefined }, NOW);
    const guest = (await who(gate, bearer(TOKEN))).identity;
    const session = guest.seal!("ann");
    const { id } = await signIns.start((await who(gate, bearer(token))).identity, "jwt", NOW);
    clock.now += 5000;
    await revocations.revoke("u-17", clock.now);
    await revocations.revoke(guest.uid, clock.now);
    const asked = [
      bearer(token),
      bearer(noTime),
      bearer(session),
      request({ cookie: `snug=${id}` }),
    ];
    for (const one of asked) {
      assertEquals(await refusal(gate, one), [
        401,
        "UNAUTHORIZED",
        "this token or session was revoked",
      ]);
    }
    clock.now += 1000;
    await who(gate, bearer(await sign({ sub: "u-17" }, clock.now)));
    await who(gate, bearer(await sign({ sub: "u-18" }, NOW)));
    await who(gate, bearer(guests.seal({ uid: guest.uid, user: "ann" }, clock.now)));
  });

  it("a connection and a cookie of a token by a clock that is ahead, which is good when it is shown later", async () => {
    const { gate, clock, signIns, revocations, ended } = setUp({ hasUsers: true });
    const token = await sign({ sub: "u-17" }, NOW + 5000);
    const { identity } = await who(gate, bearer(token));
    const { id } = await signIns.start(identity, "jwt", NOW);
    clock.now += 1000;
    await revocations.revoke("u-17", clock.now);
    gate.opened(identity);
    assertEquals(ended, [`u-17 before ${clock.now}`]);
    assertEquals((await refusal(gate, request({ cookie: `snug=${id}` })))[0], 401);
    // As one that was issued just now, which it can't be told from.
    gate.opened((await who(gate, bearer(token))).identity);
    assertEquals(ended.length, 1);
  });

  it("a guest's session that is sealed after it, by a connection that came before it", async () => {
    const { gate, clock, revocations } = setUp();
    const { identity } = await who(gate, bearer(TOKEN));
    clock.now += 5000;
    await revocations.revoke(identity.uid, clock.now);
    clock.now += 5000;
    assertEquals((await refusal(gate, bearer(identity.seal!("ann"))))[0], 401);
  });

  it("a connection that was on its way in is ended when it is there", async () => {
    const { gate, signIns, revocations, ended } = setUp();
    const { identity } = await who(gate, bearer(TOKEN));
    const { id } = await signIns.start(identity, "binding", NOW);
    const signedIn = (await who(gate, request({ cookie: `snug=${id}` }))).identity;
    gate.opened(identity);
    gate.opened(signedIn);
    assertEquals(ended, []);
    await signIns.end(id);
    gate.opened(signedIn);
    assertEquals(ended, [signedIn.signIn!]);
    await revocations.revoke(identity.uid, NOW + 1);
    gate.opened(identity);
    assertEquals(ended.slice(1), [`${identity.uid} before ${NOW + 1}`]);
  });
});
