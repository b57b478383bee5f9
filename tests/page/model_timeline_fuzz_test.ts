// Whatever happens to a connection and however the reader goes through the history, what the page
// holds is a stretch of the log without holes, in order, and one's own messages keep their rows.
import { assert, assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import fc from "fast-check";
import type { Entry } from "../../src/protocol.ts";
import { rowsOf } from "../../static/model/rows.js";
import { type Said, Timeline } from "../../static/model/timeline.js";
import type { Outgoing } from "../../static/sdk/unsent.js";
import { fuzz } from "../core/fuzz.ts";
import { texts } from "../harness/visitor.ts";

const PAGE = 120;
const ME = { uid: "me", user: "Ines" };

/** A room's log and one page that reads it, as the SDK would tell it. */
class Told {
  readonly timeline = new Timeline();
  readonly #log: Entry[] = [];
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
    this.#told = this.#log.length;
    this.timeline.reset(this.#page(this.#told + 1), this.#told);
  }

  older() {
    if (this.timeline.hasOlder) {
      this.timeline.putOlder(this.#page(this.timeline.from));
      this.timeline.trim("newest");
    }
  }

  newer() {
    if (this.timeline.hasNewer) {
      this.timeline.putNewer(this.#page(Math.min(this.timeline.to + 1 + PAGE, this.#told + 1)));
      this.timeline.trim("oldest");
    }
  }

  stage(user: string) {
    this.timeline.stage([{ uid: user, user }], []);
  }

  /** What must hold at every moment. */
  check() {
    const { timeline } = this;
    const rows = rowsOf(timeline, null, false).filter((row) => row.kind === "said");
    const said = rows.map(({ line }) => line);
    const sent = said.filter(({ seq }) => seq > 0);
    const seqs = sent.map(({ seq }) => seq);
    const stretch = Array.from(
      { length: timeline.to - timeline.from + 1 },
      (_, i) => timeline.from + i,
    );
    assertEquals(seqs, stretch, "a stretch of the log, in order");
    for (const line of sent) this.#isEntry(line);
    const keys = timeline.lines.map(({ key }) => key);
    assertEquals(new Set(keys).size, keys.length, "every row has a key of its own");
    assertEquals(timeline.head, this.#told);
    assertEquals(timeline.hasOlder, timeline.from > 1);
  }

  /** What must hold when all is calm and the reader is at the end. */
  settle() {
    this.back(false);
    while (this.timeline.hasNewer) this.newer();
    for (let i = this.#unsent.size; i > 0; i--) this.take(true);
    this.check();
    const left = [...this.#unsent.values()].map(({ outgoing }) => outgoing.ref);
    const waiting = this.timeline.lines.filter((line) => line.kind === "said" && line.seq === 0);
    assertEquals(waiting.map(({ key }) => key).toSorted(), left.toSorted(), "what is not sent");
    assertEquals(this.timeline.to, this.#log.length);
  }

  #isEntry({ seq, text, uid, status }: Said) {
    const entry = this.#log[seq - 1];
    assertEquals({ text, uid, status }, {
      text: texts([entry!])[0],
      uid: entry?.uid,
      status: "sent",
    });
  }

  #append(uid: string, text: string): number {
    const seq = this.#log.length + 1;
    this.#log.push({ type: "chat", room: "r", seq, ts: seq, uid, user: uid, text } as Entry);
    return seq;
  }

  #tell() {
    for (const entry of this.#log.slice(this.#told)) {
      this.#told = entry.seq;
      this.timeline.add(entry, entry.uid === ME.uid);
      this.timeline.trim("oldest");
    }
  }

  #acknowledge() {
    for (const [ref, { outgoing, seq }] of this.#unsent) {
      if (seq === null) continue;
      this.#unsent.delete(ref);
      this.timeline.say({ ...outgoing, status: "sent", seq }, ME);
    }
  }

  #page(before: number) {
    const messages = this.#log.slice(Math.max(0, before - 1 - PAGE), before - 1);
    return { messages, more: before - 1 - PAGE > 0 };
  }
}

/** Few, so that several messages say the same. */
const text = fc.constantFrom("ok", "yes");
const step = fc.oneof(
  fc.tuple(fc.constant("others" as const), fc.constantFrom(1, 2, 90, 300), text),
  fc.tuple(fc.constant("say" as const), text),
  fc.tuple(fc.constant("take" as const), fc.boolean()),
  fc.tuple(fc.constantFrom("fail" as const, "again" as const, "drop" as const)),
  fc.tuple(fc.constant("back" as const), fc.boolean()),
  fc.tuple(fc.constantFrom("older" as const, "newer" as const, "reset" as const)),
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
