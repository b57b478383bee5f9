// Puts the parts together: configuration → store → hub → gate → application → transport.
import type { Logger } from "@logtape/logtape";
import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers";
import { type OpenAccess, openAccess } from "./access.ts";
import { createApp } from "./app.ts";
import { CERTIFICATE_MS, CertificateFiles } from "./certificate.ts";
import { type Config, isLoopback } from "./config.ts";
import type { Counts } from "./counts.ts";
import { type Filing, openFiling } from "./filing.ts";
import { Hooks } from "./gate/hooks.ts";
import { Hub, SWEEP_MS } from "./hub.ts";
import { logAudited, logLife } from "./log_lines.ts";
import { writeMetrics } from "./metrics.ts";
import { openReplies } from "./replies_file.ts";
import { Retention, RETENTION_MS } from "./retention.ts";
import { openStore } from "./store/open.ts";
import { type Store, StoreError, StoreRefusal } from "./store/store.ts";
import { LOOK_MS, StoreWatch } from "./store_watch.ts";
import { listen as listenOnDeno } from "./transport/deno.ts";
import type { KeyPair, Listening, ListenOptions } from "./transport/transport.ts";
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

/** Throws a `StartError` where no server can start on that store, however often it is tried. */
export async function refuseStore({ STORE_URL, STORE_SYNC }: Config, log: Logger): Promise<void> {
  try {
    await openStore(STORE_URL, STORE_SYNC).then((store) => store.close());
  } catch (error) {
    if (error instanceof StoreRefusal || !(error instanceof StoreError)) explain(error);
    log.warn("the store does not work yet: {error}", { error: error.message });
  }
}

/** Starts a server. Rejects with a `StartError` where the store or the address can't be used. */
export async function serve(config: Config, log: Logger, counts: Counts): Promise<Server> {
  const files = CertificateFiles.of(config);
  const certificate = await files?.read().catch(refuse);
  const store = await openStore(config.STORE_URL, config.STORE_SYNC).catch(explain);
  let filing: Filing | undefined;
  try {
    filing = await openFiling(config, store, counts, log).catch(explain);
    return await serveFrom(store, filing, config, log, counts, files, certificate);
  } catch (error) {
    await filing?.close();
    await store.close();
    throw error;
  }
}

async function serveFrom(
  store: Store,
  filing: Filing,
  config: Config,
  log: Logger,
  counts: Counts,
  files: CertificateFiles | undefined,
  certificate: KeyPair | undefined,
): Promise<Server> {
  const fault = (error: unknown) => {
    counts.faults++;
    log.error("fault: {error}", { error: error instanceof Error ? error.stack : String(error) });
  };

  const later = (run: () => void, ms: number) => Deno.unrefTimer(setTimeout(run, ms));
  const watch = new StoreWatch({
    store,
    now: Date.now,
    later,
    failed: (error) => log.error("the store fails: {error}", { error: String(error) }),
    recovered: () => log.warn("the store works again"),
  });
  const opened = Promise.withResolvers<OpenAccess>();
  const hub = new Hub({
    settings: hubSettings(config, filing.files.maxBytes),
    store,
    scheduler: { soon: setImmediate, later },
    counts,
    now: Date.now,
    random: Math.random,
    makeEpoch: () => randomText(8),
    bus: store.bus,
    authenticate: async (credential, address) =>
      (await opened.promise).gate.authenticate(credential, address),
    audit: (event) => logAudited(log, event),
    fault,
    storeTried: (error) => watch.tried(error),
  });
  await hub.sanctions.restore(Date.now()).catch(explain);
  await hub.instances?.open();
  const hooks = new Hooks(store, hub.names, () => hub.instances?.tell({ type: "hooks" }));
  if (hub.instances) hub.instances.records.hooks = hooks;
  await hooks.read(Date.now()).catch(explain);
  const stopReplies = await openReplies(config, hub, log).catch(refuse);
  // It listens before a token is made: one that is kept by a start that fails is shown to nobody.
  const ready = Promise.withResolvers<ReturnType<typeof createApp>>();
  const listening = await listenOn(
    config,
    certificate,
    async (request, incoming) => (await ready.promise).fetch(request, incoming),
    fault,
  );
  const guessed = (network: string) => hub.instances?.tell({ type: "guess", network });
  const access = await openAccess(config, store, hub.live, log, guessed).catch(explain);
  if (hub.instances) hub.instances.records.credentials = access.shared;
  const { gate, signIns, revocations, watchers } = access;
  opened.resolve(access);
  ready.resolve(createApp({
    hub,
    files: filing.files,
    gate,
    signIns,
    revocations,
    watchers,
    hooks,
    live: hub.live,
    allowedOrigins: config.ALLOWED_ORIGINS,
    authHeader: config.AUTH_HEADER,
    now: Date.now,
    isStoreReady: () => watch.isReady,
    writeMetrics: () => writeMetrics({ config, hub, gate, signIns, watch }),
    ended: (life, address) => logLife(log, life, address),
    fault,
  }));
  const looks = setInterval(() => watch.look(), LOOK_MS);
  let dueAt = performance.now() + SWEEP_MS;
  const sweep = setInterval(() => {
    const now = performance.now();
    counts.lagSeconds.observe(Math.max(0, now - dueAt) / 1000);
    dueAt = now + SWEEP_MS;
    hub.sweep();
  }, SWEEP_MS);
  const retention = new Retention({
    store,
    limits: {
      days: config.RETENTION_DAYS,
      messages: config.RETENTION_MESSAGES,
      bytes: config.STORE_MAX_BYTES,
    },
    now: Date.now,
    cut: (room, first) => hub.cut(room, first),
    failed: (error) => watch.tried(error),
  });
  retention.run();
  const retain = setInterval(() => retention.run(), RETENTION_MS);
  const renewal = files && setInterval(() => renew(files, listening, log), CERTIFICATE_MS);
  const scheme = certificate ? "https" : "http";
  const url = `${scheme}://${bracketed(config.HOST)}:${listening.port}`;
  return {
    url,
    greeting: [
      ...greet(config, url, access.describe(url)),
      ...store.advice ?? [],
      ...filing.advice,
    ],
    stop: async () => {
      const deadline = Date.now() + config.DRAIN_MS;
      gate.close();
      hub.drain();
      await until(() => hub.isIdle, deadline);
      hub.instances?.close();
      clearInterval(looks);
      clearInterval(sweep);
      clearInterval(retain);
      clearInterval(renewal);
      stopReplies();
      retention.stop();
      // What is left are peers that do not answer: nothing of theirs is waited for.
      const left = Math.max(0, Math.min(CLOSING_MS, deadline - Date.now()));
      await Promise.race([listening.stop(), new Promise((done) => setTimeout(done, left))]);
      await hub.marks.save().catch((error) => watch.tried(error));
      await filing.close();
      await store.close();
    },
  };
}

async function listenOn(
  config: Config,
  certificate: KeyPair | undefined,
  fetch: ListenOptions["fetch"],
  fault: ListenOptions["fault"],
): Promise<Listening> {
  const { HOST: host, PORT: port, HEARTBEAT_MS, HEARTBEAT_GRACE_MS } = config;
  const silenceSeconds = (HEARTBEAT_MS + HEARTBEAT_GRACE_MS) / 1000 - 5;
  const idleTimeoutSeconds = Math.min(30, Math.max(2, Math.round(silenceSeconds)));
  const maxFrameBytes = config.MAX_MESSAGE_BYTES;
  const options = { certificate, host, port, idleTimeoutSeconds, maxFrameBytes, fetch, fault };
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
    const expected = "HOST must be an address of this machine, and PORT one that may be used";
    throw new StartError(`can't listen on ${bracketed(host)}:${port}: ${message}; ${expected}`);
  }
}

/** Where the files of the certificate have changed, it is the one of new connections. */
async function renew(files: CertificateFiles, listening: Listening, log: Logger): Promise<void> {
  try {
    const certificate = await files.readChanged();
    if (!certificate) return;
    if (listening.renew) {
      listening.renew(certificate);
      log.info("the certificate has changed: new connections get the new one");
    } else {
      log.warn("the certificate has changed: TRANSPORT=deno takes it at the next start");
    }
  } catch (error) {
    log.error("the certificate has changed, and the old one stays: {error}", {
      error: (error as Error).message,
    });
  }
}

function hubSettings(config: Config, fileBytes: number): Hub["settings"] {
  return {
    limits: {
      messageBytes: config.MAX_MESSAGE_BYTES,
      fileBytes,
      rooms: config.MAX_ROOMS_PER_CONNECTION,
      messagesPerSecond: config.RATE_MESSAGES_PER_SECOND,
      burst: config.RATE_BURST,
      historyPage: config.HISTORY_PAGE,
      resume: config.RESUME_LIMIT,
    },
    version: VERSION,
    rooms: config.ROOMS,
    joinPolicy: config.JOIN_POLICY,
    maxRooms: config.MAX_ROOMS,
    maxRoomMembers: config.MAX_ROOM_MEMBERS,
    outboxBytes: config.OUTBOX_BYTES,
    heartbeatMs: config.HEARTBEAT_MS,
    heartbeatGraceMs: config.HEARTBEAT_GRACE_MS,
    presenceGraceMs: config.PRESENCE_GRACE_MS,
  };
}

function greet(config: Config, url: string, access: string[]): string[] {
  const lines = [`Snug ${VERSION} listens on ${url}`];
  if (config.TRANSPORT === "deno" && !isLoopback(config.HOST)) {
    lines.push("Where strangers can reach it, TRANSPORT=ws also bounds fragmented messages.");
  }
  return [...lines, ...access];
}

function refuse(error: Error): never {
  throw new StartError(error.message);
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
