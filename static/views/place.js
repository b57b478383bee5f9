// @ts-check
// Rooms in addresses: which one a path or a field names, and the way to each.

import { isDirect } from "../model/nicks.js";

const PATH = /^\/r\/([^/]+)\/?$/;
const ROOM = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u;
const MAX_BYTES = 64;

/** The room that somebody wrote, with or without its hash, or null. @param {string} written */
export function roomIn(written) {
  const room = written.trim().replace(/^#/, "").replace(/\s+/g, "-").normalize("NFC");
  const isValid = ROOM.test(room) && new TextEncoder().encode(room).length <= MAX_BYTES;
  return isValid ? room : null;
}

/** The room or direct conversation of the page's own path, or null. */
export function roomOfPage() {
  try {
    const name = decodeURIComponent(PATH.exec(location.pathname)?.[1] ?? "");
    return isDirect(name) ? name : roomIn(name);
  } catch {
    return null;
  }
}

/** @param {string} room */
export function linkTo(room) {
  return `/r/${encodeURIComponent(room)}`;
}

/** The token of a link `#token=…`, taken out of the address before anything else can see it. */
export function takeToken() {
  // A `+` is one: those who write such links by hand do not encode it.
  const token = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B")).get("token");
  if (token !== null) history.replaceState(null, "", location.pathname + location.search);
  return token;
}
