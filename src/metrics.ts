// What /metrics says (docs/OPERATIONS.md): reads what was counted when somebody asks. No room, user or
// address is ever in it.
import process from "node:process";
import type { Config } from "./config.ts";
import { Exposition } from "./exposition.ts";
import type { Gate } from "./gate/gate.ts";
import type { SignIns } from "./gate/sign_ins.ts";
import type { Hub } from "./hub.ts";
import type { StoreWatch } from "./store_watch.ts";
import { VERSION } from "./version.ts";

/** What there is to read. */
export interface Sources {
  config: Config;
  hub: Hub;
  gate: Gate;
  signIns: SignIns;
  watch: StoreWatch;
}

/** In the text format of Prometheus. */
export function writeMetrics(sources: Sources): string {
  const page = new Exposition();
  writePresent(page, sources);
  writeTraffic(page, sources);
  writeOutboxes(page, sources);
  writeStore(page, sources);
  writeProcess(page, sources);
  return page.text;
}

function writePresent(page: Exposition, { config, hub, gate }: Sources): void {
  page.gauge("snug_build_info", "Always 1; what runs here.", 1, {
    version: VERSION,
    transport: config.TRANSPORT,
    store: config.STORE_URL.split(":", 1)[0]!,
  });
  page.gauge("snug_connections", "Connections admitted and not yet ended.", gate.connections);
  page.gauge("snug_connections_max", "MAX_CONNECTIONS.", config.MAX_CONNECTIONS);
  page.gauge("snug_users", "Users who are connected.", hub.online.count);
  page.gauge(
    "snug_instances",
    "Instances of this chat that are heard, this one too.",
    1 + (hub.instances?.count ?? 0),
  );
  page.gauge("snug_rooms", "Rooms in use.", hub.rooms.size);
  page.gauge("snug_rooms_max", "MAX_ROOMS.", config.MAX_ROOMS);
  page.gauge("snug_draining", "1 while the server goes down.", Number(hub.isDraining));
}

function writeTraffic(page: Exposition, { hub, signIns }: Sources): void {
  const { counts, flusher } = hub;
  page.counter(
    "snug_messages_received_total",
    "Messages and binary frames that came in.",
    counts.received,
  );
  page.counter(
    "snug_messages_sent_total",
    "Messages and binary frames handed to connections.",
    flusher.sent,
  );
  page.counter(
    "snug_deliveries_total",
    "Entries given to members, counted once for each connection.",
    counts.deliveries,
  );
  page.counter("snug_acks_total", "Entries acknowledged to their senders.", counts.acks);
  page.counter(
    "snug_rate_limited_total",
    "Messages over their rate, answered or dropped.",
    counts.rateLimited,
  );
  page.counter(
    "snug_bus_refused_total",
    "Messages of other instances that could not be read.",
    counts.busRefused,
  );
  page.tally("snug_errors_total", "Errors that clients were told of.", "code", counts.errors);
  page.tally("snug_joins_total", "Joins, by what the client got.", "outcome", counts.joins);
  page.tally("snug_closes_total", "Chat connections that ended.", "code", counts.closes);
  page.tally(
    "snug_refusals_total",
    "Requests to connect that got no socket.",
    "code",
    counts.refusals,
  );
  page.counter("snug_sign_ins_total", "Sessions that were started.", signIns.started);
  page.histogram(
    "snug_heartbeat_round_trip_seconds",
    "From a ping to its pong.",
    counts.roundTripSeconds,
  );
}

function writeOutboxes(page: Exposition, { hub: { sessions, flusher } }: Sources): void {
  let bytes = 0;
  for (const { outbox } of sessions) bytes += outbox.bytes;
  page.gauge("snug_outbox_bytes", "Bytes that wait for all connections together.", bytes);
  page.gauge(
    "snug_outbox_stalled",
    "Connections that take no more for the moment.",
    flusher.stalled,
  );
  page.counter(
    "snug_messages_dropped_total",
    "Presence, typing and binary not sent to readers that were slow.",
    flusher.dropped,
  );
}

function writeStore(page: Exposition, { config, watch, hub: { counts } }: Sources): void {
  page.gauge("snug_store_up", "1 if the store did what it was asked last.", Number(watch.isReady));
  page.counter("snug_store_failures_total", "Calls of the store that failed.", watch.failures);
  page.counter("snug_uploads_total", "Files that were taken in.", counts.uploads);
  page.gauge("snug_files_bytes", "Bytes of all files that are kept.", counts.filesBytes);
  page.gauge("snug_files_bytes_max", "MAX_FILES_BYTES.", config.MAX_FILES_BYTES);
  page.histogram("snug_commit_duration_seconds", "One commit of entries.", counts.commitSeconds);
  page.histogram("snug_commit_entries", "Entries in one commit.", counts.commitEntries);
}

function writeProcess(page: Exposition, { hub: { counts } }: Sources): void {
  const { user, system } = process.cpuUsage();
  page.counter("snug_faults_total", "Bugs: something threw that must not.", counts.faults);
  page.histogram("snug_event_loop_lag_seconds", "How late a timer was.", counts.lagSeconds);
  page.counter("process_cpu_seconds_total", "User and system time.", (user + system) / 1e6);
  page.gauge("process_resident_memory_bytes", "Memory in use.", Deno.memoryUsage().rss);
  page.gauge(
    "process_start_time_seconds",
    "When it started, since 1970.",
    performance.timeOrigin / 1000,
  );
}
