// An address that leads to one port of this machine, and later to another: what came before stays
// where it is, as with a name that is given to another server.
export class MovingAddress {
  /** The port to which it leads from now on. */
  target: number;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Deno.Conn>();
  readonly #ends: Promise<unknown>[] = [];

  constructor(target: number) {
    this.target = target;
    this.#ends.push(this.#accept());
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async [Symbol.asyncDispose]() {
    this.#listener.close();
    for (const connection of this.#connections) connection.close();
    await Promise.all(this.#ends);
  }

  async #accept() {
    for await (const from of this.#listener) {
      const to = await Deno.connect({ hostname: "127.0.0.1", port: this.target }).catch(() => {});
      if (!to) {
        from.close();
        continue;
      }
      this.#ends.push(this.#lead(from, to), this.#lead(to, from));
    }
  }

  async #lead(from: Deno.Conn, to: Deno.Conn) {
    this.#connections.add(from);
    // Either end closes both.
    await from.readable.pipeTo(to.writable).catch(() => {});
    this.#connections.delete(from);
  }
}
