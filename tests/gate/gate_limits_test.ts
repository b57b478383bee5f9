import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Known } from "../../src/gate/authenticator.ts";
import type { Gate } from "../../src/gate/gate.ts";
import type { Identity } from "../../src/identity.ts";
import type { Refusal } from "../../src/protocol.ts";
import { HeldStore } from "../core/held_store.ts";
import { GuestSessions } from "../../src/gate/guest.ts";
import { SignIns } from "../../src/gate/sign_ins.ts";
import { ADMIN, HERE, HOST, NOW, setUp, TOKEN } from "./make_gate.ts";
import { sign } from "./issuer.ts";

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

const INVALID = [401, "UNAUTHORIZED", "this token or session is not valid"];

describe("W15.11 an address whose credentials are bad", () => {
  const guess = (gate: Gate, times: number) => {
    for (let time = 0; time < times; time++) gate.who(bearer(`guess-${time}`), HERE);
  };

  it("is refused with 429 before they are looked at, good ones too, and then again let in", async () => {
    const { gate, clock, penalties } = setUp();
    guess(gate, 10);
    await who(gate, bearer(TOKEN));
    guess(gate, 1);
    assertEquals(penalties, [[HERE, 1000]]);
    const refused = await gate.who(bearer(TOKEN), HERE);
    assert(!refused.ok);
    assertEquals([refused.status, refused.refusal.retryAfterMs], [429, 1000]);
    // Who shows nothing guesses nothing, and others are not touched.
    assertEquals((await refusal(gate, request()))[0], 401);
    assert((await gate.who(bearer(TOKEN), "192.0.2.2")).ok);
    clock.now += 1000;
    await who(gate, bearer(TOKEN));
    // That one was good forgives nothing.
    guess(gate, 1);
    assertEquals(penalties.at(-1), [HERE, 2000]);
  });

  it("W20.8 a hook's id that is of none counts as a bad session, and is as no path", async () => {
    const { gate, clock } = setUp({ connects: 5, maxConnectionsPerIp: 1 });
    const hook: Identity = { uid: "hook:a", name: "a", expires: null, seal: null };
    const admit = async (identity: Identity | undefined) => {
      const admitted = await gate.admitBearer(request(), HERE, identity);
      if (!admitted.ok) return [admitted.status, admitted.refusal.code];
      admitted.release();
      return admitted.identity.uid;
    };
    const session = (await who(gate, bearer(TOKEN))).identity.seal!("ann");
    assertEquals(await admit(hook), "hook:a");
    for (let time = 0; time < 4; time++) assertEquals(await admit(undefined), [404, "NOT_FOUND"]);
    assertEquals(await admit(hook), [429, "RATE_LIMITED"], "connections are counted before");
    await who(gate, bearer(session));
    // Five bad ones are borne at once, of whichever kind.
    assertEquals((await refusal(gate, bearer(`${session}x`)))[0], 401);
    assertEquals((await refusal(gate, bearer(session)))[0], 429);
    clock.now += 2000;
    await who(gate, bearer(session));
    gate.close();
    assertEquals(await admit(hook), [503, "UNAVAILABLE"]);
  });

  it("is still heard with what nobody can guess: sessions and tokens of users", async () => {
    const { gate, clock } = setUp({ hasUsers: true, connects: 5 });
    const session = (await who(gate, bearer(TOKEN))).identity.seal!("ann");
    guess(gate, 11);
    assertEquals((await refusal(gate, bearer(TOKEN)))[0], 429);
    await who(gate, bearer(session));
    await who(gate, bearer(await sign({ sub: "u-17" }, NOW)));
    // Those are only slowed, as many of a server that was set up anew may come at once.
    const void_ = new GuestSessions("lost", "binding").seal({ uid: "guest:a", user: "a" }, NOW);
    const forged = await sign({ sub: "a" }, NOW, "another-secret-of-at-least-32-bytes");
    for (const bad of [void_, forged, void_, forged, void_]) {
      assertEquals(await refusal(gate, bearer(bad)), INVALID);
    }
    for (const asked of [forged, void_, session]) {
      assertEquals((await refusal(gate, bearer(asked)))[0], 429);
    }
    clock.now += 1000;
    await who(gate, bearer(session));
  });

  it("is not one that shows what has ended: old tokens, old cookies, wrong claims", async () => {
    const { gate, penalties, signIns, revocations } = setUp({ hasUsers: true });
    const { id } = await signIns.start((await who(gate, bearer(TOKEN))).identity, "gone", NOW);
    await revocations.revoke("u-9", NOW + 1);
    const old = [
      bearer(await sign({ sub: "a", exp: 1 }, NOW)),
      bearer(await sign({ sub: "guest:a" }, NOW)),
      bearer(await sign({ sub: "u-9" }, NOW)),
      request({ cookie: `snug=${id}` }),
    ];
    for (let times = 0; times < 20; times++) {
      for (const asked of old) assertEquals((await refusal(gate, asked))[0], 401);
    }
    assertEquals(penalties, []);
  });

  it("is the client, not the proxy before it, where that is trusted", async () => {
    const { gate } = setUp({ trusted: ["10.0.0.1"] });
    const from = (client: string, token: string) =>
      gate.who(bearer(token, { "x-forwarded-for": client }), "10.0.0.1");
    for (let times = 0; times < 12; times++) from("203.0.113.9", `guess-${times}`);
    const [bad, good] = [await from("203.0.113.9", TOKEN), await from("203.0.113.8", TOKEN)];
    assertEquals([bad.ok, good.ok], [false, true]);
    // A made-up address before its own changes nothing.
    const forged = await gate.who(
      bearer(TOKEN, { "x-forwarded-for": "198.51.100.1, 203.0.113.9" }),
      "10.0.0.1",
    );
    assertEquals(forged.ok ? 200 : forged.status, 429);
  });

  it("counts in band too", async () => {
    const { gate, penalties } = setUp({ isOpen: true, hasUsers: true });
    const good = await sign({ sub: "u-17" }, NOW);
    assertEquals((await gate.authenticate(good, HERE) as Identity).uid, "u-17");
    for (let times = 0; times < 11; times++) {
      assertEquals(await gate.authenticate(`guess-${times}`, HERE), {
        ...{ code: "UNAUTHORIZED", message: "this token or session is not valid" },
      });
    }
    assertEquals(penalties, [[HERE, 1000]]);
    assertEquals(await gate.authenticate(ADMIN, HERE), {
      ...{ code: "UNAVAILABLE", message: "too many bad tokens from this address" },
      retryAfterMs: 1000,
    });
    assert((await gate.authenticate(ADMIN, "192.0.2.2") as Identity).isAdmin);
  });

  it("W8.5 says in band too why a user's token is not valid", async () => {
    const { gate } = setUp({ hasUsers: true });
    const old = await sign({ sub: "u-17", exp: NOW / 1000 - 10 }, NOW);
    const odd = await sign({ sub: "u-17", rooms: { general: ["shout"] } }, NOW);
    const said = await Promise.all(
      [old, odd].map(async (token) => (await gate.authenticate(token, HERE) as Refusal).message),
    );
    assertEquals(said[0], "this token has expired");
    assertMatch(said[1]!, /^the token's claim rooms must be an object such as/);
  });
});

describe("W15.11 the gate looks at the address first:", () => {
  it("connects are counted before origin and credential, also those that are refused", async () => {
    const { gate, clock } = setUp({ connects: 3, maxConnectionsPerIp: 100 });
    for (
      const asked of [bearer(TOKEN), bearer("bad"), request({ origin: "https://evil.example" })]
    ) {
      await gate.admit(asked, HERE);
    }
    const refused = await gate.admit(bearer(TOKEN), HERE);
    assert(!refused.ok);
    assertEquals([refused.status, refused.refusal.code], [429, "RATE_LIMITED"]);
    clock.now += refused.refusal.retryAfterMs!;
    assert((await gate.admit(bearer(TOKEN), HERE)).ok);
  });

  it("a guest draws on its address's messages, a token's user does not", async () => {
    const { gate } = setUp({ hasUsers: true });
    const admissions = [
      await gate.admit(bearer(TOKEN), HERE),
      await gate.admit(bearer(TOKEN), HERE),
    ];
    let taken = 0;
    for (const admission of admissions) {
      assert(admission.ok);
      while (admission.limit!("chat") === 0) taken++;
    }
    assertEquals(taken, 200);
    const user = await gate.admit(bearer(await sign({ sub: "u-17" }, NOW)), HERE);
    assert(user.ok && user.limit === undefined);
  });

  it("a place is kept while a credential is looked up, and given back whatever comes of it", async () => {
    const store = new HeldStore();
    const signIns = new SignIns(store);
    const held = setUp({ maxConnections: 1, isOpen: true }, signIns).gate;
    store.hold("get");
    const looking = held.admit(request({ cookie: "snug=abc" }), HERE);
    assertEquals(held.connections, 1);
    const other = await held.admit(request(), "192.0.2.2");
    assertEquals(other.ok ? 101 : other.status, 503);
    store.release("get");
    assertEquals((await looking).ok, false);
    assertEquals(held.connections, 0);
    store.fail("get");
    let thrown: unknown;
    await Promise.resolve(held.admit(request({ cookie: "snug=abc" }), HERE)).catch((error) =>
      thrown = error
    );
    assertEquals([String(thrown), held.connections], ["StoreError: the disk is full", 0]);
  });
});
