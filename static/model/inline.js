// @ts-check
// One line of what somebody wrote: code, emphasis, addresses, names and rooms. Each character is
// looked at a bounded number of times. What opens and does not close is text.

/**
 * What the words may name: the user whose name a text begins with, and whether a room is known.
 * @typedef {object} Around
 * @property {(text: string) => {uid: string, length: number} | null} nameIn
 * @property {(room: string) => boolean} isRoom
 */
/**
 * @typedef {string | {type: "strong" | "em" | "del", children: Inline[]} |
 *   {type: "code", text: string} | {type: "link", text: string} |
 *   {type: "mention", text: string, uid: string} | {type: "room", text: string}} Inline
 */
/** @typedef {{mark: string, children: Inline[]}} Open */

const SPECIAL =
  /`+|\*+|_+|~+|(?<![\p{L}\p{M}\p{N}_-])@|(?<![\p{L}\p{M}\p{N}_#&/-])#|\bhttps?:\/\//giu;
const ROOM = /#([\p{L}\p{N}][\p{L}\p{M}\p{N}._-]{0,63})/uy;
/** Part of a word, in which no emphasis begins or ends: 2*3*4, snake_case. Han and kana have no spaces. */
const WORD = /^(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}])[\p{L}\p{M}\p{N}]$/u;
/** @type {Record<string, "strong" | "em" | "del">} */
const KINDS = { "*": "em", "_": "em", "**": "strong", "~~": "del" };
/** Nothing else is a link. */
const ADDRESS = /https?:\/\/[^\s<>"`]+/iy;
/** Marks that end a sentence or an emphasis, not an address. */
const TRAILING = new Set(".,;:!?'’”»*_~");
/** @type {Record<string, string>} */
const OPENING = { ")": "(", "]": "[", "}": "{" };
/** As many names are looked for as the server looks for (W10.12). */
const MAX_NAMES = 50;
const LONGEST_NAME = 130;

/** @param {string} text @param {Around} around @returns {Inline[]} */
export function inline(text, around) {
  const emphasis = new Emphasis();
  const special = new RegExp(SPECIAL);
  const twins = nextTwins(text);
  let names = 0;
  let done = 0;
  for (let match; (match = special.exec(text));) {
    const { 0: sign, index: at } = match;
    emphasis.text(text.slice(done, at));
    done = at + sign.length;
    const kind = sign[0] ?? "";
    if (kind === "`") {
      const end = twins.get(at);
      if (end !== undefined) {
        emphasis.add({ type: "code", text: unpadded(text.slice(done, end)) });
        done = end + sign.length;
      } else emphasis.text(sign);
    } else if ("*_~".includes(kind)) {
      emphasis.mark(sign, before(text, at), after(text, done));
    } else {
      /** @type {Inline | null} */
      let found = null;
      if (kind === "@" && ++names <= MAX_NAMES) found = nameAt(text, at, around);
      else if (kind === "#") found = roomAt(text, at, around);
      else if (kind !== "@") found = addressAt(text, at);
      done = at + (found?.text.length ?? sign.length);
      if (found) emphasis.add(found);
      else emphasis.text(sign);
    }
    special.lastIndex = done;
  }
  emphasis.text(text.slice(done));
  return emphasis.end();
}

/** What is open and what stands in it. No mark opens twice, so it is never deep. */
class Emphasis {
  /** @type {[Open, ...Open[]]} */
  #open = [{ mark: "", children: [] }];

  /** @param {string} text */
  text(text) {
    if (text) this.add(text);
  }

  /** @param {Inline} piece */
  add(piece) {
    this.#top.children.push(piece);
  }

  /** A run of marks between two characters; "" is an end of the line. @param {string} run @param {string} left @param {string} right */
  mark(run, left, right) {
    let marks = run === "***" ? ["**", "*"] : run in KINDS ? [run] : [];
    if (marks.length === 0) return this.text(run);
    if (left.trim() && !WORD.test(right)) {
      for (let inner; (inner = this.#open.findLast(({ mark }) => marks.includes(mark)));) {
        const { mark } = inner;
        this.#close(mark);
        marks = marks.filter((other) => other !== mark);
      }
    }
    const opens = right.trim() !== "" && !WORD.test(left);
    for (const mark of marks) {
      const isOpen = this.#open.some((open) => open.mark === mark);
      if (opens && !isOpen) this.#open.push({ mark, children: [] });
      else this.text(mark);
    }
  }

  end() {
    while (this.#open.length > 1) this.#giveUp();
    return whole(this.#open[0].children);
  }

  get #top() {
    return this.#open.at(-1) ?? this.#open[0];
  }

  /** @param {string} mark */
  #close(mark) {
    while (this.#top.mark !== mark) this.#giveUp();
    const { children } = this.#top;
    this.#open.pop();
    this.add({ type: KINDS[mark] ?? "em", children: whole(children) });
  }

  /** The innermost did not close: its mark was text. */
  #giveUp() {
    const { mark, children } = this.#top;
    this.#open.pop();
    this.text(mark);
    for (const child of children) this.add(child);
  }
}

/** The same with texts that stand together in one. @param {Inline[]} pieces */
function whole(pieces) {
  /** @type {Inline[]} */
  const joined = [];
  /** @type {string[]} */
  let texts = [];
  for (const piece of [...pieces, null]) {
    if (typeof piece === "string") texts.push(piece);
    else {
      if (texts.length > 0) joined.push(texts.join(""));
      if (piece !== null) joined.push(piece);
      texts = [];
    }
  }
  return joined;
}

/** Where the next run of as many backticks stands, by where a run stands. @param {string} text */
function nextTwins(text) {
  /** @type {Map<number, number>} */
  const twins = new Map();
  /** @type {Map<number, number>} */
  const last = new Map();
  for (const { 0: run, index } of text.matchAll(/`+/g)) {
    const twin = last.get(run.length);
    if (twin !== undefined) twins.set(twin, index);
    last.set(run.length, index);
  }
  return twins;
}

/** A space on both sides is there for a backtick beside it. @param {string} code */
function unpadded(code) {
  return /^ .*[^ ].* $/.test(code) ? code.slice(1, -1) : code;
}

/** @param {string} text @param {number} at @param {Around} around @returns {Extract<Inline, {type: "mention"}> | null} */
function nameAt(text, at, around) {
  const found = around.nameIn(text.slice(at + 1, at + LONGEST_NAME));
  return found &&
    { type: "mention", text: text.slice(at, at + 1 + found.length), uid: found.uid };
}

/** @param {string} text @param {number} at @param {Around} around @returns {Extract<Inline, {type: "room"}> | null} */
function roomAt(text, at, around) {
  ROOM.lastIndex = at;
  const room = ROOM.exec(text)?.[1]?.replace(/[._-]+$/, "");
  return room && around.isRoom(room) ? { type: "room", text: `#${room}` } : null;
}

/** @param {string} text @param {number} at @returns {Extract<Inline, {type: "link"}> | null} */
function addressAt(text, at) {
  ADDRESS.lastIndex = at;
  const match = ADDRESS.exec(text)?.[0];
  const address = match && trimmed(match);
  return address && URL.canParse(address) ? { type: "link", text: address } : null;
}

/** Without the marks after it, and without brackets that it did not open. @param {string} address */
function trimmed(address) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const character of address) counts[character] = (counts[character] ?? 0) + 1;
  let end = address.length;
  for (; end > 0; end--) {
    const last = address[end - 1] ?? "";
    const opening = OPENING[last];
    if (opening) {
      if ((counts[opening] ?? 0) >= (counts[last] ?? 0)) break;
      counts[last] = (counts[last] ?? 0) - 1;
    } else if (!TRAILING.has(last)) break;
  }
  return address.slice(0, end);
}

/** The character before. @param {string} text @param {number} at */
function before(text, at) {
  return [...text.slice(Math.max(0, at - 2), at)].at(-1) ?? "";
}

/** @param {string} text @param {number} at */
function after(text, at) {
  return [...text.slice(at, at + 2)][0] ?? "";
}
