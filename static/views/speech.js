// @ts-check
// What somebody said, as nodes: text, and links to http and https only.

const LINK = /\bhttps?:\/\/[^\s<>"]+/gi;
/** Marks that end a sentence, not an address. */
const TRAILING = /[.,;:!?'’”»*_]+$/;

/** @param {string} text @returns {(string | HTMLAnchorElement)[]} */
export function speechOf(text) {
  const nodes = [];
  let end = 0;
  for (const { 0: match, index } of text.matchAll(LINK)) {
    const address = trimmed(match);
    if (!URL.canParse(address)) continue;
    nodes.push(text.slice(end, index), linkTo(address));
    end = index + address.length;
  }
  nodes.push(text.slice(end));
  return nodes;
}

/** Without the marks after it, and without a bracket that it did not open. @param {string} address */
function trimmed(address) {
  for (;;) {
    const shorter = address.replace(TRAILING, "");
    const closes = /[)\]}]$/.exec(shorter)?.[0];
    const opens = closes && { ")": "(", "]": "[", "}": "{" }[closes];
    if (!opens || shorter.split(opens).length >= shorter.split(closes).length) return shorter;
    address = shorter.slice(0, -1);
  }
}

/** @param {string} address */
function linkTo(address) {
  const link = document.createElement("a");
  link.href = address;
  link.rel = "noopener noreferrer";
  link.target = "_blank";
  link.textContent = address;
  return link;
}
