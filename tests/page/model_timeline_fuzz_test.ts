// Whatever happens to a connection and however the reader goes through the history, what the page
// holds is a stretch of the log without holes, in order, and one's own messages keep their rows.
import { assert, assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import fc from "fast-check";
import type { Chat, Entry, Message } from "../../src/protocol.ts";
import { rowsOf } from "../../static/model/rows.js";
import type { Said } from "../../static/model/said.js";
import { type Page, Timeline } from "../../static/model/timeline.js";
import { fold } from "../../static/sdk/fold.js";
import type { Outgoing } from "../../static/sdk/unsent.js";
import { fuzz } from "../core/fuzz.ts";

const PAGE = 120;
const ME = { uid: "me", user: "Ines" };

/** A room's log and one page that reads it, as the SDK would tell it. */
class Told {
  readonly timeline = new Timeline();
  readonly #log: Entry[] = [];
  /** Every message in present form as of what was told, by seq. */
  readonly #present = new Map<number, Message>();
  /** One's own, by ref, and the seq that the server gave it if it has it. */
  readonly #unsent = new Map<string, { outgoing: Outgoing; seq: number | null }>();
  #isOnline = true;
  /** How much of the log was told. */
  #told = 0;
  #refs = 0;

  others(count: number, text: string) {
    for (let i = 0; i < count; i++) this.#append("other", text);
    if (this.#isOnline) this.#tell();
  }

  /** Somebody changes a message or reacts to it, or oneself does. */
  change(kind: "edited" | "deleted" | "reaction", back: number, isMine: boolean) {
    const chats = this.#log.filter((entry) => entry.type === "chat");
    const of = chats.at(-1 - back % Math.max(1, chats.length))?.seq;
    const isGone = this.#log.some((entry) => entry.type === "deleted" && entry.of === of);
    if (of === undefined || isGone) return;
    const seq = this.#log.length + 1;
    const uid = isMine ? ME.uid : "other";
    const by = { room: "r", seq, ts: seq, uid, user: uid, of };
    const mine = this.#log.findLast((entry) =>
      entry.type === "reaction" && entry.of === of && entry.uid === uid
    );
    if (kind === "edited") this.#log.push({ ...by, type: kind, text: `edit ${seq}` });
    else if (kind === "deleted") this.#log.push({ ...by, type: kind });
    else {
      const on = !(mine?.type === "reaction" && mine.on);
      this.#log.push({ ...by, type: kind, emoji: "x", on });
    }
    if (this.#isOnline) this.#tell();
  }

  topic() {
    const seq = this.#log.length + 1;
    const by = { room: "r", seq, ts: seq, uid: "other", user: "other" };
    this.#log.push({ ...by, type: "topic", text: "herons" });
    if (this.#isOnline) this.#tell();
  }

  say(text: string) {
    const ref = `ref-${++this.#refs}`;
    const outgoing: Outgoing = { ref, room: "r", text, at: 0, status: "waiting" };
    this.#unsent.set(ref, { outgoing, seq: null });
    this.timeline.say(outgoing, ME);
  }

  /** The server takes the oldest; its answer comes, or is lost with the connection. */
  take(isAnswered: boolean) {
    const [first] = [...this.#unsent.values()].filter(({ seq, outgoing }) =>
      seq === null && outgoing.status === "waiting"
    );
    if (!first || !this.#isOnline) return;
    first.seq = this.#append(ME.uid, first.outgoing.text);
    if (!isAnswered) this.#isOnline = false;
    else {
      this.#acknowledge();
      this.#tell();
    }
  }

  fail() {
    const last = [...this.#unsent.values()].at(-1);
    if (!last || last.seq !== null) return;
    const refusal = { code: "UNAVAILABLE", message: "no" } as const;
    last.outgoing = { ...last.outgoing, status: "failed", refusal };
    this.timeline.say(last.outgoing, ME);
  }

  again() {
    const failed = [...this.#unsent.values()].find(({ outgoing }) => outgoing.status === "failed");
    if (!failed) return;
    const { refusal: _, ...outgoing } = failed.outgoing;
    failed.outgoing = { ...outgoing, status: "waiting" };
    this.timeline.say(failed.outgoing, ME);
  }

  drop() {
    this.#isOnline = false;
  }

  /** Comes back with all that was missed, or with the newest page alone (W5.3, W5.4). */
  back(isGap: boolean) {
    if (this.#isOnline) return;
    this.#isOnline = true;
    if (isGap) this.reset();
    this.#tell();
    this.#acknowledge();
  }

  reset() {
    for (const entry of this.#log.slice(this.#told)) this.#keep(entry);
    this.#told = this.#log.length;
    this.timeline.reset(this.#page(this.#told + 1), this.#told);
  }

  /** A page is asked for, and comes when something else has happened. */
  older(between: Step) {
    if (!this.timeline.hasOlder) return;
    this.#ask(this.#page(this.timeline.from), between, (page, heard) => {
      this.timeline.putOlder(page, heard);
      this.timeline.trim("newest");
    });
  }

  newer(between: Step) {
    if (!this.timeline.hasNewer) return;
    const upTo = Math.min(this.timeline.to + PAGE, this.#told);
    this.#ask(this.#page(upTo + 1), between, (page, heard) => {
      this.timeline.putNewer(page, upTo, heard);
      this.timeline.trim("oldest");
    });
  }

  latest(between: Step) {
    this.#ask(this.#page(this.#told + 1), between, (page, heard) => {
      this.timeline.resetLatest(page, heard);
    });
  }

  around(between: Step, back: number) {
    const seqs = [...this.#present.keys()];
    const at = Math.max(0, seqs.length - 1 - back);
    const around = seqs.slice(Math.max(0, at - PAGE / 2), at + PAGE / 2);
    const messages = around.map((seq) => this.#present.get(seq)!);
    const page = { messages, more: (around[0] ?? 0) > (seqs[0] ?? 0), seq: this.#told };
    this.#ask(page, between, (page, heard) => this.timeline.resetAround(page, heard));
  }

  stage(user: string) {
    this.timeline.stage([{ uid: user, user }], []);
  }

  /** What must hold at every moment. */
  check() {
    const { timeline } = this;
    const sent = timeline.lines.filter((line) => line.kind === "said" && line.seq > 0) as Said[];
    const seqs = sent.map(({ seq }) => seq);
    const isHeld = (seq: number) => seq >= timeline.from && seq <= timeline.to;
    assertEquals(seqs, [...this.#present.keys()].filter(isHeld), "a stretch of the log, in order");
    for (const line of sent) this.#isPresent(line);
    const keys = rowsOf(timeline, null, false).map(({ key }) => key);
    assertEquals(new Set(keys).size, keys.length, "every row has a key of its own");
    assertEquals(timeline.head, this.#told);
    const first = this.#present.keys().next().value ?? Infinity;
    if (timeline.from <= first) assertEquals(timeline.hasOlder, false);
  }

  /** What must hold when all is calm and the reader is at the end. */
  settle() {
    this.back(false);
    while (this.timeline.hasNewer) this.newer(NOTHING);
    for (let i = this.#unsent.size; i > 0; i--) this.take(true);
    this.check();
    const left = [...this.#unsent.values()].map(({ outgoing }) => outgoing.ref);
    const waiting = this.timeline.lines.filter((line) => line.kind === "said" && line.seq === 0);
    assertEquals(waiting.map(({ key }) => key).toSorted(), left.toSorted(), "what is not sent");
    assertEquals(this.timeline.to, this.#log.length);
  }

  /** What was heard live is what a page shows (W5.10). */
  #isPresent({ seq, text, uid, status, editedTs, deleted, reactions }: Said) {
    const message = this.#present.get(seq)!;
    const expected = { text: message.text, uid: message.uid, status: "sent" };
    const form = [message.editedTs, message.deleted, message.reactions];
    const now = { text, uid, status };
    // Comparing all of them at every step as objects would take most of the time.
    if (
      JSON.stringify([now, editedTs, deleted, reactions]) === JSON.stringify([expected, ...form])
    ) {
      return;
    }
    assertEquals([now, editedTs, deleted, reactions], [expected, ...form]);
  }

  #append(uid: string, text: string): number {
    const seq = this.#log.length + 1;
    this.#log.push({ type: "chat", room: "r", seq, ts: seq, uid, user: uid, text } as Entry);
    return seq;
  }

  #tell() {
    for (const entry of this.#log.slice(this.#told)) {
      this.#told = entry.seq;
      this.#keep(entry);
      this.timeline.add(entry, entry.uid === ME.uid);
      this.timeline.trim("oldest");
    }
  }

  #keep(entry: Entry) {
    if (entry.type === "chat") this.#present.set(entry.seq, entry);
    if (!("of" in entry)) return;
    const known = { seq: 0, messages: [this.#present.get(entry.of)!] };
    this.#present.set(entry.of, fold(known, entry, ME.uid).messages[0]!);
  }

  #ask(page: Page, [name, ...values]: Step, put: (page: Page, heard: Heard) => void) {
    const heard = this.timeline.listen();
    (this[name] as (...values: unknown[]) => void).apply(this, values);
    this.timeline.hush(heard);
    put(page, heard);
  }

  #acknowledge() {
    for (const [ref, { outgoing, seq }] of this.#unsent) {
      if (seq === null) continue;
      this.#unsent.delete(ref);
      this.timeline.say({ ...outgoing, status: "sent", seq }, ME);
    }
  }

  /** The page before a seq, as of what was told. */
  #page(before: number): Page {
    const seqs = [...this.#present.keys()].filter((seq) => seq < before);
    const messages = seqs.slice(-PAGE).map((seq) => this.#present.get(seq)! as Chat);
    return { messages, more: seqs.length > PAGE, seq: this.#told };
  }
}

type Heard = ReturnType<Timeline["listen"]>;
type Step = ["others" | "change" | "topic" | "drop" | "back", ...unknown[]];
const NOTHING: Step = ["others", 0, ""];

/** Few, so that several messages say the same. */
const text = fc.constantFrom("ok", "yes");
const others = fc.tuple(fc.constant("others" as const), fc.constantFrom(1, 2, 90, 300), text);
const back = fc.nat({ max: 400 });
const change = fc.tuple(
  fc.constant("change" as const),
  fc.constantFrom("edited" as const, "deleted" as const, "reaction" as const),
  back,
  fc.boolean(),
);
/** What may happen between a question and its answer. */
const between = fc.oneof(
  others,
  change,
  fc.tuple(fc.constantFrom("topic" as const, "drop" as const)),
  fc.constant(NOTHING),
);
const step = fc.oneof(
  others,
  change,
  change,
  fc.tuple(fc.constant("say" as const), text),
  fc.tuple(fc.constant("take" as const), fc.boolean()),
  fc.tuple(fc.constantFrom("fail" as const, "again" as const, "drop" as const, "topic" as const)),
  fc.tuple(fc.constant("back" as const), fc.boolean()),
  fc.tuple(fc.constantFrom("older" as const, "newer" as const, "latest" as const), between),
  fc.tuple(fc.constant("around" as const), between, back),
  fc.tuple(fc.constant("reset" as const)),
  fc.tuple(fc.constant("stage" as const), fc.constantFrom("Ruth", "Mara")),
);

it("P2 P3 P4 the page holds a stretch of the log without holes, whatever happens", async () => {
  const property = fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
    const told = new Told();
    told.reset();
    for (const [name, ...values] of steps) {
      (told[name] as (...values: unknown[]) => void).apply(told, values);
      told.check();
    }
    told.settle();
    assert(told.timeline.lines.length <= 500 + 60);
  });
  await fuzz(property, 2);
});
