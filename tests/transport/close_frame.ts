// Close frames of a raw peer.
import { frame, OPCODE, type Raw } from "../harness/raw.ts";

/** A close frame with a code and a reason, or an empty one. */
export function closeFrame(code?: number, reason = ""): Uint8Array {
  if (code === undefined) return frame(OPCODE.close);
  return frame(
    OPCODE.close,
    new Uint8Array([code >> 8, code & 255, ...new TextEncoder().encode(reason)]),
  );
}

/** The close frame that comes after whatever else; an empty one stands for 1005. */
export async function untilClose(peer: Raw): Promise<{ code: number; reason: string }> {
  let { opcode, payload } = await peer.nextFrame();
  while (opcode !== OPCODE.close) ({ opcode, payload } = await peer.nextFrame());
  if (payload.length === 0) return { code: 1005, reason: "" };
  return {
    code: payload[0]! * 256 + payload[1]!,
    reason: new TextDecoder().decode(payload.slice(2)),
  };
}
