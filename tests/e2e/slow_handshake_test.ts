// Handshakes that never end, straight at Snug. Behind nginx none of them arrives
// (nginx/silence_test.ts).
import { assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { openFiles } from "../harness/memory.ts";
import { Person } from "../harness/person.ts";
import { endlessHandshake, openRaw, type Raw } from "../harness/raw.ts";
import { startServer } from "../harness/server.ts";
import { isLinux } from "../harness/tcp.ts";

const LIMIT_MS = 30_000;
/** Slow peers of each kind, and how often the slowest sends a byte. */
const EACH = 40;
const BYTE_MS = 20;

/** With these the shortest time-out there is, of two seconds. */
const HURRIED = { HEARTBEAT_MS: "1000", HEARTBEAT_GRACE_MS: "6000" };

for (const transport of ["deno", "ws"]) {
  const isCut = transport === "ws";
  describe(`slow handshakes, ${transport}`, { ignore: !isLinux }, () => {
    it(`P5 take no place from anybody, and are ${isCut ? "cut" : "kept, at a descriptor each"}`, async () => {
      await using server = await startServer({
        ...HURRIED,
        TRANSPORT: transport,
        MAX_CONNECTIONS: "2",
        DRAIN_MS: "1000",
      });
      const before = openFiles(server.pid);
      await using stack = new AsyncDisposableStack();
      const slow: Raw[] = [];
      for (let count = 0; count < 3 * EACH; count++) {
        slow.push(stack.use(await openRaw(server.url)));
      }
      const [, halves, bytewise] = [0, 1, 2].map((kind) =>
        slow.slice(kind * EACH, (kind + 1) * EACH)
      );
      const head = endlessHandshake(server.url);
      for (const raw of halves!) await raw.write(head.subarray(0, 60));
      let sent = 0;
      const writing = setInterval(() => {
        for (const raw of bytewise!) raw.pour(head.subarray(sent, sent + 1));
        sent++;
      }, BYTE_MS);
      try {
        await using ada = new Person(server.url);
        await using bob = new Person(server.url);
        await Promise.all([ada.join(), bob.join()]);
        ada.say("beside them");
        await bob.until("a message", () => bob.texts.length === 1);
        assertGreaterOrEqual(openFiles(server.pid), before + slow.length);
        if (isCut) {
          for (const raw of slow) await raw.ended(LIMIT_MS);
          assertLess(openFiles(server.pid), before + EACH);
        }
        bob.say("and on");
        await ada.until("an answer", () => ada.texts.length === 2);
        assertEquals(ada.texts, ["beside them", "and on"]);
      } finally {
        clearInterval(writing);
      }
    });
  });
}
