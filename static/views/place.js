// @ts-check
// Rooms and messages in addresses: which a path or a field names, and the way to each.

import { isDirect } from "../model/nicks.js";

const PATH = /^\/r\/([^/]+)(?:\/([1-9]\d{0,14}))?\/?$/;
const ROOM = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u;
const MAX_BYTES = 64;

/** The room that somebody wrote, with or without its hash, or null. @param {string} written */
export function roomIn(written) {
  const room = written.trim().replace(/^#/, "").replace(/\s+/g, "-").normalize("NFC");
  const isValid = ROOM.test(room) && new TextEncoder().encode(room).length <= MAX_BYTES;
  return isValid ? room : null;
}

/** The room and the message of the page's own path, or null. */
export function placeOfPage() {
  return placeIn(location.pathname);
}

/**
 * The room or direct conversation that a path names, and the message there by its seq, or null.
 * @param {string} path
 * @returns {{room: string, seq: number | null} | null}
 */
export function placeIn(path) {
  try {
    const [, written = "", seq] = PATH.exec(path) ?? [];
    const name = decodeURIComponent(written);
    const room = isDirect(name) ? name : roomIn(name);
    return room === null ? null : { room, seq: seq ? Number(seq) : null };
  } catch {
    return null;
  }
}

/** The room of the page's own path, or null. */
export function roomOfPage() {
  return placeOfPage()?.room ?? null;
}

/** @param {string} room @param {number | null} [seq] of a message there */
export function linkTo(room, seq = null) {
  return `/r/${encodeURIComponent(room)}${seq === null ? "" : `/${seq}`}`;
}

/** The token of a link `#token=…`, taken out of the address before anything else can see it. */
export function takeToken() {
  // A `+` is one: those who write such links by hand do not encode it.
  const token = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B")).get("token");
  if (token !== null) {
    // The terminal's client has this file too, and its runtime no `history`.
    /** @type {any} */ (globalThis).history.replaceState(
      null,
      "",
      location.pathname + location.search,
    );
  }
  return token;
}
