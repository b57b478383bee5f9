// What is uploaded and in no message yet (W19.3), by who answers for it: without a bound one alone could
// take all the place there is, for an hour. It is forgotten with the process.
import type { FileStore } from "./store/file_store.ts";

interface Kept {
  bytes: number;
  at: number;
}

class Account {
  /** What is on its way, and what is kept. */
  bytes = 0;
  /** By id; some of them may be in a message by now. */
  readonly kept = new Map<string, Kept>();

  forget(id: string): void {
    this.bytes -= this.kept.get(id)?.bytes ?? 0;
    this.kept.delete(id);
  }
}

export class UnsentFiles {
  readonly #store: Pick<FileStore, "waiting">;
  readonly #accounts = new Map<string, Account>();

  constructor(store: Pick<FileStore, "waiting">) {
    this.#store = store;
  }

  /** Whether so much more may come, where each may have `max` bytes. Rejects with a `StoreError`. */
  async grow(name: string, bytes: number, max: number): Promise<boolean> {
    if (this.#of(name).bytes + bytes > max) await this.#review(this.#of(name));
    const account = this.#of(name);
    if (account.bytes + bytes > max) return false;
    account.bytes += bytes;
    return true;
  }

  /** What came is not kept. */
  shrink(name: string, bytes: number): void {
    this.#of(name).bytes -= bytes;
  }

  /** What came is a file now, which counts as so many of those bytes. */
  keep(name: string, id: string, kept: Kept): void {
    this.#of(name).kept.set(id, kept);
  }

  /** Forgets what came before a time: it is in a message, or gone. */
  forget(before: number): void {
    for (const [name, account] of this.#accounts) {
      for (const [id, { at }] of account.kept) if (at < before) account.forget(id);
      if (account.bytes === 0) this.#accounts.delete(name);
    }
  }

  /** Asked only now, so that no message needs to tell. */
  async #review(account: Account): Promise<void> {
    const ids = [...account.kept.keys()];
    const waiting = new Set(await this.#store.waiting(ids));
    for (const id of ids) if (!waiting.has(id)) account.forget(id);
  }

  #of(name: string): Account {
    let account = this.#accounts.get(name);
    if (!account) this.#accounts.set(name, account = new Account());
    return account;
  }
}
