import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotStrictEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  fail,
} from "@std/assert";

// assertThrows is itself under test, so what must throw is caught by hand.
function throwsAssertionError(what: string, fn: () => void) {
  try {
    fn();
  } catch (error) {
    if (error instanceof AssertionError) return;
    throw error;
  }
  throw new Error(`${what} let it pass`);
}

const same = { a: [1, { b: 2 }] };

const cases: [name: string, holds: () => void, breaks: () => void][] = [
  ["assert", () => assert(1), () => assert(0)],
  ["assertFalse", () => assertFalse(0), () => assertFalse(1)],
  ["assertEquals", () => assertEquals(same, { a: [1, { b: 2 }] }), () => assertEquals(1, 2)],
  ["assertNotEquals", () => assertNotEquals([1], [2]), () => assertNotEquals([1], [1])],
  ["assertStrictEquals", () => assertStrictEquals(same, same), () => assertStrictEquals({}, {})],
  [
    "assertNotStrictEquals",
    () => assertNotStrictEquals({}, {}),
    () => assertNotStrictEquals(same, same),
  ],
  ["assertExists", () => assertExists(0), () => assertExists(null)],
  ["assertInstanceOf", () => assertInstanceOf([], Array), () => assertInstanceOf({}, Array)],
  ["assertGreater", () => assertGreater(2, 1), () => assertGreater(1, 1)],
  ["assertGreaterOrEqual", () => assertGreaterOrEqual(1, 1), () => assertGreaterOrEqual(0, 1)],
  ["assertLess", () => assertLess(1, 2), () => assertLess(1, 1)],
  ["assertLessOrEqual", () => assertLessOrEqual(1, 1), () => assertLessOrEqual(1, 0)],
  ["assertAlmostEquals", () => assertAlmostEquals(1, 1.1, 0.2), () => assertAlmostEquals(1, 2)],
  ["assertMatch", () => assertMatch("abc", /b/), () => assertMatch("abc", /x/)],
  [
    "assertStringIncludes",
    () => assertStringIncludes("abc", "bc"),
    () => assertStringIncludes("abc", "x"),
  ],
  [
    "assertArrayIncludes",
    () => assertArrayIncludes([1, 2, 3], [3, 1]),
    () => assertArrayIncludes([1], [2]),
  ],
  [
    "assertObjectMatch",
    () => assertObjectMatch({ a: 1, b: 2 }, { a: 1 }),
    () => assertObjectMatch({ a: 1 }, { a: 2 }),
  ],
  ["fail", () => {}, () => fail("on purpose")],
];

for (const [name, holds, breaks] of cases) {
  Deno.test(`${name} passes what holds and throws on what does not`, () => {
    holds();
    throwsAssertionError(name, breaks);
  });
}

Deno.test("assertThrows gives the error, and throws when none or another one comes", () => {
  const thrown = assertThrows(() => JSON.parse("{"), SyntaxError);
  assertInstanceOf(thrown, SyntaxError);
  throwsAssertionError("none", () => assertThrows(() => {}));
  throwsAssertionError("another", () => assertThrows(() => JSON.parse("{"), TypeError));
});

Deno.test("assertRejects gives the error, and rejects when none or another one comes", async () => {
  const reject = () => Promise.reject(new TypeError("no such room"));
  assertEquals((await assertRejects(reject, TypeError, "no such")).message, "no such room");
  await assertRejects(() => assertRejects(() => Promise.resolve()), AssertionError);
  await assertRejects(() => assertRejects(reject, RangeError), AssertionError);
  await assertRejects(() => assertRejects(reject, TypeError, "other words"), AssertionError);
});

Deno.test("the types narrow", () => {
  const value: { kind: "a"; a: number } | { kind: "b" } | undefined = pick();
  assertExists(value);
  assert(value.kind === "a");
  assertEquals(value.a, 1);
});

function pick(): { kind: "a"; a: number } | { kind: "b" } | undefined {
  return { kind: "a", a: 1 };
}
