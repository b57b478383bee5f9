// Somebody who talks by the SDK in "general", as applications do, and what they saw. Unlike the bare
// client it answers pings and comes back.
import type { Entry } from "../../src/protocol.ts";
import {
  type Chat,
  connect,
  type ConnectionState,
  type ConnectOptions,
} from "../../static/chat.js";
import { within } from "./within.ts";

const LIMIT_MS = 30_000;

export class Person implements AsyncDisposable {
  readonly chat: Chat;
  readonly seen: Entry[] = [];
  readonly states: ConnectionState[] = [];
  /** What was acknowledged, in order. */
  readonly acked: string[] = [];
  gaps = 0;
  readonly #closed: Promise<unknown>[] = [];
  #happened = Promise.withResolvers<void>();

  constructor(url: string, options: ConnectOptions = {}) {
    const closed = this.#closed;
    this.chat = connect(url, {
      ...options,
      WebSocket: class extends WebSocket {
        constructor(url: string | URL, protocols?: string | string[] | WebSocketOptions) {
          super(url, protocols);
          closed.push(new Promise((resolve) => this.addEventListener("close", resolve)));
        }
      },
    });
    this.chat.on("joined", ({ gap }) => this.gaps += gap ? 1 : 0);
    this.chat.on("entry", (entry) => this.#happen(this.seen.push(entry)));
    this.chat.on("state", (state) => this.#happen(this.states.push(state)));
    this.chat.on("outgoing", ({ status, text }) => {
      if (status === "sent") this.acked.push(text);
      this.#happen();
    });
  }

  /** What was said in "general", in order. */
  get texts(): string[] {
    return this.seen.flatMap((entry) => entry.type === "chat" ? entry.text : []);
  }

  join() {
    return within(LIMIT_MS, "a join", this.chat.join("general"));
  }

  say(text: string) {
    this.chat.say("general", text);
  }

  /** Waits until it is so, looked at with everything that comes. */
  async until(what: string, isSo: () => boolean) {
    const deadline = performance.now() + LIMIT_MS;
    while (!isSo()) await within(deadline - performance.now(), what, this.#happened.promise);
  }

  async [Symbol.asyncDispose]() {
    this.chat.close();
    await within(LIMIT_MS, "the end of all connections", Promise.all(this.#closed));
  }

  #happen(_?: number) {
    this.#happened.resolve();
    this.#happened = Promise.withResolvers();
  }
}
