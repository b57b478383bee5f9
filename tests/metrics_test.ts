import { assertEquals, assertGreater } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readConfig } from "../src/config.ts";
import { Distribution, Tally } from "../src/counts.ts";
import { Exposition } from "../src/exposition.ts";
import { writeMetrics } from "../src/metrics.ts";
import { StoreWatch } from "../src/store_watch.ts";
import { type Core, withCore } from "./core/core.ts";
import { parseSamples, type Samples } from "./harness/metrics.ts";
import { setUp } from "./gate/make_gate.ts";

/** What the metrics of a core say. */
function samplesOf({ hub }: Core): Samples {
  const { gate, signIns, store } = setUp();
  const read = readConfig({});
  if (!read.ok) throw new Error("the defaults are a configuration");
  const watch = new StoreWatch({
    store,
    now: () => 0,
    later: () => {},
    failed: () => {},
    recovered: () => {},
  });
  return parseSamples(writeMetrics({ config: read.config, hub, gate, signIns, watch }));
}

describe("metrics", () => {
  it(
    "tell what waits for slow readers, how many they are, and what they were not given",
    withCore(async (core) => {
      const [ada, bob] = [await core.enter("ada", "general"), await core.enter("bob", "general")];
      const clogged = core.hub.settings.outboxBytes * 0.6;
      bob.socket.clogged = clogged;
      ada.send({ type: "typing", room: "general" });
      ada.send({ type: "chat", room: "general", text: "hi" });
      await core.settle();
      const samples = samplesOf(core);
      assertEquals(samples.get("snug_messages_dropped_total"), 1);
      assertEquals(samples.get("snug_outbox_stalled"), 1);
      const waiting = [ada, bob].map(({ session }) => session.outbox.bytes);
      assertGreater(waiting[1]!, clogged / 2);
      assertEquals(samples.get("snug_outbox_bytes"), waiting[0]! + waiting[1]!);
      bob.socket.clogged = 0;
      await core.retry();
      assertEquals(samplesOf(core).get("snug_outbox_stalled"), 0);
    }),
  );

  it(
    "count an end by the code of who closed first, and any code of a client as one",
    withCore(async (core) => {
      const clients = await Promise.all(
        [1, 2, 3, 4].map((number) => core.enter(`user-${number}`, "general")),
      );
      clients[0]!.session.overflow();
      clients[0]!.session.closed(1006, "");
      clients[1]!.session.closed(1000, "bye");
      clients[2]!.session.closed(4711, "whatever");
      clients[3]!.session.closed(4712, "else");
      const samples = samplesOf(core);
      const closes = ["4009", "1000", "1006", "other", "4711"].map((code) =>
        samples.get(`snug_closes_total{code="${code}"}`)
      );
      assertEquals(closes, [1, 1, 0, 2, undefined]);
    }),
  );
});

describe("exposition", () => {
  it("writes what would end a label's value so that it does not", () => {
    const page = new Exposition();
    page.gauge("snug_x", "Help.", 1.5, { a: 'b"c\\d\ne', f: "g" });
    assertEquals(
      page.text,
      '# HELP snug_x Help.\n# TYPE snug_x gauge\nsnug_x{a="b\\"c\\\\d\\ne",f="g"} 1.5\n',
    );
  });
});

describe("counts", () => {
  it("a distribution counts a value at the first bound that it is not above", () => {
    const distribution = new Distribution([1, 10]);
    for (const value of [0, 1, 1.1, 10, 11, 1000]) distribution.observe(value);
    assertEquals([distribution.counts, distribution.sum], [[2, 2, 2], 1023.1]);
  });

  it("a tally has its names from the start, and one place for all others", () => {
    const tally = new Tally<string>(["a", "b"]);
    assertEquals(tally.entries, [["a", 0], ["b", 0]]);
    for (const name of ["b", "x", "y", "b"]) tally.add(name);
    assertEquals(tally.entries, [["a", 0], ["b", 2], ["other", 2]]);
  });
});
