import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Entry } from "../../src/protocol.ts";
import { Timeline } from "../../static/model/timeline.js";
import type { Outgoing } from "../../static/sdk/unsent.js";

const ME = { uid: "me", user: "Ines" };

function entry(seq: number, text = `${seq}`, uid = "ruth"): Entry {
  return { type: "chat", room: "general", seq, ts: seq * 1000, uid, user: uid, text } as Entry;
}
function entries(from: number, to: number): Entry[] {
  return Array.from({ length: to - from + 1 }, (_, index) => entry(from + index));
}
function outgoing(ref: string, rest: Partial<Outgoing> = {}): Outgoing {
  return { ref, room: "general", text: ref, at: 0, status: "waiting", ...rest };
}
/** Each line in a word: a seq, `waiting` or `failed` with its text, `came` and `left`. */
function told({ lines }: Timeline): string[] {
  return lines.map((line) => {
    if (line.kind === "told") return line.news.type;
    if (line.kind === "said") return line.seq > 0 ? `${line.seq}` : `${line.status} ${line.text}`;
    const names = (people: Map<string, string>) => [...people.values()].join("+");
    return `came ${names(line.came)} left ${names(line.left)}`;
  });
}
function holding(from: number, to: number, { more = from > 1 } = {}): Timeline {
  const timeline = new Timeline();
  timeline.reset({ messages: entries(from, to), more }, to);
  return timeline;
}

describe("a timeline", () => {
  it("W5.2 begins with the newest page", () => {
    const timeline = holding(51, 53);
    assertEquals(told(timeline), ["51", "52", "53"]);
    assertEquals([timeline.from, timeline.to, timeline.head], [51, 53, 53]);
    assertEquals([timeline.hasOlder, timeline.hasNewer], [true, false]);
  });

  it("W5.1 of a room without entries is empty, and the first entry is its first", () => {
    const timeline = holding(1, 0);
    assertEquals([timeline.from, timeline.to, timeline.hasOlder], [1, 0, false]);
    timeline.add(entry(1), false);
    assertEquals(told(timeline), ["1"]);
  });

  it("W19.6 tells messages without words apart by their files, and drops these with a deletion", () => {
    const timeline = holding(1, 1);
    const files = (id: string) => [{ id, name: `${id}.txt`, type: "text/plain", bytes: 1 }];
    for (const id of ["a", "b"]) timeline.say(outgoing(id, { text: "", files: files(id) }), ME);
    timeline.add({ ...entry(2, "", "me"), files: files("b") } as Entry, true);
    timeline.add({ ...entry(3, "", "me"), files: files("a") } as Entry, true);
    const keys = () =>
      timeline.lines.flatMap((line) =>
        line.kind === "said" ? [`${line.key} ${line.seq} ${line.files?.[0]?.name}`] : []
      );
    assertEquals(keys().slice(1), ["b 2 b.txt", "a 3 a.txt"]);
    const about = { room: "general", ts: 9000, uid: "me", user: "Ines" };
    timeline.add({ type: "deleted", ...about, seq: 4, of: 2 }, true);
    assertEquals(keys().slice(1), ["b 2 undefined", "a 3 a.txt"]);
  });

  it("P3 takes each entry once", () => {
    const timeline = holding(1, 2);
    for (const seq of [3, 3, 2, 4]) timeline.add(entry(seq), false);
    assertEquals(told(timeline), ["1", "2", "3", "4"]);
  });

  it("W5.10 shows edits and deletions of what is held in its place, and follows the log", () => {
    const timeline = holding(2, 3);
    const about = { room: "general", ts: 9000, uid: "ruth", user: "ruth" };
    timeline.add({ type: "edited", ...about, seq: 4, of: 2, text: "new" }, false);
    timeline.add({ type: "deleted", ...about, seq: 5, of: 3 }, false);
    timeline.add({ type: "deleted", ...about, seq: 6, of: 1 }, false);
    timeline.add({ type: "reaction", ...about, seq: 7, of: 2, emoji: "x", on: true }, false);
    const shown = timeline.lines.map((line) => line.kind === "said" && [line.text, line.deleted]);
    assertEquals(shown, [["new", undefined], ["", true]]);
    assertEquals([timeline.to, timeline.head, timeline.hasNewer], [7, 7, false]);
    timeline.add(entry(8), false);
    assertEquals(told(timeline), ["2", "3", "8"]);
  });

  it("W5.10 is at the newest end where the log ends with what is no message", () => {
    const timeline = new Timeline();
    timeline.reset({ messages: entries(1, 2), more: false }, 5);
    assertEquals([timeline.to, timeline.hasNewer], [5, false]);
    timeline.head = 9;
    timeline.putNewer({ messages: entries(1, 2), more: false, seq: 9 }, 9, timeline.listen());
    assertEquals([timeline.to, timeline.hasNewer], [9, false]);
  });

  it("W5.8 puts older pages before, without what is there already", () => {
    const timeline = holding(5, 6);
    timeline.putOlder({ messages: entries(3, 5), more: true, seq: 6 }, timeline.listen());
    timeline.putOlder({ messages: entries(1, 2), more: false, seq: 6 }, timeline.listen());
    assertEquals(told(timeline), ["1", "2", "3", "4", "5", "6"]);
    assertEquals([timeline.from, timeline.hasOlder], [1, false]);
  });

  it("W5.10 applies to a page what came after it was read, and nothing from before", () => {
    const about = { room: "general", ts: 9000, uid: "ruth", user: "ruth" };
    const edit = (seq: number, of: number): Entry => (
      { type: "edited", ...about, seq, of, text: `edit ${seq}` }
    );
    const timeline = holding(5, 6);
    const heard = timeline.listen();
    for (const entry of [edit(7, 3), edit(8, 4)]) timeline.add(entry, false);
    // Read when 7 was in the log, so its text is what 7 made of it or later.
    timeline.putOlder(
      { messages: [entry(3, "newer than 7"), entry(4)], more: true, seq: 7 },
      heard,
    );
    const shown = timeline.lines.map((line) => line.kind === "said" && line.text);
    assertEquals(shown, ["newer than 7", "edit 8", "5", "6"]);
  });

  it("W5.4 forgets what it had when it starts over, but for what is not sent", () => {
    const timeline = holding(1, 3);
    const before = timeline.generation;
    timeline.say(outgoing("mine"), ME);
    timeline.reset({ messages: entries(90, 91), more: true }, 91);
    assertEquals(told(timeline), ["90", "91", "waiting mine"]);
    assertEquals(timeline.generation, before + 1);
  });
});

describe("one's own message in a timeline", () => {
  it("W7.1 is one row from the first moment on", () => {
    const timeline = holding(1, 1);
    timeline.say(outgoing("mine"), ME);
    assertEquals(told(timeline), ["1", "waiting mine"]);
    timeline.say(outgoing("mine", { status: "sent", seq: 2 }), ME);
    timeline.add(entry(2, "mine", "me"), true);
    assertEquals(told(timeline), ["1", "2"]);
    const row = timeline.lines.at(-1);
    assertEquals(row?.key, "mine");
    assertEquals(row?.ts, 2000, "the server's time");
  });

  it("is passed by what others said before the server had it", () => {
    const timeline = holding(1, 1);
    timeline.say(outgoing("mine"), ME);
    timeline.add(entry(2), false);
    assertEquals(told(timeline), ["1", "2", "waiting mine"]);
    timeline.say(outgoing("mine", { status: "sent", seq: 3 }), ME);
    assertEquals(told(timeline), ["1", "2", "3"]);
  });

  it("P4 that was kept, but never acknowledged, becomes its entry when that comes", () => {
    const timeline = holding(1, 1);
    timeline.say(outgoing("mine"), ME);
    timeline.add(entry(2, "mine", "me"), true);
    assertEquals(told(timeline), ["1", "2"]);
    timeline.say(outgoing("mine", { status: "sent", seq: 2 }), ME);
    assertEquals(told(timeline), ["1", "2"]);
    assertEquals(timeline.lines.at(-1)?.key, "mine", "still its row");
  });

  it("P4 taken for another that says the same, is put right by its ack", () => {
    const timeline = holding(1, 1);
    timeline.say(outgoing("a", { text: "ok" }), ME);
    timeline.say(outgoing("b", { text: "ok" }), ME);
    // Another of one's own pages said it too, and first.
    timeline.add(entry(2, "ok", "me"), true);
    timeline.say(outgoing("a", { text: "ok", status: "sent", seq: 3 }), ME);
    timeline.add(entry(3, "ok", "me"), true);
    assertEquals(told(timeline), ["1", "2", "3", "waiting ok"]);
    timeline.say(outgoing("b", { text: "ok", status: "sent", seq: 4 }), ME);
    timeline.add(entry(4, "ok", "me"), true);
    assertEquals(told(timeline), ["1", "2", "3", "4"]);
    assertEquals(timeline.lines.slice(2).map(({ key }) => key), ["a", "b"]);
  });

  it("P3 acknowledged outside of what is held, comes with its page and not beside a hole", () => {
    const timeline = holding(601, 1200);
    timeline.trim("newest");
    for (const seq of [7, 1200]) {
      timeline.say(outgoing("mine"), ME);
      timeline.say(outgoing("mine", { status: "sent", seq }), ME);
      assertEquals([told(timeline)[0], told(timeline).at(-1)], ["601", "1100"]);
    }
    timeline.putOlder({ messages: entries(1, 600), more: false, seq: 1200 }, timeline.listen());
    timeline.putNewer(
      { messages: entries(1101, 1200), more: true, seq: 1200 },
      1200,
      timeline.listen(),
    );
    assertEquals(told(timeline), entries(1, 1200).map(({ seq }) => `${seq}`));
  });

  it("that failed says why, stays where it is, and moves to the end when it is tried again", () => {
    const timeline = holding(1, 1);
    const refusal = { code: "UNAVAILABLE", message: "no" } as const;
    timeline.say(outgoing("mine"), ME);
    timeline.say(outgoing("mine", { status: "failed", refusal }), ME);
    timeline.add(entry(2), false);
    assertEquals(told(timeline), ["1", "failed mine", "2"]);
    timeline.say(outgoing("mine"), ME);
    assertEquals(told(timeline), ["1", "2", "waiting mine"]);
    timeline.say(outgoing("mine", { status: "dropped" }), ME);
    assertEquals(told(timeline), ["1", "2"]);
  });
});

describe("who came and left in a timeline", () => {
  const ruth = { uid: "ruth", user: "Ruth" };
  const mara = { uid: "mara", user: "Mara" };

  it("is one line for a run, and none for who came and left again", () => {
    const timeline = holding(1, 1);
    timeline.stage([ruth], []);
    timeline.stage([mara], []);
    assertEquals(told(timeline), ["1", "came Ruth+Mara left "]);
    timeline.stage([], [ruth]);
    assertEquals(told(timeline), ["1", "came Mara left "]);
    timeline.stage([], [mara]);
    assertEquals(told(timeline), ["1"]);
  });

  it("begins anew after something was said", () => {
    const timeline = holding(1, 1);
    timeline.stage([ruth], []);
    timeline.add(entry(2), false);
    timeline.stage([], [ruth]);
    assertEquals(told(timeline), ["1", "came Ruth left ", "2", "came  left Ruth"]);
    assertEquals(new Set(timeline.lines.map(({ key }) => key)).size, 4);
  });
});

describe("a long timeline", () => {
  it("lets go of the oldest lines, and can have them back", () => {
    const timeline = holding(1, 600);
    timeline.trim("oldest");
    assertEquals([timeline.from, timeline.to, timeline.lines.length], [101, 600, 500]);
    assertEquals([timeline.hasOlder, timeline.hasNewer], [true, false]);
    timeline.putOlder({ messages: entries(51, 100), more: true, seq: 601 }, timeline.listen());
    timeline.trim("newest");
    assertEquals([timeline.from, timeline.to], [51, 550]);
    assertEquals([timeline.hasOlder, timeline.hasNewer], [true, true]);
  });

  it("has no older page for having let go of a line that is no entry", () => {
    const timeline = holding(1, 0);
    timeline.stage([{ uid: "ruth", user: "Ruth" }], []);
    for (const one of entries(1, 500)) timeline.add(one, false);
    timeline.trim("oldest");
    assertEquals([timeline.from, timeline.lines.length, timeline.hasOlder], [1, 500, false]);
  });

  it("takes nothing new while its newest end is not there, and knows of it", () => {
    const timeline = holding(1, 600);
    timeline.trim("newest");
    timeline.add(entry(601), false);
    assertEquals([timeline.to, timeline.head, timeline.hasNewer], [500, 601, true]);
    timeline.putNewer(
      { messages: entries(490, 601), more: true, seq: 601 },
      601,
      timeline.listen(),
    );
    assertEquals([timeline.to, timeline.hasNewer, timeline.lines.length], [601, false, 601]);
  });

  it("W10.17 shows what is told to everybody also while its newest end is not there", () => {
    const timeline = holding(1, 501);
    timeline.trim("newest");
    assertEquals(timeline.hasNewer, true);
    timeline.tell({ type: "topic", user: "Ruth", text: "birds" });
    timeline.tell({ type: "system", text: "back at six" });
    assertEquals(told(timeline).slice(-2), ["500", "system"]);
  });

  it("keeps what is not sent, whichever end goes", () => {
    for (const end of ["oldest", "newest"] as const) {
      const timeline = holding(1, 0);
      const refusal = { code: "UNAVAILABLE", message: "no" } as const;
      timeline.say(outgoing("failed", { status: "failed", refusal }), ME);
      for (const one of entries(1, 600)) timeline.add(one, false);
      timeline.say(outgoing("waiting"), ME);
      timeline.trim(end);
      const unsent = told(timeline).filter((line) => /[a-z]/.test(line));
      assertEquals(unsent, ["failed failed", "waiting waiting"], end);
    }
  });
});
