// What HTTP says of a file beside its bytes (W19.9): its name for who saves it, and which part of it was
// asked for.

/** RFC 6266: for old clients in ASCII, and as it is (RFC 8187). */
export function disposition(name: string, isShown: boolean): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const exact = encodeURIComponent(name).replace(
    /[!'()*]/g,
    (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${isShown ? "inline" : "attachment"}; filename="${plain}"; filename*=UTF-8''${exact}`;
}

export interface Part {
  start: number;
  /** Exclusive. */
  end: number;
}

const RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/;

/** The one range that was asked for; undefined: all; null: one that the file does not have. */
export function rangeOf(header: string | undefined, bytes: number): Part | null | undefined {
  const [, first = "", last = ""] = RANGE.exec(header ?? "") ?? [];
  if (first === "") {
    if (last === "") return undefined;
    const length = Math.min(Number(last), bytes);
    return length === 0 ? null : { start: bytes - length, end: bytes };
  }
  const start = Number(first);
  const end = last === "" ? bytes : Math.min(Number(last) + 1, bytes);
  // RFC 9110: a range that ends before it begins is none.
  if (last !== "" && Number(last) < start) return undefined;
  return start < bytes ? { start, end } : null;
}

/** Whether `If-None-Match` names it. */
export function isKnown(header: string | undefined, etag: string): boolean {
  const tags = (header ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}
