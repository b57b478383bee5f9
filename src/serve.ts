// Puts the parts together: configuration → store → hub → gate → application → transport.
import type { Logger } from "@logtape/logtape";
import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers";
import { createApp } from "./app.ts";
import { type Config, isLoopback } from "./config.ts";
import { Gate } from "./gate/gate.ts";
import { GuestSessions } from "./gate/guest.ts";
import { hashToken } from "./gate/token.ts";
import { Hub, SWEEP_MS } from "./hub.ts";
import { Retention, RETENTION_MS } from "./retention.ts";
import type { Life } from "./session.ts";
import { openStore } from "./store/open.ts";
import { type Store, StoreError } from "./store/store.ts";
import { StoreWatch } from "./store_watch.ts";
import { listen as listenOnDeno } from "./transport/deno.ts";
import type { Listening, ListenOptions } from "./transport/transport.ts";
import { VERSION } from "./version.ts";

/** How long what is left of connections may take to end, once everybody is gone, in milliseconds. */
const CLOSING_MS = 1000;

/** Why the server can't start, as a sentence for the operator. */
export class StartError extends Error {
  override readonly name = "StartError";
}

export interface Server {
  /** Where it listens, such as `http://127.0.0.1:8000`. */
  url: string;
  /** What to tell the person who started it. */
  greeting: string[];
  /** Sends everyone home and ends within `DRAIN_MS`; nothing acknowledged is lost. */
  stop(): Promise<void>;
}

/** Who may come in, by the configuration and what the store keeps. */
interface Access {
  tokenHash: string | undefined;
  /** Names what sessions are bound to (W8.3). */
  binding: string;
  /** The token that was made just now, to be shown once. */
  made: string | undefined;
}

/** Starts a server. Rejects with a `StartError` where the store or the address can't be used. */
export async function serve(config: Config, log: Logger): Promise<Server> {
  const store = await openStore(config.STORE_URL, config.STORE_SYNC).catch(explain);
  try {
    return await serveFrom(store, config, log);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function serveFrom(store: Store, config: Config, log: Logger): Promise<Server> {
  const fault = (error: unknown) =>
    log.error("fault: {error}", { error: error instanceof Error ? error.stack : String(error) });

  const later = (run: () => void, ms: number) => Deno.unrefTimer(setTimeout(run, ms));
  const watch = new StoreWatch({
    store,
    now: Date.now,
    later,
    failed: (error) => log.error("the store fails: {error}", { error: String(error) }),
    recovered: () => log.warn("the store works again"),
  });
  const hub = new Hub({
    settings: hubSettings(config),
    store,
    scheduler: { soon: setImmediate, later },
    now: Date.now,
    random: Math.random,
    makeEpoch: () => randomText(8),
    fault,
    storeTried: (error) => watch.tried(error),
  });
  // It listens before a token is made: one that is kept by a start that fails is shown to nobody.
  const ready = Promise.withResolvers<ReturnType<typeof createApp>>();
  const listening = await listenOn(
    config,
    async (request, incoming) => (await ready.promise).fetch(request, incoming),
    fault,
  );
  const access = await openAccess(store, config).catch(explain);
  const secret = await store.keep("session-secret", randomText(32)).catch(explain);
  const gate = new Gate({
    tokenHash: access.tokenHash,
    isLocalOnly: access.tokenHash === undefined && isLoopback(config.HOST),
    allowedOrigins: config.ALLOWED_ORIGINS,
    authHeader: config.AUTH_HEADER,
    maxConnections: config.MAX_CONNECTIONS,
    maxConnectionsPerIp: config.MAX_CONNECTIONS_PER_IP,
    guests: new GuestSessions(secret, access.binding),
    now: Date.now,
    makeGuestId: () => randomText(9),
  });
  ready.resolve(createApp({
    hub,
    gate,
    isStoreReady: () => watch.isReady,
    ended: (life) => logLife(log, life),
  }));
  const sweep = setInterval(() => hub.sweep(), SWEEP_MS);
  const retention = new Retention({
    store,
    limits: {
      days: config.RETENTION_DAYS,
      messages: config.RETENTION_MESSAGES,
      bytes: config.STORE_MAX_BYTES,
    },
    now: Date.now,
    cut: (room, first) => hub.rooms.get(room)?.cut(first),
    failed: (error) => watch.tried(error),
  });
  retention.run();
  const retain = setInterval(() => retention.run(), RETENTION_MS);
  const url = `http://${bracketed(config.HOST)}:${listening.port}`;
  return {
    url,
    greeting: greet(config, url, access),
    stop: async () => {
      const deadline = Date.now() + config.DRAIN_MS;
      gate.close();
      hub.drain();
      await until(() => hub.isIdle, deadline);
      clearInterval(sweep);
      clearInterval(retain);
      retention.stop();
      // What is left are peers that do not answer: nothing of theirs is waited for.
      const left = Math.max(0, Math.min(CLOSING_MS, deadline - Date.now()));
      await Promise.race([listening.stop(), new Promise((done) => setTimeout(done, left))]);
      await store.close();
    },
  };
}

async function listenOn(
  config: Config,
  fetch: ListenOptions["fetch"],
  fault: ListenOptions["fault"],
): Promise<Listening> {
  const { HOST: host, PORT: port, HEARTBEAT_MS, HEARTBEAT_GRACE_MS } = config;
  const silenceSeconds = (HEARTBEAT_MS + HEARTBEAT_GRACE_MS) / 1000 - 5;
  const idleTimeoutSeconds = Math.min(30, Math.max(2, Math.round(silenceSeconds)));
  const maxFrameBytes = config.MAX_MESSAGE_BYTES;
  const options = { host, port, idleTimeoutSeconds, maxFrameBytes, fetch, fault };
  try {
    if (config.TRANSPORT === "deno") return listenOnDeno(options);
    // Only who asks for it loads its packages.
    const { listen } = await import("./transport/ws.ts");
    return await listen(options);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code === "EADDRINUSE" || error instanceof Deno.errors.AddrInUse) {
      throw new StartError(`port ${port} on ${host} is in use; stop what uses it, or set PORT`);
    }
    throw new StartError(`can't listen on ${host}:${port}: ${message}`);
  }
}

/** The shared token's hash; where one is needed and none is set, one is made and kept. */
async function openAccess(store: Store, config: Config): Promise<Access> {
  const { WS_TOKEN, HOST } = config;
  const isOpen = WS_TOKEN === "open" || (WS_TOKEN === "" && isLoopback(HOST));
  if (isOpen) return { tokenHash: undefined, binding: "open", made: undefined };
  if (WS_TOKEN !== "") {
    const tokenHash = hashToken(WS_TOKEN);
    return { tokenHash, binding: tokenHash, made: undefined };
  }
  const token = randomText(18);
  const fresh = hashToken(token);
  const tokenHash = await store.keep("token-hash", fresh);
  return { tokenHash, binding: tokenHash, made: tokenHash === fresh ? token : undefined };
}

function hubSettings(config: Config): Hub["settings"] {
  return {
    limits: {
      messageBytes: config.MAX_MESSAGE_BYTES,
      rooms: config.MAX_ROOMS_PER_CONNECTION,
      messagesPerSecond: config.RATE_MESSAGES_PER_SECOND,
      burst: config.RATE_BURST,
      historyPage: config.HISTORY_PAGE,
      resume: config.RESUME_LIMIT,
    },
    version: VERSION,
    rooms: config.ROOMS,
    maxRooms: config.MAX_ROOMS,
    maxRoomMembers: config.MAX_ROOM_MEMBERS,
    outboxBytes: config.OUTBOX_BYTES,
    heartbeatMs: config.HEARTBEAT_MS,
    heartbeatGraceMs: config.HEARTBEAT_GRACE_MS,
    presenceGraceMs: config.PRESENCE_GRACE_MS,
  };
}

function greet(config: Config, url: string, access: Access): string[] {
  const lines = [`Snug ${VERSION} listens on ${url}`];
  if (config.TRANSPORT === "deno" && !isLoopback(config.HOST)) {
    lines.push("Where strangers can reach it, TRANSPORT=ws also bounds fragmented messages.");
  }
  if (access.made !== undefined) {
    const reachable = url.replace("//0.0.0.0:", "//localhost:").replace("//[::]:", "//localhost:");
    lines.push(
      "A token is needed to come in. It is in this link, which is shown only now:",
      `  ${reachable}/#token=${access.made}`,
      "On another machine, put this one's address in place of localhost.",
    );
  } else if (access.tokenHash === undefined) {
    const who = isLoopback(config.HOST) ? "this machine" : "everybody who can reach it";
    lines.push(`It is open to ${who}, without a token.`);
  } else if (config.WS_TOKEN === "") {
    lines.push("A token is needed to come in: the one of the first start. WS_TOKEN sets another.");
  } else {
    lines.push("A token is needed to come in: WS_TOKEN.");
  }
  return lines;
}

function logLife(log: Logger, life: Life): void {
  log.info(
    "{user} {uid} left {rooms}: {code} {reason} after {seconds} s, " +
      "{received} in, {sent} out, {dropped} dropped",
    { ...life, rooms: life.rooms.join(" ") || "-", seconds: Number(life.seconds.toFixed(1)) },
  );
}

function explain(error: unknown): never {
  if (error instanceof StoreError) throw new StartError(error.message);
  throw error;
}

/** `bytes` of randomness as base64url. */
function randomText(bytes: number): string {
  return randomBytes(bytes).toString("base64url");
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** Waits until the condition holds, looked at a few times a second, or until the deadline. */
async function until(condition: () => boolean, deadline: number): Promise<void> {
  while (!condition() && Date.now() < deadline) {
    await new Promise((done) => setTimeout(done, 20));
  }
}
