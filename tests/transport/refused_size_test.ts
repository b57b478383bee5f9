// A message over the limit is counted where every end is: by its code in the line of the log that
// tells a connection's life, on the real server, whoever refused it.
import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import { frame, OPCODE, openRawClient, type Raw } from "../harness/raw.ts";
import { startServer } from "../harness/server.ts";
import { closeFrame, untilClose } from "./close_frame.ts";

const { more, text, binary } = OPCODE;
const LARGE = "x".repeat(17_000);

const KINDS: Record<string, (raw: Raw) => Promise<void>> = {
  text: (raw) => raw.write(frame(text, LARGE)),
  binary: (raw) => raw.write(frame(binary, LARGE)),
  fragments: async (raw) => {
    await raw.write(frame(text, LARGE.slice(0, 9000), { isLast: false }));
    await raw.write(frame(more, LARGE.slice(9000)));
  },
};

for (const transport of ["deno", "ws"]) {
  it(`W2.1 every message over the limit is one 1009 in the log, on ${transport}`, async () => {
    const env = { TRANSPORT: transport, LOG_FORMAT: "json", DRAIN_MS: "1000" };
    await using server = await startServer(env);
    for (const [kind, send] of Object.entries(KINDS)) {
      await using raw = await openRawClient(server.url, `/ws?username=${kind}`);
      await send(raw);
      const { code } = await untilClose(raw);
      assertEquals(code, 1009);
      await raw.write(closeFrame(code));
      await server.said(new RegExp(`"${kind}`));
    }
    const lives = server.stderr().trimEnd().split("\n").map((line) => JSON.parse(line));
    const told = lives.map(({ user, code, reason }) => `${user} ${code} ${reason}`);
    assertEquals(told, Object.keys(KINDS).map((kind) => `${kind} 1009 message too big`));
  });
}
