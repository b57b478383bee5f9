// A client that behaves as W5 and W7 want it: resumes where it was, retries what was not
// acknowledged, and holds the server to the rules with everything it reads.
import { assert, assertEquals } from "@std/assert";
import type { Position, ServerMessage } from "../../src/protocol.ts";
import { type Client, messagesOf } from "./client.ts";
import type { Core } from "./core.ts";
import { Timeline } from "./timeline.ts";

interface Said {
  room: string;
  seq: number | undefined;
  isRetried: boolean;
}

export class Reader {
  readonly #core: Core;
  readonly #name: string;
  readonly #isBatched: boolean;
  readonly #timelines = new Map<string, Timeline>();
  #joins = new Map<string, Position | undefined>();
  #refs = 0;
  /** What it said: its ref, which is also the text → where it stands. */
  readonly said = new Map<string, Said>();
  #client: Client;

  constructor(core: Core, name: string, isBatched: boolean) {
    this.#core = core;
    this.#name = name;
    this.#isBatched = isBatched;
    this.#client = core.connect(name, { isBatched });
  }

  get isOpen(): boolean {
    return this.#client.socket.isOpen;
  }

  timeline(room: string): Timeline {
    const known = this.#timelines.get(room);
    if (known) return known;
    const timeline = new Timeline();
    this.#timelines.set(room, timeline);
    return timeline;
  }

  say(room: string): void {
    const ref = `${this.#name}-${++this.#refs}`;
    this.said.set(ref, { room, seq: undefined, isRetried: false });
    this.#client.send({ type: "chat", room, text: ref, ref });
  }

  /** Says again what is not acknowledged. */
  retry(): void {
    for (const [ref, said] of this.said) {
      if (said.seq !== undefined) continue;
      said.isRetried = true;
      this.#client.send({ type: "chat", room: said.room, text: ref, ref });
    }
  }

  join(room: string, isResuming: boolean): void {
    const ref = `join-${++this.#refs}`;
    const since = isResuming ? this.timeline(room).position : undefined;
    this.#joins.set(ref, since);
    this.#client.send({ type: "join", room, ref, ...(since && { since }) });
  }

  leave(room: string): void {
    this.#client.send({ type: "leave", room });
  }

  /** The network takes no more, or goes on. */
  clog(isClogged: boolean): void {
    this.#client.socket.clogged = isClogged ? 65_536 : 0;
  }

  /** Loses the line, and what was on it, and comes back. */
  reconnect(): void {
    this.#client.drop();
    this.#client = this.#core.connect(this.#name, { isBatched: this.#isBatched });
    this.#joins = new Map();
    for (const [room, timeline] of this.#timelines) {
      const wasMember = timeline.isMember;
      timeline.isMember = false;
      if (wasMember) this.join(room, true);
    }
  }

  /** Reads so many frames of those that are on the line. */
  read(count = Infinity): void {
    for (const frame of this.#client.socket.deliver(count)) {
      for (const message of messagesOf(String(frame))) this.#hear(message);
    }
  }

  #hear(message: ServerMessage): void {
    switch (message.type) {
      case "joined":
        assert(message.ref !== undefined && this.#joins.has(message.ref));
        return this.timeline(message.room).joined(message, this.#joins.get(message.ref));
      case "left":
        this.timeline(message.room).isMember = false;
        return;
      case "chat":
        return this.timeline(message.room).live(message);
      case "ack": {
        const said = this.said.get(message.ref)!;
        if (said.seq !== undefined) assertEquals(message.seq, said.seq);
        const { entries } = this.timeline(message.room);
        const isBeforeCopy = !entries.some(({ seq }) => seq === message.seq);
        assert(isBeforeCopy || said.isRetried, "an ack came after the own copy");
        said.seq = message.seq;
        return;
      }
      case "error":
        assert(["UNAVAILABLE", "NOT_JOINED"].includes(message.code), message.code);
        return;
      default:
        assert(["welcome", "presence", "system"].includes(message.type), message.type);
    }
  }
}
