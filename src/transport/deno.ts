// The transport of Deno itself: Deno.serve and Deno.upgradeWebSocket. What it can't do stands in
// its abilities, and in docs/decisions/transport.md.
import type { Batch } from "../batch.ts";
import { CLOSE } from "../close.ts";
import type { Incoming, Socket, SocketHandlers, UpgradeOptions } from "../socket.ts";
import {
  type Abilities,
  badHost,
  failed,
  type Listening,
  type ListenOptions,
} from "./transport.ts";
import { TurnCount } from "./turn.ts";

/** An upgraded socket opens within milliseconds; one that has not after this long never will. */
const OPENING_MS = 2000;
/** Sockets that are opening, in the order they began, and since when: one timer for all of them. */
type Opening = Map<DenoSocket, number>;

/** Bytes handed over after which the runtime is asked again what it holds: the call is not cheap. */
const ASK_AFTER_BYTES = 1024;
/** When a listener that ended is started again, in milliseconds. */
const AGAIN_MS = 1000;
/** Messages of one connection in one turn of the loop: the runtime reads on as long as more comes, and
 * can't be told to wait, so whoever sends without a pause would be the only one who is served. */
const MESSAGES_PER_TURN = 4096;
/** The code that stands for an end without a close frame (RFC 6455, 7.1.5). */
const NO_CLOSE_FRAME = 1006;

export const abilities: Abilities = { limit: false, abort: false, protocolErrors: false };

/** Starts to listen. Throws `Deno.errors.AddrInUse` and the like where it can't. */
export function listen(options: ListenOptions): Listening {
  const opening: Opening = new Map();
  let server = serve(options, options.port, opening);
  const watch = setInterval(() => giveUp(opening), OPENING_MS);
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
        keep(server = serve(options, port, opening));
      } catch {
        again();
      }
    }, AGAIN_MS);
  keep(server);
  return {
    port,
    stop: () => {
      isStopping = true;
      clearInterval(watch);
      return server.shutdown();
    },
  };
}

/** Ends those that should have opened: of a peer that went meanwhile the runtime tells nothing. */
function giveUp(opening: Opening): void {
  const late = performance.now() - OPENING_MS;
  for (const [socket, since] of opening) {
    if (since > late) return;
    socket.giveUp();
  }
}

function serve(
  options: ListenOptions,
  port: number,
  opening: Opening,
): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({
    hostname: options.host,
    port,
    // The runtime reads it when it begins to listen, and has no way to be given another.
    ...options.certificate,
    onListen: () => {},
    onError: (error) => {
      options.fault(error);
      return failed();
    },
  }, (request, info) => {
    // Whatever stands in Host becomes part of the URL; behind here every URL can be read.
    if (!URL.canParse(request.url)) return badHost();
    const incoming: Incoming = {
      address: info.remoteAddr.hostname,
      upgrade: (upgrade) => upgradeRequest(request, upgrade, options, opening),
    };
    return options.fetch(request, incoming);
  });
}

function upgradeRequest(
  request: Request,
  upgrade: UpgradeOptions,
  options: ListenOptions,
  opening: Opening,
): Response {
  const { socket, response } = Deno.upgradeWebSocket(spaced(request), {
    idleTimeout: options.idleTimeoutSeconds,
    ...(upgrade.protocol !== undefined && { protocol: upgrade.protocol }),
  });
  new DenoSocket(socket, upgrade, options.fault, opening).listen();
  return response;
}

/**
 * The request with its subprotocols set apart by `, ` and nothing else, or the runtime does not find
 * the one to select: npm's `ws` sends no space.
 */
function spaced(request: Request): Request {
  const name = "sec-websocket-protocol";
  const offered = request.headers.get(name);
  const list = offered?.split(",").map((entry) => entry.trim()).join(", ");
  if (list === undefined || list === offered) return request;
  const headers = new Headers(request.headers);
  headers.set(name, list);
  return Object.create(request, { headers: { value: headers } });
}

/** One object is socket, listener of all its events and all that is known: there are thousands. */
class DenoSocket implements Socket, EventListenerObject {
  readonly #socket: WebSocket;
  readonly #upgrade: UpgradeOptions;
  readonly #fault: (error: unknown) => void;
  readonly #opening: Opening;
  #handlers: SocketHandlers | undefined;
  readonly #came = new TurnCount();
  #isFlood = false;
  #isClosed = false;
  /** What the runtime held when it was asked last, and what it was given since. */
  #held = 0;
  #given = 0;

  constructor(
    socket: WebSocket,
    upgrade: UpgradeOptions,
    fault: (error: unknown) => void,
    opening: Opening,
  ) {
    this.#socket = socket;
    this.#upgrade = upgrade;
    this.#fault = fault;
    this.#opening = opening;
  }

  listen(): void {
    this.#opening.set(this, performance.now());
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
    if (this.#isClosed) return 0;
    if (this.#held > 0 || this.#given >= ASK_AFTER_BYTES) {
      this.#held = this.#socket.bufferedAmount;
      this.#given = 0;
    }
    return this.#held + this.#given;
  }

  send(batch: Batch): void {
    if (!this.isOpen) return;
    this.#given += batch.bytes;
    if (this.#upgrade.isBatched) this.#socket.send(batch.text);
    else for (const line of batch.lines) this.#socket.send(line);
  }

  sendBinary(data: Uint8Array<ArrayBuffer>): void {
    if (!this.isOpen) return;
    this.#given += data.length;
    this.#socket.send(data);
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
      if (this.#isFlood) return this.close(CLOSE.rateLimited.code, CLOSE.rateLimited.reason);
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
    this.#opening.delete(this);
    if (this.#isClosed) return this.terminate();
    this.#handlers = this.#upgrade.opened(this);
  }

  /** It did not open in time. */
  giveUp(): void {
    this.#end(NO_CLOSE_FRAME, "");
  }

  #end(code: number, reason: string): void {
    this.#opening.delete(this);
    // An idle time-out of the runtime tells of the close twice.
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#upgrade.closed(code, reason);
  }
}
