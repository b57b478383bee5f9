// A connection that is a stream of Server-Sent Events (W18): a Socket like those of the transports,
// for a session that is told something and asked nothing. It writes only as fast as it is read.
import { Buffer } from "node:buffer";
import type { Batch } from "../batch.ts";
import { CLOSE } from "../close.ts";
import type { Position, Refusal, RoomName, ServerMessage } from "../protocol.ts";
import type { Socket, SocketHandlers, UpgradeOptions } from "../socket.ts";

/** Entries, and what tells where a client stands, carry an id (W18.2). */
const ENTRIES: ReadonlySet<string> = new Set(["chat", "edited", "deleted", "reaction", "topic"]);
/** The code that stands for an end without a word (RFC 6455, 7.1.5). */
const NO_CLOSE = 1006;
/** These ends are of a client that takes nothing: it is told nothing more. */
const SILENT: ReadonlySet<number> = new Set([CLOSE.tooSlow.code, CLOSE.heartbeat.code]);

export interface EventStreamOptions {
  visit: UpgradeOptions;
  room: string;
  since: Position | undefined;
  /** When a client should come back whose stream just ends, in milliseconds. */
  retryMs: number;
  /** Cuts the connection, where the transport can: a peer that reads nothing would keep it. */
  cut?: (() => void) | undefined;
}

export class EventStream implements Socket {
  readonly body: ReadableStream<Uint8Array>;
  readonly #options: EventStreamOptions;
  readonly #begun = Promise.withResolvers<Refusal | undefined>();
  #handlers: SocketHandlers | undefined;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** The reader has taken everything and waits for more. */
  #isAwaited = false;
  /** A heartbeat is on its way: what is taken after it is the sign of life. */
  #isPinged = false;
  /** The reader has gone. */
  #isCancelled = false;
  /** Of its `joined`: nothing of a room comes before that. */
  #joined: { room: RoomName; epoch: string } | undefined;
  #state: "open" | "ending" | "ended" = "open";

  private constructor(options: EventStreamOptions) {
    this.#options = options;
    this.body = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      pull: () => this.#pull(),
      cancel: () => {
        this.#isCancelled = true;
        this.#end(NO_CLOSE, "");
      },
    }, { highWaterMark: 0 });
  }

  /** Opens it and joins the room: the stream, or why the room can't be joined. */
  static async open(
    options: EventStreamOptions,
  ): Promise<{ ok: true; stream: EventStream } | { ok: false; refusal: Refusal }> {
    const stream = new EventStream(options);
    const { visit, room, since, retryMs } = options;
    stream.#write(Buffer.from(`retry: ${retryMs}\n\n`));
    try {
      stream.#handlers = visit.opened(stream);
      stream.#handlers.text(JSON.stringify({ type: "join", room, since }));
    } catch (error) {
      stream.terminate();
      throw error;
    }
    const refusal = await stream.#begun.promise;
    if (!refusal) return { ok: true, stream };
    stream.terminate();
    return { ok: false, refusal };
  }

  get buffered(): number {
    return this.#waitingBytes;
  }

  send(batch: Batch): void {
    if (this.#state !== "open") return;
    const bytes = this.#bytesOf(batch);
    if (bytes.length > 0) this.#write(bytes);
  }

  /** There is no binary here. */
  sendBinary(): void {}

  close(code: number, reason: string): void {
    if (this.#state !== "open") return;
    const isBanned = code === CLOSE.banned.code;
    this.#begun.resolve({ code: isBanned ? "FORBIDDEN" : "UNAVAILABLE", message: reason });
    if (SILENT.has(code)) return this.#end(code, reason);
    this.#state = "ending";
    this.#write(Buffer.from(eventOf("closed", JSON.stringify({ code, reason }))));
  }

  /** What was not taken by now never will be. */
  terminate(): void {
    this.#end(NO_CLOSE, "");
  }

  #pull(): void {
    if (this.#isPinged) {
      this.#isPinged = false;
      this.#handlers?.text('{"type":"pong"}');
    }
    this.#isAwaited = true;
    this.#handOver();
  }

  #write(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#handOver();
  }

  #handOver(): void {
    if (this.#isAwaited && this.#waiting.length > 0) {
      const bytes = Buffer.concat(this.#waiting);
      this.#waiting = [];
      this.#waitingBytes = 0;
      this.#isAwaited = false;
      this.#controller.enqueue(bytes);
    }
    if (this.#state === "ending" && this.#waiting.length === 0) this.#end(CLOSE.bye.code, "");
  }

  #end(code: number, reason: string): void {
    if (this.#state === "ended") return;
    // Who was refused gets an answer over this connection.
    const isCut = this.#joined !== undefined && this.#waiting.length > 0;
    this.#state = "ended";
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (!this.#isCancelled) this.#controller.close();
    if (isCut) this.#options.cut?.();
    this.#begun.resolve({ code: "UNAVAILABLE", message: "the connection ended" });
    this.#options.visit.closed(code, reason);
  }

  /** Members of a room mostly get the same batches, so what they are as events is kept. */
  #bytesOf(batch: Batch): Uint8Array {
    const known = shared.get(batch);
    if (known && known.room === this.#joined?.room) return known.bytes;
    const messages = batch.lines.map((line) => ({ line, message: JSON.parse(line) }));
    const bytes = Buffer.from(messages.map((it) => this.#eventOf(it.message, it.line)).join(""));
    if (this.#joined && messages.every(({ message }) => ENTRIES.has(message.type))) {
      shared.set(batch, { room: this.#joined.room, bytes });
    }
    return bytes;
  }

  /** The event of a message; nothing where it is not for this stream. */
  #eventOf(message: ServerMessage, line: string): string {
    switch (message.type) {
      case "welcome":
        return eventOf("welcome", line);
      case "ping":
        this.#isPinged = true;
        return ": ping\n\n";
      case "error":
        this.#begun.resolve(message);
        return "";
      case "joined":
        return this.#begin(message, line);
      case "closing":
        return `retry: ${message.reconnectAfterMs}\n${eventOf("closing", line)}`;
    }
    const isToAll = message.type === "system" && message.room === undefined;
    if (isToAll) return eventOf("system", line);
    if (!("room" in message) || message.room !== this.#joined?.room) return "";
    if (message.type === "left") queueMicrotask(() => this.close(CLOSE.bye.code, CLOSE.bye.reason));
    return ENTRIES.has(message.type) && "seq" in message
      ? eventOf(message.type, line, `${this.#joined.epoch}:${message.seq}`)
      : eventOf(message.type, line);
  }

  #begin(joined: Extract<ServerMessage, { type: "joined" }>, line: string): string {
    const { since } = this.#options;
    const { room, epoch, seq, messages } = joined;
    this.#joined = { room, epoch };
    this.#begun.resolve(undefined);
    if (!since || joined.gap) return eventOf("joined", line, `${epoch}:${seq}`);
    const told = JSON.stringify({ ...joined, messages: [] });
    const missed = messages.map((entry) =>
      eventOf(entry.type, JSON.stringify(entry), `${epoch}:${entry.seq}`)
    );
    return eventOf("joined", told, `${epoch}:${since.seq}`) + missed.join("");
  }
}

/** Batches of entries as the events that readers of their room get. */
const shared = new WeakMap<Batch, { room: RoomName; bytes: Uint8Array }>();

/** `data` is JSON, which has no line breaks of its own. */
function eventOf(type: string, data: string, id?: string): string {
  return `event: ${type}\n${id === undefined ? "" : `id: ${id}\n`}data: ${data}\n\n`;
}
