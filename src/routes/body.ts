// What a request brings, read no further than it may be long.
import type { Context } from "hono";
import { Buffer } from "node:buffer";
import { refuse, type Refused } from "../gate/refusal.ts";
import type { AppEnv } from "./env.ts";

type Fields = Record<string, unknown>;

type Body = { ok: true; fields: Fields } | Refused;

/** A JSON object; an empty body is an empty one. Or why there is none: 413, 415, 400. */
export async function readJson(context: Context<AppEnv>, maxBytes: number): Promise<Body> {
  const read = await readAll(context, maxBytes);
  if (!read.ok) return read;
  if (read.bytes.length === 0) return { ok: true, fields: {} };
  if (isOf(context, JSON_TYPE)) return readObject(read.bytes);
  const message = "the body must be JSON: Content-Type: application/json";
  return refuse(415, "UNSUPPORTED_MEDIA_TYPE", message);
}

/** What a body says: a JSON object, or `{text}` where it is a text, as W17.3 has it. */
export async function readSaid(context: Context<AppEnv>, maxBytes: number): Promise<Body> {
  const read = await readAll(context, maxBytes);
  if (!read.ok) return read;
  if (isOf(context, JSON_TYPE)) return readObject(read.bytes);
  if (!isOf(context, TEXT_TYPE)) {
    const message = "the body must be application/json or text/plain, by its Content-Type";
    return refuse(415, "UNSUPPORTED_MEDIA_TYPE", message);
  }
  const text = decode(read.bytes);
  if (text !== undefined) return { ok: true, fields: { text } };
  return refuse(400, "INVALID_FIELD", "text must be valid UTF-8");
}

const JSON_TYPE = /^application\/json\s*(;|$)/i;
/** Of what curl calls a form by itself, too. */
const TEXT_TYPE = /^(text\/plain|application\/x-www-form-urlencoded)?\s*(;|$)/i;

function isOf(context: Context<AppEnv>, type: RegExp): boolean {
  return type.test(context.req.header("content-type") ?? "");
}

async function readAll(
  context: Context<AppEnv>,
  maxBytes: number,
): Promise<{ ok: true; bytes: Uint8Array } | Refused> {
  const bytes = await readBytes(context.req.raw, maxBytes).catch(() => null);
  // Who asked has gone in the middle of it, which is no fault of the server.
  if (bytes === null) return refuse(400, "PARSE_ERROR", "the body ended before all of it came");
  if (!bytes) return refuse(413, "TOO_LARGE", `the body must be at most ${maxBytes} bytes`);
  return { ok: true, bytes };
}

function readObject(bytes: Uint8Array): Body {
  const fields = parse(decode(bytes) ?? "");
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

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parse(json: string): Fields | undefined {
  try {
    const value = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
