import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import type { Entry } from "../../src/protocol.ts";
import { rowsOf } from "../../static/model/rows.js";
import { Timeline } from "../../static/model/timeline.js";

const MINUTE = 60_000;
const NOON = new Date(2026, 2, 3, 12).getTime();

/** A timeline of who said something when, in milliseconds after noon of a day. */
function timelineOf(...said: [user: string, at: number][]): Timeline {
  const timeline = new Timeline();
  const messages = said.map(([user, at], index) => {
    const seq = index + 1;
    return {
      type: "chat",
      room: "r",
      seq,
      ts: NOON + at,
      uid: user,
      user,
      text: `${seq}`,
    } as Entry;
  });
  timeline.reset({ messages, more: false }, messages.length);
  return timeline;
}

type Given = { unread?: { after: number; count: number } | null; counts?: boolean };

/** Each row in a word; a message that goes on without a name begins with `+`. */
function read(timeline: Timeline, { unread = null, counts = false }: Given = {}): string[] {
  return rowsOf(timeline, unread, counts).map((row) => {
    switch (row.kind) {
      case "said":
        return `${row.follows ? "+" : ""}${row.line.user} ${row.line.text}`;
      case "stage":
        return "stage";
      case "day":
        return `day ${new Date(row.ts).getDate()}`;
      case "unread":
      case "waiting":
        return `${row.kind} ${row.count}`;
    }
  });
}

it("somebody who goes on within five minutes is not named again", () => {
  const timeline = timelineOf(
    ["Ruth", 0],
    ["Ruth", 5 * MINUTE - 1],
    ["Ruth", 10 * MINUTE - 1],
    ["Mara", 10 * MINUTE],
    ["Ruth", 10 * MINUTE],
  );
  assertEquals(read(timeline), ["day 3", "Ruth 1", "+Ruth 2", "Ruth 3", "Mara 4", "Ruth 5"]);
});

it("somebody who took another name is named", () => {
  const timeline = timelineOf(["Ruth", 0], ["Ruth", 1]);
  const [, second] = timeline.lines;
  if (second?.kind === "said") second.user = "Ruthie";
  assertEquals(read(timeline), ["day 3", "Ruth 1", "Ruthie 2"]);
});

it("each day of the reader’s calendar has a heading, once, also when clocks differ", () => {
  const timeline = timelineOf(
    ["Ruth", 0],
    ["Ruth", 12 * 60 * MINUTE],
    ["Ruth", 12 * 60 * MINUTE + 1],
    ["Ruth", 12 * 60 * MINUTE - 1],
  );
  assertEquals(read(timeline), ["day 3", "Ruth 1", "day 4", "Ruth 2", "+Ruth 3", "+Ruth 4"]);
  const keys = rowsOf(timeline, null, false).map(({ key }) => key);
  assertEquals(new Set(keys).size, keys.length);
});

it("the unread line stands once, before the first unread message, who is named anew", () => {
  const timeline = timelineOf(["Ruth", 0], ["Ruth", 1], ["Ruth", 2]);
  const line = (after: number) => read(timeline, { unread: { after, count: 3 - after } });
  assertEquals(line(1), ["day 3", "Ruth 1", "unread 2", "Ruth 2", "+Ruth 3"]);
  assertEquals(line(0), ["day 3", "unread 3", "Ruth 1", "+Ruth 2", "+Ruth 3"]);
  assertEquals(line(3), ["day 3", "Ruth 1", "+Ruth 2", "+Ruth 3"]);
});

it("what waits is counted from two on, where it is to be counted", () => {
  const timeline = timelineOf(["Ruth", 0]);
  const me = { uid: "me", user: "Ines" };
  const say = (ref: string) =>
    timeline.say({ ref, room: "r", text: ref, at: NOON, status: "waiting" }, me);
  say("a");
  assertEquals(read(timeline, { counts: true }), ["day 3", "Ruth 1", "Ines a"]);
  say("b");
  assertEquals(read(timeline, { counts: true }).slice(2), ["Ines a", "+Ines b", "waiting 2"]);
  assertEquals(read(timeline).slice(2), ["Ines a", "+Ines b"]);
});

it("what is not sent is not shown beside older messages than the newest", () => {
  const timeline = timelineOf(["Ruth", 0], ["Mara", 1]);
  timeline.say({ ref: "a", room: "r", text: "a", at: NOON, status: "waiting" }, {
    uid: "me",
    user: "Ines",
  });
  timeline.head = 9;
  assertEquals(timeline.hasNewer, true);
  assertEquals(read(timeline), ["day 3", "Ruth 1", "Mara 2"]);
});
