// One Redis or Valkey: commands and scripts, and subscriptions that come back by themselves. What
// connections do is not known here.
import { createHash } from "node:crypto";
import { type RedisAddress, redisAddress } from "../store_url.ts";
import { inTime, Line, type Reply, SILENT } from "./redis_line.ts";
import { StoreError } from "./store.ts";

/** One that takes longer to say that it is there is taken as not there, in milliseconds. */
const PING_MS = 2000;
const REPLICA = /^role:slave/m;
/** How often a subscription is asked whether it is alive, in milliseconds. */
const PULSE_MS = 1000;

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

/** Commands over one connection, in their order. */
class Commands {
  readonly #line: Line;

  constructor(line: Line) {
    this.#line = line;
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
}

/** A Redis: what is asked of it, and what it tells. */
export class Redis {
  /** What all keys begin with. */
  readonly prefix: string;
  /** What all channels begin with: the databases of a Redis share them. */
  readonly channels: string;
  /** So many replicas must have what was written before it counts as kept. */
  readonly replicas: number;
  /** For what replicas are waited for: over a connection of its own, so that nothing else waits with it. */
  readonly appends: Pick<Commands, "call" | "run">;
  readonly #address: RedisAddress;
  readonly #line: Line;
  readonly #appendLine: Line;
  readonly #commands: Commands;
  /** With what each calls when it is back. */
  readonly #subscribers = new Map<Subscriber, () => void>();

  constructor(url: string) {
    const address = redisAddress(url)!;
    const { prefix, database, replicas } = this.#address = address;
    this.prefix = prefix;
    this.channels = `${prefix}${database}:`;
    this.replicas = replicas;
    const elsewhere = (error: unknown) => this.#renew(error);
    this.#line = new Line(address, {
      ready: () => {
        for (const back of this.#subscribers.values()) back();
      },
      elsewhere,
    });
    this.#appendLine = replicas > 0 ? new Line(address, { elsewhere }) : this.#line;
    this.#commands = new Commands(this.#line);
    this.appends = new Commands(this.#appendLine);
  }

  /** Whether it answers, soon, and is a primary. Rejects with a `StoreError` where it is not so. */
  async ping(): Promise<void> {
    // One that is cut without a word is found out only by asking.
    if (this.replicas > 0) this.appends.call("PING").catch(() => {});
    const asked = this.call("INFO", "replication");
    const about = await inTime(PING_MS, asked, () => new StoreError(SILENT));
    if (!REPLICA.test(about as string)) return;
    // Who only reads and listens would stay with it for good.
    const error = new StoreError("this Redis is no primary any more");
    this.#renew(error);
    throw error;
  }

  /** Waits for the first connections. */
  async open(): Promise<void> {
    try {
      await Promise.all([this.#line.opened(), this.#appendLine.opened()]);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** As `Commands.call`. */
  call(...command: string[]): Promise<Reply> {
    return this.#commands.call(...command);
  }

  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<Reply> {
    return this.#commands.run(script, keys, args);
  }

  /**
   * A connection for subscriptions; `back` is called whenever something may have been missed, or lost,
   * and can be asked for: when that connection is back, and when the one for commands is.
   */
  subscribe(back: () => void): Subscriber {
    const subscriber = new Subscriber(this.#address, () => {
      if (this.#line.isReady) back();
    });
    this.#subscribers.set(subscriber, back);
    return subscriber;
  }

  /** Whether a channel may be listened to. Rejects with a `StoreError` where it may not. */
  async tryChannel(channel: string): Promise<void> {
    // A connection that was refused it can't be used for commands any more.
    const line = new Line(this.#address, {});
    try {
      await line.opened();
      await line.with((client) => client.subscribe(channel, () => {}));
    } finally {
      line.close();
    }
  }

  close(): void {
    this.#line.close();
    this.#appendLine.close();
    for (const subscriber of this.#subscribers.keys()) subscriber.close();
  }

  /** The primary is another one, which may be found at the same address. */
  #renew(error: unknown): void {
    this.#line.renew(error);
    this.#appendLine.renew(error);
    for (const subscriber of this.#subscribers.keys()) subscriber.renew(error);
  }
}

/** Channels that are listened to. One that was lost is subscribed to again, and `back` is called. */
export class Subscriber {
  readonly #channels = new Map<string, (message: string) => void>();
  readonly #line: Line;
  readonly #pulse: ReturnType<typeof setInterval>;
  /** The same for all, so that none is told twice what is subscribed to again. */
  readonly #hear = (message: string, channel: string) => this.#channels.get(channel)?.(message);

  constructor(address: RedisAddress, back: () => void) {
    this.#line = new Line(address, {
      ready: async () => {
        const channels = [...this.#channels.keys()];
        if (channels.length > 0) await this.#begin(channels);
        back();
      },
    });
    // A connection that is cut without a word is found out only by asking.
    this.#pulse = setInterval(() => this.#line.call(["PING"]).catch(() => {}), PULSE_MS);
  }

  /** Rejects with a `StoreError` while there is no connection; it is subscribed to with the next. */
  async add(channel: string, hear: (message: string) => void): Promise<void> {
    this.#channels.set(channel, hear);
    await this.#begin([channel]);
  }

  async remove(channel: string): Promise<void> {
    this.#channels.delete(channel);
    // By its listener: else one that is added meanwhile would go with it.
    await this.#line.with((client) => client.unsubscribe(channel, this.#hear));
  }

  /** With another connection. */
  renew(error: unknown): void {
    this.#line.renew(error);
  }

  close(): void {
    clearInterval(this.#pulse);
    this.#line.close();
  }

  async #begin(channels: string[]): Promise<void> {
    await this.#line.with((client) => client.subscribe(channels, this.#hear));
  }
}
