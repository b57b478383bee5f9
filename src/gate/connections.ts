// How many connections there are, in all and from each address.
import { network } from "../network.ts";

export type Reserved =
  | { ok: true; release(): void }
  | { ok: false; reason: "address" | "server" };

export class Connections {
  readonly #max: number;
  readonly #maxPerAddress: number;
  readonly #perAddress = new Map<string, number>();
  #count = 0;

  constructor(max: number, maxPerAddress: number) {
    this.#max = max;
    this.#maxPerAddress = maxPerAddress;
  }

  get count(): number {
    return this.#count;
  }

  /** Takes a place. `release` gives it back; a second call of it does nothing. */
  reserve(address: string): Reserved {
    const key = network(address);
    const held = this.#perAddress.get(key) ?? 0;
    if (held >= this.#maxPerAddress) return { ok: false, reason: "address" };
    if (this.#count >= this.#max) return { ok: false, reason: "server" };
    this.#count++;
    this.#perAddress.set(key, held + 1);
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      this.#count--;
      const left = this.#perAddress.get(key)! - 1;
      if (left > 0) this.#perAddress.set(key, left);
      else this.#perAddress.delete(key);
    };
    return { ok: true, release };
  }
}
