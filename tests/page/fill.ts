// A room with a past, said by a client that is no page.
import type { Server } from "../harness/server.ts";
import { enter, type Visitor } from "../harness/visitor.ts";

/** Lets a client say as much at once as a test needs. */
export const UNHURRIED = { RATE_MESSAGES_PER_SECOND: "100000", RATE_BURST: "100000" };

/** As many as one frame may hold (W2.3). */
const FRAME = 64;

/** Somebody says `1`, `2` … up to `count`, or what `text` makes of it, and stays. */
export async function fill(
  server: Server,
  count: number,
  { room = "general", username = "Ruth", text = (n: number) => `${n}` } = {},
): Promise<Visitor> {
  const visitor = await enter(server, { room, username });
  for (let n = 1; n <= count; n += FRAME) {
    const numbers = Array.from({ length: Math.min(FRAME, count - n + 1) }, (_, i) => n + i);
    const lines = numbers.map((n) =>
      JSON.stringify({ type: "chat", room, text: text(n), ref: `fill-${room}-${n}` })
    );
    visitor.sendRaw(lines.join("\n"));
    const last = `fill-${room}-${numbers.at(-1)}`;
    await visitor.until((message) => message.type === "ack" && message.ref === last);
  }
  return visitor;
}
