// What the server may show of logs: the pages and replays of a `joined` and a `history`, and the list of
// rooms (W5, W10.1). Knows nothing of what was said on the connection before.
import type {
  Entry,
  Limits,
  Position,
  RoomName,
  ServerMessage,
  UserId,
} from "../../src/protocol.ts";
import { differs, type Log, messagesIn, misshows, topicAt, type Truth } from "./truth.ts";

type Of<T extends ServerMessage["type"]> = Extract<ServerMessage, { type: T }>;

/** Entries of one answer that surely fit its frame, in bytes. */
const SURELY_FITS = 700_000;

export interface WirePagesOptions {
  uid: UserId;
  isShared: boolean;
  limits: Limits;
  truth: Truth;
  violated(what: string): void;
}

export class WirePages {
  readonly #options: WirePagesOptions;

  constructor(options: WirePagesOptions) {
    this.#options = options;
  }

  /** A `joined` that goes on from a position. */
  resumed({ room, epoch, seq, messages, more }: Of<"joined">, since: Position): void {
    const wrong = this.#wrong(room, seq);
    const log = this.#options.truth.lineage(room, epoch);
    const problem = differs(messages, log, since.seq + 1, seq);
    if (problem) wrong(problem);
    if (since.epoch !== epoch) wrong(`resumes ${since.epoch}`);
    if (since.seq + messages.length !== seq) wrong(`does not follow ${since.seq}`);
    if (more) wrong("is a resume and has more");
  }

  /** One with the newest page. The server knew of the log up to `known`; one of several asks for it. */
  paged(message: Of<"joined">, since: Position | undefined, known: number): void {
    const { truth, uid, isShared, limits } = this.#options;
    const { room, epoch, seq, first, messages, gap } = message;
    const wrong = this.#wrong(room, seq);
    const log = truth.lineage(room, epoch);
    const problem = misshows(messages, log, { seq, before: seq + 1, uid });
    if (problem) wrong(problem);
    this.#pageEnd(message, log.first);
    const kept = messagesIn(log, isShared ? Math.max(first, log.first) : first, seq);
    if (messages.length < pageLength(kept, limits.historyPage)) {
      wrong(`holds only ${messages.length} messages`);
    }
    if (gap !== (since !== undefined)) wrong(`says gap: ${gap}`);
    const head = isShared ? Infinity : known;
    if (since?.epoch !== epoch || since.seq > head || since.seq < first - 1) return;
    const missed = log.entries.slice(since.seq, seq);
    if (pageLength(missed, limits.resume) === missed.length) wrong("claims a gap where none is");
  }

  history(message: Of<"history">, before = Infinity): void {
    const { room, messages, seq } = message;
    const { truth, uid, isShared, violated } = this.#options;
    const log = truth.log(room);
    const asked = { seq, before: Math.min(before, seq + 1), uid };
    const problem = log ? misshows(messages, log, asked) : "there is no log";
    if (log && !problem) return this.#pageEnd(message, log.first);
    if (!log && messages.length === 0) return;
    // It may be lost by now.
    const fits = (log: Log) => misshows(messages, log, asked) === undefined;
    if (isShared && truth.lineages(room).some(fits)) return;
    violated(`W5.8: history of ${room}: ${problem}`);
  }

  listed({ rooms }: Of<"rooms">): void {
    for (const { room, seq, topic } of rooms) {
      const { truth, isShared } = this.#options;
      const log = truth.log(room);
      if (!log || topic === topicAt(log, seq)) continue;
      if (isShared && truth.lineages(room).some((log) => topic === topicAt(log, seq))) continue;
      this.#options.violated(`W10.1: ${room} is listed under the topic ${topic} at ${seq}`);
    }
  }

  #wrong(room: RoomName, seq: number): (what: string) => void {
    return (what) => this.#options.violated(`W5: joined ${room} ${seq} ${what}`);
  }

  /** Whether older messages are kept. While retention cuts, either answer may have been right. */
  #pageEnd(
    { room, seq, first, messages, more }: Of<"joined"> | Of<"history">,
    cut: number,
  ): void {
    const { truth, isShared } = this.#options;
    const log = truth.log(room);
    const [oldest] = messages;
    if (!log || !oldest || (isShared && log.entries.length < seq)) return;
    const hasOlder = (from: number) =>
      messagesIn(log, from, Math.min(seq, oldest.seq - 1)).length > 0;
    // Another instance may cut while this one reads.
    const kept = isShared ? Math.max(first, cut) : first;
    const isRight = more ? hasOlder(cut > 1 ? 1 : first) : !hasOlder(kept);
    if (!isRight) this.#options.violated(`W5.8: a page of ${room} says more: ${more}`);
  }
}

/** How many of the newest entries a page holds at least. */
function pageLength(log: readonly Entry[], limit: number): number {
  let bytes = 0;
  let length = 0;
  for (let index = log.length - 1; index >= 0 && length < limit; index--, length++) {
    const entry = log[index]!;
    // No character is longer than this in JSON; there are few emoji in this world.
    bytes += 700 + ("text" in entry ? entry.text.length : 0);
    if (length > 0 && bytes > SURELY_FITS) break;
  }
  return length;
}
