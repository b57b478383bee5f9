// Where a credential may stand in a request (W15.3). Reads it; whether it is good is not known here.
import { SUBPROTOCOL } from "../protocol.ts";

const QUERY_NAMES = ["token", "accessToken", "session"];

/** The first credential that the request carries, or undefined. `header` is `AUTH_HEADER` or "". */
export function findCredential(request: Request, header: string): string | undefined {
  const { headers } = request;
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.get("authorization") ?? "");
  if (bearer) return bearer[1];
  const own = header && headers.get(header)?.trim();
  if (own) return own.replace(/^Bearer +/i, "");
  const offered = subprotocols(request).find((entry) => entry.startsWith("auth."));
  if (offered !== undefined && offered !== "auth.") return decode(offered.slice("auth.".length));
  const { searchParams } = new URL(request.url);
  return QUERY_NAMES.map((name) => searchParams.get(name)).find((value) => value) ?? undefined;
}

/** Whether the client speaks `snug.v1` (W1.3). */
export function offersBatches(request: Request): boolean {
  return subprotocols(request).includes(SUBPROTOCOL);
}

function subprotocols(request: Request): string[] {
  return (request.headers.get("sec-websocket-protocol") ?? "").split(",").map((it) => it.trim());
}

/** A value that is not well percent-encoded stays as it is, and will match nothing. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
