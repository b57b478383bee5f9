// Which pages may ask (W15.4), which requests the cookie counts for (W15.9), and which names this
// server answers to in open mode (W15.5).

/** What is known of where a request comes from. */
export interface Source {
  headers: Headers;
  /** The host and port that the server was asked for. */
  host: string | null;
  /** It came over TLS, as far as is known. */
  isSecure: boolean;
}

/** Whether a page of this origin may ask. */
export function isOriginAllowed(
  origin: string,
  source: Source,
  allowed: readonly string[],
): boolean {
  if (allowed.includes("*")) return true;
  const url = parseOrigin(origin);
  if (!url) return false;
  return allowed.includes(url.origin) || isSameHost(url, source);
}

/**
 * Whether a request that changes something may be done as far as its origin goes. A browser that
 * leaves the origin out still says whether the page is of this host.
 */
export function mayChange(source: Source, allowed: readonly string[]): boolean {
  const origin = source.headers.get("origin");
  return origin === null ? isNoForeignPage(source) : isOriginAllowed(origin, source, allowed);
}

/** Whether the cookie counts: a page of this very host asked, or none; whatever is allowed else. */
export function mayUseCookie(source: Source): boolean {
  const origin = source.headers.get("origin");
  if (origin === null) return isNoForeignPage(source);
  const url = parseOrigin(origin);
  return url !== undefined && isSameHost(url, source);
}

/**
 * Whether a request may reach a server that lets everybody in: only under a name of this machine or
 * of a listed origin. It keeps out a page that points its own name at 127.0.0.1 (DNS rebinding).
 */
export function isHostAllowed(host: string | null, allowed: readonly string[]): boolean {
  if (host === null) return false;
  const name = host.toLowerCase();
  if (/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(name)) return true;
  return allowed.some((origin) => {
    const url = parseOrigin(origin);
    return url !== undefined && url.host === withoutDefaultPort(name, url.protocol);
  });
}

/** The host that a request is for: HTTP/2 has no `Host`, and there the runtime puts it into the URL. */
export function hostOf(request: Request): string | null {
  return request.headers.get("host") ??
    (URL.canParse(request.url) ? new URL(request.url).host : null);
}

function isNoForeignPage({ headers }: Source): boolean {
  const site = headers.get("sec-fetch-site");
  return site === null || site === "same-origin" || site === "none";
}

/** Over TLS only the page that came over TLS is of the same host: the other one anybody can make. */
function isSameHost(origin: URL, { host, isSecure }: Source): boolean {
  if (host === null || isSecure && origin.protocol !== "https:") return false;
  return origin.host === withoutDefaultPort(host, origin.protocol);
}

/** The origin as a URL if it is exactly an origin: scheme, host and port, nothing else. */
function parseOrigin(origin: string): URL | undefined {
  try {
    const url = new URL(origin);
    const isExact = url.origin === origin.toLowerCase() && /^https?:$/.test(url.protocol);
    return isExact ? url : undefined;
  } catch {
    return undefined;
  }
}

function withoutDefaultPort(host: string, protocol: string): string {
  return host.toLowerCase().replace(protocol === "https:" ? /:443$/ : /:80$/, "");
}
