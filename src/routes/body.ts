// What a request brings, read no further than it may be long, and waited for no longer than so little
// may take.
import type { Context } from "hono";
import { Buffer } from "node:buffer";
import * as v from "valibot";
import { expectedOf } from "../client_message.ts";
import { refuse, type Refused } from "../gate/refusal.ts";
import type { AppEnv } from "./env.ts";

type Fields = Record<string, unknown>;

/** For all of a body, in milliseconds: one that never ends holds a descriptor. */
const MAX_BODY_MS = 10_000;

type Body = { ok: true; fields: Fields } | Refused;

/** A JSON object; an empty body is an empty one. Or why there is none: 408, 413, 415, 400. */
export async function readJson(context: Context<AppEnv>, maxBytes: number): Promise<Body> {
  const read = await readWhole(context, maxBytes);
  if (!read.ok) return read;
  if (read.bytes.length === 0) return { ok: true, fields: {} };
  if (isOf(context, JSON_TYPE)) return readObject(read.bytes);
  const message = "the body must be JSON: Content-Type: application/json";
  return refuse(415, "UNSUPPORTED_MEDIA_TYPE", message);
}

/** What a body says: a JSON object, or `{text}` where it is a text, as W17.3 has it. */
export async function readSaid(context: Context<AppEnv>, maxBytes: number): Promise<Body> {
  const read = await readWhole(context, maxBytes);
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

/** What a body's fields are by their schemas, or which is wrong and what is expected. */
export function checkFields<E extends v.ObjectEntries>(
  entries: E,
  fields: Fields,
): { ok: true; fields: v.InferOutput<v.ObjectSchema<E, undefined>> } | Refused {
  const parsed = v.safeParse(v.object(entries), fields, { abortEarly: true });
  if (parsed.success) return { ok: true, fields: parsed.output };
  const field = String(parsed.issues[0].path?.[0]?.key);
  return refuse(400, "INVALID_FIELD", `${field} must be ${expectedOf("", field)}`);
}

/** A body with the kind that its Content-Type says. */
export type TypedBody = { kind: "json" | "form" | "text"; text: string };

/** A body that may be JSON, a form or a text: as it came, and as which. */
export async function readTyped(
  context: Context<AppEnv>,
  maxBytes: number,
): Promise<{ ok: true } & TypedBody | Refused> {
  const read = await readWhole(context, maxBytes);
  if (!read.ok) return read;
  const text = decode(read.bytes);
  if (text === undefined) return refuse(400, "INVALID_FIELD", "the body must be valid UTF-8");
  if (isOf(context, JSON_TYPE)) return { ok: true, kind: "json", text };
  if (isOf(context, FORM_TYPE)) return { ok: true, kind: "form", text };
  if (isOf(context, TEXT_TYPE)) return { ok: true, kind: "text", text };
  const message = "the body must be JSON, a form or text/plain, by its Content-Type";
  return refuse(415, "UNSUPPORTED_MEDIA_TYPE", message);
}

const JSON_TYPE = /^application\/json\s*(;|$)/i;
/** Of what curl calls a form by itself, too. */
const TEXT_TYPE = /^(text\/plain|application\/x-www-form-urlencoded)?\s*(;|$)/i;

const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(;|$)/i;

function isOf(context: Context<AppEnv>, type: RegExp): boolean {
  return type.test(context.req.header("content-type") ?? "");
}

async function readWhole(
  context: Context<AppEnv>,
  maxBytes: number,
): Promise<{ ok: true; bytes: Uint8Array } | Refused> {
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
  return { ok: true, bytes };
}

function readObject(bytes: Uint8Array): Body {
  const fields = parse(decode(bytes) ?? "");
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
