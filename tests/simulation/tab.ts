// A page of somebody's: a real SDK on a simulated WebSocket, fetch and clock. Holds it to what it
// promises (P2 to P4) with every event.
import { type Chat, connect, type Joined, type Outgoing } from "../../static/chat.js";
import type { Entry, Refusal, UserId } from "../../src/protocol.ts";
import { TabClock } from "./clock.ts";
import { Page } from "./page.ts";
import { ClientSocket } from "./client_socket.ts";
import type { Pair } from "./pair.ts";
import type { Person } from "./person.ts";

/** What is done to a message, to a room, or to oneself. */
export interface Change {
  is: "edit" | "delete" | "react" | "topic" | "nick";
  room: string;
  of: number;
  text: string;
  on?: boolean;
}

export class Tab {
  readonly name: string;
  readonly person: Person;
  readonly clock: TabClock;
  readonly chat: Chat;
  /** What it shows of each room it is in. */
  readonly pages = new Map<string, Page>();
  /** Rooms it wants to be in. */
  readonly rooms = new Set<string>();
  /** How far it was told that others of its pages have read. */
  readonly readTo = new Map<string, number>();
  /** The newest connection. */
  pair: Pair | undefined;
  /** Joins and questions that are not answered. */
  readonly #asking = new Map<symbol, string>();
  #isOver = false;

  constructor(person: Person, name: string) {
    const { world } = person;
    this.person = person;
    this.name = name;
    this.clock = new TabClock(world.clock, world.dice);
    this.chat = connect("https://chat.example", {
      name: person.name,
      ...(person.token !== undefined && { token: person.token }),
      plain: person.isPlain,
      storage: person.storage,
      maxUnsent: world.profile.maxUnsent,
      clock: this.clock,
      WebSocket: this.#socketClass(),
      fetch: ((url: URL, init: RequestInit) => world.fetch(this, url, init)) as typeof fetch,
    });
    this.chat.on("joined", (joined) => this.#joined(joined));
    this.chat.on("entry", (entry) => this.#entry(entry));
    this.chat.on("read", ({ room, seq }) => this.readTo.set(room, seq));
    this.chat.on("direct", () => world.meet("a direct entry where nobody looks"));
    this.chat.on("welcome", ({ uid }) => person.uid = uid);
    this.chat.on("error", (refusal) => {
      // Else one is there still, and muted.
      const isOut = refusal.room !== undefined && !this.chat.position(refusal.room);
      if (isOut) this.#barred(refusal.room, refusal);
    });
    this.chat.on("left", ({ room, reason }) => {
      this.pages.delete(room);
      if (reason === undefined) return;
      world.meet(`a ${reason} page`);
      this.rooms.delete(room);
    });
    this.chat.on("outgoing", (outgoing) => this.#outgoing(outgoing));
    this.chat.on("state", (state) => {
      if (state.status === "stopped") this.#violated(`stopped: ${state.message}`);
    });
  }

  get isAsking(): boolean {
    return this.#asking.size > 0;
  }

  join(room: string): void {
    this.rooms.add(room);
    this.#ask(`join ${room}`, this.chat.join(room), (error) => {
      this.pages.delete(room);
      this.#barred(room, error);
    });
  }

  leave(room: string): void {
    this.rooms.delete(room);
    this.chat.leave(room);
  }

  /** False: too much is unsent. */
  say(room: string, text: string, replyTo?: number): boolean {
    try {
      this.chat.say(room, text, { replyTo });
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  /** Says something to one user; false: too much is unsent. */
  direct(to: UserId, text: string): boolean {
    try {
      this.chat.direct(to, text);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  /** Does something to a message of a room, or to the room. */
  change(what: Change): void {
    const { room } = what;
    this.#ask(
      what.is,
      {
        edit: () => this.chat.edit(room, what.of, what.text),
        delete: () => this.chat.delete(room, what.of),
        react: () => this.chat.react(room, what.of, what.text, what.on),
        topic: () => this.chat.setTopic(room, what.text),
        nick: () => this.chat.nick(what.text),
      }[what.is](),
    );
  }

  /** As a moderator. */
  moderate(what: "kick" | "mute" | "ban", room: string, uid: UserId, minutes?: number): void {
    this.#ask(
      what,
      what === "kick" ? this.chat.kick(room, uid) : this.chat[what](room, uid, minutes),
    );
  }

  read(room: string, seq: number): void {
    this.chat.read(room, seq);
  }

  ask(what: "history" | "members" | "rooms", room: string, before?: number): void {
    if (what === "history") this.#ask(what, this.chat.history(room, { before }));
    else if (what === "members") this.#ask(what, this.chat.members(room));
    else this.#ask(what, this.chat.rooms());
  }

  end(saysBye: boolean): void {
    if (saysBye) this.chat.close();
    this.#isOver = true;
    this.pair?.abandon();
    this.clock.stop();
    // Nobody is there to hear the answer.
    const { fetches } = this.person.world;
    for (const fetch of fetches) if (fetch.tab === this) fetches.delete(fetch);
  }

  /** What keeps it from being where it wants to be, and from knowing all of it. */
  get problem(): string | undefined {
    const { chat } = this;
    if (chat.state.status !== "connected") return `is ${chat.state.status}`;
    if (!this.pair?.isLive) return "is on a dead line";
    if (this.isAsking) return `waits for ${[...this.#asking.values()]}`;
    for (const { ref, status } of chat.unsent) if (status === "waiting") return `has ${ref} unsent`;
    for (const room of this.rooms) {
      const page = this.pages.get(room);
      if (!page) return `is not in ${room}`;
      if (!this.pair.rules?.rooms.has(room)) return `is no member of ${room}`;
      if (page.problem) return page.problem;
      const position = chat.position(room);
      if (position?.seq !== page.next - 1 || position.epoch !== page.epoch) {
        return `is at ${position?.seq} of ${room}`;
      }
    }
    return undefined;
  }

  #joined(joined: Joined): void {
    const { room, epoch, resumed, gap, read } = joined;
    this.readTo.set(room, read);
    const page = this.pages.get(room);
    if (resumed) {
      if (page?.epoch !== epoch) this.#violated(`P3: ${room} resumes what it does not have`);
      return;
    }
    const wasAsked = [...this.#asking.values()].includes(`join ${room}`);
    if (page && !gap && !wasAsked) this.#violated(`P3: ${room} starts anew without a reason`);
    this.pages.set(room, new Page(this.person.world.truth, this.chat.me!.uid, joined));
  }

  #entry(entry: Entry): void {
    const page = this.pages.get(entry.room);
    const problem = page ? page.add(entry) : `an entry of ${entry.room} before its joined`;
    if (problem) this.#violated(problem);
  }

  #outgoing(outgoing: Outgoing): void {
    const { ref, room, status, seq } = outgoing;
    this.person.said.set(ref, outgoing);
    this.person.world.trace(`  ${this.name}'s ${ref} is ${status}`);
    if (status === "sent") {
      const acked = this.pair?.rules?.acked.get(`${room} ${ref}`);
      if (acked?.seq !== seq) this.#violated(`P1: ${ref} counts as sent, and was not acknowledged`);
    }
  }

  /** One may not be there: nobody tries again. */
  #barred(room: string | undefined, { code }: Pick<Refusal, "code">): void {
    if (room === undefined || !["FORBIDDEN", "NOT_FOUND"].includes(code)) return;
    this.rooms.delete(room);
    this.pages.delete(room);
  }

  #ask(what: string, answer: Promise<unknown>, refused = (_: Refusal) => {}): void {
    const key = Symbol();
    this.#asking.set(key, what);
    const done = () => this.#asking.delete(key);
    answer.then(done, (refusal) => {
      done();
      refused(refusal);
    });
  }

  #socketClass(): typeof WebSocket {
    const { person: { world } } = this;
    const tabPair = (pair: Pair) => this.pair = pair;
    // deno-lint-ignore no-this-alias
    const tab = this;
    return class extends ClientSocket {
      constructor(url: URL, protocols: string[]) {
        super();
        this.pair = tabPair(world.connect(tab, { url, protocols, client: this }));
      }
    } as unknown as typeof WebSocket;
  }

  #violated(what: string): void {
    if (!this.#isOver) this.person.world.violated(`${this.name}: ${what}`);
  }
}
