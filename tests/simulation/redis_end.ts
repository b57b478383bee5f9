// An instance's connections to the Redis: what `RedisStore` takes for a `Redis`. A command is done at
// one steered moment and answered at another, in the order in which they were sent; what is published
// arrives when told. A connection that is lost takes with it what is under way.
import type { Redis, Script } from "../../src/store/redis_client.ts";
import type { Reply } from "../../src/store/redis_line.ts";
import { StoreError } from "../../src/store/store.ts";
import type { RedisServer } from "./redis_server.ts";
import type { Call } from "./store.ts";

/** As in `redis_client.ts`, with the time between two looks. */
const ANSWER_MS = 6000;
/** A lost connection is made anew after this, where the Redis can be reached. */
const RETRY_MS = 500;

type Back = () => void;

/** One connection. */
class Line {
  readonly now: () => number;
  isUp = true;
  /** Nothing comes through any more, and nobody was told. */
  silentSince = Infinity;
  lostAt = -Infinity;

  constructor(now: () => number) {
    this.now = now;
  }

  get isDead(): boolean {
    return !this.isUp || this.silentSince < Infinity;
  }

  lose(): void {
    this.isUp = false;
    this.silentSince = Infinity;
    this.lostAt = this.now();
  }
}

export class RedisEnd implements Omit<Redis, "open" | "subscribe"> {
  readonly prefix = "";
  readonly channels = "";
  readonly replicas = 0;
  readonly calls = new Set<Sent>();
  readonly subscribers = new Set<SimSubscriber>();
  /** Everything is done and answered at once. */
  isPrompt = true;
  /** Whether a connection that is lost can be made anew. */
  isReachable = true;
  readonly #server: RedisServer;
  readonly #line: Line;

  constructor(server: RedisServer, now: () => number) {
    this.#server = server;
    this.#line = new Line(now);
  }

  async ping(): Promise<void> {
    await this.call("PING");
  }

  call(...command: string[]): Promise<Reply> {
    return this.#send(`${command[0]} ${command[1]}`, () => this.#server.call(command));
  }

  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<Reply> {
    const about = `${script.text.slice(0, 40).split("\n")[0]} ${keys[0]}`;
    return this.#send(about, () => this.#server.run(script, keys, args));
  }

  subscribe(back: Back): SimSubscriber {
    const subscriber = new SimSubscriber(this.#server, this, this.#line.now, back);
    this.subscribers.add(subscriber);
    return subscriber;
  }

  close(): void {
    for (const subscriber of this.subscribers) subscriber.close();
    this.#line.lose();
    this.isReachable = false;
    for (const call of this.calls) call.lose();
  }

  /** Whether something waits that can go on. */
  get isDead(): boolean {
    return this.#line.isDead;
  }

  /** The connection for commands is lost, and what was sent may have been done. */
  lose(done: number): void {
    for (const call of [...this.calls].slice(0, done)) call.do();
    this.#line.lose();
    for (const call of this.calls) call.lose();
  }

  /** Nothing comes through any more: that is found out by waiting. */
  silence(): void {
    this.#line.silentSince = Math.min(this.#line.silentSince, this.#line.now());
    for (const subscriber of this.subscribers) subscriber.silence();
  }

  /** Finds out what is silent, and connects anew. */
  tick(): void {
    const now = this.#line.now();
    const [oldest] = this.calls;
    if (this.#line.isUp && oldest && now - oldest.at > ANSWER_MS) this.lose(0);
    const isDue = now - this.#line.lostAt >= RETRY_MS;
    if (!this.#line.isUp && this.isReachable && isDue) this.#line.isUp = true;
    for (const subscriber of this.subscribers) subscriber.tick(this.isReachable);
  }

  /** From here on all is done and answered at once, and so is what waits. */
  hurry(): void {
    this.isPrompt = true;
    if (this.isDead) this.lose(0);
    for (const call of this.calls) call.do().then(() => call.answer());
  }

  /** What can be reached again is so at once. */
  mend(): void {
    this.isReachable = true;
    if (this.#line.isDead) this.lose(0);
    this.#line.isUp = true;
    for (const subscriber of this.subscribers) subscriber.mend();
  }

  #send(about: string, does: () => Reply): Promise<Reply> {
    if (!this.#line.isUp) return Promise.reject(new StoreError("there is no connection to Redis"));
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const sent = new Sent(this.calls, about, this.#line, { does, resolve, reject });
    this.calls.add(sent);
    if (this.isPrompt) sent.do().then(() => sent.answer());
    return promise;
  }
}

interface Parts {
  does(): Reply;
  resolve(reply: Reply): void;
  reject(error: StoreError): void;
}

/** A command that was sent: done and answered after all that were sent before. */
class Sent implements Call {
  readonly name = "command";
  readonly about: string;
  readonly at: number;
  readonly isSlow = false;
  isDone = false;
  readonly #all: Set<Sent>;
  readonly #line: Line;
  readonly #parts: Parts;
  #answer = () => {};

  constructor(all: Set<Sent>, about: string, line: Line, parts: Parts) {
    this.about = about;
    this.at = line.now();
    this.#all = all;
    this.#line = line;
    this.#parts = parts;
  }

  do(): Promise<void> {
    for (const one of this.#all) {
      if (this.#line.isDead) break;
      if (!one.isDone) one.#done(one.#parts.does());
      if (one === this) break;
    }
    return Promise.resolve();
  }

  answer(): void {
    for (const one of this.#all) {
      if (this.#line.isDead || !one.isDone) break;
      this.#all.delete(one);
      one.#answer();
      if (one === this) break;
    }
  }

  refuse(): void {
    this.isDone = true;
    this.#answer = () => this.#parts.reject(new StoreError("OOM command not allowed"));
  }

  lose(): void {
    this.#all.delete(this);
    this.#parts.reject(new StoreError("the connection to Redis is lost"));
  }

  #done(reply: Reply): void {
    this.isDone = true;
    this.#answer = () => this.#parts.resolve(reply);
  }
}

/** A connection for subscriptions, as `Subscriber` of redis_client.ts. */
export class SimSubscriber {
  readonly #server: RedisServer;
  readonly #end: RedisEnd;
  readonly #line: Line;
  readonly #back: Back;
  readonly #channels = new Map<string, (message: string) => void>();
  #toServer: { do(): void; lose(): void }[] = [];
  /** What is published can be lost without a word, and answers only with the connection. */
  #toClient: { arrive(): void; lose?(): void }[] = [];

  constructor(server: RedisServer, end: RedisEnd, now: () => number, back: Back) {
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
