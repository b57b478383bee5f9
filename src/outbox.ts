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

/** What waits is linked, because most queues hold one item and an array would be made for it. */
interface TextItem {
  kind: Kind;
  batch: Batch;
  next: Item | undefined;
}
interface BinaryItem {
  kind: "binary";
  data: Uint8Array<ArrayBuffer>;
  next: Item | undefined;
}
type Item = TextItem | BinaryItem;

/** How binary may be pushed: as what is dropped when the outbox is half full, or not. */
export type BinaryKind = "entry" | "passing";

/** Whose outbox it is. */
export interface OutboxOwner {
  /** The reader is too slow: the bound is passed. */
  overflow(): void;
  /** What it asked for in vain is true now: an answer may begin (W6.1), or all is handed over. */
  space(): void;
}

export class Outbox {
  readonly #socket: Socket;
  readonly #flusher: Flusher;
  readonly #maxBytes: number;
  readonly #owner: OutboxOwner;
  #first: Item | undefined;
  #last: Item | undefined;
  #count = 0;
  /** Bytes of live traffic in the queue, and of answers. */
  #queuedBytes = 0;
  #answerBytes = 0;
  /** Bytes of answers that the runtime may still hold: they are not counted. */
  #exemptBytes = 0;
  /** The owner waits for space. */
  #isAwaited = false;
  #scheduled = false;
  #closed = false;
  /** Messages handed over so far. */
  sent = 0;
  /** Passing messages dropped because the outbox was half full. */
  dropped = 0;

  constructor(socket: Socket, flusher: Flusher, maxBytes: number, owner: OutboxOwner) {
    this.#socket = socket;
    this.#flusher = flusher;
    this.#maxBytes = maxBytes;
    this.#owner = owner;
  }

  /** Bytes that count against the bound: queued live traffic and what the runtime holds of it. */
  get bytes(): number {
    const held = this.#socket.buffered;
    if (this.#exemptBytes > held) this.#exemptBytes = held;
    return this.#queuedBytes + held - this.#exemptBytes;
  }

  /** Whether all is handed over. If not, the owner hears of it when it is. */
  isDone(): boolean {
    if (this.#first === undefined) return true;
    this.#isAwaited = true;
    return false;
  }

  /** Whether an answer may begin (W6.1). If not, the owner hears of it when it may. */
  mayAnswer(): boolean {
    if (this.#hasSpace()) return true;
    this.#isAwaited = true;
    if (!this.#scheduled) this.#flusher.addStalled(this);
    return false;
  }

  push(batch: Batch, kind: Kind): void {
    if (this.#closed) return;
    if (kind === "passing" && this.#isHalfFull(batch.bytes)) return;
    if (kind === "answer") this.#answerBytes += batch.bytes;
    else this.#queuedBytes += batch.bytes;
    this.#enqueue({ kind, batch, next: undefined });
  }

  pushBinary(data: Uint8Array<ArrayBuffer>, kind: BinaryKind): void {
    if (this.#closed || (kind === "passing" && this.#isHalfFull(data.length))) return;
    this.#queuedBytes += data.length;
    this.#enqueue({ kind: "binary", data, next: undefined });
  }

  /** Hands over what the socket takes now. Called by the flusher. */
  flush(): void {
    this.#scheduled = false;
    if (this.#closed) return;
    while (this.#first !== undefined) {
      if (this.#socket.buffered >= HANDOVER_BYTES) return this.#flusher.addStalled(this);
      this.#handOver(this.#first);
    }
    if (!this.#isAwaited) return;
    if (!this.#hasSpace()) return this.#flusher.addStalled(this);
    this.#isAwaited = false;
    this.#owner.space();
  }

  /** Drops what is queued; nothing is sent any more. */
  close(): void {
    this.#closed = true;
    this.#first = this.#last = undefined;
    this.#count = 0;
    this.#queuedBytes = 0;
    this.#answerBytes = 0;
    this.#flusher.forget(this);
  }

  #hasSpace(): boolean {
    const bytes = this.#queuedBytes + this.#answerBytes + this.#socket.buffered;
    return bytes < this.#maxBytes / 4;
  }

  #isHalfFull(more: number): boolean {
    if (this.bytes + more <= this.#maxBytes / 2) return false;
    this.dropped++;
    this.#flusher.dropped++;
    return true;
  }

  #enqueue(item: Item): void {
    if (this.#last === undefined) this.#first = item;
    else this.#last.next = item;
    this.#last = item;
    this.#count++;
    if (this.#isOver()) return this.#owner.overflow();
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#flusher.add(this);
  }

  #isOver(): boolean {
    const most = this.#maxBytes;
    if (this.#count * BYTES_PER_ITEM > most) return true;
    return this.#queuedBytes > 0 && this.bytes > most;
  }

  /** Sends one frame: a binary one, or the messages at the head of the queue joined. */
  #handOver(first: Item): void {
    if (first.kind === "binary") {
      this.#queuedBytes -= first.data.length;
      this.sent++;
      this.#flusher.sent++;
      this.#dropUntil(first.next, 1);
      this.#socket.sendBinary(first.data);
      return;
    }
    let end: Item | undefined = first;
    let count = 0;
    let bytes = -1;
    while (end !== undefined && end.kind !== "binary") {
      if (count > 0 && !fits(bytes, end.batch.bytes)) break;
      this.#discount(end);
      bytes += 1 + end.batch.bytes;
      count++;
      end = end.next;
    }
    const batch = count === 1 ? first.batch : joinShared(first, count);
    this.#dropUntil(end, count);
    this.sent += batch.lines.length;
    this.#flusher.sent += batch.lines.length;
    this.#socket.send(batch);
  }

  #discount({ kind, batch: { bytes } }: TextItem): void {
    if (kind === "answer") {
      this.#answerBytes -= bytes;
      this.#exemptBytes += bytes;
    } else this.#queuedBytes -= bytes;
  }

  #dropUntil(item: Item | undefined, count: number): void {
    this.#first = item;
    if (item === undefined) this.#last = undefined;
    this.#count -= count;
  }
}

/** A frame grows until it is what is handed over at a time, so an ack is with its entry (W7.1). */
function fits(bytes: number, more: number): boolean {
  return bytes < HANDOVER_BYTES && bytes + 1 + more <= MAX_FRAME_BYTES;
}

let lastParts: readonly Batch[] = [];
let lastJoined: Batch | undefined;

/** Joins batches; members of one room mostly wait for the same ones, so the last result is kept. */
function joinShared(first: TextItem, count: number): Batch {
  if (lastJoined === undefined || !isLast(first, count)) {
    const parts: Batch[] = [];
    for (let item = first; parts.length < count; item = item.next as TextItem) {
      parts.push(item.batch);
    }
    lastParts = parts;
    lastJoined = Batch.join(parts);
  }
  return lastJoined;
}

function isLast(first: TextItem, count: number): boolean {
  if (count !== lastParts.length) return false;
  let item = first;
  for (const part of lastParts) {
    if (item.batch !== part) return false;
    item = item.next as TextItem;
  }
  return true;
}
