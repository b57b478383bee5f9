import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Heartbeat } from "../src/heartbeat.ts";

/** What is due at each of these times. */
const due = (heartbeat: Heartbeat, ...times: number[]) => times.map((now) => heartbeat.due(now));

describe("heartbeat", () => {
  it("W12.1 pings every interval as long as something comes in", () => {
    const heartbeat = new Heartbeat(100, 40, 0);
    assertEquals(due(heartbeat, 0, 99, 100, 101), ["nothing", "nothing", "ping", "nothing"]);
    heartbeat.alive();
    assertEquals(due(heartbeat, 140, 199, 200), ["nothing", "nothing", "ping"]);
    heartbeat.alive();
    assertEquals(due(heartbeat, 300), ["ping"]);
  });

  it("W12.1 closes when the grace after an unanswered ping has ended, not before", () => {
    const heartbeat = new Heartbeat(100, 40, 0);
    assertEquals(due(heartbeat, 100, 139, 140), ["ping", "nothing", "close"]);
  });

  it("W12.1 what came before the ping is no answer to it", () => {
    const heartbeat = new Heartbeat(100, 40, 0);
    heartbeat.alive();
    assertEquals(due(heartbeat, 100, 140), ["ping", "close"]);
  });

  it("W12.1 a grace longer than the interval: further pings do not put the end off", () => {
    const heartbeat = new Heartbeat(100, 250, 0);
    assertEquals(due(heartbeat, 100, 200, 300, 349, 350), [
      "ping",
      "ping",
      "ping",
      "nothing",
      "close",
    ]);
  });

  it("W12.1 a grace longer than the interval: any sign of life starts it anew", () => {
    const heartbeat = new Heartbeat(100, 250, 0);
    assertEquals(due(heartbeat, 100, 200), ["ping", "ping"]);
    heartbeat.alive();
    assertEquals(due(heartbeat, 300, 400, 500, 549, 550), [
      "ping",
      "ping",
      "ping",
      "nothing",
      "close",
    ]);
  });

  it("tells how long the answer to its last ping took, and takes no other for it", () => {
    const heartbeat = new Heartbeat(100, 250, 0);
    heartbeat.due(103);
    assertEquals(heartbeat.answered(103, 110), 7);
    heartbeat.due(205);
    for (const ts of [103, 204, 206, undefined]) {
      assertEquals(heartbeat.answered(ts, 210), undefined);
    }
    assertEquals(heartbeat.answered(205, 204), 0, "a clock that was set back");
  });

  it("W12.1 a sweep that comes late pings once, and gives the whole grace from there", () => {
    const heartbeat = new Heartbeat(100, 40, 0);
    assertEquals(due(heartbeat, 1000, 1001, 1039, 1040), ["ping", "nothing", "nothing", "close"]);
  });
});
