// One connection of the ws transport: npm's ws for what comes in; what goes out is framed here once
// for all who get it.
import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import { setImmediate } from "node:timers";
// @ts-types="@types/ws"
import type { WebSocket } from "ws";
import type { Batch } from "../batch.ts";
import { CLOSE } from "../close.ts";
import type { Socket, SocketHandlers, UpgradeOptions } from "../socket.ts";
import { TurnCount } from "./turn.ts";

const TEXT = 0x81;
/** After so many messages in one turn of the loop a connection is not read for a while, in
 * milliseconds: else what comes without a pause is read for seconds, and nobody else is served. */
const MESSAGES_PER_TURN = 256;
const REST_MS = 10;
/** What ws calls a message over the limit, one whose length is no number, and one of too many pieces. */
const TOO_BIG = [
  "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH",
  "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH",
  "WS_ERR_TOO_MANY_BUFFERED_PARTS",
];

/** A socket of ws that knows whose it is. */
type Owned = WebSocket & { [OWNER]: WsSocket };
const OWNER = Symbol("owner");

/** Nothing that a connection holds holds its request: there are thousands. */
export class WsSocket implements Socket {
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #upgrade: UpgradeOptions;
  readonly #fault: (error: unknown) => void;
  #all: Set<WsSocket> | undefined;
  #handlers: SocketHandlers | undefined;
  readonly #came = new TurnCount();
  /** Whether something came since the last probe. */
  #isAlive = true;
  /** What a peer does wrong ends in a close that ws sends by itself and tells as 1006. */
  #isTooBig = false;

  constructor(
    socket: WebSocket,
    stream: Duplex,
    upgrade: UpgradeOptions,
    fault: (error: unknown) => void,
  ) {
    this.#socket = socket;
    this.#stream = stream;
    this.#upgrade = upgrade;
    this.#fault = fault;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  get buffered(): number {
    return this.#stream.writableLength;
  }

  /** Passes on what comes until the end; is one of `all` as long. */
  open(all: Set<WsSocket>): void {
    this.#all = all;
    all.add(this);
    const socket = Object.assign(this.#socket, { [OWNER]: this });
    socket.binaryType = "nodebuffer";
    for (const [event, listener] of LISTENERS) socket.on(event, listener as () => void);
    this.guard(() => this.#handlers = this.#upgrade.opened(this));
  }

  message(data: Buffer<ArrayBuffer>, isBinary: boolean): void {
    this.#isAlive = true;
    if (this.#came.add() === MESSAGES_PER_TURN) this.#rest();
    if (isBinary) this.#handlers?.binary(new Uint8Array(data));
    else this.#handlers?.text(data.toString());
  }

  pong(): void {
    this.#isAlive = true;
  }

  failed(error: Error & { code?: string }): void {
    this.#isTooBig ||= TOO_BIG.includes(error.code ?? "");
  }

  closed(code: number, reason: string): void {
    this.#all?.delete(this);
    const { tooBig } = CLOSE;
    if (this.#isTooBig) this.#upgrade.closed(tooBig.code, tooBig.reason);
    else this.#upgrade.closed(code, reason);
  }

  /** What is thrown here must not end the process. */
  guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#fault(error);
      this.close(CLOSE.internal.code, CLOSE.internal.reason);
    }
  }

  /** Cuts a peer that has said nothing since the last probe, not even a pong. */
  probe(): void {
    if (!this.#isAlive) return this.terminate();
    this.#isAlive = false;
    if (this.isOpen) this.#socket.ping();
  }

  send(batch: Batch): void {
    if (this.isOpen) this.#stream.write(framed(batch));
  }

  sendBinary(data: Uint8Array<ArrayBuffer>): void {
    if (this.isOpen) this.#socket.send(data);
  }

  close(code: number, reason: string): void {
    if (this.isOpen) this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  /** Lets the others have their turn; who floods after the close is not listened to any more. */
  #rest(): void {
    if (!this.isOpen) return this.terminate();
    this.#socket.pause();
    // What was read at once is handled in one go; the rest begins behind it.
    setImmediate(() => setTimeout(() => this.#socket.resume(), REST_MS));
  }
}

/** The same for all: a listener of ws is called on its socket. */
const LISTENERS = [
  ["message", function (this: Owned, data: Buffer<ArrayBuffer>, isBinary: boolean) {
    const owner = this[OWNER];
    owner.guard(() => owner.message(data, isBinary));
  }],
  ["pong", function (this: Owned) {
    this[OWNER].pong();
  }],
  ["error", function (this: Owned, error: Error) {
    this[OWNER].failed(error);
  }],
  ["close", function (this: Owned, code: number, reason: Buffer) {
    const owner = this[OWNER];
    owner.guard(() => owner.closed(code, reason.toString()));
  }],
] as const;

const frames = new WeakMap<Batch, Buffer>();

/** A frame for each line, in one run of bytes that every member is given as it is. */
function framed(batch: Batch): Buffer {
  let bytes = frames.get(batch);
  if (!bytes) {
    bytes = Buffer.concat(batch.lines.map(frame));
    frames.set(batch, bytes);
  }
  return bytes;
}

/** An unmasked text frame (RFC 6455, 5.2). */
function frame(line: string): Buffer {
  const length = Buffer.byteLength(line);
  const header = length < 126 ? 2 : length < 65536 ? 4 : 10;
  const bytes = Buffer.allocUnsafe(header + length);
  bytes[0] = TEXT;
  if (header === 2) bytes[1] = length;
  else if (header === 4) {
    bytes[1] = 126;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = 127;
    bytes.writeBigUInt64BE(BigInt(length), 2);
  }
  bytes.write(line, header);
  return bytes;
}
