import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { directName, isDirect, isDirectName, partiesOf } from "../src/direct_name.ts";
import { fuzz } from "./core/fuzz.ts";

describe("the name of a direct conversation", () => {
  it("W10.13 is of both uids, the smaller first, whoever begins", () => {
    assertEquals(String(directName("guest:b", "guest:a")), "@guest:a,guest:b");
    assertEquals(directName("guest:b", "guest:a"), directName("guest:a", "guest:b"));
    assertEquals(partiesOf("@guest:a,guest:b"), ["guest:a", "guest:b"]);
    assertEquals([isDirect("@a,b"), isDirect("a"), partiesOf("general")], [true, false, undefined]);
  });

  it("W10.13 there is none of one user, or of a uid that no user may have", () => {
    assertEquals(directName("a", "a"), undefined);
    for (const odd of ["", "b,c", "b c", "b\n", "b\0", "b\u200b"]) {
      assertEquals(directName("a", odd), undefined);
    }
  });

  it("W10.13 W2.2 holds two uids of 128 bytes, and no more", () => {
    const [long, other] = ["x".repeat(128), "y".repeat(128)];
    assertEquals(directName(long, other)?.length, 258);
    assertEquals(directName(`${long}x`, other), undefined);
    assertEquals(directName("é".repeat(65), other), undefined);
  });

  it("W10.13 is read back as whose it is, and is the only name of it", async () => {
    const sign = fc.constantFrom(..."@,a%b:|é\u0301");
    const uid = fc.string({ unit: sign, minLength: 1, maxLength: 6 });
    await fuzz(
      fc.property(uid, uid, (one, other) => {
        const name = directName(one, other);
        const isNone = one === other || `${one}${other}`.includes(",");
        assertEquals(name === undefined, isNone);
        if (name === undefined) return;
        assertEquals(partiesOf(name)!.toSorted(), [one, other].toSorted());
        const [first, second] = name.slice(1).split(",");
        assert(isDirectName(name) && !isDirectName(`@${second},${first}`));
      }),
      5,
    );
  });
});
