// Somebody with a browser: a storage that outlives its pages, and what became of all they said.
import { isDirect } from "../../src/direct_name.ts";
import type { UserId } from "../../src/protocol.ts";
import type { Outgoing } from "../../static/chat.js";
import type { World } from "./world.ts";
import { Tab } from "./tab.ts";

export class Person {
  readonly name: string;
  readonly isPlain: boolean;
  readonly token: string | undefined;
  readonly address: string;
  readonly world: World;
  /** The newest one: another one of its pages may have another. */
  uid: UserId | undefined;
  /** Somebody was kicked, muted or banned. */
  isBarred = false;
  readonly tabs: Tab[] = [];
  /** What was said, by its ref, as it was last told. */
  readonly said = new Map<string, Outgoing>();
  readonly #stored = new Map<string, string>();
  #texts = 0;

  constructor(
    world: World,
    about: { name: string; isPlain: boolean; token: string | undefined; address: string },
  ) {
    this.world = world;
    this.name = about.name;
    this.isPlain = about.isPlain;
    this.token = about.token;
    this.address = about.address;
  }

  readonly storage = {
    getItem: (key: string) => this.#stored.get(key) ?? null,
    setItem: (key: string, value: string) => void this.#stored.set(key, value),
    removeItem: (key: string) => void this.#stored.delete(key),
  };

  /** A text that nobody has said before; `to` is mentioned in it. */
  text(length: number, to?: string): string {
    const text = `${this.name} ${++this.#texts} ${to === undefined ? "" : `@${to} `}`;
    return text + "x".repeat(Math.max(0, length - text.length));
  }

  open(): Tab {
    const tab = new Tab(this, this.world.name(this.name));
    this.tabs.push(tab);
    return tab;
  }

  /** A page goes: with a goodbye, or as when a browser is closed. */
  drop(tab: Tab, saysBye: boolean): void {
    this.tabs.splice(this.tabs.indexOf(tab), 1);
    tab.end(saysBye);
  }

  /** What is wrong with what became of what was said. */
  get problem(): string | undefined {
    for (const { ref, status, refusal, replyTo, to, room } of this.said.values()) {
      if (status === "waiting") return `${this.name}'s ${ref} still waits`;
      if (status !== "failed") continue;
      // Else only an answer to something that was lost can't be said at all.
      const isRight = refusal?.code === "UNAVAILABLE" ||
        (refusal?.code === "INVALID_FIELD" && replyTo !== undefined) ||
        // Whoever is a new guest has lost its conversations, and nobody knows who it was.
        (refusal?.code === "NOT_FOUND" && (to !== undefined || isDirect(room))) ||
        (refusal?.code === "ROOM_FULL" && to !== undefined) ||
        (["FORBIDDEN", "NOT_JOINED"].includes(refusal?.code ?? "") && this.isBarred);
      if (!isRight) return `${this.name}'s ${ref} failed: ${refusal?.message}`;
    }
    return undefined;
  }
}
