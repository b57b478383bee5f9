// A WebSocket over the system's own calls. No runtime reads ahead of it, and the kernel can be told
// to hold little, so that what is not read stays with the server; and it reads and writes beside the
// loop, so that a flood does not slow the test that makes it. Linux only.
import type { ServerMessage } from "../../src/protocol.ts";
import { HANDSHAKE, OPCODE } from "./raw.ts";

const AF_INET = 2;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVTIMEO = 20;
const IPPROTO_TCP = 6;
const TCP_MAXSEG = 2;
const MSG_NOSIGNAL = 0x4000;
const SHUT_RDWR = 2;

/** The server's send buffer grows with the size of a segment: with this it holds some 100 KiB. */
const SEGMENT_BYTES = 536;
const RECEIVE_BYTES = 4096;
/** How long a read waits for something to come, in seconds; then the connection counts as ended. */
const SILENCE_S = 20n;

export const isLinux = Deno.build.os === "linux";

const libc = isLinux
  ? Deno.dlopen("libc.so.6", {
    socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
    setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
    connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
    send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize", nonblocking: true },
    recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize", nonblocking: true },
    shutdown: { parameters: ["i32", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  }).symbols
  : undefined!;

/** What came over a connection, in order. */
export type Came = { messages: ServerMessage[]; binaries: number; close: number | undefined };

/**
 * A connection to `/ws` or `/ws/chat/:room` that has read its `welcome`, or its `joined`; where it
 * `isSmall`, the kernel holds little of what is sent to it.
 */
export async function openTcp(url: string, { isSmall = false } = {}): Promise<Tcp> {
  const { hostname, port, host, pathname, search } = new URL(url);
  const tcp = new Tcp(connect(hostname, Number(port), isSmall));
  const head = Object.entries({ host, ...HANDSHAKE }).map((line) => line.join(": ")).join("\r\n");
  await tcp.write(new TextEncoder().encode(`GET ${pathname}${search} HTTP/1.1\r\n${head}\r\n\r\n`));
  await tcp.upgraded();
  const last = pathname === "/ws" ? "welcome" : "joined";
  const { messages } = await tcp.readUntil(({ type }) => type === last);
  if (messages.at(-1)?.type === last) return tcp;
  tcp[Symbol.dispose]();
  throw new Error(`${url}: ended before ${last}`);
}

function connect(hostname: string, port: number, isSmall: boolean): number {
  const fd = libc.socket(AF_INET, SOCK_STREAM, 0);
  if (isSmall) {
    libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, new Int32Array([RECEIVE_BYTES]), 4);
    libc.setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, new Int32Array([SEGMENT_BYTES]), 4);
  }
  libc.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, new BigInt64Array([SILENCE_S, 0n]), 16);
  const address = new Uint8Array(16);
  const view = new DataView(address.buffer);
  view.setUint16(0, AF_INET, true);
  view.setUint16(2, port);
  address.set(hostname.split(".").map(Number), 4);
  if (libc.connect(fd, address, 16) === 0) return fd;
  libc.close(fd);
  throw new Error(`no connection to ${hostname}:${port}`);
}

export class Tcp {
  readonly #fd: number;
  readonly #buffer = new Uint8Array(64 * 1024);
  #bytes = new Uint8Array();
  #isClosed = false;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Writes all of it, however long that takes; false when the connection has ended. */
  async write(bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    for (let from = 0; from < bytes.length;) {
      const rest = bytes.subarray(from);
      const sent = Number(await libc.send(this.#fd, rest, BigInt(rest.length), MSG_NOSIGNAL));
      if (sent <= 0) return false;
      from += sent;
    }
    return true;
  }

  /** Reads the head of the answer that upgrades it. */
  async upgraded(): Promise<void> {
    for (;;) {
      const head = new TextDecoder("latin1").decode(this.#bytes);
      const end = head.indexOf("\r\n\r\n");
      if (end >= 0) {
        if (!head.startsWith("HTTP/1.1 101")) throw new Error(head);
        this.#bytes = this.#bytes.slice(end + 4);
        return;
      }
      if (!await this.#read()) throw new Error("ended in the handshake");
    }
  }

  /** Reads up to this message, or to the end of the connection. */
  async readUntil(isLast: (message: ServerMessage) => boolean): Promise<Came> {
    const came: Came = { messages: [], binaries: 0, close: undefined };
    for (;;) {
      const { opcode, payload } = await this.#frame() ?? { opcode: OPCODE.close, payload: [] };
      if (opcode === OPCODE.close) {
        const [high, low] = payload;
        if (low !== undefined) came.close = high! * 256 + low;
        return came;
      }
      if (opcode === OPCODE.binary) came.binaries++;
      if (opcode !== OPCODE.text) continue;
      const message: ServerMessage = JSON.parse(new TextDecoder().decode(payload as Uint8Array));
      came.messages.push(message);
      if (isLast(message)) return came;
    }
  }

  /** Reads and forgets, to the end of the connection. */
  async drain(): Promise<void> {
    while (await this.#read()) this.#bytes = new Uint8Array();
  }

  /** Ends both directions; what reads or writes beside the loop ends with it. */
  end() {
    if (!this.#isClosed) libc.shutdown(this.#fd, SHUT_RDWR);
  }

  /** Closes it; what was not read makes that a reset. */
  [Symbol.dispose]() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    libc.close(this.#fd);
  }

  async #frame() {
    const first = await this.#take(2);
    if (!first) return undefined;
    let length = first[1]! & 127;
    if (length > 125) {
      const size = await this.#take(length === 126 ? 2 : 8);
      length = size?.reduce((sum, byte) => sum * 256 + byte, 0) ?? 0;
    }
    const payload = await this.#take(length);
    return payload && { opcode: first[0]! & 15, payload };
  }

  async #take(count: number): Promise<Uint8Array | undefined> {
    while (this.#bytes.length < count) if (!await this.#read()) return undefined;
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }

  async #read(): Promise<boolean> {
    const size = BigInt(this.#buffer.length);
    const got = Number(await libc.recv(this.#fd, this.#buffer, size, 0));
    if (got <= 0) return false;
    const both = new Uint8Array(this.#bytes.length + got);
    both.set(this.#bytes);
    both.set(this.#buffer.subarray(0, got), this.#bytes.length);
    this.#bytes = both;
    return true;
  }
}
