// A connection: two queues of frames, each of which delivers only when told.
import type { Session } from "../../src/session.ts";
import type { ClientSocket } from "./client_socket.ts";
import { ServerSocket } from "./server_socket.ts";
import type { WireRules } from "./wire_rules.ts";

export type Frame = string | Uint8Array<ArrayBuffer>;

/** `end` is an end without a close frame; `echo` answers a close of the server. */
type ToServer =
  | { is: "upgrade" }
  | { is: "frame"; frame: Frame }
  | { is: "close" | "echo"; code: number }
  | { is: "end" };
type ToClient =
  | { is: "open"; protocol: string }
  | { is: "refused" }
  | { is: "frame"; frame: Frame; bytes: number }
  | { is: "close"; code: number }
  | { is: "end" };

/** The server's end once the upgrade was let in. */
export interface Served {
  session: Session;
  /** Whether the transport can cut the connection. */
  canAbort: boolean;
  /** The server says goodbye. */
  closing(code: number): void;
  closed(code: number, reason: string): void;
}

export class Pair {
  readonly name: string;
  readonly url: URL;
  readonly protocols: readonly string[];
  readonly client: ClientSocket;
  /** Where it comes from. */
  readonly address: string;
  readonly socket: ServerSocket;
  served: Served | undefined;
  /** What the server may send here; known from when it is served. */
  rules: WireRules | undefined;
  /** Too slow a reader: it is given less often what is for it. */
  isSlow = false;
  readonly #accept: (pair: Pair) => void;
  #toServer: ToServer[] = [{ is: "upgrade" }];
  #toClient: ToClient[] = [];
  #bufferedBytes = 0;
  /** Nothing comes through any more, and who is not told does not know. */
  #isLost = false;

  constructor(
    name: string,
    target: {
      url: URL;
      protocols: readonly string[];
      client: ClientSocket;
      address: string;
    },
    accept: (pair: Pair) => void,
  ) {
    this.name = name;
    this.url = target.url;
    this.protocols = target.protocols;
    this.client = target.client;
    this.address = target.address;
    this.socket = new ServerSocket(this);
    this.#accept = accept;
  }

  get isOver(): boolean {
    return this.client.readyState === 3 && !this.served && this.#toServer.length === 0;
  }

  /** Items that wait for the one side and for the other. */
  get waiting(): { server: number; client: number } {
    return { server: this.#toServer.length, client: this.#toClient.length };
  }

  /** Whether it works, and both ends think so. */
  get isLive(): boolean {
    return !this.#isLost && this.client.readyState === 1 && this.socket.isOpen;
  }

  /** Frames that the server sent and the client has not read, in bytes. */
  get buffered(): number {
    return this.#bufferedBytes;
  }

  open(protocol: string): void {
    this.#toClient.push({ is: "open", protocol });
  }

  refuse(): void {
    this.#toClient.push({ is: "refused" });
  }

  fromClient(item: ToServer): void {
    if (!this.#isLost) this.#toServer.push(item);
    else if (item.is === "close") this.client.readyState = 3;
  }

  fromServer(item: ToClient): void {
    // What the network never takes stays in the server's memory.
    if (!this.#isLost || item.is === "frame") {
      this.#toClient.push(item);
      if (item.is === "frame") this.#bufferedBytes += item.bytes;
    } else if (item.is === "close") this.#toServer.push({ is: "end" });
  }

  /** Delivers the oldest item to the server. Returns what it was, or undefined: there was none. */
  toServer(): string | undefined {
    const item = this.#toServer.shift();
    if (item?.is === "upgrade") this.#accept(this);
    else if (item?.is === "frame") this.#receive(item.frame);
    else if (item) this.#closed("code" in item ? item.code : 1006);
    return item && (item.is === "frame" ? summary(item.frame) : item.is);
  }

  /** Delivers the oldest item to the client. */
  toClient(): string | undefined {
    if (this.#isLost && this.#toClient[0]?.is !== "end") return undefined;
    const item = this.#toClient.shift();
    if (!item) return undefined;
    if (item.is === "frame") {
      this.#bufferedBytes -= item.bytes;
      this.client.receive(item.frame);
    } else if (item.is === "open") this.client.opened(item.protocol);
    else {
      if (item.is === "close" && this.client.readyState < 2) {
        this.fromClient({ is: "echo", code: item.code });
      }
      this.client.ended(item.is === "close" ? item.code : 1006);
    }
    return item.is === "frame" ? summary(item.frame) : item.is;
  }

  /** Lets a frame that holds nothing but chats come twice. */
  duplicate(): string | undefined {
    const index = this.#toServer.findIndex((item) =>
      item.is === "frame" && typeof item.frame === "string" &&
      item.frame.split("\n").every((line) => line.startsWith('{"type":"chat"'))
    );
    const found = this.#toServer[index];
    if (found?.is !== "frame") return undefined;
    this.#toServer.splice(index, 0, found);
    return summary(found.frame);
  }

  /** The line breaks: what is on it is lost, and only some hear of it. */
  cut(hears: { client: boolean; server: boolean }): void {
    this.#toServer = [];
    this.#dropFrames();
    this.#isLost = true;
    if (this.served && (hears.server || !this.socket.isOpen)) this.#toServer.push({ is: "end" });
    if (hears.client && this.client.readyState < 3) this.#toClient.push({ is: "end" });
    if (this.client.readyState === 2) this.client.readyState = 3;
  }

  /** The server is no more: what it has sent may still arrive. */
  serverDied(hears: { frames: boolean; end: boolean }): void {
    this.served = undefined;
    this.socket.isOpen = false;
    this.#toServer = [];
    if (this.#isLost) return;
    if (!hears.frames || !hears.end) this.#dropFrames();
    this.#isLost = !hears.end;
    if (hears.end) this.#toClient.push({ is: "end" });
    if (this.client.readyState === 2) this.client.readyState = 3;
  }

  /** The client's page is gone. */
  abandon(): void {
    this.client.silence();
    this.client.close(1001);
  }

  #dropFrames(): void {
    this.#toClient = [];
    this.#bufferedBytes = 0;
  }

  #receive(frame: Frame): void {
    if (!this.served) return;
    const { session } = this.served;
    if (typeof frame !== "string") return session.binary(frame);
    if (session.isServing) this.rules?.received(frame);
    session.text(frame);
  }

  /** The server hears of the end, by whomever. */
  #closed(code: number): void {
    const { served } = this;
    this.served = undefined;
    this.socket.isOpen = false;
    served?.closed(code, "");
    if (!this.#isLost) this.#toClient.push({ is: "close", code });
  }
}

/** What is in a frame, for a trace. */
function summary(frame: Frame): string {
  return typeof frame === "string" ? frame : `${frame.length} bytes`;
}
