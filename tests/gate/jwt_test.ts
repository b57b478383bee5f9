import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { createHmac } from "node:crypto";
import { JwtVerifier } from "../../src/gate/jwt.ts";
import { KeySet } from "../../src/gate/key_set.ts";
import { forge, KeyServer, makeSigner, SECRET, sign, times } from "./issuer.ts";

const NOW = 1_800_000_000_000;
const SECOND = NOW / 1000;

function verifier(options: { issuer?: string; audience?: string } = {}): JwtVerifier {
  return new JwtVerifier({ key: SECRET, issuer: "", audience: "", ...options });
}

/** What the refusal of a token says, and whether it may have been guessed. */
async function refusal(token: string, by = verifier()): Promise<[string, boolean]> {
  const verified = await by.verify(token, NOW);
  assert(!verified.ok, "it was let in");
  assertEquals([verified.status, verified.refusal.code], [401, "UNAUTHORIZED"]);
  assertMatch(verified.refusal.message, /^[a-z].{8,200}$/);
  return [verified.refusal.message, verified.isBad ?? false];
}

const INVALID: [string, boolean] = ["this token or session is not valid", true];
const EXPIRED: [string, boolean] = ["this token has expired", false];

describe("W15.8 a token under JWT_SECRET", () => {
  it("says who somebody is", async () => {
    const token = await sign({ sub: "u-17", name: "Ada" }, NOW);
    const verified = await verifier().verify(token, NOW);
    assertEquals(verified, {
      ok: true,
      identity: { uid: "u-17", name: "Ada", expires: NOW + 600_000, seal: null, issuedAt: NOW },
    });
  });

  it("is refused when it was signed with another secret, or changed", async () => {
    assertEquals(await refusal(await sign({ sub: "a" }, NOW, `${SECRET}!`)), INVALID);
    const [header, , signature] = (await sign({ sub: "a" }, NOW)).split(".") as [
      string,
      "",
      string,
    ];
    const [, claims] = forge({}, { sub: "root", ...times(NOW), admin: true }).split(".");
    assertEquals(await refusal(`${header}.${claims}.${signature}`), INVALID);
  });

  it("is refused without a signature, whatever its header says", async () => {
    const claims = { sub: "a", ...times(NOW) };
    for (const alg of ["none", "None", "NONE", "", "HS256"]) {
      for (const signature of ["", "AAAA"]) {
        assertEquals(await refusal(forge({ alg }, claims, signature)), INVALID);
      }
    }
  });

  it("is refused under another algorithm, also with the right secret", async () => {
    for (const [alg, hash] of [["HS384", "sha384"], ["HS512", "sha512"], ["RS256", "sha256"]]) {
      const [header, claims] = forge({ alg }, { sub: "a", ...times(NOW) }).split(".");
      const signature = createHmac(hash!, SECRET).update(`${header}.${claims}`).digest("base64url");
      assertEquals(await refusal(`${header}.${claims}.${signature}`), INVALID);
    }
  });

  it("is refused when its header asks for what is not understood", async () => {
    for (const more of [{ crit: ["exp"], exp: 1 }, { crit: ["b64"], b64: false }, { crit: [] }]) {
      const [header, claims] = forge({ alg: "HS256", ...more }, { sub: "a", ...times(NOW) }).split(
        ".",
      );
      const signature = createHmac("sha256", SECRET).update(`${header}.${claims}`)
        .digest("base64url");
      assertEquals(await refusal(`${header}.${claims}.${signature}`), INVALID);
    }
  });

  it("is refused when it is none, and that is no fault of ours", async () => {
    const good = await sign({ sub: "a" }, NOW);
    const parts = good.split(".");
    for (
      const token of ["", "..", "a.b.c", `${good}.`, `.${good}`, `${good}.x`, "é.é.é", `${good} `]
    ) {
      assertEquals(await refusal(token), INVALID, token);
    }
    for (const payload of ["null", "[]", '"a"', "{", "1"]) {
      const claims = btoa(payload).replaceAll("=", "");
      const signature = createHmac("sha256", SECRET).update(`${parts[0]}.${claims}`)
        .digest("base64url");
      assertEquals(await refusal(`${parts[0]}.${claims}.${signature}`), INVALID, payload);
    }
  });

  it("ends with exp, without a leeway, and is not called a guess then", async () => {
    const until = async (exp: number) => await sign({ sub: "a", exp }, NOW);
    for (const exp of [SECOND, SECOND - 1, SECOND - 6, 0]) {
      assertEquals(await refusal(await until(exp)), EXPIRED);
    }
    const verified = await verifier().verify(await until(SECOND + 0.5), NOW);
    assertEquals(verified.ok && verified.identity.expires, NOW + 500);
  });

  it("begins with nbf and iat, with a leeway of 5 seconds", async () => {
    for (const claim of ["nbf", "iat"]) {
      const early = await sign({ sub: "a", [claim]: SECOND + 5 }, NOW);
      assert((await verifier().verify(early, NOW)).ok, claim);
      const [message, isBad] = await refusal(await sign({ sub: "a", [claim]: SECOND + 6 }, NOW));
      assertMatch(message, new RegExp(`^the token's claim ${claim} must be `));
      assertFalse(isBad);
    }
  });

  it("must be by JWT_ISSUER and for JWT_AUDIENCE where they are set", async () => {
    const strict = verifier({ issuer: "https://id.example", audience: "chat" });
    const good = { sub: "a", iss: "https://id.example", aud: ["app", "chat"] };
    assert((await strict.verify(await sign(good, NOW), NOW)).ok);
    const cases: [claim: string, wrong: object][] = [
      ["iss", { iss: "https://id.example/" }],
      ["iss", { iss: undefined }],
      ["aud", { aud: "cha" }],
      ["aud", { aud: ["app"] }],
      ["aud", { aud: undefined }],
      ["aud", { aud: [] }],
    ];
    for (const [claim, wrong] of cases) {
      const [message, isBad] = await refusal(await sign({ ...good, ...wrong }, NOW), strict);
      assertMatch(message, new RegExp(`^the token's claim ${claim} must be what JWT_`));
      assertFalse(isBad);
    }
    assert((await verifier().verify(await sign(good, NOW), NOW)).ok);
  });

  it("has no claim's value in its refusal", async () => {
    const evil = "3vil-value";
    for (
      const wrong of [
        { sub: `guest:${evil}` },
        { name: `${evil}\n!` },
        { rooms: { [evil]: [evil] } },
        { admin: evil },
        { exp: evil },
        { iat: evil },
        { nbf: evil },
      ]
    ) {
      const [message] = await refusal(await sign({ sub: "a", ...wrong }, NOW));
      assertFalse(message.includes(evil), message);
      assertMatch(message, new RegExp(`^the token's claim ${Object.keys(wrong)[0]} must be `));
    }
  });
});

describe("W15.8 a token under JWT_JWKS_URL", () => {
  for (const alg of ["RS256", "ES256", "EdDSA"]) {
    it(`is taken with ${alg}, and refused when another key signed it`, async () => {
      const [ours, theirs] = [await makeSigner(alg, "k1"), await makeSigner(alg, "k1")];
      await using server = new KeyServer(ours.jwk);
      const by = verifierOf(server);
      assert((await by.verify(await ours.sign({ sub: "a" }, NOW), NOW)).ok);
      assertEquals(await refusal(await theirs.sign({ sub: "a" }, NOW), by), INVALID);
      // With one key of its kind there, a token need not name it.
      assert((await by.verify(await ours.sign({ sub: "a" }, NOW, { kid: undefined }), NOW)).ok);
    });
  }

  it("is refused when it takes a public key for a shared secret", async () => {
    const ours = await makeSigner("RS256", "k1");
    await using server = new KeyServer(ours.jwk, { kty: "oct", k: btoa(SECRET), kid: "k2" });
    const by = verifierOf(server);
    for (const kid of ["k1", "k2"]) {
      for (const secret of [JSON.stringify(ours.jwk), ours.jwk.n!, SECRET]) {
        const [header, claims] = forge({ alg: "HS256", kid }, { sub: "a", ...times(NOW) }).split(
          ".",
        );
        const signature = createHmac("sha256", secret).update(`${header}.${claims}`)
          .digest("base64url");
        assertEquals(await refusal(`${header}.${claims}.${signature}`, by), INVALID);
      }
    }
    assertEquals(server.asked, 0, "what can't be good costs no fetch");
  });

  it("is refused under an algorithm that is not pinned, or with a key of its own", async () => {
    const [ours, wide] = [await makeSigner("ES256", "k1"), await makeSigner("ES384", "k2")];
    await using server = new KeyServer(ours.jwk, wide.jwk);
    const by = verifierOf(server);
    assertEquals(await refusal(await wide.sign({ sub: "a" }, NOW), by), INVALID);
    const stranger = await makeSigner("ES256", "k9");
    const token = await stranger.sign({ sub: "a" }, NOW, { jwk: stranger.jwk, jku: server.url });
    assertEquals(await refusal(token, by), INVALID);
  });
});

function verifierOf(server: KeyServer): JwtVerifier {
  const key = new KeySet({ url: server.url, now: () => NOW, failed: () => {} });
  return new JwtVerifier({ key, issuer: "", audience: "" });
}
