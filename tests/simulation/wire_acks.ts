// What was said on one connection and is acknowledged, or refused, held to what is kept and to who may do
// it (P1, W4.6 to W4.8, W7, W10.7).
import { isDirect } from "../../src/direct_name.ts";
import type { Entry, Position, RoomName, ServerMessage, UserId } from "../../src/protocol.ts";
import type { Draft } from "../../src/store/store.ts";
import type { Truth } from "./truth.ts";
import type { Asked, WireQuestions } from "./wire_questions.ts";

type Of<T extends ServerMessage["type"]> = Extract<ServerMessage, { type: T }>;

export interface WireAcksOptions {
  uid: string;
  isAdmin: boolean;
  isShared: boolean;
  truth: Truth;
  questions: WireQuestions;
  violated(what: string): void;
  meet(what: string): void;
}

export class WireAcks {
  readonly #options: WireAcksOptions;
  /** Refs of which it was not known whether they are stored. */
  readonly #unknown = new Set<string>();
  /** Where the acks said that messages are: `room ref` → epoch and seq. */
  readonly positions = new Map<string, Position>();

  constructor(options: WireAcksOptions) {
    this.#options = options;
  }

  /** An entry goes out that was said here, whose ack has to be before it (W7.1). */
  holdCopy(room: RoomName, { ref }: Draft): void {
    if (this.positions.has(`${room} ${ref}`) || this.#unknown.has(ref!)) return;
    this.#options.violated(`W7.1: the copy of ${ref} came before its ack`);
  }

  refused({ code }: Of<"error">, asked: Asked): void {
    const { truth, uid, isAdmin, isShared, violated } = this.#options;
    const isUnknown = isShared && code === "UNAVAILABLE";
    if (isUnknown) this.#unknown.add(asked.ref);
    if (!["edit", "delete", "react", "topic"].includes(asked.type)) return;
    const isRight = ["topic", "delete"].includes(asked.type) && isAdmin && !isDirect(asked.room);
    if (isRight && code === "FORBIDDEN") violated(`W4.6 W4.8: ${asked.type} is forbidden`);
    const isKept = truth.seqOf(asked.room, uid, asked.ref) !== undefined;
    if (isKept && !isUnknown) violated(`W7.3: ${asked.ref} is refused with ${code}, and is kept`);
  }

  acked({ ref, room, seq, ts }: Of<"ack">, asked: Asked | undefined): void {
    const { truth, uid, isShared, questions, violated, meet } = this.#options;
    // It may be lost by now.
    const logs = isShared ? truth.lineages(room) : [];
    const log = logs.findLast(({ drafts }) => drafts[seq - 1]?.ref === ref) ??
      logs.findLast(({ entries }) => entries[seq - 1]?.ts === ts) ?? truth.log(room);
    const entry = log?.entries[seq - 1];
    const isIts = log?.drafts[seq - 1]?.ref === ref && entry?.uid === uid;
    const isSo = asked?.type === "react" && entry !== undefined && isStanding(entry, asked, uid);
    if (!entry || entry.ts !== ts || !(isIts || isSo)) {
      violated(`P1: ${ref} is acknowledged at ${room} ${seq}, and is not there`);
    }
    if (asked && !this.#mayHave(asked, log)) {
      violated(`W4.6 W4.8: ${asked.type} in ${room} by somebody who may not`);
    }
    if (asked?.isBarred && questions.isBarred("mute", room)) {
      violated(`W10.7: ${ref} is said in ${room} in spite of a mute`);
    }
    if (!questions.owns(uid, ref)) meet("a retry");
    this.positions.set(`${room} ${ref}`, { epoch: log?.epoch ?? "", seq });
  }

  /** Whether what was done may be done by this user. */
  #mayHave({ type, room, of = 0 }: Asked, log: { entries: Entry[] } | undefined): boolean {
    const { isAdmin, uid } = this.#options;
    if (type !== "topic" && type !== "edit" && type !== "delete") return true;
    const isOwn = log?.entries[of - 1]?.uid === uid;
    return type === "edit" ? isOwn : (isAdmin && !isDirect(room)) || (type === "delete" && isOwn);
  }
}

/** Whether the entry made so what a `react` asks for (W4.7). */
function isStanding(entry: Entry, { of, emoji, on = true }: Asked, uid: UserId): boolean {
  if (entry.type === "chat") return !on && entry.seq === of;
  return entry.type === "reaction" && entry.of === of && entry.emoji === emoji &&
    entry.on === on && entry.uid === uid;
}
