// A socket without a network: what is sent waits in it until the test delivers it.
import type { Batch } from "../../src/batch.ts";
import type { Close } from "../../src/close.ts";
import { utf8Length } from "../../src/protocol.ts";
import type { Socket } from "../../src/socket.ts";

export type Frame = string | Uint8Array<ArrayBuffer>;

export class FakeSocket implements Socket {
  readonly #isBatched: boolean;
  #waiting: Frame[] = [];
  #waitingBytes = 0;
  /** Bytes that the network holds besides what waits here: steered by the test. */
  clogged = 0;
  /** Frames that the core sent after it had closed. */
  sentTooLate = 0;
  closedWith: Close | undefined;

  constructor(isBatched = true) {
    this.#isBatched = isBatched;
  }

  get isOpen(): boolean {
    return this.closedWith === undefined;
  }

  get buffered(): number {
    return this.clogged + this.#waitingBytes;
  }

  send(batch: Batch): void {
    if (this.#isBatched) this.#add(batch.text, batch.bytes);
    else for (const line of batch.lines) this.#add(line, utf8Length(line));
  }

  sendBinary(data: Uint8Array<ArrayBuffer>): void {
    this.#add(data, data.length);
  }

  close(code: number, reason: string): void {
    this.closedWith ??= { code, reason };
  }

  terminate(): void {
    this.close(1006, "");
  }

  /** Delivers all that was sent, or the first `count` frames of it. */
  deliver(count = Infinity): Frame[] {
    const delivered = this.#waiting.splice(0, count);
    for (const frame of delivered) {
      this.#waitingBytes -= typeof frame === "string" ? utf8Length(frame) : frame.length;
    }
    return delivered;
  }

  #add(frame: Frame, bytes: number): void {
    if (!this.isOpen) this.sentTooLate++;
    this.#waiting.push(frame);
    this.#waitingBytes += bytes;
  }
}
