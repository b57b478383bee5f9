// What a transport gives the application: requests that can be upgraded. Each file beside this one
// is one way to do it.
import type { Incoming } from "../socket.ts";

/** What a transport can do of what strangers call for (docs/decisions/transport.md). */
export interface Abilities {
  /** It refuses a message over the limit with 1009 before all of it has come, in fragments too. */
  limit: boolean;
  /** `terminate` cuts any peer at once, also one that reads or says nothing. */
  abort: boolean;
  /** It answers what breaks the protocol of WebSockets with 1002 or 1007. */
  protocolErrors: boolean;
}

/** A certificate with its chain, and its private key; both PEM. */
export interface KeyPair {
  cert: string;
  key: string;
}

export interface ListenOptions {
  /** With it, TLS is all that is spoken. */
  certificate?: KeyPair | undefined;
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** The largest message, whole; a transport that can closes with 1009 what is larger (W2.1). */
  maxFrameBytes: number;
  /** Silence after which the runtime itself cuts a connection (W12). */
  idleTimeoutSeconds: number;
  fetch(request: Request, incoming: Incoming): Response | Promise<Response>;
  /** Hears of a bug: something threw that must not. */
  fault(error: unknown): void;
}

export interface Listening {
  port: number;
  /** From now on new connections get this certificate; undefined where that takes a restart. */
  renew?(certificate: KeyPair): void;
  /** Takes no more connections and ends when those there are have ended. */
  stop(): Promise<void>;
}

/** The answer to a request whose `Host` is no host, so that it has no URL. */
export function badHost(): Response {
  return refused(400, "INVALID_FIELD", "the Host header names no host");
}

/** The answer to a request at which the application threw. */
export function failed(): Response {
  return refused(500, "INTERNAL", "the server failed at this");
}

/** A refusal as the application gives it (W15.6). */
function refused(status: number, code: string, message: string): Response {
  const headers = { "content-type": "application/problem+json" };
  return Response.json({ code, message, status, detail: message }, { status, headers });
}
