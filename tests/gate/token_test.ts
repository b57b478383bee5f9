import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { hashToken, isToken } from "../../src/gate/token.ts";

describe("P6 the shared token", () => {
  it("is known by a hash that shows nothing of it", () => {
    assertMatch(hashToken("s3cret"), /^[0-9a-f]{64}$/);
    assertNotEquals(hashToken("s3cret"), hashToken("s3cret "));
    // SHA-256, as what an earlier start kept must fit.
    assertEquals(hashToken("abc").slice(0, 16), "ba7816bf8f01cfea");
  });

  it("lets in itself, whatever its characters, and nothing else", () => {
    fc.assert(fc.property(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "grapheme" }),
      (token, other) => {
        assert(isToken(token, hashToken(token)));
        assertEquals(isToken(other, hashToken(token)), other === token);
      },
    ));
    for (const value of ["", "S3cret", "s3cre", "s3crett", " s3cret", hashToken("s3cret")]) {
      assert(!isToken(value, hashToken("s3cret")), value);
    }
  });
});
