// What came in and was not read yet, in order, for a test that waits for it with a time limit.

type Waiter<T> = { resolve(item: T): void; reject(error: Error): void };

export class Inbox<T> {
  readonly #unread: T[] = [];
  readonly #waiting: Waiter<T>[] = [];
  #end: string | undefined;

  /** What was not read yet; reading it here leaves it. */
  get unread(): readonly T[] {
    return this.#unread;
  }

  push(item: T) {
    const waiter = this.#waiting.shift();
    if (waiter) waiter.resolve(item);
    else this.#unread.push(item);
  }

  /** Nothing will come any more; who waits is told why. */
  end(reason: string) {
    this.#end ??= reason;
    for (const waiter of this.#waiting.splice(0)) waiter.reject(new Error(reason));
  }

  /** The oldest unread item, or the next to come; rejects after the limit and at the end. */
  take(limitMs: number): Promise<T> {
    if (this.#unread.length > 0) return Promise.resolve(this.#unread.shift()!);
    if (this.#end !== undefined) return Promise.reject(new Error(this.#end));
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiter = { resolve, reject };
    this.#waiting.push(waiter);
    const timer = setTimeout(() => {
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      reject(new Error(`nothing came within ${limitMs} ms`));
    }, limitMs);
    return promise.finally(() => clearTimeout(timer));
  }
}
