// The connections to one Redis or Valkey: commands and scripts with a time limit, subscriptions that
// come back by themselves. Every failure is a `StoreError` that holds nothing of what was sent.
import { createClient, DisconnectsClientError } from "@redis/client";
import { createHash } from "node:crypto";
import { redisAddress } from "../store_url.ts";
import { StoreError } from "./store.ts";

/** An answer that takes longer is given up, and its connection with it, in milliseconds. */
const ANSWER_MS = 5000;
/** How often it is looked for one, and a subscription is asked whether it is alive. */
const LOOK_MS = 1000;
const CONNECT_MS = 5000;
/** The waits between tries to connect, in milliseconds: each twice the one before. */
const RETRY_MS = { first: 50, longest: 1000 };

/** What waiting does not put right. */
const NEVER = /^(WRONGPASS|NOAUTH|NOPERM)|certificate/;

const READ_ONLY = /^READONLY/;

const SILENT = "Redis does not answer";
/** What an operator can do about it says more than Redis' own words. */
const SAID: [words: RegExp, said: string][] = [
  [READ_ONLY, "this Redis is a replica, which takes no writes"],
  [
    /^OOM/,
    "Redis' memory is full: raise its maxmemory, or keep less (RETENTION_DAYS, RETENTION_MESSAGES)",
  ],
];

type Client = ReturnType<typeof connectionTo>;
/** What Redis answers: strings, numbers, nothing, and lists of them. */
export type Reply = string | number | null | Reply[];

/** A Lua script. It only touches keys of one slot, and names them. */
export class Script {
  readonly text: string;
  readonly sha: string;

  constructor(text: string) {
    this.text = text;
    this.sha = createHash("sha1").update(text).digest("hex");
  }
}

/** Connects to what `redisAddress` knows. Rejects with a `StoreError` where that is not answered. */
export async function openRedis(url: string): Promise<Redis> {
  const redis = new Redis(url);
  await redis.open();
  return redis;
}

/** A Redis: its commands go over one connection, in their order. */
export class Redis {
  /** What all keys and channels begin with. */
  readonly prefix: string;
  /** So many replicas must have what was written before it counts as kept. */
  readonly replicas: number;
  readonly #address: string;
  readonly #line: Line;
  readonly #subscribers = new Set<Subscriber>();

  constructor(url: string) {
    const { address, prefix, replicas } = redisAddress(url)!;
    this.#address = address;
    this.prefix = prefix;
    this.replicas = replicas;
    this.#line = new Line(address);
  }

  /** Waits for the first connection. */
  async open(): Promise<void> {
    try {
      await this.#line.opened();
    } catch (error) {
      this.#line.close();
      throw error;
    }
  }

  /** Does a command. Rejects with a `StoreError`; then it may have been done, or may not. */
  call(...command: string[]): Promise<Reply> {
    return this.#line.call(command);
  }

  async run(script: Script, keys: readonly string[], args: readonly string[]): Promise<Reply> {
    const rest = [String(keys.length), ...keys, ...args];
    try {
      return await this.#line.call(["EVALSHA", script.sha, ...rest]);
    } catch (error) {
      if (!(error as Error).message.startsWith("NOSCRIPT")) throw error;
      return await this.#line.call(["EVAL", script.text, ...rest]);
    }
  }

  /** A connection for subscriptions; `back` is called whenever something may have been missed. */
  subscribe(back: () => void): Subscriber {
    const subscriber = new Subscriber(this.#address, back);
    this.#subscribers.add(subscriber);
    return subscriber;
  }

  close(): void {
    this.#line.close();
    for (const subscriber of this.#subscribers) subscriber.close();
  }
}

/** Channels that are listened to. One that was lost is subscribed to again, and `back` is called. */
export class Subscriber {
  readonly #channels = new Map<string, (message: string) => void>();
  readonly #line: Line;
  readonly #pulse: ReturnType<typeof setInterval>;
  /** The same for all, so that none is told twice what is subscribed to again. */
  readonly #hear = (message: string, channel: string) => this.#channels.get(channel)?.(message);

  constructor(address: string, back: () => void) {
    this.#line = new Line(address, async () => {
      const channels = [...this.#channels.keys()];
      if (channels.length > 0) await this.#begin(channels);
      back();
    });
    // A connection that is cut without a word is found out only by asking.
    this.#pulse = setInterval(() => this.#line.call(["PING"]).catch(() => {}), LOOK_MS);
  }

  /** Rejects with a `StoreError` while there is no connection; it is subscribed to with the next. */
  async add(channel: string, hear: (message: string) => void): Promise<void> {
    this.#channels.set(channel, hear);
    await this.#begin([channel]);
  }

  async remove(channel: string): Promise<void> {
    this.#channels.delete(channel);
    await this.#line.with((client) => client.unsubscribe(channel));
  }

  close(): void {
    clearInterval(this.#pulse);
    this.#line.close();
  }

  async #begin(channels: string[]): Promise<void> {
    await this.#line.with((client) => client.subscribe(channels, this.#hear));
  }
}

/** One connection, made anew when it is lost or silent. What is sent meanwhile fails at once. */
class Line {
  readonly #address: string;
  readonly #ready: () => unknown;
  #client: Client;
  readonly #opened = Promise.withResolvers<void>();
  /** When what waits for an answer was sent, the oldest first. */
  readonly #sent = new Set<{ at: number; reject(error: unknown): void }>();
  #look: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #lastError: unknown;

  /** `ready` is called with every connection. */
  constructor(address: string, ready: () => unknown = () => {}) {
    this.#address = address;
    this.#ready = ready;
    this.#opened.promise.catch(() => {}); // nobody may wait for it
    this.#client = this.#connect();
  }

  /** Resolves with the first connection; tells what kept it from being made. */
  async opened(): Promise<void> {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(this.#lastError ?? new Error(SILENT)), CONNECT_MS);
    try {
      await Promise.race([this.#opened.promise, promise]);
    } catch (error) {
      throw failure(error);
    } finally {
      clearTimeout(timer);
    }
  }

  call(command: string[]): Promise<Reply> {
    return this.with((client) => client.sendCommand(command) as Promise<unknown> as Promise<Reply>);
  }

  async with<T>(send: (client: Client) => Promise<T>): Promise<T> {
    const client = this.#client;
    // What is subscribed to while it connects would wait for good.
    if (!client.isReady) throw new StoreError("there is no connection to Redis");
    try {
      return await this.#answered(send(client));
    } catch (error) {
      // The address leads elsewhere by now, or will: only another connection finds out.
      if (READ_ONLY.test((error as Error).message)) this.#lose(client, error);
      throw failure(error);
    }
  }

  close(): void {
    const client = this.#client;
    // From here on nothing that happens to it matters.
    this.#client = connectionTo(this.#address);
    clearTimeout(this.#retry);
    if (client.isOpen) client.destroy();
    for (const { reject } of this.#sent) reject(new Error("the connection to Redis is closed"));
    this.#stopLooking();
  }

  #connect(): Client {
    const client = connectionTo(this.#address);
    client.on("error", (error) => this.#lose(client, error));
    this.#answered(client.connect()).then(async () => {
      this.#opened.resolve();
      await this.#ready();
      this.#tries = 0;
    }).catch((error) => this.#lose(client, error));
    return client;
  }

  /** Something was wrong with a connection: there will be another. */
  #lose(client: Client, error: unknown): void {
    this.#lastError = error;
    if (NEVER.test((error as Error).message)) this.#opened.reject(error);
    if (client !== this.#client) return;
    if (client.isOpen) client.destroy();
    // Whatever the library does with what is under way: nobody waits for a connection that is gone.
    for (const { reject } of this.#sent) reject(error);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(
      () => this.#client = this.#connect(),
      Math.min(RETRY_MS.longest, RETRY_MS.first * 2 ** this.#tries++),
    );
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
    if (performance.now() - oldest.at > ANSWER_MS) this.#lose(this.#client, new Error(SILENT));
    this.#look = setTimeout(() => this.#lookForAnswers(), LOOK_MS);
  }

  #stopLooking(): void {
    clearTimeout(this.#look);
    this.#look = undefined;
  }
}

function connectionTo(address: string) {
  return createClient({
    url: address,
    name: "snug",
    RESP: 2,
    disableOfflineQueue: true,
    // Ours: theirs is a timer for each command, and leaves what was sent waiting.
    commandOptions: { timeout: 0 },
    // Ours too: theirs can't be ended while it waits.
    socket: { connectTimeout: CONNECT_MS, reconnectStrategy: false },
  });
}

/** Redis' own words name the cause; where they would repeat what was sent, they are cut. */
function failure(error: unknown): StoreError {
  if (error instanceof DisconnectsClientError) return new StoreError(SILENT);
  const { message, code } = error as Error & { code?: string };
  const words = (message || code || String(error)).split(", with args", 1)[0]!;
  return new StoreError(SAID.find(([pattern]) => pattern.test(words))?.[1] ?? words);
}
