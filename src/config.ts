// The configuration: environment variables, checked, as one frozen value. The only reader of the
// environment is the one who calls readConfig.
import ipaddr from "ipaddr.js";
import * as v from "valibot";
import { parseRoomName, type RoomName, utf8Length } from "./protocol.ts";
import { isStoreUrl, STORE_URLS } from "./store_url.ts";

const MAX_NUMBER = 2 ** 31 - 1;
const whole = (least: number, most = MAX_NUMBER) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,16}$/),
    v.transform(Number),
    v.minValue(least),
    v.maxValue(most),
  );
const list = v.pipe(
  v.string(),
  v.transform((value) => value.split(",").map((item) => item.trim()).filter((item) => item !== "")),
);

/** A header can't carry much more. */
const MAX_TOKEN_LENGTH = 4096;
const token = v.pipe(v.string(), v.regex(/^[\x21-\x7e]*$/), v.maxLength(MAX_TOKEN_LENGTH));
/** An outbox must hold this many of the largest messages, or one of them closes fast readers too. */
const OUTBOX_MESSAGES = 4;

/** A store that may be no larger would lose its entries to what it needs itself. */
const MIN_STORE_BYTES = 1_048_576;
/** What one file counts as. */
const MIN_FILES_BYTES = 4096;

type Setting = { schema: v.GenericSchema<string, unknown>; otherwise: string; expected: string };

function setting<S extends v.GenericSchema<string, unknown>>(
  otherwise: string,
  schema: S,
  expected: string,
) {
  return { schema, otherwise, expected } satisfies Setting;
}

function number(otherwise: number, least = 1) {
  return setting(String(otherwise), whole(least), `a whole number from ${least} to ${MAX_NUMBER}`);
}

function bytesInAll(otherwise: number, least: number) {
  const none = v.pipe(v.literal("0"), v.transform(Number));
  const schema = v.union([none, whole(least, Number.MAX_SAFE_INTEGER)]);
  return setting(String(otherwise), schema, `0, or a whole number of bytes from ${least}`);
}

/** Every variable: its default, what it must be, and that in words. */
const settings = {
  PORT: setting(
    "8000",
    whole(0, 65535),
    "a port from 0 to 65535; 0 takes a free one",
  ),
  HOST: setting(
    "127.0.0.1",
    v.pipe(v.string(), v.regex(/^[A-Za-z0-9.:-]+$/)),
    "an address to listen on, such as 127.0.0.1 or 0.0.0.0",
  ),
  TRANSPORT: setting("deno", v.picklist(["deno", "ws"]), "deno or ws"),
  STORE_URL: setting("sqlite:data/snug.db", v.pipe(v.string(), v.check(isStoreUrl)), STORE_URLS),
  STORE_SYNC: setting("full", v.picklist(["full", "normal"]), "full or normal"),
  STORE_MAX_BYTES: bytesInAll(0, MIN_STORE_BYTES),
  FILES_DIR: setting("", v.string(), "a folder for the files that are uploaded"),
  MAX_FILE_BYTES: number(10485760),
  MAX_FILES_BYTES: bytesInAll(1073741824, MIN_FILES_BYTES),
  RETENTION_DAYS: number(0, 0),
  RETENTION_MESSAGES: number(0, 0),
  WS_TOKEN: setting(
    "",
    token,
    "a token that every client must have, of printable ASCII without spaces, or open",
  ),
  ADMIN_TOKEN: setting(
    "",
    v.pipe(token, v.notValue("open")),
    "a token that may do everything, of printable ASCII without spaces, and not open",
  ),
  JWT_SECRET: setting(
    "",
    v.pipe(v.string(), v.check((value) => value === "" || utf8Length(value) >= 32)),
    "a secret of at least 32 bytes",
  ),
  JWT_JWKS_URL: setting(
    "",
    v.pipe(v.string(), v.check((value) => value === "" || isKeysUrl(value))),
    "an https: address of public keys without a password in it; http: on this machine only",
  ),
  JWT_ISSUER: setting("", v.string(), "what the claim iss of tokens must be"),
  JWT_AUDIENCE: setting("", v.string(), "what the claim aud of tokens must be or hold"),
  AUTH_HEADER: setting(
    "",
    v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]*$/), v.toLowerCase()),
    "the name of a header, such as x-ws-auth-key",
  ),
  ALLOWED_ORIGINS: setting(
    "",
    v.pipe(list, v.everyItem(isOrigin)),
    "origins such as https://example.org, with commas between them, or *",
  ),
  TRUSTED_PROXIES: setting(
    "",
    v.pipe(list, v.everyItem(isNetwork)),
    "addresses or networks of proxies such as 127.0.0.1 or 10.0.0.0/8, with commas between them",
  ),
  ROOMS: setting(
    "general,random",
    v.pipe(
      list,
      v.everyItem((name) => parseRoomName(name).ok),
      v.transform((names) => [...new Set(toRoomNames(names))]),
    ),
    "room names with commas between them; letters, digits, . _ and -",
  ),
  REPLIES_FILE: setting("", v.string(), "a JSON file with what a bot answers"),
  JOIN_POLICY: setting("open", v.picklist(["open", "listed", "token"]), "open, listed or token"),
  MAX_ROOMS: number(10000),
  MAX_MESSAGE_BYTES: number(16384, 256),
  MAX_CONNECTIONS: number(10000),
  MAX_CONNECTIONS_PER_IP: number(64),
  MAX_ROOMS_PER_CONNECTION: number(50),
  MAX_ROOM_MEMBERS: number(10000),
  RATE_MESSAGES_PER_SECOND: number(5),
  RATE_BURST: number(20),
  OUTBOX_BYTES: number(1048576, 4096),
  HISTORY_PAGE: number(50),
  RESUME_LIMIT: number(1000),
  HEARTBEAT_MS: number(25000, 500),
  HEARTBEAT_GRACE_MS: number(10000),
  PRESENCE_GRACE_MS: number(10000, 0),
  DRAIN_MS: number(10000, 0),
  METRICS_TOKEN: setting(
    "",
    v.pipe(token, v.notValue("open")),
    "a token that reads /metrics, of printable ASCII without spaces, and not open",
  ),
  TLS_CERT_FILE: setting("", v.string(), "a file with a certificate and its chain, as PEM"),
  TLS_KEY_FILE: setting("", v.string(), "a file with the certificate's private key, as PEM"),
  LOG_LEVEL: setting(
    "info",
    v.picklist(["debug", "info", "warn", "error"]),
    "debug, info, warn or error",
  ),
  LOG_FORMAT: setting("text", v.picklist(["text", "json"]), "text or json"),
};

type Name = keyof typeof settings;

/** The checked values, by the names of their variables. Sizes are bytes, `_MS` milliseconds. */
export type Config = { readonly [N in Name]: v.InferOutput<(typeof settings)[N]["schema"]> };

/** Variables whose value is never shown. */
const SECRETS: ReadonlySet<string> = new Set([
  "WS_TOKEN",
  "ADMIN_TOKEN",
  "METRICS_TOKEN",
  "JWT_SECRET",
  "JWT_JWKS_URL",
]);

export type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration, or every problem that keeps it from being one, a line each. */
export function readConfig(environment: Environment):
  | { ok: true; config: Config }
  | { ok: false; problems: string[] } {
  const problems = Object.keys(environment).flatMap(nearMiss);
  const config: Record<string, unknown> = {};
  for (const [name, { schema, otherwise, expected }] of Object.entries<Setting>(settings)) {
    // An empty value is an unset one, as compose files and units write it.
    const given = environment[name] || otherwise;
    const parsed = v.safeParse(schema, given);
    if (parsed.success) config[name] = parsed.output;
    else problems.push(`${name}=${SECRETS.has(name) ? "…" : oneLine(given)}: expected ${expected}`);
  }
  if (problems.length > 0) return { ok: false, problems };
  const together = problemsTogether(config as Config);
  if (together.length > 0) return { ok: false, problems: together };
  return { ok: true, config: Object.freeze(config) as Config };
}

/** What is wrong between values that are each good. */
function problemsTogether(config: Config): string[] {
  const { OUTBOX_BYTES, MAX_MESSAGE_BYTES, WS_TOKEN, ADMIN_TOKEN, METRICS_TOKEN } = config;
  const { JWT_SECRET, JWT_JWKS_URL, JWT_ISSUER, JWT_AUDIENCE } = config;
  const problems: string[] = [];
  if (OUTBOX_BYTES < MAX_MESSAGE_BYTES * OUTBOX_MESSAGES) {
    const expected = `at least ${OUTBOX_MESSAGES} times MAX_MESSAGE_BYTES (${MAX_MESSAGE_BYTES})`;
    problems.push(`OUTBOX_BYTES=${OUTBOX_BYTES}: expected ${expected}`);
  }
  if (ADMIN_TOKEN !== "" && ADMIN_TOKEN === WS_TOKEN) {
    problems.push("ADMIN_TOKEN=…: expected another token than WS_TOKEN");
  }
  for (const name of ["WS_TOKEN", "ADMIN_TOKEN"] as const) {
    if (METRICS_TOKEN === "" || METRICS_TOKEN !== config[name]) continue;
    problems.push(`METRICS_TOKEN=…: expected another token than ${name}`);
  }
  if (JWT_SECRET !== "" && JWT_JWKS_URL !== "") {
    problems.push("JWT_SECRET=…: expected nothing beside JWT_JWKS_URL, or the other way round");
  }
  if (JWT_SECRET === "" && JWT_JWKS_URL === "" && (JWT_ISSUER || JWT_AUDIENCE)) {
    const name = JWT_ISSUER ? "JWT_ISSUER" : "JWT_AUDIENCE";
    problems.push(
      `${name}=${oneLine(config[name])}: expected JWT_SECRET or JWT_JWKS_URL beside it`,
    );
  }
  const [tls, other] = config.TLS_CERT_FILE
    ? ["TLS_CERT_FILE", "TLS_KEY_FILE"] as const
    : ["TLS_KEY_FILE", "TLS_CERT_FILE"] as const;
  if (config[tls] && !config[other]) {
    problems.push(`${tls}=${oneLine(config[tls])}: expected ${other} beside it`);
  }
  return problems;
}

function oneLine(value: string): string {
  // In a URL, what stands between : and @ is a password, also where its slashes were forgotten.
  return value.replace(/\p{Cc}+/gu, " ")
    .replace(/(^[^:]*:(?!\/\/)|\/\/[^/:]*:).*(?=@)|(?<=[?&]password=)[^&]*/g, "$1…");
}

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d+){3}$/.test(host);
}

/** A problem where a variable is one or two letters from a known one: surely meant, and not read. */
function nearMiss(name: string): string[] {
  if (name in settings) return [];
  const meant = Object.keys(settings).find((known) => isNear(name.toUpperCase(), known));
  return meant ? [`${name}: not a variable of Snug; expected ${meant}`] : [];
}

/** A slip is rarely in the first letter (GH_TOKEN), and PORTS and HOSTS are words of their own. */
function isNear(name: string, known: string): boolean {
  if (name[0] !== known[0]) return false;
  // TRUSTED_PROXY and JOIN_POLICIES are three letters off.
  if (singular(name) === singular(known)) return true;
  // PROT is two letters off too: they only changed places.
  if ([...name].sort().join() === [...known].sort().join()) return true;
  return known.length > 5
    ? distance(name, known) <= 2
    : name.length <= known.length && distance(name, known) <= 1;
}

function singular(name: string): string {
  return name.replace(/IES$/, "Y");
}

/** Levenshtein's distance, or 3 where the lengths alone say more than 2. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

function isOrigin(value: string): boolean {
  if (value === "*") return true;
  try {
    // A URL may hold a `*`; no page's origin ever matches it.
    return /^https?:[^*]+$/.test(value) && new URL(value).origin === value;
  } catch {
    return false;
  }
}

function isKeysUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, password } = new URL(value);
  const isHere = protocol === "http:" && isLoopback(hostname.replace(/^\[|\]$/g, ""));
  return (protocol === "https:" || isHere) && username === "" && password === "";
}

function isNetwork(value: string): boolean {
  const [address = "", bits, ...rest] = value.split("/");
  const isV4 = ipaddr.IPv4.isValidFourPartDecimal(address);
  if (rest.length > 0 || !isV4 && !ipaddr.IPv6.isValid(address)) return false;
  return bits === undefined || /^\d{1,3}$/.test(bits) && Number(bits) <= (isV4 ? 32 : 128);
}

function toRoomNames(names: string[]): RoomName[] {
  return names.flatMap((name) => {
    const parsed = parseRoomName(name);
    return parsed.ok ? [parsed.room] : [];
  });
}
