// @ts-check
// Addresses in what somebody wrote: http and https only, and where one ends in a sentence.

const ADDRESS = /https?:\/\/[^\s<>"`]+/iy;
/** Marks that end a sentence or an emphasis, not an address. */
const TRAILING = new Set(".,;:!?'’”»*_~");
/** @type {Record<string, string>} */
const OPENING = { ")": "(", "]": "[", "}": "{" };

/** The address that stands there, or null. @param {string} text @param {number} at */
export function addressIn(text, at) {
  ADDRESS.lastIndex = at;
  const match = ADDRESS.exec(text)?.[0];
  const address = match && trimmed(match);
  return address && URL.canParse(address) ? address : null;
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
