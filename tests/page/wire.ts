// The line between a page and its server, which a test can cut, hold up or put to another server:
// the page sees what it would see of a real loss. The page's own address stays the same.
import type { Server } from "../harness/server.ts";

/** `held`: bytes wait, and nobody is told. `calm`: pages load, but sockets do not come through. */
type Mode = "open" | "cut" | "held" | "calm";

export class Wire {
  readonly url: string;
  readonly #listener: Deno.TcpListener;
  readonly #ends = new Set<Deno.TcpConn>();
  readonly #running = new Set<Promise<void>>();
  #port: number;
  #mode: Mode = "open";
  #moved = Promise.withResolvers<void>();

  constructor(listener: Deno.TcpListener, port: number) {
    this.#listener = listener;
    this.#port = port;
    this.url = `http://127.0.0.1:${listener.addr.port}`;
    this.#run(this.#accept());
  }

  /** Everything through it ends, and nothing comes through any more. */
  cut() {
    this.#set("cut");
    this.#endAll();
  }

  /** What is under way stops where it is, as when a cable is pulled. */
  hold() {
    this.#set("held");
  }

  /** Sockets end and do not come through any more; all else does. */
  calm() {
    this.#set("calm");
    this.#endAll();
  }

  mend() {
    this.#set("open");
  }

  /** Leads to another server from now on. */
  leadTo(server: Server) {
    this.#port = portOf(server);
    this.mend();
  }

  async [Symbol.asyncDispose]() {
    this.#listener.close();
    this.cut();
    await Promise.all(this.#running);
  }

  #set(mode: Mode) {
    this.#mode = mode;
    this.#moved.resolve();
    this.#moved = Promise.withResolvers();
  }

  #endAll() {
    for (const end of this.#ends) this.#end(end);
  }

  async #accept() {
    try {
      for await (const near of this.#listener) this.#run(this.#carry(near));
    } catch {
      // Closed in the middle of an accept.
    }
  }

  async #carry(near: Deno.TcpConn) {
    this.#ends.add(near);
    if (this.#mode === "cut") return this.#end(near);
    try {
      const far = await Deno.connect({ hostname: "127.0.0.1", port: this.#port });
      this.#ends.add(far);
      await Promise.all([this.#pump(near, far), this.#pump(far, near)]);
    } catch {
      this.#end(near);
    }
  }

  /** One direction, until either end is gone; then both are. */
  async #pump(from: Deno.TcpConn, to: Deno.TcpConn) {
    const buffer = new Uint8Array(65_536);
    try {
      for (let size; (size = await from.read(buffer)) !== null;) {
        while (this.#mode === "held") await this.#moved.promise;
        const bytes = buffer.subarray(0, size);
        if (this.#mode === "calm" && isUpgrade(bytes)) break;
        for (let sent = 0; sent < size;) sent += await to.write(bytes.subarray(sent));
      }
    } catch {
      // The other direction has ended it, or the test has.
    }
    this.#end(from);
    this.#end(to);
  }

  #end(end: Deno.TcpConn) {
    if (this.#ends.delete(end)) end.close();
  }

  #run(work: Promise<void>) {
    this.#running.add(work);
    work.finally(() => this.#running.delete(work));
  }
}

export function openWire(server: Server): Wire {
  return new Wire(Deno.listen({ hostname: "127.0.0.1", port: 0 }), portOf(server));
}

function portOf(server: Server): number {
  return Number(new URL(server.url).port);
}

function isUpgrade(bytes: Uint8Array): boolean {
  return /^GET \/ws[^]*\bupgrade: websocket/i.test(new TextDecoder().decode(bytes));
}
