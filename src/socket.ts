// The only view that the core has of a connection's transport.
import type { Batch } from "./batch.ts";

export interface Socket {
  /** Bytes handed over and not yet written to the network. */
  readonly buffered: number;
  /** To a plain peer a frame for each line; a batched one may get several in one. Never throws. */
  send(batch: Batch): void;
  sendBinary(data: Uint8Array<ArrayBuffer>): void;
  close(code: number, reason: string): void;
  /** Cuts the connection without a closing handshake, where the transport can; else closes. */
  terminate(): void;
}

/** Who hears of what a socket receives. Handlers must not throw. */
export interface SocketHandlers {
  text(frame: string): void;
  binary(frame: Uint8Array<ArrayBuffer>): void;
}

export interface UpgradeOptions {
  /** The subprotocol to select, if any. */
  protocol?: string | undefined;
  /** Whether a frame may hold several messages. */
  isBatched: boolean;
  /** Called once when the socket is open. */
  opened(socket: Socket): SocketHandlers;
  /** Called exactly once, whether it ever opened or not. */
  closed(code: number, reason: string): void;
}

/** What a request brings besides itself. */
export interface Incoming {
  /** The peer's IP address. */
  address: string;
  /** Answers the request with a WebSocket. To be returned as it is: its headers can't change. */
  upgrade(options: UpgradeOptions): Response;
  /** Cuts the connection of the request, where the transport can. */
  cut?(): void;
}
