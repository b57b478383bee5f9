// What a client asked on one connection, and whether it is answered by what fits, in its order (W3).
import type { Position, RoomName, ServerMessage, UserId } from "../../src/protocol.ts";
import type { Truth } from "./truth.ts";

type Of<T extends ServerMessage["type"]> = Extract<ServerMessage, { type: T }>;

/** On which connection a ref was first sent; undefined where it was on several. */
export type Owners = Map<string, WireQuestions | undefined>;

/** What is answered by an ack. */
const SAYING = ["chat", "edit", "delete", "react", "topic", "direct"];
/** What answers a question, where it is not called the same. */
const ANSWERS: Record<string, string> = {
  ...Object.fromEntries(SAYING.map((type) => [type, "ack"])),
  ...{ join: "joined", leave: "left", kick: "kicked", mute: "muted", ban: "banned" },
};

/** A message of the client, as far as it matters here. */
export interface Asked {
  type: string;
  ref: string;
  room: RoomName;
  since?: Position;
  before?: number;
  uid?: UserId;
  minutes?: number;
  of?: number;
  emoji?: string;
  on?: boolean;
  /** Whoever asked is muted there, or banned. */
  isBarred: boolean;
}

export interface WireQuestionsOptions {
  uid: string;
  /** The server. */
  life: unknown;
  truth: Truth;
  owners: Owners;
  violated(what: string): void;
}

export class WireQuestions {
  readonly #options: WireQuestionsOptions;
  readonly #asked: Asked[] = [];

  constructor(options: WireQuestionsOptions) {
    this.#options = options;
  }

  get areAnswered(): boolean {
    return this.#asked.length === 0;
  }

  /** Whether something of this type is not answered yet. */
  has(type: string, room?: RoomName): boolean {
    return this.#asked.some((asked) =>
      asked.type === type && (room === undefined || asked.room === room)
    );
  }

  /** Whether what that user says under that ref was first sent here, and nowhere else. */
  owns(uid: string, ref: string | undefined): boolean {
    return this.#options.owners.get(`${uid} ${ref}`) === this;
  }

  /** Other instances may not have heard of it yet. */
  isBarred(kind: "ban" | "mute", room: RoomName): boolean {
    const { truth, uid, life } = this.#options;
    return truth.sanctions.get(`${kind} ${room} ${uid}`) === life;
  }

  /** A frame reaches a session that serves. */
  received(frame: string): void {
    for (const line of frame.split("\n")) {
      const message = JSON.parse(line);
      const { owners, uid, truth } = this.#options;
      if (message.minutes === 0) {
        truth.sanctions.delete(`${message.type} ${message.room} ${message.uid}`);
      }
      if (message.ref === undefined) continue;
      const kind = message.type === "join" ? "ban" : "mute";
      const isBarred = this.isBarred(kind, message.room);
      this.#asked.push({ ...message, isBarred });
      if (!SAYING.includes(message.type)) continue;
      const key = `${uid} ${message.ref}`;
      owners.set(key, !owners.has(key) || owners.get(key) === this ? this : undefined);
    }
  }

  /** Somebody was muted or banned, or is not any more. */
  sanctioned(message: Of<"muted"> | Of<"banned">): void {
    const { truth: { sanctions }, life } = this.#options;
    const kind = message.type === "muted" ? "mute" : "ban";
    const key = `${kind} ${message.room} ${message.uid}`;
    if (message.until === null) sanctions.set(key, life);
    else sanctions.delete(key);
  }

  /** Takes what a message answers, which is always the oldest that was asked (W3.2). */
  answered(message: ServerMessage): Asked | undefined {
    const { violated } = this.#options;
    if (!("ref" in message) || message.ref === undefined) return undefined;
    const asked = this.#asked.shift();
    if (asked?.ref !== message.ref) {
      violated(`W3.2: ${message.type} ${message.ref} came, and ${asked?.ref} was asked before`);
    }
    const fits = message.type === "error" || asked?.type === message.type ||
      ANSWERS[asked?.type ?? ""] === message.type;
    if (!fits) violated(`W3.1: ${message.type} answers ${asked?.type}`);
    return asked;
  }
}
