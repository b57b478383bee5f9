// The one Redis of several instances: does a command at a time, and tells what is published to those
// who listen at that moment. Holds every script to the truth.
import type { Entry, RoomName } from "../../src/protocol.ts";
import appendLua from "../../src/store/redis_append.lua" with { type: "text" };
import authoredLua from "../../src/store/redis_authored.lua" with { type: "text" };
import type { Script } from "../../src/store/redis_client.ts";
import type { Reply } from "../../src/store/redis_line.ts";
import retainLua from "../../src/store/redis_retain.lua" with { type: "text" };
import { outcomeOf } from "../../src/store/redis_rows.ts";
import type { Draft } from "../../src/store/store.ts";
import { RedisData } from "./redis_data.ts";
import { runScript } from "./redis_scripts.ts";
import type { Truth } from "./truth.ts";

/** How much redis_append.lua is given of each draft, after what it is given beside them. */
const COLUMNS = 12;

/** Who hears what is published on a channel. */
export interface Listener {
  published(channel: string, message: string): void;
}

/** A log that lost something, and the epochs that it had. */
export interface Lost {
  room: RoomName;
  epochs: string[];
  /** What is left of it. */
  epoch: string | null;
  seq: number;
}

export class RedisServer {
  readonly data = new RedisData();
  readonly #truth: Truth | undefined;
  readonly #violated: (what: string) => void;
  readonly #channels = new Map<string, Set<Listener>>();

  constructor(truth?: Truth, violated: (what: string) => void = () => {}) {
    this.#truth = truth;
    this.#violated = violated;
  }

  call(command: readonly string[]): Reply {
    this.data.begin();
    return this.#do(command);
  }

  run(script: Script, keys: readonly string[], args: readonly string[]): Reply {
    this.data.begin();
    const reply = runScript(script, keys, args, (command) => this.#do(command));
    if (this.#truth) this.#tell(this.#truth, script.text, keys[0]!, args, reply as string[]);
    return reply;
  }

  listen(channel: string, listener: Listener): void {
    const listeners = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, listeners.add(listener));
  }

  unlisten(listener: Listener, channel?: string): void {
    if (channel !== undefined) this.#channels.get(channel)?.delete(listener);
    else for (const listeners of this.#channels.values()) listeners.delete(listener);
  }

  /** It has lost the last steps of all it did. Returns the logs that are not what they were. */
  lose(steps: number): Lost[] {
    const { data } = this;
    const truth = this.#truth!;
    data.goBack(Math.max(0, data.steps - steps));
    const lost: Lost[] = [];
    for (const room of truth.rooms) {
      const log = truth.log(room);
      const [now, seq, first] = data.do([
        "HMGET",
        headKey(room),
        "epoch",
        "seq",
        "first",
      ]) as string[];
      // A new epoch, which this had then, may be what was lost.
      const isSame = now === log?.epoch && Number(seq) === log?.entries.length;
      const epochs = truth.lineages(room).map(({ epoch }) => epoch);
      if (!isSame) lost.push({ room, epochs, epoch: now ?? null, seq: Number(seq ?? 0) });
      const names = seq ? this.#namesIn(room, Number(first), Number(seq)) : [];
      truth.goesBack(room, Number(seq ?? 0), Number(first ?? 1), names);
    }
    return lost;
  }

  /** Where nobody knew of what was lost, nobody can tell, which is not played. False: it was told. */
  forget({ room, epochs }: Lost, makeEpoch: () => string): boolean {
    const [now, seq] = this.data.do(["HMGET", headKey(room), "epoch", "seq"]) as (string | null)[];
    if (now && !epochs.includes(now)) return false;
    const renewed = makeEpoch();
    const empty = seq ? [] : 'seq 0 ts 0 first 1 chat 0 topic "" bytes 0'.split(" ");
    this.call(["HSET", headKey(room), "epoch", renewed, ...empty]);
    this.#truth!.goesOn(room, renewed);
    return true;
  }

  /** What a script did, of what the truth knows too. */
  #tell(truth: Truth, text: string, key: string, args: readonly string[], reply: string[]): void {
    const room = /\{(.*)\}/.exec(key)?.[1] as RoomName;
    const epoch = this.#epochOf(room);
    if (epoch !== undefined) truth.goesOn(room, epoch);
    if (text.endsWith(appendLua)) this.#appended(truth, room, args, reply);
    if (text.endsWith(retainLua) && Number(reply[0]) > 0) truth.cut(room, Number(reply[1]));
    if (text.endsWith(authoredLua) && args.length > 3) {
      const seqs = reply.filter((_, at) => at % 2 === 0).map(Number);
      truth.disown(seqs.map((seq) => ({ room, seq }) as Entry));
    }
  }

  /** Whether what goes through all rooms finds it. */
  finds(room: RoomName): boolean {
    return ["active", "conversations"].some((key) => this.data.do(["ZSCORE", key, room]) !== null);
  }

  #do(command: readonly string[]): Reply {
    const [name, channel = "", message = ""] = command;
    if (name !== "PUBLISH") return this.data.do(command);
    const listeners = this.#channels.get(channel) ?? new Set();
    for (const listener of listeners) listener.published(channel, message);
    return listeners.size;
  }

  #epochOf(room: RoomName): string | undefined {
    return this.data.do(["HGET", headKey(room), "epoch"]) as string | null ?? undefined;
  }

  #namesIn(room: RoomName, first: number, seq: number): string[] {
    const names: string[] = [];
    for (let at = first; at <= seq; at++) {
      const row = this.data.do(["HGET", `log:{${room}}`, String(at)]) as string;
      names[at] = JSON.parse(row.split("\n")[3]!);
    }
    return names;
  }

  #appended(truth: Truth, room: RoomName, args: readonly string[], reply: readonly string[]): void {
    const epoch = reply.at(-1)!;
    const count = reply.length - 1;
    for (let at = 0; at < count; at++) {
      const from = args.length - (count - at) * COLUMNS;
      const draft = draftOf(room, epoch, args.slice(from, from + COLUMNS));
      const problem = truth.append(draft, outcomeOf(epoch, reply[at]!));
      if (problem) this.#violated(problem);
    }
  }
}

function headKey(room: RoomName): string {
  return `head:{${room}}`;
}

/** What `draftColumns` made these of. */
function draftOf(room: RoomName, epoch: string, columns: readonly string[]): Draft {
  const [kind, , ts, uid, user, of, text, ref, from, isModerator, mentions] = columns;
  const said = {
    ...{ room, epoch, ts: Number(ts), uid: JSON.parse(uid!), user: JSON.parse(user!) },
    ...(ref !== "" && { ref: ref! }),
  };
  const change = { of: Number(of), from: Number(from) };
  switch (kind) {
    case "chat": {
      const uids = mentions!.split("\n").filter((one) => one !== "");
      return {
        ...said,
        type: kind,
        text: JSON.parse(text!),
        ...(of !== "" && { replyTo: Number(of) }),
        ...(uids.length > 0 && { mentions: uids as Draft["uid"][] }),
      };
    }
    case "topic":
      return { ...said, type: kind, text: JSON.parse(text!) };
    case "edited":
      return { ...said, type: kind, ...change, text: JSON.parse(text!) };
    case "deleted":
      return { ...said, type: kind, ...change, isModerator: isModerator === "1" };
    default:
      return {
        ...{ ...said, type: "reaction" as const, ...change },
        ...{ emoji: JSON.parse(text!), on: kind === "reaction" },
      };
  }
}
