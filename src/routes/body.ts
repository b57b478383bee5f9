// The JSON that a request brings, read no further than it may be long, and waited for no longer than
// so little may take.
import type { Context } from "hono";
import { Buffer } from "node:buffer";
import { refuse, type Refused } from "../gate/refusal.ts";
import type { AppEnv } from "./env.ts";

type Fields = Record<string, unknown>;

/** For all of a body, in milliseconds: one that never ends holds a descriptor. */
const MAX_BODY_MS = 10_000;

/** A JSON object; an empty body is an empty one. Or why there is none: 408, 413, 415, 400. */
export async function readJson(
  context: Context<AppEnv>,
  maxBytes: number,
): Promise<{ ok: true; fields: Fields } | Refused> {
  const bytes = await readBytes(context.req.raw, maxBytes).catch(() => null);
  // Who asked has gone in the middle of it, which is no fault of the server.
  if (bytes === null) return refuse(400, "PARSE_ERROR", "the body ended before all of it came");
  if (bytes === "late") {
    // Else it would go on, after the answer.
    context.header("connection", "close");
    return refuse(408, "TIMEOUT", `the body must come within ${MAX_BODY_MS / 1000} s`);
  }
  if (bytes === "long") {
    return refuse(413, "TOO_LARGE", `the body must be at most ${maxBytes} bytes`);
  }
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

async function readBytes(
  { body }: Request,
  maxBytes: number,
): Promise<Uint8Array | "late" | "long"> {
  const late = Promise.withResolvers<"late">();
  const timer = setTimeout(() => late.resolve("late"), MAX_BODY_MS);
  try {
    return await Promise.race([late.promise, readAll(body, maxBytes)]);
  } finally {
    clearTimeout(timer);
  }
}

async function readAll(body: Request["body"], maxBytes: number): Promise<Uint8Array | "long"> {
  const chunks: Uint8Array[] = [];
  let left = maxBytes;
  for await (const chunk of body ?? []) {
    left -= chunk.length;
    if (left < 0) return "long";
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
