// The transport for strangers: node:http with npm's ws, under the same application. It has what
// Deno's own lacks: a limit on a whole message, an abort, and back-pressure that counts shared
// bytes once. Loaded only where TRANSPORT=ws asks for it.
import { getRequestListener } from "@hono/node-server";
import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, STATUS_CODES } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
// @ts-types="@types/ws"
import { WebSocketServer } from "ws";
import type { Incoming, UpgradeOptions } from "../socket.ts";
import {
  type Abilities,
  badHost,
  failed,
  type KeyPair,
  type Listening,
  type ListenOptions,
} from "./transport.ts";
import { WsSocket } from "./ws_socket.ts";

/**
 * Fragments of a message, and segments of a frame: each costs half a kilobyte until all have come,
 * however little it carries. A large frame may come in more, if they carry this much.
 */
const MAX_PIECES = 1024;
const PIECE_BYTES = 64;
/** The code that stands for an end without a close frame (RFC 6455, 7.1.5). */
const NO_CLOSE_FRAME = 1006;
/** How often a listener that nobody came to is asked whether it lives, in milliseconds. */
const KNOCK_MS = 5000;

export const abilities: Abilities = { limit: true, abort: true, protocolErrors: true };

/** Starts to listen. Rejects with the system's error where it can't. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const sockets = new Set<WsSocket>();
  const upgrader = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: options.maxFrameBytes,
    maxFragments: MAX_PIECES,
    maxBufferedChunks: Math.max(MAX_PIECES, Math.ceil(options.maxFrameBytes / PIECE_BYTES)),
    perMessageDeflate: false,
    handleProtocols: () => false,
  });
  const silenceMs = options.idleTimeoutSeconds * 1000;
  const listener = getRequestListener((request, { incoming }) => {
    const upgrade = () => {
      throw new Error("not an upgrade");
    };
    const address = addressOf(incoming as IncomingMessage);
    const cut = () => void (incoming as IncomingMessage).destroy();
    return answer(options, request, { address, upgrade, cut });
  }, { overrideGlobalObjects: false });
  const timing = { headersTimeout: silenceMs, connectionsCheckingInterval: silenceMs / 2 };
  const { certificate } = options;
  const server = certificate
    ? createTlsServer({ ...timing, ...certificate, handshakeTimeout: silenceMs }, listener)
    : createServer(timing, listener);

  server.on("upgrade", async (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on("error", destroy);
    let isUpgraded = false;
    const upgrade = (given: UpgradeOptions): Response => {
      isUpgraded = true;
      upgrader.options.handleProtocols = () => given.protocol ?? false;
      let isOpen = false;
      upgrader.handleUpgrade(request, stream, head, (socket) => {
        isOpen = true;
        new WsSocket(socket, stream, given, options.fault).open(sockets);
      });
      // What ws refuses by itself, or finds gone, it tells nobody of.
      if (!isOpen) given.closed(NO_CLOSE_FRAME, "");
      return new Response(null);
    };
    try {
      const response = URL.canParse(urlOf(request))
        ? await answer(options, toRequest(request), { address: addressOf(request), upgrade })
        : badHost();
      if (!isUpgraded) await refuse(stream, response);
    } catch (error) {
      options.fault(error);
      stream.destroy();
    }
  });

  const watch = setInterval(() => {
    for (const socket of sockets) socket.probe();
  }, silenceMs / 2);
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
  let answered: ReturnType<typeof setTimeout> | undefined;
  const knock = setInterval(() => {
    if (isStopping || accepted !== before) {
      before = accepted;
      return;
    }
    const visit = connect(port, options.host).on("error", () => {});
    answered = setTimeout(() => {
      visit.destroy();
      if (accepted === before && !isStopping) {
        options.fault(new Error("the listener stopped to accept; it is started again"));
        server.close().listen(port, options.host);
      }
    }, KNOCK_MS / 2);
  }, KNOCK_MS);
  server.on("error", options.fault);
  const renew = (pair: KeyPair) => (server as TlsServer).setSecureContext(pair);
  return {
    port,
    ...(certificate && { renew }),
    stop: async () => {
      isStopping = true;
      clearInterval(watch);
      clearInterval(knock);
      clearTimeout(answered);
      // Who is let in from now on gets a 503.
      upgrader.close();
      for (const socket of sockets) socket.terminate();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function destroy(this: Duplex): void {
  this.destroy();
}

function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? "";
}

/** What the application answers, also where it throws. */
async function answer(options: ListenOptions, request: Request, incoming: Incoming) {
  try {
    return await options.fetch(request, incoming);
  } catch (error) {
    options.fault(error);
    return failed();
  }
}

/** The request of an upgrade, for the application to judge. */
function toRequest(request: IncomingMessage): Request {
  const headers = new Headers();
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const method = request.method ?? "GET";
  // A Request takes no method like TRACE; its own property can tell of it.
  return Object.defineProperty(new Request(urlOf(request), { headers }), "method", {
    value: method,
  });
}

function urlOf(request: IncomingMessage): string {
  const scheme = (request.socket as TLSSocket).encrypted ? "https" : "http";
  return `${scheme}://${request.headers.host ?? ""}${request.url}`;
}

/** Answers an upgrade that was not let in, and ends the connection. */
async function refuse(stream: Duplex, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  const lines = [`HTTP/1.1 ${response.status} ${STATUS_CODES[response.status]}`];
  for (const [name, value] of response.headers) {
    if (name !== "content-length") lines.push(`${name}: ${value}`);
  }
  lines.push(`content-length: ${body.length}`, "connection: close", "", "");
  // Else a client that does not close keeps its place outside of every limit.
  stream.once("finish", () => stream.destroy());
  stream.end(Buffer.concat([Buffer.from(lines.join("\r\n")), body]));
}
