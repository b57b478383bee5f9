// @ts-check
// Where a server is and how a credential travels there (W15). Knows nothing of who holds it.
import { BATCHED } from "./frames.js";
/** @import {Offer} from "./credential.js" */

/** The addresses of one server, from whatever form of its base URL the caller has. */
export class Address {
  #base;
  #plain;

  /** @param {URL} base @param {boolean} plain */
  constructor(base, plain) {
    this.#base = base;
    this.#plain = plain;
  }

  get host() {
    return this.#base.host;
  }

  /** The name that is wished for from now on. @param {string} name */
  setName(name) {
    this.#base.searchParams.set("username", name);
  }

  /** What `new WebSocket` takes. @param {Offer} offer @returns {[URL, string[]]} */
  socket(offer) {
    const url = new URL(this.#base);
    url.protocol = url.protocol.replace("http", "ws");
    if (this.#plain) {
      if (offer.kind !== "none") url.searchParams.set(offer.kind, offer.value);
      return [url, []];
    }
    return [url, offer.kind === "none" ? [BATCHED] : [BATCHED, `auth.${encodeToken(offer.value)}`]];
  }

  /** What `fetch` takes to hear why an upgrade failed. @param {Offer} offer @returns {[URL, RequestInit]} */
  probe(offer) {
    return [this.#base, { headers: headersOf(offer), cache: "no-store" }];
  }

  /**
   * What `fetch` takes to ask the HTTP API.
   * @param {string} path
   * @param {Record<string, string>} query
   * @param {Offer} offer
   * @returns {[URL, {headers: Record<string, string>}]}
   */
  api(path, query, offer) {
    const url = new URL(this.#base);
    url.pathname = url.pathname.replace(/\/ws(\/.*)?$/, `/api/${path}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return [url, { headers: headersOf(offer) }];
  }
}

/** @param {Offer} offer @returns {Record<string, string>} */
function headersOf(offer) {
  return offer.kind === "none" ? {} : { authorization: `Bearer ${offer.value}` };
}

/**
 * The address of a server: `https://host`, `https://host/ws` or the same with ws or wss.
 * @param {string | URL} url
 * @param {{name?: string | undefined, plain?: boolean | undefined}} options
 */
export function parseAddress(url, { name, plain = false }) {
  const base = new URL(url);
  base.protocol = base.protocol.replace(/^ws/, "http");
  base.hash = "";
  if (!/\/ws(\/|$)/.test(base.pathname)) base.pathname = base.pathname.replace(/\/*$/, "/ws");
  // The watch for a dead connection counts on the server's pings.
  base.searchParams.delete("heartbeat");
  if (name) base.searchParams.set("username", name);
  return new Address(base, plain);
}

/**
 * A value with every character that a subprotocol may not hold percent-encoded (RFC 6455, 4.1),
 * and some more, which does no harm.
 * @param {string} value
 */
function encodeToken(value) {
  return encodeURIComponent(value).replace(/[()]/g, (c) => c === "(" ? "%28" : "%29");
}
