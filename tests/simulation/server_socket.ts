// The server's end of a pair: what the core takes for a Socket.
import type { Batch } from "../../src/batch.ts";
import { utf8Length } from "../../src/protocol.ts";
import type { Socket } from "../../src/socket.ts";
import type { Frame, Pair } from "./pair.ts";

/** The runtime gets more only while it holds less than this. */
const HANDOVER_BYTES = 64 * 1024;

export class ServerSocket implements Socket {
  readonly #pair: Pair;
  isOpen = false;

  constructor(pair: Pair) {
    this.#pair = pair;
  }

  get buffered(): number {
    return this.#pair.buffered;
  }

  get #isBatched(): boolean {
    return this.#pair.served?.session.isBatched ?? this.#pair.protocols.includes("snug.v1");
  }

  send(batch: Batch): void {
    this.#pair.rules?.sent(batch);
    if (this.#isBatched) this.#frame(batch.text, batch.bytes);
    else for (const line of batch.lines) this.#frame(line, utf8Length(line));
  }

  sendBinary(data: Uint8Array<ArrayBuffer>): void {
    this.#pair.rules?.sentBinary(data);
    this.#frame(data, data.length);
  }

  close(code: number, _reason: string): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#pair.served?.closing(code);
    this.#pair.fromServer({ is: "close", code });
  }

  terminate(): void {
    if (this.#pair.served?.canAbort) this.#pair.cut({ client: true, server: true });
    else this.close(1006, "");
  }

  #frame(frame: Frame, bytes: number): void {
    if (this.#isBatched && this.buffered >= HANDOVER_BYTES) {
      this.#pair.rules?.violated(`P5: ${this.buffered} bytes wait in the runtime, and more comes`);
    }
    this.#pair.fromServer({ is: "frame", frame, bytes });
  }
}
