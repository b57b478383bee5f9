// Who may come in, by the configuration and what the store keeps: puts the gate's parts together.
import type { Logger } from "@logtape/logtape";
import { createHash, randomBytes } from "node:crypto";
import { type Config, isLoopback } from "./config.ts";
import { type Access, Authenticator } from "./gate/authenticator.ts";
import { Gate, type LiveSessions } from "./gate/gate.ts";
import { GuestSessions } from "./gate/guest.ts";
import { JwtVerifier } from "./gate/jwt.ts";
import { KeySet } from "./gate/key_set.ts";
import { AddressLimits } from "./gate/limit.ts";
import { Proxies } from "./gate/proxies.ts";
import { Revocations } from "./gate/revocations.ts";
import { type LiveHere, SharedCredentials } from "./gate/shared.ts";
import { SignIns } from "./gate/sign_ins.ts";
import { hashToken } from "./gate/token.ts";
import { Watchers } from "./gate/watchers.ts";
import type { Store } from "./store/store.ts";

export interface OpenAccess {
  gate: Gate;
  signIns: SignIns;
  revocations: Revocations;
  watchers: Watchers;
  shared: SharedCredentials;
  /** Who needs what to come in, for the person who started it. `url` is where it listens. */
  describe(url: string): string[];
}

/** The shared token that everybody needs. */
interface Door {
  /** Without it, everybody may come in. */
  tokenHash: string | undefined;
  /** Names what sessions are bound to (W8.3). */
  binding: string;
  /** The token that was made just now, to be shown once. */
  made?: string;
}

export async function openAccess(
  config: Config,
  store: Store,
  live: LiveSessions & LiveHere,
  log: Logger,
  guessed: (network: string) => void,
): Promise<OpenAccess> {
  const door = await openDoor(config, store);
  const secret = await store.keep("session-secret", randomBytes(32).toString("base64url"));
  const accesses: Access[] = [];
  if (door) {
    const { tokenHash, binding } = door;
    accesses.push({ tokenHash, guests: new GuestSessions(secret, binding) });
  }
  if (config.ADMIN_TOKEN !== "") {
    const tokenHash = hashToken(config.ADMIN_TOKEN);
    const guests = new GuestSessions(secret, `admin ${tokenHash}`);
    accesses.push({ tokenHash, guests, isAdmin: true });
  }
  const signIns = new SignIns(store);
  const revocations = await Revocations.open(store, Date.now());
  const addresses = { ...addressParts(config, log), guessed };
  const gate = new Gate({
    authenticator: new Authenticator({
      accesses,
      jwt: hasJwt(config)
        ? { verifier: verifier(config, log), binding: jwtBinding(config) }
        : undefined,
      signIns,
      revocations,
      makeGuestId: () => randomBytes(9).toString("base64url"),
    }),
    signIns,
    ...addresses,
    live,
    isLocalOnly: door !== undefined && door.tokenHash === undefined && isLoopback(config.HOST),
    allowedOrigins: config.ALLOWED_ORIGINS,
    authHeader: config.AUTH_HEADER,
    maxConnections: config.MAX_CONNECTIONS,
    maxConnectionsPerIp: config.MAX_CONNECTIONS_PER_IP,
  });
  const tokenHash = config.METRICS_TOKEN === "" ? undefined : hashToken(config.METRICS_TOKEN);
  const watchers = new Watchers({ ...addresses, tokenHash });
  const { limits } = addresses;
  const shared = new SharedCredentials({ revocations, signIns, limits, live, now: Date.now });
  const tell = (url: string) => describe(config, door, url);
  return { gate, signIns, revocations, watchers, shared, describe: tell };
}

/** What is known of addresses, whatever they ask for. */
function addressParts(config: Config, log: Logger) {
  return {
    proxies: new Proxies(config.TRUSTED_PROXIES, (peer) =>
      log.warn(
        "{peer} sends X-Forwarded-For and is not in TRUSTED_PROXIES: if it is a proxy, all who " +
          "come through it count as one address",
        { peer },
      )),
    limits: new AddressLimits({
      connects: config.MAX_CONNECTIONS_PER_IP,
      limits: { messagesPerSecond: config.RATE_MESSAGES_PER_SECOND, burst: config.RATE_BURST },
    }),
    now: Date.now,
    penalized: (address: string, ms: number) =>
      log.warn("too many bad tokens from {address}: no token is looked at for {seconds} s", {
        address,
        seconds: ms / 1000,
      }),
  };
}

function hasJwt({ JWT_SECRET, JWT_JWKS_URL }: Config): boolean {
  return JWT_SECRET !== "" || JWT_JWKS_URL !== "";
}

function verifier(config: Config, log: Logger): JwtVerifier {
  const failed = (error: unknown) => {
    if (error === undefined) return log.warn("the keys of JWT_JWKS_URL can be fetched again");
    log.error("the keys of JWT_JWKS_URL can't be fetched: {error}", { error: String(error) });
  };
  return new JwtVerifier({
    key: config.JWT_SECRET ||
      new KeySet({ url: config.JWT_JWKS_URL, now: Date.now, failed }),
    issuer: config.JWT_ISSUER,
    audience: config.JWT_AUDIENCE,
  });
}

/** Sessions made from tokens end when what the tokens are checked by is another. */
function jwtBinding({ JWT_SECRET, JWT_JWKS_URL, JWT_ISSUER, JWT_AUDIENCE }: Config): string {
  const parts = [JWT_SECRET, JWT_JWKS_URL, JWT_ISSUER, JWT_AUDIENCE];
  return `jwt ${createHash("sha256").update(JSON.stringify(parts)).digest("hex")}`;
}

/** The door for guests; none where only tokens of users are taken. A token is made where needed. */
async function openDoor(config: Config, store: Store): Promise<Door | undefined> {
  const { WS_TOKEN, HOST } = config;
  const open = { tokenHash: undefined, binding: "open" };
  if (WS_TOKEN === "open") return open;
  if (WS_TOKEN !== "") {
    const tokenHash = hashToken(WS_TOKEN);
    return { tokenHash, binding: tokenHash };
  }
  if (hasJwt(config)) return undefined;
  if (isLoopback(HOST)) return open;
  const token = randomBytes(18).toString("base64url");
  const fresh = hashToken(token);
  const tokenHash = await store.keep("token-hash", fresh);
  return { tokenHash, binding: tokenHash, ...(tokenHash === fresh && { made: token }) };
}

function describe(config: Config, door: Door | undefined, url: string): string[] {
  const users = hasJwt(config) ? ["Users with a token of their own may come in."] : [];
  if (!door) return users;
  if (door.made !== undefined) {
    const reachable = url.replace("//0.0.0.0:", "//localhost:").replace("//[::]:", "//localhost:");
    return [
      "A token is needed to come in. It is in this link, which is shown only now:",
      `  ${reachable}/#token=${door.made}`,
      "On another machine, put this one's address in place of localhost.",
    ];
  }
  if (door.tokenHash === undefined) {
    const who = isLoopback(config.HOST)
      ? "this machine, and through a proxy to everybody"
      : "everybody who can reach it";
    return [`It is open to ${who}, without a token.`, ...users];
  }
  if (config.WS_TOKEN === "") {
    return ["A token is needed to come in: the one of the first start. WS_TOKEN sets another."];
  }
  return ["A token is needed to come in: WS_TOKEN.", ...users];
}
