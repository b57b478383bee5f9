// An instance's connections to the Redis: what `RedisStore` takes for a `Redis`. A command is done at
// one steered moment and answered at another, in the order in which they were sent; what is published
// arrives when told. A connection that is lost takes with it what is under way.
import type { Redis, Script } from "../../src/store/redis_client.ts";
import type { Reply } from "../../src/store/redis_line.ts";
import { StoreError } from "../../src/store/store.ts";
import { ANSWER_MS, Line, RETRY_MS } from "./redis_line.ts";
import type { RedisServer } from "./redis_server.ts";
import { SimSubscriber } from "./redis_subscriber.ts";
import type { Call } from "./store.ts";

/** Called when a connection is back. */
type Back = () => void;

export class RedisEnd implements Omit<Redis, "open" | "subscribe" | "tryChannel"> {
  readonly prefix = "";
  readonly channels = "";
  readonly replicas = 0;
  readonly appends = this;
  readonly calls = new Set<Sent>();
  readonly subscribers = new Set<SimSubscriber>();
  /** What each calls when it is back. */
  readonly #backs: Back[] = [];
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
    const subscriber = new SimSubscriber(this.#server, this, this.#line.now, () => {
      if (this.#line.isUp) back();
    });
    this.subscribers.add(subscriber);
    this.#backs.push(back);
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
    if (!this.#line.isUp && this.isReachable && isDue) this.#connect();
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
    if (!this.#line.isUp) this.#connect();
    for (const subscriber of this.subscribers) subscriber.mend();
  }

  #connect(): void {
    this.#line.isUp = true;
    for (const back of this.#backs) back();
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
