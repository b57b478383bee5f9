// What a hook is sent, in the shapes that tools send to Slack (W20.6), as the text of a message.
import { refuse, type Refused } from "../gate/refusal.ts";
import type { TypedBody } from "./body.ts";

type Fields = Record<string, unknown>;

/** The text, or why there is none: 400. */
export function textOf({ kind, text }: TypedBody): { ok: true; text: string } | Refused {
  if (kind === "text") return orNone(text);
  const json = kind === "form" ? new URLSearchParams(text).get("payload") : text;
  if (json === null) {
    const message = "a form must have the field payload, which holds JSON";
    return refuse(400, "INVALID_FIELD", message);
  }
  const payload = parse(json);
  if (!payload) return refuse(400, "PARSE_ERROR", "the payload must be a JSON object");
  const said = plain(payload.text) || textOfAll(payload.attachments, textOfAttachment) ||
    textOfAll(payload.blocks, textOfBlock);
  return orNone(said);
}

function orNone(text: string): { ok: true; text: string } | Refused {
  if (text.trim() !== "" && text.isWellFormed()) return { ok: true, text };
  const message = "text must be a string of at least one character, or be that of attachments " +
    "or blocks";
  return refuse(400, "INVALID_FIELD", message);
}

function textOfAll(list: unknown, textOfOne: (one: Fields) => string): string {
  const texts = fieldsOf(list).map(textOfOne);
  return texts.filter((text) => text !== "").join("\n");
}

function textOfAttachment({ pretext, title, text, blocks, fallback }: Fields): string {
  const parts = [plain(pretext), plain(title), plain(text), textOfAll(blocks, textOfBlock)];
  return parts.filter((part) => part !== "").join("\n") || plain(fallback);
}

function textOfBlock({ text, fields, elements }: Fields): string {
  const parts = [text, ...fieldsOf(fields), ...fieldsOf(elements)].map((part) =>
    plain(isFields(part) ? part.text : undefined)
  );
  return parts.filter((part) => part !== "").join("\n");
}

/** Slack's links are `<address|words>`, and it wants `&`, `<` and `>` to be written as in HTML. */
function plain(text: unknown): string {
  if (typeof text !== "string") return "";
  return text.replace(
    /<((?:https?:|mailto:)[^<>|\s]+)(?:\|([^<>]*))?>/g,
    (_, address: string, words = "") => words === "" ? address : `${words} (${address})`,
  ).replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function fieldsOf(list: unknown): Fields[] {
  return Array.isArray(list) ? list.filter(isFields) : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(json: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
