// Where a credential may stand in a request (W15.3). Reads it; whether it is good is not known here.
import { SUBPROTOCOL } from "../protocol.ts";

const QUERY_NAMES = ["token", "accessToken", "session"];

export interface Credential {
  value: string;
  /** It is that of the cookie, which a browser sends by itself. */
  isCookie: boolean;
}

/** The part of a request that a credential may stand in. */
export interface Carrier {
  headers: Headers;
  query: URLSearchParams;
}

/**
 * The first credential that a request carries, or undefined. `header` is `AUTH_HEADER` or "";
 * `cookie` is the name of the cookie, or undefined where it does not count (W15.9).
 */
export function findCredential(
  { headers, query }: Carrier,
  header: string,
  cookie: string | undefined,
): Credential | undefined {
  const given = findInHeaders(headers, header) ?? findInSubprotocols(headers);
  if (given !== undefined) return { value: given, isCookie: false };
  const kept = cookie === undefined ? undefined : readCookie(headers, cookie);
  if (kept !== undefined) return { value: kept, isCookie: true };
  for (const name of QUERY_NAMES) {
    const value = query.get(name);
    if (value) return { value, isCookie: false };
  }
}

/** The credential of `Authorization` or of `AUTH_HEADER`. */
export function findInHeaders(headers: Headers, header: string): string | undefined {
  const authorization = headers.get("authorization");
  const bearer = authorization !== null && /^Bearer +(\S+) *$/i.exec(authorization);
  if (bearer) return bearer[1];
  const own = header && headers.get(header)?.trim();
  return own ? own.replace(/^Bearer +/i, "") : undefined;
}

/** The value of a cookie; the first one, where there are several. */
export function readCookie(headers: Headers, name: string): string | undefined {
  const cookies = headers.get("cookie")?.split(";").map((it) => it.trim()) ?? [];
  const found = cookies.find((it) => it.startsWith(`${name}=`))?.slice(name.length + 1);
  return found === "" ? undefined : found;
}

/** Whether the client speaks `snug.v1` (W1.3). */
export function offersBatches(request: Request): boolean {
  return subprotocols(request.headers).includes(SUBPROTOCOL);
}

function findInSubprotocols(headers: Headers): string | undefined {
  const offered = subprotocols(headers).find((entry) => entry.startsWith("auth."));
  if (offered === undefined || offered === "auth.") return undefined;
  return decode(offered.slice("auth.".length));
}

function subprotocols(headers: Headers): string[] {
  return headers.get("sec-websocket-protocol")?.split(",").map((it) => it.trim()) ?? [];
}

/** A value that is not well percent-encoded stays as it is, and will match nothing. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
