// The WebSockets of one client, so that it can wait until the server has heard that it goes.

/** A server that does not answer the end of a connection is not waited for any longer. */
const END_MS = 1000;

export class Sockets {
  readonly WebSocket: typeof WebSocket;
  readonly #closed: Promise<unknown>[] = [];

  constructor() {
    const closed = this.#closed;
    this.WebSocket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[] | WebSocketOptions) {
        super(url, protocols);
        closed.push(new Promise((resolve) => this.addEventListener("close", resolve)));
      }
    };
  }

  /** Resolves when all of them have ended, or will not soon. */
  async closed() {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, END_MS);
    await Promise.race([Promise.all(this.#closed), late.promise]);
    clearTimeout(timer);
  }
}
