// A bare WebSocket for tests: it knows frames and JSON, and nothing of reconnecting or rooms, so
// that what the server sends is seen as it is. Everything that waits has a time limit.
import type { ServerMessage } from "../../src/protocol.ts";
import { Inbox } from "./inbox.ts";
import { within } from "./within.ts";

const LIMIT_MS = 5000;

type Type = ServerMessage["type"];
type Of<T extends Type> = Extract<ServerMessage, { type: T }>;
type Match = Type | ((message: ServerMessage) => boolean);
type Matched<M> = M extends Type ? Of<M> : ServerMessage;
type Frame = string | Uint8Array<ArrayBuffer>;

/** A connected client, or an error when the server refuses it. */
export async function openClient(
  url: string | URL,
  options: {
    protocols?: string[];
    headers?: Record<string, string>;
    client?: Deno.HttpClient;
  } = {},
): Promise<Client> {
  const socket = new WebSocket(url, options);
  socket.binaryType = "arraybuffer";
  const opened = Promise.withResolvers<void>();
  socket.onopen = () => opened.resolve();
  socket.onerror = (event) => {
    opened.reject(new Error(`${url}: ${(event as ErrorEvent).message}`));
  };
  // Listening begins before the first frame can arrive.
  const client = new Client(socket);
  await within(LIMIT_MS, `a connection to ${url}`, opened.promise);
  return client;
}

export class Client {
  /** Every frame as it came. */
  readonly frames: Frame[] = [];
  /** The close that ended this connection, whoever began it. */
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #socket: WebSocket;
  readonly #messages = new Inbox<ServerMessage>();
  readonly #frames = new Inbox<Frame>();

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      this.#receive(typeof data === "string" ? data : new Uint8Array(data));
    };
    this.closed = new Promise((resolve) => {
      socket.onclose = ({ code, reason }) => {
        const end = `the connection closed with ${code} ${reason}`.trim();
        this.#messages.end(end);
        this.#frames.end(end);
        resolve({ code, reason });
      };
    });
  }

  /** The subprotocol that the server selected, or "". */
  get protocol(): string {
    return this.#socket.protocol;
  }

  /** Messages that came and were not read yet. */
  get unread(): readonly ServerMessage[] {
    return this.#messages.unread;
  }

  /** The next message, which must be the given one: a type, or what a function says yes to. */
  async next<M extends Match>(match?: M, limitMs = LIMIT_MS): Promise<Matched<M>> {
    const message = await this.#take(match, limitMs);
    if (matches(message, match)) return message as Matched<M>;
    throw new Error(`expected ${match}, got ${JSON.stringify(message)}`);
  }

  /** The next such message, whatever comes before it. */
  async until<M extends Match>(match: M, limitMs = LIMIT_MS): Promise<Matched<M>> {
    const deadline = performance.now() + limitMs;
    while (true) {
      const message = await this.#take(match, Math.max(0, deadline - performance.now()));
      if (matches(message, match)) return message as Matched<M>;
    }
  }

  /** The next frame as it came; frames and messages are read independently. */
  nextFrame(limitMs = LIMIT_MS): Promise<Frame> {
    return this.#frames.take(limitMs);
  }

  send(message: object) {
    this.sendRaw(JSON.stringify(message));
  }

  sendRaw(frame: Frame) {
    this.#socket.send(frame);
  }

  close(code?: number, reason?: string) {
    this.#socket.close(code, reason);
  }

  /** Closes, and fails when the server does not answer the close. */
  async [Symbol.asyncDispose]() {
    this.close();
    await within(LIMIT_MS, "the close of a connection", this.closed);
  }

  #receive(frame: Frame) {
    this.frames.push(frame);
    this.#frames.push(frame);
    if (typeof frame !== "string") return;
    const lines = this.protocol === "" ? [frame] : frame.split("\n");
    for (const line of lines) {
      const message = parse(line);
      if (message) this.#messages.push(message);
    }
  }

  async #take(match: Match | undefined, limitMs: number): Promise<ServerMessage> {
    try {
      return await this.#messages.take(limitMs);
    } catch (error) {
      const last = this.frames.slice(-3).map((frame) => String(frame).slice(0, 200));
      const seen = last.length > 0 ? `; the last frames were ${last.join(" · ")}` : "";
      throw new Error(`expected ${match ?? "a message"}, but ${(error as Error).message}${seen}`);
    }
  }
}

function matches(message: ServerMessage, match: Match | undefined): boolean {
  return typeof match === "function" ? match(message) : !match || message.type === match;
}

/** A message, or nothing: /ws/echo sends back what is none. */
function parse(line: string): ServerMessage | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isMessage(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isMessage(value: unknown): value is ServerMessage {
  return typeof value === "object" && value !== null && "type" in value;
}
