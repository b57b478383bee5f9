// The transport of Deno itself: Deno.serve and Deno.upgradeWebSocket. What it can't do, it says
// (docs/decisions/transport.md): no limit on a fragmented message, no abort of a stalled peer.
import type { Batch } from "../batch.ts";
import { CLOSE } from "../close.ts";
import type { Incoming, Socket, SocketHandlers, UpgradeOptions } from "../socket.ts";
import { TurnCount } from "./turn.ts";
import { badHost, type Listening, type ListenOptions } from "./transport.ts";

/** An upgraded socket opens within milliseconds; one that has not after this long never will. */
const OPENING_MS = 2000;
/** When a listener that ended is started again, in milliseconds. */
const AGAIN_MS = 1000;
/** Messages of one connection in one turn of the loop: the runtime reads on as long as more comes, and
 * can't be told to wait, so whoever sends without a pause would be the only one who is served. */
const MESSAGES_PER_TURN = 4096;
/** The code that stands for an end without a close frame (RFC 6455, 7.1.5). */
const NO_CLOSE_FRAME = 1006;

/** Starts to listen. Throws `Deno.errors.AddrInUse` and the like where it can't. */
export function listen(options: ListenOptions): Listening {
  let server = serve(options, options.port);
  const { port } = server.addr;
  let isStopping = false;
  // Out of file descriptors the runtime stops to accept for good: then it is started again.
  const keep = (running: Deno.HttpServer<Deno.NetAddr>) =>
    running.finished.catch((error) => {
      options.fault(error);
      again();
    });
  const again = () =>
    setTimeout(() => {
      if (isStopping) return;
      try {
        keep(server = serve(options, port));
      } catch {
        again();
      }
    }, AGAIN_MS);
  keep(server);
  return {
    port,
    stop: () => {
      isStopping = true;
      return server.shutdown();
    },
  };
}

function serve(options: ListenOptions, port: number): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({
    hostname: options.host,
    port,
    onListen: () => {},
    onError: (error) => {
      options.fault(error);
      return Response.json({ code: "INTERNAL", message: "the server failed at this" }, {
        status: 500,
      });
    },
  }, (request, info) => {
    // Whatever stands in Host becomes part of the URL; behind here every URL can be read.
    if (!URL.canParse(request.url)) return badHost();
    const incoming: Incoming = {
      address: info.remoteAddr.hostname,
      upgrade: (upgrade) => upgradeRequest(request, upgrade, options),
    };
    return options.fetch(request, incoming);
  });
}

function upgradeRequest(request: Request, upgrade: UpgradeOptions, options: ListenOptions) {
  const { socket, response } = Deno.upgradeWebSocket(spaced(request), {
    idleTimeout: options.idleTimeoutSeconds,
    ...(upgrade.protocol !== undefined && { protocol: upgrade.protocol }),
  });
  new DenoSocket(socket, upgrade, options.fault).listen();
  return response;
}

/**
 * The request with a space behind each comma of its subprotocols: without one, as `ws` of npm sends
 * them, the runtime does not find the one to select.
 */
function spaced(request: Request): Request {
  const name = "sec-websocket-protocol";
  const offered = request.headers.get(name);
  if (offered === null || !/,\S/.test(offered)) return request;
  const headers = new Headers(request.headers);
  headers.set(name, offered.split(",").map((entry) => entry.trim()).join(", "));
  return Object.create(request, { headers: { value: headers } });
}

/** One object is socket, listener of all its events and all that is known: there are thousands. */
class DenoSocket implements Socket, EventListenerObject {
  readonly #socket: WebSocket;
  readonly #upgrade: UpgradeOptions;
  readonly #fault: (error: unknown) => void;
  #handlers: SocketHandlers | undefined;
  /** Of a peer that went during the handshake the runtime tells nothing at all. */
  #opening: ReturnType<typeof setTimeout> | undefined;
  readonly #came = new TurnCount();
  #isFlood = false;
  #isClosed = false;

  constructor(socket: WebSocket, upgrade: UpgradeOptions, fault: (error: unknown) => void) {
    this.#socket = socket;
    this.#upgrade = upgrade;
    this.#fault = fault;
  }

  listen(): void {
    this.#opening = setTimeout(() => this.#end(NO_CLOSE_FRAME, ""), OPENING_MS);
    const socket = this.#socket;
    socket.binaryType = "arraybuffer";
    for (const type of ["open", "message", "error", "close"]) socket.addEventListener(type, this);
  }

  /** An exception that leaves a listener of a socket would end the whole process. */
  handleEvent(event: Event): void {
    try {
      this.#handle(event);
    } catch (error) {
      this.#fault(error);
      this.close(CLOSE.internal.code, CLOSE.internal.reason);
    }
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  get buffered(): number {
    return this.#socket.bufferedAmount;
  }

  send(batch: Batch): void {
    if (!this.isOpen) return;
    if (this.#upgrade.isBatched) this.#socket.send(batch.text);
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

  #handle(event: Event): void {
    if (event instanceof MessageEvent) {
      this.#isFlood ||= this.#came.add() > MESSAGES_PER_TURN;
      if (this.#isFlood) {
        return this.close(CLOSE.rateLimited.code, CLOSE.rateLimited.reason);
      }
      const { data } = event as MessageEvent<string | ArrayBuffer>;
      if (typeof data === "string") this.#handlers?.text(data);
      else this.#handlers?.binary(new Uint8Array(data));
    } else if (event instanceof CloseEvent) {
      if (this.#isFlood) return this.#end(CLOSE.rateLimited.code, CLOSE.rateLimited.reason);
      // The runtime calls an end without a close frame 0.
      this.#end(event.code || NO_CLOSE_FRAME, event.reason);
    } else if (event.type === "open") {
      this.#open();
    } else {
      event.preventDefault();
    }
  }

  #open(): void {
    clearTimeout(this.#opening);
    this.#opening = undefined;
    if (this.#isClosed) return this.terminate();
    this.#handlers = this.#upgrade.opened(this);
  }

  #end(code: number, reason: string): void {
    clearTimeout(this.#opening);
    // An idle time-out of the runtime tells of the close twice.
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#upgrade.closed(code, reason);
  }
}
