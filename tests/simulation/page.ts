// What a page shows of one room: the newest page of a `joined`, and what every entry after it makes
// of that. Throws nothing: says what is wrong.
import type { Entry, Message, UserId } from "../../src/protocol.ts";
import { fold, type Joined } from "../../static/chat.js";
import { isShown, misshows, topicAt, type Truth } from "./truth.ts";

export class Page {
  readonly room: string;
  /** The one it was told of; a log that begins after all was lost has another. */
  readonly epoch: string;
  #begun: string;
  readonly #truth: Truth;
  readonly #me: UserId;
  #known: Parameters<typeof fold>[0];

  constructor(truth: Truth, me: UserId, { room, epoch, seq, topic, messages }: Joined) {
    this.#truth = truth;
    this.#me = me;
    this.room = room;
    this.epoch = epoch;
    this.#begun = epoch;
    this.#known = { seq, topic, messages: messages as Message[] };
  }

  get messages(): readonly Message[] {
    return this.#known.messages;
  }

  /** The seq of the next entry. */
  get next(): number {
    return this.#known.seq + 1;
  }

  add(entry: Entry): string | undefined {
    const { room, next } = this;
    if (entry.seq === 1) {
      const begun = this.#truth.lineages(room).findLast((log) => isShown(entry, log));
      this.#begun = begun?.epoch ?? this.#begun;
    }
    this.#known = fold(this.#known, entry, this.#me);
    if (entry.seq !== next) return `P3: ${room} ${entry.seq} was seen, and ${next} was next`;
    const isIn = isShown(entry, this.#truth.lineage(room, this.#begun));
    return isIn ? undefined : `P2: ${room} ${entry.seq} is not what the log holds`;
  }

  /** What keeps it from being the end of the log as it is now. */
  get problem(): string | undefined {
    const { room, next } = this;
    const log = this.#truth.log(room);
    const length = log?.entries.length ?? 0;
    if (log && log.epoch !== this.#begun) return `${room} is of another epoch`;
    if (next !== length + 1) return `${room} ends at ${next - 1} of ${length}`;
    if (!log) return undefined;
    const { messages, topic } = this.#known;
    if (topic !== topicAt(log, length)) return `the topic of ${room} is another`;
    return misshows(messages, log, { seq: length, before: length + 1, uid: this.#me });
  }
}
