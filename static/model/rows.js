// @ts-check
// How a timeline reads on the wall: day headings, the unread line, who speaks anew and who goes on.
import { actionIn } from "./slash.js";
/** @import {Said, Stage, Timeline} from "./timeline.js" */
/** @import {Unread} from "./room.js" */

/**
 * @typedef {{kind: "said", key: string, line: Said, follows: boolean}} SaidRow
 * @typedef {{kind: "stage", key: string, line: Stage}} StageRow
 * @typedef {{kind: "day", key: string, ts: number}} DayRow
 * @typedef {{kind: "unread", key: string, count: number, ts: number}} UnreadRow
 * @typedef {{kind: "waiting", key: string, count: number}} WaitingRow
 * @typedef {SaidRow | StageRow | DayRow | UnreadRow | WaitingRow} Row
 */

const GROUP_MS = 5 * 60_000;

/**
 * The rows of a timeline, each with a key that stays. `counts` adds how many messages wait.
 * @param {Timeline} timeline
 * @param {Unread | null} unread
 * @param {boolean} counts
 * @returns {Row[]}
 */
export function rowsOf(timeline, unread, counts) {
  /** @type {Row[]} */
  const rows = [];
  let day = 0;
  let waiting = 0;
  let marked = unread === null;
  /** @type {Said | null} */
  let before = null;
  for (const line of timeline.lines) {
    // What is not sent stands after the newest entry, which is not in view.
    if (line.kind === "said" && line.seq === 0 && timeline.hasNewer) continue;
    // Clocks differ: a day once begun does not come again.
    const itsDay = dayOf(line.ts);
    if (itsDay > day) {
      rows.push({ kind: "day", key: `day ${itsDay}`, ts: line.ts });
      day = itsDay;
      before = null;
    }
    if (line.kind === "stage") {
      rows.push({ kind: "stage", key: line.key, line });
      before = null;
      continue;
    }
    if (!marked && unread && line.seq > unread.after) {
      rows.push({ kind: "unread", key: "unread", count: unread.count, ts: line.ts });
      marked = true;
      before = null;
    }
    rows.push({ kind: "said", key: line.key, line, follows: goesOn(line, before) });
    if (line.status === "waiting") waiting += 1;
    before = line;
  }
  if (counts && waiting > 1) rows.push({ kind: "waiting", key: "waiting", count: waiting });
  return rows;
}

/** @param {Said} line @param {Said | null} before */
function goesOn(line, before) {
  return before !== null && before.uid === line.uid && before.user === line.user &&
    line.ts - before.ts < GROUP_MS && !(before.status === "failed" && line.status !== "failed") &&
    [line, before].every(({ text }) => actionIn(text) === null);
}

/** Days of the reader's calendar, as rising numbers. @param {number} ts */
function dayOf(ts) {
  const date = new Date(ts);
  return date.getFullYear() * 10_000 + date.getMonth() * 100 + date.getDate();
}
