// The transport of Deno itself: Deno.serve and Deno.upgradeWebSocket. What it can't do, it says
// (docs/decisions/transport.md): no limit on a fragmented message, no abort of a stalled peer.
import type { Batch } from "../batch.ts";
import { CLOSE } from "../close.ts";
import type { Socket, SocketHandlers, UpgradeOptions } from "../socket.ts";
import type { Incoming, Listening, ListenOptions } from "./transport.ts";

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
    const incoming: Incoming = {
      address: info.remoteAddr.hostname,
      upgrade: (upgrade) => upgradeRequest(request, upgrade, options),
    };
    return options.fetch(request, incoming);
  });
  return { port: server.addr.port, stop: () => server.shutdown() };
}

function upgradeRequest(request: Request, upgrade: UpgradeOptions, options: ListenOptions) {
  const { socket, response } = Deno.upgradeWebSocket(request, {
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
  socket.binaryType = "arraybuffer";
  socket.onopen = () => guard(() => handlers = upgrade.opened(own));
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) =>
    guard(() => {
      if (typeof data === "string") handlers?.text(data);
      else handlers?.binary(new Uint8Array(data));
    });
  socket.onerror = (event) => event.preventDefault();
  socket.onclose = ({ code, reason }) => {
    // An idle time-out of the runtime tells of the close twice.
    if (isClosed) return;
    isClosed = true;
    guard(() => upgrade.closed(code, reason));
  };
  return response;
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
