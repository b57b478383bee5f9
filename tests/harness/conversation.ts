// People who talk by the SDK in one room of several servers while something fails, and what each was
// told: in the end that is held against the log (P1 to P4).
import { assertEquals } from "@std/assert";
import type { Entry } from "../../src/protocol.ts";
import type { ConnectOptions, Joined } from "../../static/chat.js";
import { SYSTEM_CLOCK } from "../../static/sdk/alarm.js";
import { readLog } from "./accounts.ts";
import { Person } from "./person.ts";
import type { Env } from "./server.ts";
import { texts } from "./visitor.ts";

const ROOM = "general";
/** What everybody says more where nothing else is asked for. */
const SAID = 10;

/** So much of each that a server which is back after seconds has missed no more than it may. */
export const PACE: Env = {
  RATE_MESSAGES_PER_SECOND: "20",
  RATE_BURST: "20",
  RESUME_LIMIT: "1000000",
  HISTORY_PAGE: "1000",
};

/** What is tried again is so sooner than by most: a test need not wait for the others. */
const EAGER = { ...SYSTEM_CLOCK, random: () => Math.random() / 4 };

/** Says the next thing as soon as one is acknowledged, or has failed. */
export class Speaker extends Person {
  readonly name: string;
  isTalking = false;
  /** What it has of the room, as an application has it: all anew after a gap. */
  view: Entry[] = [];
  /** Whom it was told of as being there; only where it is not plain. */
  readonly present = new Set<string>();
  /** Where acks said that things are. */
  readonly acks = new Map<string, number>();
  /** Why things were given up at first. */
  readonly refusals: string[] = [];
  #epoch = "";
  #said = 0;
  /** What was ever shown, by epoch and seq. */
  readonly #shown = new Map<string, string>();

  constructor(url: string, name: string, options: ConnectOptions = {}) {
    super(url, { name, clock: EAGER, ...options });
    this.name = name;
    this.chat.on("joined", (joined) => this.#begin(joined));
    this.chat.on("entry", (entry) => this.#show(entry));
    this.chat.on("presence", ({ joined, left }) => {
      for (const { user } of left) this.present.delete(user);
      for (const { user } of joined) this.present.add(user);
    });
    this.chat.on("outgoing", ({ status, text, seq, refusal }) => {
      if (status === "sent") this.acks.set(text, seq!);
      else if (status === "failed") this.refusals.push(refusal!.code);
      else return;
      if (this.isTalking) this.talk();
    });
  }

  talk() {
    this.isTalking = true;
    this.say(`${this.name}-${++this.#said}`);
  }

  /** Waits until so much more of what it says is acknowledged. */
  async more(count = SAID) {
    const most = this.acks.size + count;
    await this.until(`${count} acks of ${this.name}`, () => this.acks.size >= most);
  }

  /** Says nothing new, and tries again what failed until all is acknowledged. */
  async settle() {
    this.isTalking = false;
    const { chat } = this;
    const isSettled = () => {
      for (const { ref, status } of chat.unsent) if (status === "failed") chat.resend(ref);
      return chat.unsent.length === 0 && chat.state.status === "connected";
    };
    await this.until(`the last ack of ${this.name}`, isSettled);
  }

  #begin({ epoch, resumed, messages, members }: Joined) {
    this.#epoch = epoch;
    this.present.clear();
    for (const { user } of members) this.present.add(user);
    if (resumed) return;
    this.view = [];
    for (const message of messages) this.#show(message);
  }

  #show(entry: Entry) {
    const place = `${this.#epoch}:${entry.seq}`;
    const text = this.#shown.get(place) ?? textOf(entry);
    assertEquals([place, text], [place, textOf(entry)]);
    this.#shown.set(place, text);
    this.view.push(entry);
  }
}

export class Conversation implements AsyncDisposable {
  readonly people: readonly Speaker[];
  readonly #owned: AsyncDisposableStack;

  private constructor(people: Speaker[], owned: AsyncDisposableStack) {
    this.people = people;
    this.#owned = owned;
  }

  /** Somebody for each of the addresses, all in the room. */
  static async begin(urls: string[]): Promise<Conversation> {
    await using stack = new AsyncDisposableStack();
    const people = urls.map((url, index) =>
      stack.use(new Speaker(url, `person${index}`, { plain: index % 2 === 1 }))
    );
    await Promise.all(people.map((person) => person.join()));
    return new Conversation(people, stack.move());
  }

  /** Everybody talks, and says so much. */
  async talk(count = SAID) {
    for (const person of this.people) person.talk();
    await this.more(count);
  }

  /** Waits until everybody said so much more. */
  async more(count = SAID) {
    await Promise.all(this.people.map((person) => person.more(count)));
  }

  /**
   * Ends it, and fails unless everybody has what is in the log, once and in its order, from the
   * beginning or from their last gap on. Gives what was acknowledged and is not there.
   */
  async end(server: { url: string }): Promise<{ lost: string[] }> {
    await Promise.all(this.people.map((person) => person.settle()));
    const wsUrl = `${server.url.replace("http", "ws")}/ws`;
    const { entries: log } = await readLog({ wsUrl }, ROOM);
    // P2 P4
    assertEquals(log.map(({ seq }) => seq), log.map((_, index) => index + 1));
    assertEquals(new Set(texts(log)).size, log.length);
    for (const person of this.people) {
      const { name, gaps } = person;
      const hasAll = () => person.view.at(-1)?.seq === log.length;
      await person.until(`all entries of ${name}`, hasAll);
      // P3
      const { view } = person;
      const part = gaps === 0 ? log : log.slice(-view.length);
      const same = view.findIndex((entry, at) =>
        JSON.stringify(entry) !== JSON.stringify(part[at])
      );
      assertEquals([name, view.length, view[same]], [name, part.length, part[same]]);
    }
    // P1
    const acks = this.people.flatMap((person) => [...person.acks]);
    const lost = acks.filter(([text, seq]) => !log[seq - 1] || textOf(log[seq - 1]!) !== text);
    return { lost: lost.map(([text]) => text) };
  }

  async [Symbol.asyncDispose]() {
    await this.#owned.disposeAsync();
  }
}

function textOf(entry: Entry): string {
  return texts([entry])[0]!;
}
