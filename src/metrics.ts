// What /metrics says, in the text format of Prometheus: reads what was counted when somebody asks, and
// loads what it is written with then. No room, user or address is ever a label.
import process from "node:process";
import type { Gauge, Metric, Registry } from "prom-client";
import type { Config } from "./config.ts";
import type { Distribution, Tally } from "./counts.ts";
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

type Read = () => number;

export class Metrics {
  readonly #sources: Sources;
  #registry: Promise<Registry> | undefined;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  async read(): Promise<{ type: string; text: string }> {
    const registry = await (this.#registry ??= open(this.#sources));
    return { type: registry.contentType, text: await registry.metrics() };
  }
}

async function open({ config, hub, gate, signIns, watch }: Sources): Promise<Registry> {
  const { Counter, Gauge, Registry } = await import("prom-client");
  const registry = new Registry();
  const registers = [registry];
  const { counts, flusher } = hub;

  const gauge = (name: string, help: string, read: Read) =>
    new Gauge({
      name,
      help,
      registers,
      collect(this: Gauge) {
        this.set(read());
      },
    });
  const counter = (name: string, help: string, read: Read) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  const tally = <L extends string>(
    name: string,
    help: string,
    label: L,
    tally: Tally<string> | Tally<number>,
  ) =>
    new Counter({
      name,
      help,
      registers,
      labelNames: [label],
      collect() {
        this.reset();
        for (const [value, count] of tally.entries) this.labels(String(value)).inc(count);
      },
    });
  const histogram = (name: string, help: string, distribution: Distribution) =>
    registry.registerMetric(histogramOf(name, help, distribution));

  new Gauge({
    name: "snug_build_info",
    help: "Always 1; what runs here.",
    registers,
    labelNames: ["version", "transport", "store"],
  }).labels(VERSION, config.TRANSPORT, config.STORE_URL.split(":", 1)[0]!).set(1);

  gauge("snug_connections", "Connections admitted and not yet ended.", () => gate.connections);
  gauge("snug_connections_max", "MAX_CONNECTIONS.", () => config.MAX_CONNECTIONS);
  gauge("snug_users", "Users who are connected.", () => hub.online.count);
  gauge("snug_rooms", "Rooms in use.", () => hub.rooms.size);
  gauge("snug_rooms_max", "MAX_ROOMS.", () => config.MAX_ROOMS);
  gauge("snug_draining", "1 while the server goes down.", () => Number(hub.isDraining));

  counter(
    "snug_messages_received_total",
    "Messages and binary frames that came in.",
    () => counts.received,
  );
  counter(
    "snug_messages_sent_total",
    "Messages and binary frames handed to connections.",
    () => flusher.sent,
  );
  counter(
    "snug_messages_dropped_total",
    "Presence, typing and binary not sent to readers that were slow.",
    () => flusher.dropped,
  );
  counter(
    "snug_deliveries_total",
    "Entries given to members, counted once for each connection.",
    () => counts.deliveries,
  );
  counter("snug_acks_total", "Entries acknowledged to their senders.", () => counts.acks);
  counter(
    "snug_rate_limited_total",
    "Messages over their rate, answered or dropped.",
    () => counts.rateLimited,
  );
  tally("snug_errors_total", "Errors that clients were told of.", "code", counts.errors);
  tally("snug_joins_total", "Joins, by what the client got.", "outcome", counts.joins);
  tally("snug_closes_total", "Chat connections that ended.", "code", counts.closes);
  tally("snug_refusals_total", "Requests to connect that got no socket.", "code", counts.refusals);
  counter("snug_sign_ins_total", "Sessions that were started.", () => signIns.started);

  gauge("snug_outbox_bytes", "Bytes that wait for all connections together.", () => {
    let bytes = 0;
    for (const { outbox } of hub.sessions) bytes += outbox.bytes;
    return bytes;
  });
  gauge(
    "snug_outbox_stalled",
    "Connections that take no more for the moment.",
    () => flusher.stalled,
  );
  histogram(
    "snug_heartbeat_round_trip_seconds",
    "From a ping to its pong.",
    counts.roundTripSeconds,
  );

  gauge("snug_store_up", "1 if the store did what it was asked last.", () => Number(watch.isReady));
  counter("snug_store_failures_total", "Calls of the store that failed.", () => watch.failures);
  histogram("snug_commit_duration_seconds", "One commit of entries.", counts.commitSeconds);
  histogram("snug_commit_entries", "Entries in one commit.", counts.commitEntries);

  counter("snug_faults_total", "Bugs: something threw that must not.", () => counts.faults);
  histogram("snug_event_loop_lag_seconds", "How late a timer was.", counts.lagSeconds);
  counter("process_cpu_seconds_total", "User and system time.", cpuSeconds);
  gauge("process_resident_memory_bytes", "Memory in use.", () => Deno.memoryUsage().rss);
  gauge(
    "process_start_time_seconds",
    "When it started, since 1970.",
    () => performance.timeOrigin / 1000,
  );
  return registry;
}

/** A histogram of what was counted already, which the library's own does not take. */
function histogramOf(name: string, help: string, counted: Distribution): Metric {
  const get = () => {
    let below = 0;
    const buckets = counted.counts.map((count, index) => ({
      metricName: `${name}_bucket`,
      labels: { le: counted.bounds[index] ?? "+Inf" },
      value: below += count,
    }));
    const sum = { metricName: `${name}_sum`, labels: {}, value: counted.sum };
    const count = { metricName: `${name}_count`, labels: {}, value: below };
    return Promise.resolve({ name, help, type: "histogram", values: [...buckets, sum, count] });
  };
  // All that a registry asks of a metric.
  return { name, get } as unknown as Metric;
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
