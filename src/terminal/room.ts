// One room as the terminal knows it: who is there, and what was said lately, so that a change can be
// told in words. Tells nothing itself.
import { Typists } from "../../static/model/typists.js";
import { isDirect } from "../../static/model/nicks.js";
import type { Joined } from "../../static/chat.js";
import type { Entry, Member, Message } from "../protocol.ts";

/** So many messages can be named when somebody changes, deletes or reacts to one. */
const KNOWN_MESSAGES = 1000;

/** What was said: a text without the line ends after it, and the names of files. */
export function saidIn({ text, files = [] }: Message): string {
  return [text.trimEnd(), ...files.map(({ name }) => `[${name}]`)].filter((part) => part !== "")
    .join(" ");
}

type Known = { uid: string; user: string; text: string };

export class Room {
  readonly name: string;
  /** In a direct conversation: what the other is called. */
  title: string;
  readonly typists: Typists;
  members = new Map<string, string>();
  count = 0;
  mayModerate = false;
  isJoined = false;
  /** Entries up to this seq were told. */
  told = 0;
  #known = new Map<number, Known>();

  /** `changed` is called when somebody began or stopped typing. */
  constructor(name: string, title: string, changed: () => void) {
    this.name = name;
    this.title = title;
    this.typists = new Typists(changed);
  }

  get isDirect(): boolean {
    return isDirect(this.name);
  }

  /** What it is called in a sentence. */
  get label(): string {
    return this.isDirect ? this.title : `#${this.name}`;
  }

  /** Who is there, and who spoke lately. */
  get people(): Map<string, string> {
    const spoke = [...this.#known.values()].map(({ uid, user }) => [uid, user] as const);
    return new Map([...spoke, ...this.members]);
  }

  join({ members, count, may, messages, resumed, seq }: Joined) {
    this.members = new Map(members.map(({ uid, user }) => [uid, user]));
    this.count = count;
    this.mayModerate = may === "moderate";
    this.isJoined = true;
    if (resumed) return;
    this.#known.clear();
    for (const message of messages) if (message.type === "chat") this.keep(message);
    this.told = seq;
  }

  /** Those of them who are news: some of it may be older than one's own coming in. */
  meet(joined: Member[], left: Member[], count: number): { came: Member[]; gone: Member[] } {
    const came = joined.filter(({ uid }) => !this.members.has(uid));
    const gone = left.filter(({ uid }) => this.members.has(uid));
    for (const { uid } of left) this.members.delete(uid);
    for (const { uid, user } of joined) this.members.set(uid, user);
    for (const { uid } of left) this.typists.stop(uid);
    this.count = count;
    return { came, gone };
  }

  known(seq: number): Known | undefined {
    return this.#known.get(seq);
  }

  keep(message: Message) {
    const { seq, uid, user } = message;
    this.#known.set(seq, { uid, user, text: saidIn(message) });
    if (this.#known.size > KNOWN_MESSAGES) this.#known.delete(this.#known.keys().next().value!);
  }

  /** Takes in what was told of. */
  follow(entry: Entry) {
    if (entry.type === "chat") return this.keep(entry);
    if (entry.type === "edited") {
      const known = this.#known.get(entry.of);
      if (known) known.text = entry.text;
    } else if (entry.type === "deleted") this.#known.delete(entry.of);
  }
}
