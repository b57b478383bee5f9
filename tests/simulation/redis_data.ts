// What a Redis holds, and its commands as far as Snug uses them (docs/decisions/redis.md). Remembers
// every write, so that it can be put back to an earlier moment. Knows neither connections nor scripts.
import type { Reply } from "../../src/store/redis_line.ts";

/** A hash, a set, or a sorted set: members with their scores. */
type Value =
  | { is: "string"; text: string }
  | { is: "hash"; fields: Map<string, string> }
  | { is: "set"; members: Set<string> }
  | { is: "sorted"; scores: Map<string, number> };

const WRITES = new Set(
  "SET INCRBY DECRBY DEL UNLINK HSET HSETNX HDEL SADD ZADD ZREM".split(" "),
);

export class RedisData {
  #values = new Map<string, Value>();
  /** What was written, as it was done: what stands together was one step. */
  #written: string[][][] = [];
  #step: string[][] = [];

  /** What follows is one step, which is kept or lost as a whole. */
  begin(): void {
    if (this.#step.length > 0) this.#written.push(this.#step);
    this.#step = [];
  }

  /** How many steps wrote something. */
  get steps(): number {
    this.begin();
    return this.#written.length;
  }

  /** Holds what it held after so many steps. */
  goBack(steps: number): void {
    this.begin();
    const kept = this.#written.slice(0, steps);
    this.#written = [];
    this.#values = new Map();
    for (const step of kept) {
      for (const command of step) this.do(command);
      this.begin();
    }
  }

  do(command: readonly string[]): Reply {
    const [name = "", key = "", ...args] = command;
    if (WRITES.has(name)) this.#step.push([...command]);
    switch (name) {
      case "PING":
        return "PONG";
      case "GET":
        return this.#text(key);
      case "SET":
        this.#values.set(key, { is: "string", text: args[0]! });
        return "OK";
      case "INCRBY":
      case "DECRBY": {
        const by = Number(args[0]) * (name === "INCRBY" ? 1 : -1);
        const sum = Number(this.#text(key) ?? 0) + by;
        this.#values.set(key, { is: "string", text: String(sum) });
        return sum;
      }
      case "EXISTS":
        return this.#values.has(key) ? 1 : 0;
      case "DEL":
      case "UNLINK":
        return [key, ...args].filter((one) => this.#values.delete(one)).length;
      case "PEXPIRE": // in no schedule does so much time pass
        return 1;
      case "SADD":
        return args.filter((member) => isAdded(this.#members(key), member)).length;
      case "SMEMBERS": {
        const value = this.#values.get(key);
        return value?.is === "set" ? [...value.members] : [];
      }
      default:
        return name.startsWith("H") ? this.#hash(name, key, args) : this.#sorted(name, key, args);
    }
  }

  #hash(name: string, key: string, args: string[]): Reply {
    const value = this.#values.get(key);
    const fields = value?.is === "hash" ? value.fields : new Map<string, string>();
    const [field = "", text = ""] = args;
    switch (name) {
      case "HGET":
        return fields.get(field) ?? null;
      case "HMGET":
        return args.map((one) => fields.get(one) ?? null);
      case "HEXISTS":
        return fields.has(field) ? 1 : 0;
      case "HGETALL":
        return [...fields].flat();
      case "HSETNX":
        if (fields.has(field)) return 0;
        this.#values.set(key, { is: "hash", fields: fields.set(field, text) });
        return 1;
      case "HSET":
        for (let at = 0; at < args.length; at += 2) fields.set(args[at]!, args[at + 1]!);
        this.#values.set(key, { is: "hash", fields });
        return args.length / 2;
      case "HDEL": {
        const gone = args.filter((one) => fields.delete(one)).length;
        if (fields.size === 0) this.#values.delete(key);
        return gone;
      }
      default:
        throw new Error(`no schedule knows ${name}`);
    }
  }

  #sorted(name: string, key: string, args: string[]): Reply {
    const value = this.#values.get(key);
    const scores = value?.is === "sorted" ? value.scores : new Map<string, number>();
    switch (name) {
      case "ZSCORE":
        return scores.has(args[0]!) ? String(scores.get(args[0]!)) : null;
      case "ZADD": {
        const isGreater = args[0] === "GT";
        const [score, member] = isGreater ? args.slice(1) : args;
        const before = scores.get(member!);
        if (!isGreater || before === undefined || Number(score) > before) {
          scores.set(member!, Number(score));
        }
        this.#values.set(key, { is: "sorted", scores });
        return before === undefined ? 1 : 0;
      }
      case "ZREM": {
        const gone = args.filter((one) => scores.delete(one)).length;
        if (scores.size === 0) this.#values.delete(key);
        return gone;
      }
      case "ZRANGEBYSCORE":
        return between(scores, args[0]!, args[1]!).slice(0, Number(args[4] ?? Infinity))
          .map(([member]) => member);
      case "ZRANGE":
        return range(scores, args);
      default:
        throw new Error(`no schedule knows ${name}`);
    }
  }

  #text(key: string): string | null {
    const value = this.#values.get(key);
    return value?.is === "string" ? value.text : null;
  }

  #members(key: string): Set<string> {
    const value = this.#values.get(key);
    if (value?.is === "set") return value.members;
    const members = new Set<string>();
    this.#values.set(key, { is: "set", members });
    return members;
  }
}

function isAdded(members: Set<string>, member: string): boolean {
  return members.size < members.add(member).size;
}

/** `start stop [REV] [WITHSCORES]`, or `+inf min BYSCORE REV LIMIT 0 count`. */
function range(scores: ReadonlyMap<string, number>, args: readonly string[]): string[] {
  const [start = "", stop = ""] = args;
  if (args.includes("BYSCORE")) {
    const count = Number(args.at(-1));
    return between(scores, stop, start).reverse().slice(0, count).map(([member]) => member);
  }
  const all = between(scores, "-inf", "+inf");
  if (args.includes("REV")) all.reverse();
  const end = Number(stop) < 0 ? all.length + Number(stop) : Number(stop);
  const found = all.slice(Number(start), end + 1);
  return args.includes("WITHSCORES")
    ? found.flatMap(([member, score]) => [member, String(score)])
    : found.map(([member]) => member);
}

/** Those with such a score, by score and then by name. */
function between(
  scores: ReadonlyMap<string, number>,
  min: string,
  max: string,
): [member: string, score: number][] {
  // An open end begins with a bracket.
  const isBefore = (score: number) =>
    max.startsWith("(") ? score < toScore(max.slice(1)) : score <= toScore(max);
  return [...scores].filter(([, score]) => score >= toScore(min) && isBefore(score))
    .sort(([a, of], [b, than]) => of - than || (a < b ? -1 : 1));
}

function toScore(text: string): number {
  return Number(text.replace("inf", "Infinity"));
}
