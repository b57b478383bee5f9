// Which pages may connect (W15.4), and which names this server answers to in open mode (W15.5).

/** Whether a page of this origin may connect to a server that was asked for as `host`. */
export function isOriginAllowed(
  origin: string,
  host: string | null,
  allowed: readonly string[],
): boolean {
  if (allowed.includes("*")) return true;
  const url = parseOrigin(origin);
  if (!url) return false;
  if (allowed.includes(url.origin)) return true;
  return host !== null && url.host === withoutDefaultPort(host, url.protocol);
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
