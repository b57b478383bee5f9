// A relay before something that listens, as a network is: it may lead elsewhere, take its time, or say
// nothing for a while. As over TCP, what is held up meanwhile comes later, in its order.
import { within } from "./within.ts";

const LIMIT_MS = 5000;

/** A port of this machine, or the path of a Unix socket. */
export type Address = number | string;

export class Relay implements AsyncDisposable {
  /** How long everything takes, each way. */
  delayMs = 0;
  readonly #listener: Deno.Listener;
  readonly #accepting: Promise<void>;
  readonly #open = new Set<Deno.Conn>();
  readonly #under = new Set<Promise<void>>();
  #to: Address;
  /** Settled while it passes on what comes. */
  #isHealed = Promise.resolve();
  #heal = () => {};

  private constructor(to: Address, listener: Deno.Listener) {
    this.#to = to;
    this.#listener = listener;
    this.#accepting = this.#accept();
  }

  /** Where nothing else is said, it listens on a free port. */
  static start(to: Address, at: Address = 0): Relay {
    return new Relay(
      to,
      typeof at === "string"
        ? Deno.listen({ transport: "unix", path: at })
        : Deno.listen({ hostname: "127.0.0.1", port: at }),
    );
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** Where new connections lead from now on; those that there are stay, or end. */
  lead(to: Address, { ends = true } = {}) {
    this.#to = to;
    if (ends) this.#end();
  }

  /** Nothing comes through, and nobody is told, until it is healed. */
  cut() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#isHealed = promise;
    this.#heal = resolve;
  }

  heal() {
    this.#heal();
  }

  async [Symbol.asyncDispose]() {
    this.#listener.close();
    this.#heal();
    this.#end();
    await within(LIMIT_MS, "the end of a relay", this.#accepting);
    await within(LIMIT_MS, "the end of what it relays", Promise.all(this.#under));
  }

  #end() {
    for (const conn of this.#open) close(conn);
    this.#open.clear();
  }

  async #accept() {
    for await (const near of this.#listener) {
      const under = this.#relay(near).finally(() => this.#under.delete(under));
      this.#under.add(under);
    }
  }

  async #relay(near: Deno.Conn) {
    this.#open.add(near);
    const far = await connect(this.#to).catch(() => undefined);
    if (far && this.#open.has(near)) {
      this.#open.add(far);
      await Promise.all([this.#pass(near, far), this.#pass(far, near)]);
    }
    for (const conn of [near, far]) {
      if (!conn) continue;
      this.#open.delete(conn);
      close(conn);
    }
  }

  /** Until one of the two ends; then both do, after what is on its way. */
  async #pass(from: Deno.Conn, to: Deno.Conn) {
    const buffer = new Uint8Array(64 * 1024);
    let passed = Promise.resolve();
    for (;;) {
      const count = await from.read(buffer).catch(() => null);
      const due = this.delayMs > 0 ? wait(this.delayMs) : this.#isHealed;
      const bytes = count === null ? undefined : buffer.slice(0, count);
      passed = passed.then(() => due).then(() => this.#isHealed).then(() =>
        bytes ? writeAll(to, bytes) : close(to)
      );
      if (!bytes) return await passed;
    }
  }
}

function connect(to: Address): Promise<Deno.Conn> {
  return typeof to === "string"
    ? Deno.connect({ transport: "unix", path: to })
    : Deno.connect({ hostname: "127.0.0.1", port: to });
}

async function writeAll(to: Deno.Conn, bytes: Uint8Array) {
  try {
    for (let from = 0; from < bytes.length;) from += await to.write(bytes.subarray(from));
  } catch {
    close(to);
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

function close(conn: Deno.Conn) {
  try {
    conn.close();
  } catch {
    // It is closed.
  }
}
