// An instance's connection for subscriptions: what is published arrives when told, and can be lost with
// nobody noticing.
import { StoreError } from "../../src/store/store.ts";
import type { RedisEnd } from "./redis_end.ts";
import { ANSWER_MS, Line, RETRY_MS } from "./redis_line.ts";
import type { RedisServer } from "./redis_server.ts";

/** A connection for subscriptions, as `Subscriber` of redis_client.ts. */
export class SimSubscriber {
  readonly #server: RedisServer;
  readonly #end: RedisEnd;
  readonly #line: Line;
  readonly #back: () => void;
  readonly #channels = new Map<string, (message: string) => void>();
  #toServer: { do(): void; lose(): void }[] = [];
  /** What is published can be lost without a word, and answers only with the connection. */
  #toClient: { arrive(): void; lose?(): void }[] = [];

  constructor(server: RedisServer, end: RedisEnd, now: () => number, back: () => void) {
    this.#server = server;
    this.#end = end;
    this.#line = new Line(now);
    this.#back = back;
  }

  async add(channel: string, hear: (message: string) => void): Promise<void> {
    this.#channels.set(channel, hear);
    await this.#begin([channel]);
  }

  async remove(channel: string): Promise<void> {
    this.#channels.delete(channel);
    await this.#send(() => this.#server.unlisten(this, channel));
  }

  published(channel: string, message: string): void {
    if (this.#line.isDead) return;
    this.#toClient.push({ arrive: () => this.#channels.get(channel)?.(message) });
    if (this.#end.isPrompt) queueMicrotask(() => this.goOn());
  }

  get waiting(): number {
    return this.#line.isDead ? 0 : this.#toServer.length + this.#toClient.length;
  }

  /** Does what was asked, and delivers the oldest that came. False: there was nothing. */
  goOn(): boolean {
    if (this.waiting === 0) return false;
    for (const { do: does } of this.#toServer.splice(0)) does();
    this.#toClient.shift()?.arrive();
    return true;
  }

  silence(): void {
    this.#line.silentSince = Math.min(this.#line.silentSince, this.#line.now());
  }

  /** What is on its way of what was published never arrives. */
  miss(): void {
    this.#toClient = this.#toClient.filter(({ lose }) => lose);
  }

  lose(): void {
    this.#line.lose();
    this.#server.unlisten(this);
    const lost = [...this.#toServer.splice(0), ...this.#toClient.splice(0)];
    for (const one of lost) one.lose?.();
  }

  tick(isReachable: boolean): void {
    const now = this.#line.now();
    if (now - this.#line.silentSince > ANSWER_MS) this.lose();
    if (!this.#line.isUp && isReachable && now - this.#line.lostAt >= RETRY_MS) this.#connect();
  }

  mend(): void {
    if (this.#line.silentSince < Infinity) this.lose();
    if (!this.#line.isUp) this.#connect();
  }

  close(): void {
    this.lose();
    this.#channels.clear();
  }

  #connect(): void {
    this.#line.isUp = true;
    this.#begin([...this.#channels.keys()]).then(this.#back, () => {});
  }

  async #begin(channels: readonly string[]): Promise<void> {
    await this.#send(() => {
      for (const channel of channels) this.#server.listen(channel, this);
    });
  }

  #send(does: () => void): Promise<void> {
    if (!this.#line.isUp) return Promise.reject(new StoreError("there is no connection to Redis"));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const lose = () => reject(new StoreError("the connection to Redis is lost"));
    this.#toServer.push({
      lose,
      do: () => {
        does();
        this.#toClient.push({ arrive: resolve, lose });
      },
    });
    while (this.#end.isPrompt && this.goOn());
    return promise;
  }
}
