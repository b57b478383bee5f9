// One connection to a Redis: every answer has a time limit, and one that is lost is made anew. Every
// failure is a `StoreError` that holds nothing of what was sent.
import { createClient, DisconnectsClientError } from "@redis/client";
import type { RedisAddress } from "../store_url.ts";
import { StoreError, StoreRefusal } from "./store.ts";

/** An answer that takes longer is given up, and its connection with it, in milliseconds. */
const ANSWER_MS = 5000;
/** How often it is looked for one. */
const LOOK_MS = 1000;
const CONNECT_MS = 5000;
/** The waits between tries to connect, in milliseconds: each twice the one before. */
const RETRY_MS = { first: 50, longest: 1000 };

/** What waiting does not put right. */
const NEVER = /^(WRONGPASS|NOAUTH|NOPERM|ERR (AUTH|DB))|certificate/;
/** It is no primary any more. */
const ELSEWHERE = /^READONLY/;

/** Why nothing came in time. */
export const SILENT = "Redis does not answer";
/** It takes nothing more. */
const FULL = /^OOM/;
/** What an operator can do about it, which Redis' own words do not say. */
const MORE = "Redis' memory is full: raise its maxmemory, or keep less (RETENTION_MESSAGES)";

type Client = ReturnType<typeof connectionTo>;
/** What Redis answers: strings, numbers, nothing, and lists of them. */
export type Reply = string | number | null | Reply[];

interface LineOptions {
  /** Called with every connection. */
  ready?(): unknown;
  /** Called where Redis says that it is no primary any more. */
  elsewhere?(error: unknown): void;
}

/** One connection, made anew when it is lost or silent. What is sent meanwhile fails at once. */
export class Line {
  readonly #address: RedisAddress;
  readonly #options: LineOptions;
  /** Undefined once it is closed: from there on nothing that happens to one matters. */
  #client: Client | undefined;
  readonly #opened = Promise.withResolvers<void>();
  /** When what waits for an answer was sent, the oldest first. */
  readonly #sent = new Set<{ at: number; reject(error: unknown): void }>();
  #look: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #lastError: unknown;

  constructor(address: RedisAddress, options: LineOptions) {
    this.#address = address;
    this.#options = options;
    this.#opened.promise.catch(() => {}); // nobody may wait for it
    this.#client = this.#connect();
  }

  /** Resolves with the first connection; tells what kept it from being made. */
  async opened(): Promise<void> {
    try {
      await inTime(CONNECT_MS, this.#opened.promise, () => this.#lastError ?? new Error(SILENT));
    } catch (error) {
      throw failure(error);
    }
  }

  /** Whether what is sent now is answered, as far as is known. */
  get isReady(): boolean {
    return this.#client?.isReady === true;
  }

  call(command: string[]): Promise<Reply> {
    return this.with((client) => client.sendCommand(command) as Promise<unknown> as Promise<Reply>);
  }

  async with<T>(send: (client: Client) => Promise<T>): Promise<T> {
    const client = this.#client;
    // What is subscribed to while it connects would wait for good.
    if (!client?.isReady) throw new StoreError("there is no connection to Redis");
    try {
      return await this.#answered(send(client));
    } catch (error) {
      if (ELSEWHERE.test((error as Error).message)) this.#options.elsewhere?.(error);
      throw failure(error);
    }
  }

  /** Makes another connection, unless it is closed. */
  renew(error: unknown): void {
    if (this.#client) this.#lose(this.#client, error);
  }

  close(): void {
    const client = this.#client;
    this.#client = undefined;
    clearTimeout(this.#retry);
    if (client?.isOpen) client.destroy();
    for (const { reject } of this.#sent) reject(new Error("the connection to Redis is closed"));
    this.#stopLooking();
  }

  #connect(): Client {
    const client = connectionTo(this.#address);
    client.on("error", (error) => this.#lose(client, error));
    this.#answered(client.connect()).then(async () => {
      this.#opened.resolve();
      await this.#options.ready?.();
      this.#tries = 0;
    }).catch((error) => this.#lose(client, error));
    return client;
  }

  /** Something was wrong with a connection: there will be another. */
  #lose(client: Client, error: unknown): void {
    this.#lastError = error;
    if (NEVER.test((error as Error).message)) this.#opened.reject(error);
    // Of one loss several may tell.
    if (client !== this.#client || this.#retry !== undefined) return;
    if (client.isOpen) client.destroy();
    // Whatever the library does with what is under way: nobody waits for a connection that is gone.
    for (const { reject } of this.#sent) reject(error);
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#client = this.#connect();
    }, Math.min(RETRY_MS.longest, RETRY_MS.first * 2 ** this.#tries++));
  }

  /** What is awaited of Redis: it fails when it takes too long, and when the connection is lost. */
  async #answered<T>(answer: Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const sent = { at: performance.now(), reject };
    this.#sent.add(sent);
    this.#look ??= setTimeout(() => this.#lookForAnswers(), LOOK_MS);
    answer.then(resolve, reject);
    try {
      return await promise;
    } finally {
      this.#sent.delete(sent);
      if (this.#sent.size === 0) this.#stopLooking();
    }
  }

  #lookForAnswers(): void {
    this.#look = undefined;
    const [oldest] = this.#sent;
    if (!oldest) return;
    // All that waits fails, and what comes fails at once, until Redis answers again.
    if (performance.now() - oldest.at > ANSWER_MS) this.renew(new Error(SILENT));
    this.#look = setTimeout(() => this.#lookForAnswers(), LOOK_MS);
  }

  #stopLooking(): void {
    clearTimeout(this.#look);
    this.#look = undefined;
  }
}

function connectionTo({ address, database }: RedisAddress) {
  return createClient({
    url: address,
    database,
    name: "snug",
    RESP: 2,
    disableOfflineQueue: true,
    // Ours: theirs is a timer for each command, and leaves what was sent waiting.
    commandOptions: { timeout: 0 },
    // Ours too: theirs can't be ended while it waits.
    socket: { connectTimeout: CONNECT_MS, reconnectStrategy: false },
  });
}

/** Rejects with `late` where the promise takes longer. */
export async function inTime<T>(ms: number, promise: Promise<T>, late: () => unknown): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), ms);
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
  }
}

/** Redis' own words name the cause; where they would repeat what was sent, they are cut. */
function failure(error: unknown): StoreError {
  if (error instanceof DisconnectsClientError) return new StoreError(SILENT);
  const { message, code } = error as Error & { code?: string };
  const words = (message || code || String(error)).split(", with args", 1)[0]!;
  if (NEVER.test(words)) return new StoreRefusal(words);
  return new StoreError(FULL.test(words) ? MORE : words);
}
