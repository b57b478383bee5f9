// A TCP connection to the server, for what no WebSocket client would send: requests and frames byte
// by byte. Everything that waits has a time limit.
import { connect, type Socket } from "node:net";
import type { ServerMessage } from "../../src/protocol.ts";
import { within } from "./within.ts";

const LIMIT_MS = 5000;

/** What makes a request an upgrade. */
export const HANDSHAKE = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-version": "13",
};

export const OPCODE = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export type Answer = { status: number; headers: Headers; body: string };
export type Frame = { opcode: number; payload: Uint8Array };

/** The bytes of one frame, whole and masked unless told otherwise. */
export function frame(
  opcode: number,
  payload: string | Uint8Array = "",
  { isLast = true, isMasked = true } = {},
): Uint8Array<ArrayBuffer> {
  const data = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  const head = [(isLast ? 0x80 : 0) | opcode, isMasked ? 0x80 : 0];
  if (data.length < 126) head[1]! |= data.length;
  else if (data.length < 65_536) {
    head[1]! |= 126;
    head.push(data.length >> 8, data.length & 255);
  } else {
    head[1]! |= 127;
    for (let shift = 56; shift >= 0; shift -= 8) {
      head.push(Math.floor(data.length / 2 ** shift) & 255);
    }
  }
  const mask = isMasked ? [7, 77, 177, 207] : [];
  const masked = data.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return joined(new Uint8Array([...head, ...mask]), masked);
}

/** An upgrade whose head goes on for longer than anybody should wait. */
export function endlessHandshake(url: string): Uint8Array {
  const all = Object.entries({ host: new URL(url).host, ...HANDSHAKE });
  const lines = all.map(([name, value]) => `${name}: ${value}`);
  const head = ["GET /ws HTTP/1.1", ...lines, `x-more: ${"x".repeat(100_000)}`];
  return new TextEncoder().encode(head.join("\r\n"));
}

/** A connection that has sent nothing yet; on Linux it may come from any address in 127.0.0.0/8. */
export async function openRaw(url: string, localAddress?: string): Promise<Raw> {
  const { hostname, port, host } = new URL(url);
  const from = localAddress === undefined ? {} : { localAddress };
  const socket = connect({ host: hostname, port: Number(port), ...from });
  const raw = new Raw(socket, host);
  const connected = new Promise((resolve, reject) => {
    socket.once("connect", resolve).once("error", reject);
  });
  await within(LIMIT_MS, `a connection to ${url}`, connected);
  return raw;
}

/** A connection that was upgraded, its welcome read. */
export async function openRawClient(url: string, path = "/ws"): Promise<Raw> {
  const raw = await openRaw(url);
  const { status, body } = await raw.request(path, HANDSHAKE);
  if (status !== 101) {
    await raw[Symbol.asyncDispose]();
    throw new Error(`${path} was not upgraded: ${status} ${body}`);
  }
  await raw.until("welcome");
  return raw;
}

export class Raw {
  readonly #socket: Socket;
  readonly #host: string;
  #bytes: Uint8Array = new Uint8Array();
  #isEnded = false;
  #changed = Promise.withResolvers<void>();

  constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.on("data", (data) => {
      this.#bytes = joined(this.#bytes, data as Uint8Array);
      this.#wake();
    });
    // A reset is an end too; "close" follows.
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#isEnded = true;
      this.#wake();
    });
  }

  /** Writes bytes; resolves when the system has them. */
  async write(data: string | Uint8Array) {
    const written = new Promise<void>((resolve) => this.#socket.write(data, () => resolve()));
    await within(LIMIT_MS, "a write", written);
  }

  /** Writes bytes that the peer may never take. */
  pour(data: Uint8Array) {
    this.#socket.write(data);
  }

  /** Bytes that were written and that the system has not taken yet. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  /** What came and was not read yet, each byte a character. */
  get unread(): string {
    return new TextDecoder("latin1").decode(this.#bytes);
  }

  /** Sends a request without a body, and what comes ahead of time, and reads the whole answer. */
  async request(
    path: string,
    headers: Record<string, string> = {},
    method = "GET",
    ahead: Uint8Array = new Uint8Array(),
  ): Promise<Answer> {
    const all = Object.entries({ host: this.#host, ...headers });
    const lines = [
      `${method} ${path} HTTP/1.1`,
      ...all.map(([name, value]) => `${name}: ${value}`),
    ];
    const head = new TextEncoder().encode(lines.join("\r\n") + "\r\n\r\n");
    await this.write(joined(head, ahead));
    const [first, ...rest] = await this.#take("an answer", () => {
      const head = new TextDecoder("latin1").decode(this.#bytes);
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return undefined;
      this.#bytes = this.#bytes.slice(end + 4);
      return head.slice(0, end).split("\r\n");
    });
    const answered = new Headers(rest.map((line) => line.split(/: ?(.*)/, 2) as [string, string]));
    const length = method === "HEAD" ? 0 : Number(answered.get("content-length") ?? 0);
    const body = new TextDecoder().decode(await this.#takeBytes("a body", length));
    return { status: Number(first!.split(" ")[1]), headers: answered, body };
  }

  /** The server's next frame. */
  async nextFrame(): Promise<Frame> {
    const [first, second] = await this.#takeBytes("a frame", 2);
    let length = second! & 127;
    if (length > 125) {
      const size = await this.#takeBytes("a frame's length", length === 126 ? 2 : 8);
      length = size.reduce((sum, byte) => sum * 256 + byte, 0);
    }
    return { opcode: first! & 15, payload: await this.#takeBytes("a frame's payload", length) };
  }

  /** The server's next message of this type, whatever comes before it. */
  async until(type: ServerMessage["type"]): Promise<ServerMessage> {
    while (true) {
      const { opcode, payload } = await this.nextFrame();
      if (opcode !== OPCODE.text) continue;
      const message: ServerMessage = JSON.parse(new TextDecoder().decode(payload));
      if (message.type === type) return message;
    }
  }

  /** Waits until the server has ended the connection, whatever it says before. */
  async ended(limitMs = LIMIT_MS) {
    const deadline = performance.now() + limitMs;
    while (!this.#isEnded) {
      await within(deadline - performance.now(), "the end of a connection", this.#changed.promise);
    }
  }

  /** Says that nothing more will come, and goes on reading. */
  end() {
    this.#socket.end();
  }

  /** Takes nothing in any more, so that what the server sends piles up. */
  stopReading() {
    this.#socket.pause();
  }

  readOn() {
    this.#socket.resume();
  }

  /** Ends it with a TCP reset: what the server has not read yet is lost. */
  async reset() {
    this.#socket.resetAndDestroy();
    await this.ended();
  }

  async [Symbol.asyncDispose]() {
    this.#socket.destroy();
    await this.ended();
  }

  #takeBytes(what: string, count: number): Promise<Uint8Array> {
    return this.#take(what, () => {
      if (this.#bytes.length < count) return undefined;
      const taken = this.#bytes.slice(0, count);
      this.#bytes = this.#bytes.slice(count);
      return taken;
    });
  }

  async #take<T>(what: string, take: () => T | undefined): Promise<T> {
    const deadline = performance.now() + LIMIT_MS;
    while (true) {
      const taken = take();
      if (taken !== undefined) return taken;
      if (this.#isEnded) throw new Error(`${what}: the server ended the connection`);
      await within(deadline - performance.now(), what, this.#changed.promise);
    }
  }

  #wake() {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
