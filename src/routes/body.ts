// The JSON that a request brings, read no further than it may be long.
import type { Context } from "hono";
import { Buffer } from "node:buffer";
import { refuse, type Refused } from "../gate/refusal.ts";
import type { AppEnv } from "./env.ts";

type Fields = Record<string, unknown>;

/** A JSON object; an empty body is an empty one. Or why there is none: 413, 415, 400. */
export async function readJson(
  context: Context<AppEnv>,
  maxBytes: number,
): Promise<{ ok: true; fields: Fields } | Refused> {
  const bytes = await readBytes(context.req.raw, maxBytes).catch(() => null);
  // Who asked has gone in the middle of it, which is no fault of the server.
  if (bytes === null) return refuse(400, "PARSE_ERROR", "the body ended before all of it came");
  if (!bytes) return refuse(413, "TOO_LARGE", `the body must be at most ${maxBytes} bytes`);
  if (bytes.length === 0) return { ok: true, fields: {} };
  const type = context.req.header("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    const message = "the body must be JSON: Content-Type: application/json";
    return refuse(415, "UNSUPPORTED_MEDIA_TYPE", message);
  }
  const fields = parse(bytes);
  if (fields) return { ok: true, fields };
  return refuse(400, "PARSE_ERROR", "the body must be a JSON object");
}

async function readBytes({ body }: Request, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let left = maxBytes;
  for await (const chunk of body ?? []) {
    left -= chunk.length;
    if (left < 0) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(bytes: Uint8Array): Fields | undefined {
  try {
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
