// The transport of Deno itself: Deno.serve and Deno.upgradeWebSocket. What it can't do, it says
// (docs/decisions/transport.md): no limit on a fragmented message, no abort of a stalled peer.
import type { Batch } from "../batch.ts";
import { CLOSE } from "../close.ts";
import type { Incoming, Socket, SocketHandlers, UpgradeOptions } from "../socket.ts";
import type { Listening, ListenOptions } from "./transport.ts";

/** An upgraded socket opens within milliseconds; one that has not after this long never will. */
const OPENING_MS = 2000;
/** The code that stands for an end without a close frame (RFC 6455, 7.1.5). */
const NO_CLOSE_FRAME = 1006;

/** Starts to listen. Throws `Deno.errors.AddrInUse` and the like where it can't. */
export function listen(options: ListenOptions): Listening {
  const server = Deno.serve({
    hostname: options.host,
    port: options.port,
    onListen: () => {},
    onError: (error) => {
      options.fault(error);
      return Response.json({ code: "INTERNAL", message: "the server failed at this" }, {
        status: 500,
      });
    },
  }, (request, info) => {
    // Whatever stands in Host becomes part of the URL; behind here every URL can be read.
    if (!URL.canParse(request.url)) {
      const refusal = { code: "INVALID_FIELD", message: "the Host header names no host" };
      return Response.json(refusal, { status: 400 });
    }
    const incoming: Incoming = {
      address: info.remoteAddr.hostname,
      upgrade: (upgrade) => upgradeRequest(request, upgrade, options),
    };
    return options.fetch(request, incoming);
  });
  return { port: server.addr.port, stop: () => server.shutdown() };
}

function upgradeRequest(request: Request, upgrade: UpgradeOptions, options: ListenOptions) {
  const { socket, response } = Deno.upgradeWebSocket(spaced(request), {
    idleTimeout: options.idleTimeoutSeconds,
    ...(upgrade.protocol !== undefined && { protocol: upgrade.protocol }),
  });
  const own = new DenoSocket(socket, upgrade.isBatched);
  let handlers: SocketHandlers | undefined;
  let isClosed = false;
  const guard = (run: () => void) => {
    try {
      run();
    } catch (error) {
      // An exception that leaves a socket's listener ends the whole process.
      options.fault(error);
      own.close(CLOSE.internal.code, CLOSE.internal.reason);
    }
  };
  const end = (code: number, reason: string) => {
    clearTimeout(opening);
    // An idle time-out of the runtime tells of the close twice.
    if (isClosed) return;
    isClosed = true;
    guard(() => upgrade.closed(code, reason));
  };
  // Of a peer that went during the handshake the runtime tells nothing at all.
  const opening = setTimeout(() => end(NO_CLOSE_FRAME, ""), OPENING_MS);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => {
    clearTimeout(opening);
    if (isClosed) return own.terminate();
    guard(() => handlers = upgrade.opened(own));
  };
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) =>
    guard(() => {
      if (typeof data === "string") handlers?.text(data);
      else handlers?.binary(new Uint8Array(data));
    });
  socket.onerror = (event) => event.preventDefault();
  // The runtime calls an end without a close frame 0.
  socket.onclose = ({ code, reason }) => end(code || NO_CLOSE_FRAME, reason);
  return response;
}

/**
 * The request with a space behind each comma of its subprotocols: without one, as `ws` of npm sends
 * them, the runtime does not find the one to select.
 */
function spaced(request: Request): Request {
  const name = "sec-websocket-protocol";
  const offered = request.headers.get(name);
  if (offered === null) return request;
  const headers = new Headers(request.headers);
  headers.set(name, offered.split(",").map((entry) => entry.trim()).join(", "));
  return Object.create(request, { headers: { value: headers } });
}

class DenoSocket implements Socket {
  readonly #socket: WebSocket;
  readonly #isBatched: boolean;

  constructor(socket: WebSocket, isBatched: boolean) {
    this.#socket = socket;
    this.#isBatched = isBatched;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  get buffered(): number {
    return this.#socket.bufferedAmount;
  }

  send(batch: Batch): void {
    if (!this.isOpen) return;
    if (this.#isBatched) this.#socket.send(batch.text);
    else for (const line of batch.lines) this.#socket.send(line);
  }

  sendBinary(data: Uint8Array<ArrayBuffer>): void {
    if (this.isOpen) this.#socket.send(data);
  }

  close(code: number, reason: string): void {
    if (this.#socket.readyState <= WebSocket.OPEN) this.#socket.close(code, reason);
  }

  terminate(): void {
    this.close(CLOSE.internal.code, CLOSE.internal.reason);
  }
}
