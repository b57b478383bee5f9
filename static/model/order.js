// @ts-check
// The order of lines: by seq, and what waits to be sent at the end. Lines that have no place in the
// log stay where they came.
/** @import {Line} from "./timeline.js" */
/** @import {Said} from "./said.js" */

/** Puts it after the last line with a lower seq, but before what still waits. @param {Line[]} lines @param {Said} said */
export function insert(lines, said) {
  let index = lines.length;
  for (let i = index - 1; i >= 0; i--) {
    const line = lines[i];
    if (line?.kind !== "said") continue;
    if (line.seq > said.seq || (line.seq === 0 && line.status === "waiting")) index = i;
    else if (line.seq > 0) break;
  }
  lines.splice(index, 0, said);
}

/** The message with this seq; what is looked for is mostly new. @param {Line[]} lines @param {number} seq */
export function bySeq(lines, seq) {
  for (let i = lines.length - 1; i >= 0; i--) {
    const line = lines[i];
    if (line && hasSeq(line) && line.seq === seq) return line;
  }
}

/** @param {Line[]} lines @param {Said} said one of them */
export function isInOrder(lines, said) {
  const index = lines.indexOf(said);
  return lines.every((line, i) =>
    !hasSeq(line) || (i < index ? line.seq <= said.seq : line.seq >= said.seq)
  );
}

/** @param {Line} line @returns {line is Said} */
export function hasSeq(line) {
  return line.kind === "said" && line.seq > 0;
}

/** @param {Line} line */
export function isUnsent(line) {
  return line.kind === "said" && line.seq === 0;
}
