// What a transport gives the application: requests that can be upgraded. Each file beside this one
// is one way to do it.
import type { UpgradeOptions } from "../socket.ts";

/** What a request brings besides itself. */
export interface Incoming {
  /** The peer's IP address. */
  address: string;
  /** Answers the request with a WebSocket. To be returned as it is: its headers can't change. */
  upgrade(options: UpgradeOptions): Response;
}

export interface ListenOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** Silence after which the runtime itself cuts a connection (W12). */
  idleTimeoutSeconds: number;
  fetch(request: Request, incoming: Incoming): Response | Promise<Response>;
  /** Hears of a bug: something threw that must not. */
  fault(error: unknown): void;
}

export interface Listening {
  port: number;
  /** Takes no more connections and ends when those there are have ended. */
  stop(): Promise<void>;
}
