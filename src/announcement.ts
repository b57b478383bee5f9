// What an administrator tells everybody (W10.17), wherever they are: no entry, and not kept.
import { Batch } from "./batch.ts";
import type { Hub } from "./hub.ts";
import { encode } from "./protocol.ts";

/** Tells it to every connection. Returns how many those are. */
export function announce({ online }: Hub, text: string): number {
  const batch = Batch.of(encode({ type: "system", text }));
  const told = [...online.all];
  for (const connection of told) connection.push(batch, "entry");
  return told.length;
}
