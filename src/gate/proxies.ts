// Who really asks, behind the proxies of TRUSTED_PROXIES (W15.7). Only a proxy that is trusted is
// believed what it says of who came before it.
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** An address with a port, as some proxies write it: `192.0.2.1:80`, `[2001:db8::1]:80`. */
const WITH_PORT = /^(?:([\d.]+)|\[([^\]]+)\])(?::\d{1,5})?$/;

/** What a proxy tells of itself. */
const PROXY_HEADERS = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
];

export class Proxies {
  readonly #trusted: [Address, number][];
  readonly #warn: (peer: string) => void;
  #hasWarned = false;

  /** `trusted` are addresses and CIDRs. `warn` hears once that a proxy seems to be missing there. */
  constructor(trusted: readonly string[], warn: (peer: string) => void) {
    this.#trusted = trusted.map(toRange);
    this.#warn = warn;
  }

  /** The address of who asks: the last one in `X-Forwarded-For` that is no trusted proxy. */
  clientOf(peer: string, headers: Headers): string {
    if (this.#trusted.length === 0) {
      if (!this.#hasWarned && headers.get("x-forwarded-for") !== null) this.#warnOf(peer);
      return unmapped(peer);
    }
    let client = parse(peer);
    if (!client) return peer;
    const hops = headers.get("x-forwarded-for")?.split(",") ?? [];
    while (hops.length > 0 && this.#isTrusted(client)) {
      const before = parseHop(hops.pop()!);
      if (!before) break;
      client = before;
    }
    return client.toString();
  }

  /** Whether a program of this machine asks, and no proxy for somebody else. */
  isDirect(peer: string, headers: Headers): boolean {
    const address = parse(peer);
    return address?.range() === "loopback" && !this.#isTrusted(address) &&
      !PROXY_HEADERS.some((name) => headers.has(name));
  }

  /** Whether the request came over TLS, to this server or to a trusted proxy before it. */
  isSecure(peer: string, request: Request): boolean {
    if (request.url.startsWith("https:")) return true;
    if (this.#trusted.length === 0) return false;
    const proto = request.headers.get("x-forwarded-proto");
    if (proto === null || proto.split(",").at(-1)!.trim().toLowerCase() !== "https") return false;
    const address = parse(peer);
    return address !== undefined && this.#isTrusted(address);
  }

  #isTrusted(address: Address): boolean {
    return this.#trusted.some(([base, bits]) =>
      base.kind() === address.kind() && address.match(base as never, bits)
    );
  }

  #warnOf(peer: string): void {
    const range = parse(peer)?.range();
    if (!["private", "loopback", "uniqueLocal", "linkLocal"].includes(range ?? "")) return;
    this.#hasWarned = true;
    this.#warn(peer);
  }
}

function parseHop(hop: string): Address | undefined {
  const trimmed = hop.trim();
  const [, v4, v6] = WITH_PORT.exec(trimmed) ?? [];
  return parse(v4 ?? v6 ?? trimmed);
}

/** An address in its strict form; IPv4 in IPv6 is that IPv4. */
function parse(text: string): Address | undefined {
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text);
  if (!isAddress) return undefined;
  return ipaddr.process(text.replace(/%.*$/, ""));
}

function toRange(cidr: string): [Address, number] {
  const [text, bits] = cidr.split("/") as [string, string | undefined];
  const base = parse(text)!;
  const isMapped = base.kind() === "ipv4" && text.includes(":");
  const most = base.kind() === "ipv4" ? 32 : 128;
  return [base, bits === undefined ? most : Math.max(0, Number(bits) - (isMapped ? 96 : 0))];
}

function unmapped(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}
