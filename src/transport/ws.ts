// The transport for strangers: node:http with npm's ws, under the same application. It has what
// Deno's own lacks: a limit on a whole message, an abort, and back-pressure that counts shared
// bytes once. Loaded only where TRANSPORT=ws asks for it.
import { getRequestListener } from "@hono/node-server";
import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, STATUS_CODES } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";
import { setImmediate } from "node:timers";
// @ts-types="@types/ws"
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { Batch } from "../batch.ts";
import { CLOSE } from "../close.ts";
import type { Socket, SocketHandlers, UpgradeOptions } from "../socket.ts";
import { TurnCount } from "./turn.ts";
import { badHost, type Listening, type ListenOptions } from "./transport.ts";

const TEXT = 0x81;
/** The code that stands for an end without a close frame (RFC 6455, 7.1.5). */
const NO_CLOSE_FRAME = 1006;
/** After so many messages in one turn of the loop a connection is not read for a while, in
 * milliseconds: else what comes without a pause is read for seconds, and nobody else is served. */
const MESSAGES_PER_TURN = 256;
const REST_MS = 10;
/** How often a listener that nobody came to is asked whether it lives, in milliseconds. */
const KNOCK_MS = 5000;

/** Starts to listen. Rejects with the system's error where it can't. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const sockets = new Set<WsSocket>();
  const upgrader = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: options.maxFrameBytes,
    perMessageDeflate: false,
    handleProtocols: () => false,
  });
  const server = createServer(getRequestListener((request, { incoming }) => {
    const upgrade = () => {
      throw new Error("not an upgrade");
    };
    return options.fetch(request, { address: addressOf(incoming as IncomingMessage), upgrade });
  }, { overrideGlobalObjects: false }));

  server.on("upgrade", async (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on("error", () => stream.destroy());
    let isUpgraded = false;
    const upgrade = (given: UpgradeOptions): Response => {
      isUpgraded = true;
      upgrader.options.handleProtocols = () => given.protocol ?? false;
      let isOpen = false;
      upgrader.handleUpgrade(request, stream, head, (socket) => {
        isOpen = true;
        const own = new WsSocket(socket, stream);
        sockets.add(own);
        own.run(given, options.fault, () => sockets.delete(own));
      });
      // What ws refuses by itself, or finds gone, it tells nobody of.
      if (!isOpen) given.closed(NO_CLOSE_FRAME, "");
      return new Response(null);
    };
    try {
      const response = URL.canParse(urlOf(request))
        ? await options.fetch(toRequest(request), { address: addressOf(request), upgrade })
        : badHost();
      if (!isUpgraded) await refuse(stream, response);
    } catch (error) {
      options.fault(error);
      stream.destroy();
    }
  });

  const watch = setInterval(() => {
    for (const socket of sockets) socket.probe();
  }, options.idleTimeoutSeconds * 1000 / 2);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(options.port, options.host, resolve);
  await promise.catch((error) => {
    clearInterval(watch);
    throw error;
  });
  const { port } = server.address() as AddressInfo;
  let isStopping = false;
  let accepted = 0;
  server.on("connection", () => accepted++);
  // Out of descriptors it stops to accept for good, and says nothing: so it is asked, where nobody
  // else did, and started again if it does not answer.
  let before = 0;
  const knock = setInterval(() => {
    if (isStopping || accepted !== before) {
      before = accepted;
      return;
    }
    const visit = connect(port, options.host).on("error", () => {});
    setTimeout(() => {
      visit.destroy();
      if (accepted === before && !isStopping) {
        options.fault(new Error("the listener stopped to accept; it is started again"));
        server.close().listen(port, options.host);
      }
    }, KNOCK_MS / 2);
  }, KNOCK_MS);
  server.on("error", options.fault);
  return {
    port,
    stop: async () => {
      isStopping = true;
      clearInterval(watch);
      clearInterval(knock);
      for (const socket of sockets) socket.terminate();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

class WsSocket implements Socket {
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #came = new TurnCount();
  /** Whether something came since the last probe. */
  #isAlive = true;

  constructor(socket: WebSocket, stream: Duplex) {
    this.#socket = socket;
    this.#stream = stream;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  get buffered(): number {
    return this.#stream.writableLength;
  }

  /** Passes on what comes until the end. */
  run(given: UpgradeOptions, fault: (error: unknown) => void, ended: () => void): void {
    let handlers: SocketHandlers | undefined;
    const guard = (run: () => void) => {
      try {
        run();
      } catch (error) {
        fault(error);
        this.close(CLOSE.internal.code, CLOSE.internal.reason);
      }
    };
    const socket = this.#socket;
    socket.binaryType = "nodebuffer";
    socket.on("message", (data: RawData, isBinary: boolean) =>
      guard(() => {
        this.#isAlive = true;
        if (this.#came.add() === MESSAGES_PER_TURN) this.#rest();
        const bytes = data as Buffer<ArrayBuffer>;
        if (isBinary) handlers?.binary(new Uint8Array(bytes));
        else handlers?.text(bytes.toString());
      }));
    socket.on("pong", () => this.#isAlive = true);
    // What a peer does wrong ends in a close that ws sends by itself and tells as 1006.
    let isTooBig = false;
    socket.on("error", (error: Error & { code?: string }) => {
      isTooBig ||= error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH";
    });
    socket.on("close", (code: number, reason: Buffer) => {
      ended();
      const { tooBig } = CLOSE;
      if (isTooBig) guard(() => given.closed(tooBig.code, tooBig.reason));
      else guard(() => given.closed(code, reason.toString()));
    });
    guard(() => handlers = given.opened(this));
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

function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? "";
}

/** The request of an upgrade, for the application to judge. */
function toRequest(request: IncomingMessage): Request {
  const headers = new Headers();
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return new Request(urlOf(request), { headers, method: request.method ?? "GET" });
}

function urlOf(request: IncomingMessage): string {
  return `http://${request.headers.host ?? ""}${request.url}`;
}

/** Answers an upgrade that was not let in, and ends the connection. */
async function refuse(stream: Duplex, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  const lines = [`HTTP/1.1 ${response.status} ${STATUS_CODES[response.status]}`];
  for (const [name, value] of response.headers) lines.push(`${name}: ${value}`);
  lines.push(`content-length: ${body.length}`, "connection: close", "", "");
  // Else a client that does not close keeps its place outside of every limit.
  stream.once("finish", () => stream.destroy());
  stream.end(Buffer.concat([Buffer.from(lines.join("\r\n")), body]));
}
