import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { CLOSE } from "../src/close.ts";
import { afterClose, backoffMs } from "../static/sdk/reconnect.js";

const PROTOCOL = await Deno.readTextFile(new URL("../docs/PROTOCOL.md", import.meta.url));

/** The close table of docs/PROTOCOL.md: code, reason, what the client does. */
const TABLE = [...PROTOCOL.matchAll(/^\| (\d{4}) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
  ([, code, reason, then]) => ({ code: Number(code), reason: reason!, then: then! }),
);

/** What the table's words mean in static/sdk/reconnect.js. */
function nextOf(then: string): string {
  if (then === "never") return "stop";
  if (then.startsWith("now with a new token")) return "token";
  if (then.startsWith("now")) return "now";
  assert(/^after (a back-off|`reconnectAfterMs`)/.test(then), `what is "${then}"?`);
  return "wait";
}

describe("close", () => {
  it("W13 every close of the server stands in the table, with its reason", () => {
    const reasons = new Map(TABLE.map(({ code, reason }) => [code, reason]));
    for (const { code, reason } of Object.values(CLOSE)) assertEquals(reasons.get(code), reason);
  });

  it("W13 no two closes have the same code, and each may be given to a WebSocket", () => {
    const codes = Object.values(CLOSE).map(({ code }) => code as number);
    assertEquals(new Set(codes).size, codes.length);
    for (const code of codes) assert(code <= 1013 || code >= 4000 && code <= 4999);
  });

  for (const { code, reason, then } of TABLE) {
    it(`W13 after ${code} ${reason} the client comes back ${then}`, () => {
      assertEquals(afterClose(code).next, nextOf(then));
    });
  }

  it("W13 after any other code, or none, the client comes back after a back-off", () => {
    const known = new Set(TABLE.map(({ code }) => code));
    assert(known.size >= 10);
    for (const code of [0, 1001, 1005, 1006, 1011, 1015, 3000, 4002, 4010, 4999]) {
      assert(!known.has(code));
      assertEquals(afterClose(code).next, "wait");
      assertEquals(afterClose(code).afterMs, undefined);
    }
  });

  it("W13.1 the back-off is full jitter, from 0.5 s doubling to 20 s", () => {
    const longest = [0, 1, 2, 3, 4, 5, 6, 7, 50].map((tries) => backoffMs(tries, 1));
    assertEquals(longest, [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000, 20_000]);
    assertEquals([backoffMs(3, 0), backoffMs(3, 0.5)], [0, 2000]);
  });
});
