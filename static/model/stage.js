// @ts-check
// Stage directions: who came in and left, who is called otherwise now, what a room is about now, how a bot greets.
// Knows nothing of the page.
/** @import {Member} from "../../src/protocol.ts" */

/**
 * Who came and left in one run, by uid.
 * @typedef {{kind: "stage", key: string, ts: number, came: Map<string, string>,
 *   left: Map<string, string>}} Stage
 */
/** @typedef {{type: "topic" | "greeting", user: string, text: string} | {type: "nick", user: string, was: string} | {type: "system", text: string}} News */
/** Something else that happened in the room. @typedef {{kind: "told", key: string, ts: number, news: News}} Told */

/** A run in which nobody came or left yet. @param {string} key @returns {Stage} */
export function stageOf(key) {
  return { kind: "stage", key, ts: Date.now(), came: new Map(), left: new Map() };
}

/** Who comes back within a run did not leave. @param {Stage} stage @param {Member[]} came @param {Member[]} left */
export function continueStage(stage, came, left) {
  for (const { uid, user } of came) if (!stage.left.delete(uid)) stage.came.set(uid, user);
  for (const { uid, user } of left) if (!stage.came.delete(uid)) stage.left.set(uid, user);
  return stage.came.size + stage.left.size > 0;
}
