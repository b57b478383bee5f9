// What the real server on Deno's own transport can't refuse, it survives: one message of fragments
// that is larger than a string can be. It takes 1.3 GiB and half a minute, so it runs on demand.
import { assertEquals, assertMatch } from "@std/assert";
import { it } from "@std/testing/bdd";
import { frame, OPCODE, openRawClient } from "../harness/raw.ts";
import { startServer } from "../harness/server.ts";
import { enter, heard, say, settled, texts } from "../harness/visitor.ts";

const MEBIBYTE = 1024 * 1024;
/** The runtime reads no more of that connection, and cuts it as a silent one. */
const LIMIT_MS = 120_000;

const onDemand = { ignore: Deno.env.get("LARGE") !== "1" };

it(
  "P2 a text of 600 MiB in fragments ends no conversation (only with LARGE=1)",
  onDemand,
  async () => {
    await using server = await startServer({ TRANSPORT: "deno", DRAIN_MS: "1000" });
    await using ada = await enter(server, { username: "ada" });
    await say(ada, "before");
    await using giant = await openRawClient(server.url, "/ws?username=giant");
    const text = "x".repeat(MEBIBYTE);
    await giant.write(frame(OPCODE.text, text, { isLast: false }));
    const piece = frame(OPCODE.more, text, { isLast: false });
    for (let sent = 1; sent < 600; sent++) await giant.write(piece);
    await giant.write(frame(OPCODE.more));
    await server.said(/unhandled rejection/, LIMIT_MS);
    await say(ada, "after");
    await giant.ended(LIMIT_MS);
    await server.said(/"giant"/);
    await settled(ada);
    assertEquals(texts(heard(ada, "chat")), ["before", "after"]);
    const faults = server.stderr().split("\n").filter((line) => line.includes("[ERR]"));
    assertEquals(faults.length, 1);
    assertMatch(faults[0]!, /buffer exceeds maximum length/);
  },
);
