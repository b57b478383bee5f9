// The bus of several instances over Redis: one channel for all, and one for each instance. Redis
// forgets what nobody hears, and so does this.
import type { Bus } from "../bus.ts";
import type { Redis } from "./redis_client.ts";

/** Between the name of who says something and what is said; in no name. */
const MARK = " ";

/** Closes with the Redis that it is on. */
export class RedisBus implements Bus {
  readonly self: string;
  readonly #redis: Redis;

  constructor(redis: Redis, self: string) {
    this.#redis = redis;
    this.self = self;
  }

  say(message: string, to?: string): void {
    const channel = this.#channel(to);
    // What can't be said now is missed, as what nobody hears.
    this.#redis.call("PUBLISH", channel, this.self + MARK + message).catch(() => {});
  }

  async listen(hear: (from: string, message: string) => void): Promise<void> {
    const take = (said: string) => {
      const end = said.indexOf(MARK);
      const from = said.slice(0, Math.max(0, end));
      if (from !== this.self) hear(from, said.slice(end + 1));
    };
    // What was missed meanwhile is found out by those who hear.
    const subscriber = this.#redis.subscribe(() => {});
    const channels = [this.#channel(), this.#channel(this.self)];
    // While there is no connection, they are subscribed to with the next.
    await Promise.allSettled(channels.map((channel) => subscriber.add(channel, take)));
  }

  #channel(to?: string): string {
    return `${this.#redis.channels}bus${to === undefined ? "" : `:${to}`}`;
  }
}
