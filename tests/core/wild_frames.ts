// What may come in that no honest client sends: valid messages with bits turned over, cut, doubled
// and mixed up, in batches and as binary, among valid ones. The dice decide all of it.
import type { ClientMessage } from "../../src/client_message.ts";
import type { Dice } from "../simulation/dice.ts";

const FIELDS: Record<ClientMessage["type"], string[]> = {
  join: ["room", "since"],
  leave: ["room"],
  chat: ["room", "text", "replyTo", "files"],
  edit: ["room", "of", "text"],
  delete: ["room", "of"],
  react: ["room", "of", "emoji", "on"],
  topic: ["room", "text"],
  history: ["room", "before", "around", "limit"],
  search: ["text", "room", "before"],
  members: ["room", "after"],
  rooms: [],
  typing: ["room", "on"],
  read: ["room", "seq"],
  nick: ["name"],
  direct: ["to", "text", "files"],
  ping: ["ts"],
  pong: ["ts"],
  auth: ["token"],
  kick: ["room", "uid"],
  mute: ["room", "uid", "minutes"],
  ban: ["room", "uid", "minutes"],
  bans: ["room"],
};
/** Also such as are names of something in JavaScript, or of what only the server sends. */
const TYPES = [...Object.keys(FIELDS), "__proto__", "constructor", "toString", "chats", "welcome"];

/** Pieces of JSON, and of what is none, that stand where something else belongs. */
const ODD = [
  ...["", "null", "true", "{}", "[]", '""', '"x"', "0", "-0", "-1", "1.5", "1e999", "9e15", "NaN"],
  ...['"\\ud800"', '"\\u0000"', '"\u202e"', '"\u200b"', '"é\u0301"', '"__proto__"', '"@a,b"'],
  ...['{"__proto__":{"isAdmin":true}}', '{"epoch":"x","seq":-1}', '{"epoch":{},"seq":[]}'],
  ...["\\", '"', "{", "}", "[", ",", ":", "\n", "\r\n", "\u2028", "\ufeff", "\0"],
];
const DEEP = [10, 300, 1500];

export class WildFrames {
  readonly #dice: Dice;
  readonly #rooms: readonly string[];
  readonly #people: readonly string[];
  #refs = 0;

  /** About these rooms and people. */
  constructor(dice: Dice, rooms: readonly string[], people: readonly string[]) {
    this.#dice = dice;
    this.#rooms = rooms;
    this.#people = people;
  }

  /** The next frame. */
  next(): string | Uint8Array<ArrayBuffer> {
    const dice = this.#dice;
    if (dice.chance(0.1)) return this.#binary();
    if (dice.chance(0.15)) return this.#lines(dice.between(2, dice.chance(0.1) ? 70 : 6));
    return this.#line();
  }

  #lines(count: number): string {
    const lines = Array.from({ length: count }, () => this.#line());
    return lines.join(this.#dice.pick(["\n", "\n", "\n\n", "\r\n", ""]));
  }

  #line(): string {
    const dice = this.#dice;
    const message = this.#message();
    if (dice.chance(0.1)) message.type = dice.pick(TYPES);
    if (dice.chance(0.1)) {
      swap(message, dice.pick(Object.keys(message)), dice.pick(Object.keys(message)));
    }
    let text = JSON.stringify(message);
    if (dice.chance(0.2)) {
      text = `{"${dice.pick(Object.keys(message))}":${this.#odd()},${text.slice(1)}`;
    }
    for (let times = dice.pick([0, 0, 0, 1, 2, 5]); times > 0; times--) text = this.#mutated(text);
    return text;
  }

  #message(): Record<string, unknown> {
    const type = this.#dice.pick(Object.keys(FIELDS)) as ClientMessage["type"];
    const message: Record<string, unknown> = { type };
    for (const field of FIELDS[type]) {
      if (field === "room" || this.#dice.chance(0.7)) message[field] = this.#value(field);
    }
    if (this.#dice.chance(0.5)) message.ref = `r-${this.#dice.chance(0.2) ? 1 : ++this.#refs}`;
    return message;
  }

  #value(field: string): unknown {
    const dice = this.#dice;
    if (field === "room") return dice.pick(this.#rooms);
    if (["uid", "after", "to", "name"].includes(field)) return dice.pick(this.#people);
    if (field === "text") {
      return dice.pick(["hi", "é😀", `@${dice.pick(this.#people)} hi`, "@".repeat(60), "\ud800"]);
    }
    if (field === "files") return [dice.pick(["", "../x", "0".repeat(32), "f".repeat(32)])];
    if (field === "since") return { epoch: dice.pick(["", "x", "epoch-1"]), seq: dice.below(9) };
    if (field === "emoji") return dice.pick(["👍", "a b", "x".repeat(65)]);
    if (field === "token") return dice.pick(["good", "bad", "later"]);
    if (field === "on") return dice.chance(0.5);
    return dice.pick([0, 1, 2, 50, 5_256_000, 2 ** 53 - 1]);
  }

  /** A piece of what does not belong, now and then a deep one. */
  #odd(): string {
    const dice = this.#dice;
    if (dice.chance(0.9)) return dice.pick(ODD);
    const depth = dice.pick(DEEP);
    const [open, close] = dice.pick([["[", "]"], ['{"a":', "}"], ["[", ""]]) as [string, string];
    return open.repeat(depth) + "1" + close.repeat(depth);
  }

  #mutated(text: string): string {
    const dice = this.#dice;
    const at = dice.below(text.length + 1);
    const to = Math.min(text.length, at + dice.between(1, 20));
    switch (dice.below(5)) {
      case 0:
        return text.slice(0, at) +
          String.fromCharCode(text.charCodeAt(at) ^ 1 << dice.below(16)) + text.slice(at + 1);
      case 1:
        return dice.chance(0.5) ? text.slice(0, at) : text.slice(0, at) + text.slice(to);
      case 2:
        return text.slice(0, to) + text.slice(at);
      case 3:
        return text.slice(0, at) + this.#odd() + text.slice(at);
      default:
        return text.slice(0, at) + this.#odd() + text.slice(to);
    }
  }

  #binary(): Uint8Array<ArrayBuffer> {
    const dice = this.#dice;
    if (dice.chance(0.2)) return this.#flipped(new TextEncoder().encode(this.#line()));
    const room = new TextEncoder().encode(dice.chance(0.3) ? "" : dice.pick(this.#rooms));
    const frame = new Uint8Array(1 + room.length + dice.below(30));
    frame[0] = dice.chance(0.1) ? dice.below(256) : room.length;
    frame.set(room, 1);
    const cut = dice.chance(0.2) ? frame.slice(0, dice.below(frame.length + 1)) : frame;
    return dice.chance(0.2) ? this.#flipped(cut) : cut;
  }

  /** With up to five bits turned over. */
  #flipped(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (bytes.length === 0) return bytes;
    for (let times = this.#dice.below(6); times > 0; times--) {
      bytes[this.#dice.below(bytes.length)]! ^= 1 << this.#dice.below(8);
    }
    return bytes;
  }
}

function swap(message: Record<string, unknown>, one: string, other: string) {
  [message[one], message[other]] = [message[other], message[one]];
}
