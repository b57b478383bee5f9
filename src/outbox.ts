// What waits for one connection: a queue of shared batches, bounded in bytes. Hands the runtime
// only a little at a time, because what the runtime has it never gives back. Knows no rooms.
import { Batch } from "./batch.ts";
import type { Flusher } from "./flusher.ts";
import { MAX_FRAME_BYTES } from "./protocol.ts";
import type { Socket } from "./socket.ts";

/** The runtime gets more only while it holds less than this. */
const HANDOVER_BYTES = 64 * 1024;
/** A queue is bounded in items too, one for so many bytes: empty frames would cost nothing else. */
const BYTES_PER_ITEM = 64;

/**
 * `entry` is never dropped silently, `passing` (presence, typing, binary) is dropped when the outbox
 * is half full, `answer` is paced by its session and not counted against the bound (W6.1).
 */
export type Kind = "entry" | "answer" | "passing";

type Item =
  | { kind: Kind; batch: Batch }
  | { kind: "binary"; data: Uint8Array<ArrayBuffer> };

/** How binary may be pushed: as what is dropped when the outbox is half full, or not. */
export type BinaryKind = "entry" | "passing";

export interface OutboxOptions {
  socket: Socket;
  flusher: Flusher;
  maxBytes: number;
  /** The reader is too slow: the bound is passed. */
  overflow(): void;
  /** Called whenever there is room again for an answer (W6.1). */
  space(): void;
}

export class Outbox {
  readonly #options: OutboxOptions;
  #queue: Item[] = [];
  #next = 0;
  /** Bytes of live traffic in the queue, and of answers. */
  #queuedBytes = 0;
  #answerBytes = 0;
  /** Bytes of answers that the runtime may still hold: they are not counted. */
  #exemptBytes = 0;
  #scheduled = false;
  #closed = false;
  /** Messages handed over so far. */
  sent = 0;
  /** Passing messages dropped because the outbox was half full. */
  dropped = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Bytes that count against the bound: queued live traffic and what the runtime holds of it. */
  get bytes(): number {
    const buffered = this.#options.socket.buffered;
    if (this.#exemptBytes > buffered) this.#exemptBytes = buffered;
    return this.#queuedBytes + buffered - this.#exemptBytes;
  }

  /** Whether all is handed over. */
  get isEmpty(): boolean {
    return this.#next === this.#queue.length;
  }

  /** Whether an answer may begin (W6.1). */
  get hasSpace(): boolean {
    const { socket, maxBytes } = this.#options;
    return this.#queuedBytes + this.#answerBytes + socket.buffered < maxBytes / 4;
  }

  push(batch: Batch, kind: Kind): void {
    if (this.#closed) return;
    if (kind === "passing" && this.#isHalfFull(batch.bytes)) return;
    if (kind === "answer") this.#answerBytes += batch.bytes;
    else this.#queuedBytes += batch.bytes;
    this.#enqueue({ kind, batch });
  }

  pushBinary(data: Uint8Array<ArrayBuffer>, kind: BinaryKind): void {
    if (this.#closed || (kind === "passing" && this.#isHalfFull(data.length))) return;
    this.#queuedBytes += data.length;
    this.#enqueue({ kind: "binary", data });
  }

  /** Hands over what the socket takes now. Called by the flusher. */
  flush(): void {
    this.#scheduled = false;
    if (this.#closed) return;
    const { socket, flusher } = this.#options;
    while (this.#next < this.#queue.length) {
      if (socket.buffered >= HANDOVER_BYTES) {
        this.#queue.splice(0, this.#next);
        this.#next = 0;
        flusher.addStalled(this);
        return;
      }
      this.#handOver();
    }
    this.#queue = [];
    this.#next = 0;
    if (this.hasSpace) this.#options.space();
    else flusher.addStalled(this);
  }

  /** Drops what is queued; nothing is sent any more. */
  close(): void {
    this.#closed = true;
    this.#queue = [];
    this.#next = 0;
    this.#queuedBytes = 0;
    this.#answerBytes = 0;
    this.#options.flusher.forget(this);
  }

  #isHalfFull(more: number): boolean {
    if (this.bytes + more <= this.#options.maxBytes / 2) return false;
    this.dropped++;
    return true;
  }

  #enqueue(item: Item): void {
    this.#queue.push(item);
    if (this.#isOver()) return this.#options.overflow();
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#options.flusher.add(this);
  }

  #isOver(): boolean {
    const { maxBytes } = this.#options;
    if ((this.#queue.length - this.#next) * BYTES_PER_ITEM > maxBytes) return true;
    return this.#queuedBytes > 0 && this.bytes > maxBytes;
  }

  /** Sends one frame: a binary one, or the messages at the head of the queue joined. */
  #handOver(): void {
    const { socket } = this.#options;
    const first = this.#queue[this.#next]!;
    if (first.kind === "binary") {
      this.#next++;
      this.#queuedBytes -= first.data.length;
      this.sent++;
      socket.sendBinary(first.data);
      return;
    }
    const parts: Batch[] = [];
    let bytes = -1;
    while (this.#next < this.#queue.length) {
      const item = this.#queue[this.#next]!;
      if (item.kind === "binary") break;
      if (parts.length > 0 && !fits(bytes, item.batch.bytes)) break;
      parts.push(item.batch);
      bytes += 1 + item.batch.bytes;
      if (item.kind === "answer") {
        this.#answerBytes -= item.batch.bytes;
        this.#exemptBytes += item.batch.bytes;
      } else this.#queuedBytes -= item.batch.bytes;
      this.sent += item.batch.lines.length;
      this.#next++;
    }
    socket.send(joinShared(parts));
  }
}

/** A frame grows until it is what is handed over at a time, so an ack is with its entry (W7.1). */
function fits(bytes: number, more: number): boolean {
  return bytes < HANDOVER_BYTES && bytes + 1 + more <= MAX_FRAME_BYTES;
}

let lastParts: readonly Batch[] = [];
let lastJoined: Batch | undefined;

/** Joins batches; members of one room mostly wait for the same ones, so the last result is kept. */
function joinShared(parts: readonly Batch[]): Batch {
  if (parts.length === 1) return parts[0]!;
  const isSame = lastJoined !== undefined && parts.length === lastParts.length &&
    parts.every((part, index) => part === lastParts[index]);
  if (!isSame) {
    lastParts = parts;
    lastJoined = Batch.join(parts);
  }
  return lastJoined!;
}
