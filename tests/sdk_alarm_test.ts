import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Alarm } from "../static/sdk/alarm.js";
import { FakeClock } from "./harness/fake_server.ts";

describe("sdk alarm", () => {
  it("rings each deadline when it is due, on one timer", async () => {
    const clock = new FakeClock();
    const alarm = new Alarm(clock);
    const rung: string[] = [];
    const set = (name: string, ms: number) => alarm.set(name, ms, () => rung.push(name));
    set("b", 200);
    set("a", 100);
    set("c", 300);
    set("b", 250);
    assertEquals(clock.timers.size, 1);
    await clock.pass(200);
    assertEquals(rung, ["a"]);
    await clock.pass(100);
    assertEquals([rung, clock.timers.size], [["a", "b", "c"], 0]);
  });

  it("what is cleared or moved does not ring, also by another that is due at the same time", async () => {
    const clock = new FakeClock();
    const alarm = new Alarm(clock);
    const rung: string[] = [];
    alarm.set("first", 10, () => {
      alarm.clear("cleared");
      alarm.set("moved", 10, () => rung.push("moved"));
    });
    alarm.set("cleared", 10, () => rung.push("cleared"));
    alarm.set("moved", 10, () => rung.push("too early"));
    await clock.pass(10);
    assertEquals(rung, []);
    await clock.pass(10);
    assertEquals([rung, clock.timers.size], [["moved"], 0]);
  });

  it("a deadline beyond what a timer can hold still rings when it is due", async () => {
    const clock = new FakeClock();
    const alarm = new Alarm(clock);
    const rung: number[] = [];
    alarm.set("far", 2 ** 32, () => rung.push(clock.now()));
    assertEquals([...clock.timers.values()][0]!.at - clock.now(), 2 ** 31 - 1);
    const due = clock.now() + 2 ** 32;
    await clock.pass(2 ** 32);
    assertEquals(rung, [due]);
  });

  it("stop leaves no timer, and it can be used again", async () => {
    const clock = new FakeClock();
    const alarm = new Alarm(clock);
    alarm.set("a", 10, () => {});
    alarm.stop();
    assertEquals(clock.timers.size, 0);
    const rung: string[] = [];
    alarm.set("b", 20, () => rung.push("b"));
    await clock.pass(20);
    assertEquals(rung, ["b"]);
  });
});
