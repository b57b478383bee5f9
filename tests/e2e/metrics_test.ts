import { assert, assertEquals, assertFalse, assertGreater, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DatabaseSync } from "node:sqlite";
import { parseSamples, readMetrics, readSamples, samplesUntil } from "../harness/metrics.ts";
import { find, needs } from "../harness/needs.ts";
import { startProcess } from "../harness/process.ts";
import { openRaw } from "../harness/raw.ts";
import { type Env, startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, say, settled } from "../harness/visitor.ts";

const TOKEN = "s3cret-of-the-metrics";

/** What /metrics answers to these headers: its status, and why if it is refused. */
async function ask(url: string, headers: Record<string, string> = {}): Promise<[number, string]> {
  await using raw = await openRaw(url);
  const { status, body } = await raw.request("/metrics", headers);
  return [status, status === 200 ? "" : JSON.parse(body).code];
}

for (const TRANSPORT of ["deno", "ws"]) {
  const start = (env: Env = {}) => startServer({ TRANSPORT, ...env });

  describe(`metrics of TRANSPORT=${TRANSPORT}`, () => {
    it("count who is there, what is said, how joins go and how connections end", async () => {
      await using server = await start();
      await using ada = await enter(server, { username: "zaphod", room: "milliways" });
      await using bob = await enter(server, { room: "milliways" });
      for (const text of ["one", "two", "three"]) await say(ada, text, { room: "milliways" });
      await settled(bob);
      ada.sendRaw("no JSON");
      await ada.until("error");
      const here = await readSamples(server);
      assertEquals([here.get("snug_connections"), here.get("snug_users")], [2, 2]);
      assertEquals([here.get("snug_rooms"), here.get("snug_store_up")], [1, 1]);
      assertEquals(here.get("snug_acks_total"), 3);
      assertEquals(here.get("snug_deliveries_total"), 6);
      // Two joins, three messages, a ping and what is no JSON.
      assertEquals(here.get("snug_messages_received_total"), 7);
      // To each welcome, joined and three entries; to her three acks and an error, to him a pong.
      assertGreater(here.get("snug_messages_sent_total")!, 14);
      assertEquals(here.get("snug_commit_entries_sum"), 3);
      assertGreater(here.get("snug_commit_duration_seconds_sum")!, 0);
      assertEquals(here.get(`snug_errors_total{code="PARSE_ERROR"}`), 1);
      assertGreater(here.get("process_resident_memory_bytes")!, 10_000_000);
      assertGreater(here.get("process_cpu_seconds_total")!, 0);
      assertGreater(Date.now() / 1000 + 1, here.get("process_start_time_seconds")!);

      const { epoch } = bob.joined;
      bob.close(1000, "done");
      await bob.closed;
      await using _back = await enter(server, { room: "milliways", since: { epoch, seq: 1 } });
      await using _gap = await enter(server, { room: "milliways", since: { epoch: "x", seq: 1 } });
      const later = await samplesUntil(
        server,
        (samples) => samples.get(`snug_closes_total{code="1000"}`) === 1,
      );
      const joins = ["fresh", "resumed", "gap"].map((outcome) =>
        later.get(`snug_joins_total{outcome="${outcome}"}`)
      );
      assertEquals(joins, [2, 1, 1]);
      assertEquals(later.get("snug_connections"), 3);
      const text = await readMetrics(server);
      for (const name of ["zaphod", "milliways", ada.welcome.uid, "127.0.0.1"]) {
        assertFalse(text.includes(name), name);
      }
    });

    it("count who is not let in, signs in, is too fast, or answers a ping", async () => {
      await using server = await start({
        WS_TOKEN: "secret",
        RATE_BURST: "1",
        RATE_MESSAGES_PER_SECOND: "1",
        HEARTBEAT_MS: "500",
      });
      assertEquals((await ask(server.url))[0], 200, "on this machine nobody needs a token");
      const wsUrl = `${server.url}/ws`;
      for (
        const [headers, status] of [[{}, 401], [{ origin: "https://e.example" }, 403]] as const
      ) {
        const refused = await fetch(wsUrl, { headers });
        assertEquals([refused.status, typeof await refused.text()], [status, "string"]);
      }
      const session = await fetch(`${server.url}/api/session`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token: "secret" }),
      });
      assertEquals([session.status, typeof await session.text()], [200, "string"]);
      const open = { ...server, wsUrl: `${server.wsUrl}?token=secret` };
      await using ada = await enter(open);
      for (let i = 0; i < 5; i++) ada.send({ type: "history", room: "general" });
      const { ts } = await ada.until("ping");
      ada.send({ type: "pong", ...(ts !== undefined && { ts }) });
      await ada.until("ping");
      const samples = await readSamples(server);
      const refusals = ["UNAUTHORIZED", "FORBIDDEN", "UPGRADE_REQUIRED"].map((code) =>
        samples.get(`snug_refusals_total{code="${code}"}`)
      );
      assertEquals(refusals, [1, 1, 0]);
      assertEquals(samples.get("snug_sign_ins_total"), 1);
      const limited = samples.get("snug_rate_limited_total")!;
      assertGreater(limited, 0);
      assertEquals(samples.get(`snug_errors_total{code="RATE_LIMITED"}`), limited);
      assertEquals(samples.get("snug_heartbeat_round_trip_seconds_count"), 1);
      assertGreater(samples.get("snug_event_loop_lag_seconds_count")!, 0);
    });

    it("tell of a store that fails", async () => {
      await using folder = await tempFolder();
      const file = `${folder.path}/snug.db`;
      await using server = await start({ STORE_URL: `sqlite:${file}` });
      await using ada = await enter(server);
      const blocker = new DatabaseSync(file);
      // The server may be writing just then.
      blocker.exec("pragma busy_timeout = 10000; begin immediate");
      ada.send({ type: "chat", room: "general", text: "hi", ref: "1" });
      await ada.until("error");
      const failing = await readSamples(server);
      blocker.exec("rollback");
      blocker.close();
      assertEquals(failing.get("snug_store_up"), 0);
      assertGreater(failing.get("snug_store_failures_total")!, 0);
      assertEquals(failing.get(`snug_errors_total{code="UNAVAILABLE"}`), 1);
      await samplesUntil(server, (samples) => samples.get("snug_store_up") === 1);
    });

    it("are for who asks on this machine by its name, not for a proxy or a page", async () => {
      await using server = await start({ WS_TOKEN: "secret" });
      assertEquals(await ask(server.url), [200, ""]);
      assertEquals(await ask(server.url, { host: "localhost:9090" }), [200, ""]);
      const headers = [
        { "x-forwarded-for": "127.0.0.1" },
        { forwarded: "for=127.0.0.1" },
        { "x-real-ip": "127.0.0.1" },
        { via: "1.1 proxy" },
        { host: "chat.example.org" },
        { authorization: "Bearer secret", "x-forwarded-for": "192.0.2.1" },
      ];
      for (const given of headers) {
        assertEquals([given, await ask(server.url, given)], [given, [403, "FORBIDDEN"]]);
      }
      await using behind = await start({ WS_TOKEN: "secret", TRUSTED_PROXIES: "127.0.0.1" });
      assertEquals(await ask(behind.url), [403, "FORBIDDEN"]);
      const posted = await fetch(`${server.url}/metrics`, { method: "POST" });
      assertEquals([posted.status, typeof await posted.text()], [404, "string"]);
    });

    it("are for who has METRICS_TOKEN, who has no other door opened by it", async () => {
      await using server = await start({
        WS_TOKEN: "secret",
        TRUSTED_PROXIES: "127.0.0.1",
        METRICS_TOKEN: TOKEN,
      });
      const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
      assertEquals(await ask(server.url, bearer(TOKEN)), [200, ""]);
      const via = { "x-forwarded-for": "192.0.2.1" };
      assertEquals(await ask(server.url, { ...bearer(TOKEN), ...via }), [200, ""]);
      assertEquals(await ask(server.url), [401, "UNAUTHORIZED"]);
      const inAddress = await fetch(`${server.url}/metrics?token=${TOKEN}`);
      assertEquals([inAddress.status, typeof await inAddress.text()], [401, "string"]);
      const socket = await fetch(`${server.url}/ws`, { headers: bearer(TOKEN) });
      assertEquals([socket.status, typeof await socket.text()], [401, "string"]);
      for (const wrong of ["secret", TOKEN.slice(1), `${TOKEN}x`]) {
        assertEquals(await ask(server.url, bearer(wrong)), [401, "UNAUTHORIZED"]);
      }
      // Guesses cost here what they cost at the gate.
      let last: [number, string] = [0, ""];
      for (let guess = 0; guess < 20 && last[0] !== 429; guess++) {
        last = await ask(server.url, { ...bearer(`guess-${guess}`), ...via });
      }
      assertEquals(last, [429, "RATE_LIMITED"]);
      await server.said(/too many bad tokens from "192.0.2.1"/);
      assertFalse((server.stdout() + server.stderr()).includes(TOKEN));
    });
  });
}

describe("metrics", () => {
  needs("promtool")("are as Prometheus wants them", async () => {
    await using server = await startServer();
    await using ada = await enter(server);
    await say(ada, "hi");
    const response = await fetch(`${server.url}/metrics`);
    assertMatch(response.headers.get("content-type")!, /^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    await using promtool = startProcess(find("promtool")!, { args: ["check", "metrics"] });
    await promtool.write(text);
    await promtool.end();
    const { code } = await promtool.exited;
    assertEquals([code, promtool.stdout() + promtool.stderr()], [0, ""]);
  });

  it("count bugs, which end nobody's conversation", async () => {
    const main = new URL("../harness/faulty_main.ts", import.meta.url).href;
    await using server = await startServer({}, main);
    await samplesUntil(server, (samples) => samples.get("snug_faults_total") === 2);
    assertMatch(server.stderr(), /nobody waits for this[^]*nobody catches this/);
    await using ada = await enter(server);
    await say(ada, "hi");
  });

  it("give histograms whose buckets rise to their count", async () => {
    await using server = await startServer();
    await using ada = await enter(server);
    for (const text of ["one", "two"]) await say(ada, text);
    const samples = parseSamples(await readMetrics(server));
    const buckets = [...samples].filter(([name]) => name.startsWith("snug_commit_entries_bucket"));
    assertMatch(buckets.at(-1)![0], /le="\+Inf"/);
    const values = buckets.map(([, value]) => value);
    assertEquals(values, values.toSorted((a, b) => a - b));
    assertEquals(values.at(-1), samples.get("snug_commit_entries_count"));
    assert(values.at(-1)! >= 1);
  });
});
