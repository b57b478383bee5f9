import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { JwtVerifier } from "../../src/gate/jwt.ts";
import { KeySet } from "../../src/gate/key_set.ts";
import { KeyServer, makeSigner, type Signer } from "./issuer.ts";

const NOW = 1_800_000_000_000;
const MINUTE_MS = 60_000;

/** A verifier whose keys come from a server, by a clock that the test moves. */
function setUp(server: KeyServer) {
  const failures: unknown[] = [];
  const clock = { now: NOW };
  const key = new KeySet({
    url: server.url,
    now: () => clock.now,
    failed: (error) => failures.push(error),
  });
  const verifier = new JwtVerifier({ key, issuer: "", audience: "" });
  /** "in", or the status and code of the refusal. */
  const judge = async (signer: Signer) => {
    const verified = await verifier.verify(await signer.sign({ sub: "a" }, clock.now), clock.now);
    return verified.ok ? "in" : `${verified.status} ${verified.refusal.code}`;
  };
  return { clock, failures, judge, verifier };
}

describe("W15.8 the keys of JWT_JWKS_URL", () => {
  it("are fetched when they are first needed, and once for all who need them", async () => {
    const signer = await makeSigner("ES256", "k1");
    await using server = new KeyServer(signer.jwk);
    const { judge } = setUp(server);
    assertEquals(server.asked, 0);
    const all = await Promise.all([1, 2, 3, 4].map(() => judge(signer)));
    assertEquals([all, server.asked], [["in", "in", "in", "in"], 1]);
  });

  it("are fetched again for a key that is not there, but not for each made-up one", async () => {
    const [old, fresh] = [await makeSigner("ES256", "old"), await makeSigner("ES256", "fresh")];
    await using server = new KeyServer(old.jwk);
    const { clock, judge } = setUp(server);
    assertEquals(await judge(old), "in");
    server.keys = [old.jwk, fresh.jwk];
    for (let times = 0; times < 5; times++) assertEquals(await judge(fresh), "401 UNAUTHORIZED");
    assertEquals(server.asked, 1);
    clock.now += MINUTE_MS;
    assertEquals([await judge(fresh), await judge(old), server.asked], ["in", "in", 2]);
    const madeUp = await makeSigner("ES256", "made-up");
    for (let times = 0; times < 5; times++) assertEquals(await judge(madeUp), "401 UNAUTHORIZED");
    assertEquals(server.asked, 2);
  });

  it("are fetched again when they are old, beside the work; one that was taken back ends", async () => {
    const [old, fresh] = [await makeSigner("ES256", "old"), await makeSigner("ES256", "fresh")];
    await using server = new KeyServer(old.jwk);
    const { clock, judge } = setUp(server);
    assertEquals(await judge(old), "in");
    clock.now += 11 * MINUTE_MS;
    server.keys = [fresh.jwk];
    const held = Promise.withResolvers<void>();
    server.answer = async () => {
      await held.promise;
      return Response.json({ keys: server.keys });
    };
    assertEquals(await judge(old), "in");
    held.resolve();
    // The one who needs the fetched key waits for the fetch that is under way.
    assertEquals([await judge(fresh), await judge(old)], ["in", "401 UNAUTHORIZED"]);
    assertEquals(server.asked, 2);
  });

  it("go on where a fetch fails, and who needs others is told to try again", async () => {
    const [old, fresh] = [await makeSigner("ES256", "old"), await makeSigner("ES256", "fresh")];
    await using server = new KeyServer(old.jwk);
    await using elsewhere = new KeyServer(fresh.jwk);
    const { clock, failures, judge } = setUp(server);
    assertEquals(await judge(old), "in");
    for (
      const answer of [
        () => new Response("down", { status: 500 }),
        () => new Response("<html>"),
        () => Response.json({ keys: [] }),
        () => Response.json({ keys: "none" }),
        () => Response.redirect(elsewhere.url),
      ]
    ) {
      server.answer = answer;
      clock.now += 11 * MINUTE_MS;
      assertEquals([await judge(fresh), await judge(old)], ["503 UNAVAILABLE", "in"]);
    }
    assertEquals(failures.length, 1, "told once");
    server.answer = undefined;
    server.keys = [fresh.jwk];
    clock.now += MINUTE_MS;
    assertEquals([await judge(fresh), failures.at(-1)], ["in", undefined]);
  });

  it("that were never there are 503 with a time, asked for now and then, and then there", async () => {
    const signer = await makeSigner("ES256", "k1");
    await using server = new KeyServer(signer.jwk);
    server.answer = () => new Response(null, { status: 503 });
    const { clock, failures, judge, verifier } = setUp(server);
    for (let times = 0; times < 5; times++) assertEquals(await judge(signer), "503 UNAVAILABLE");
    assertEquals([server.asked, failures.length], [1, 1]);
    const token = await signer.sign({ sub: "a" }, clock.now);
    const verified = await verifier.verify(token, clock.now);
    assert(!verified.ok && verified.refusal.retryAfterMs! > 0 && !verified.isBad);
    assertMatch(String(failures[0]), /^Error: it answered 503$/);
    server.answer = undefined;
    clock.now += verified.refusal.retryAfterMs!;
    assertEquals(await judge(signer), "in");
  });

  it("have 5 seconds to come", async () => {
    const signer = await makeSigner("ES256", "k1");
    await using server = new KeyServer(signer.jwk);
    const held = Promise.withResolvers<Response>();
    server.answer = () => held.promise;
    const { failures, judge } = setUp(server);
    const began = performance.now();
    assertEquals(await judge(signer), "503 UNAVAILABLE");
    assert(performance.now() - began > 4900);
    assertMatch(String(failures[0]), /TimeoutError/);
    held.resolve(new Response());
  });
});
