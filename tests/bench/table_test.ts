import { assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { tableOf } from "../../bench/figures.ts";
import type { Sample } from "../../bench/measure.ts";
import { CONTROL } from "../../bench/scenarios.ts";
import { complaints, markdownOf, significant, summaryOf } from "../../bench/table.ts";
import { flow, phase, sample, scenario } from "./samples.ts";

const table = (samples: Record<string, Sample[]>, facts = {}) =>
  tableOf(scenario(facts), new Map(Object.entries(samples)));

describe("a table", () => {
  it("has a row for each server, with its spread and its ratio", () => {
    const text = markdownOf(
      table({ [CONTROL]: [flow(1000), flow(1000)], Snug: [flow(26_000), flow(24_000)] }),
    );
    assertStringIncludes(text, "### a room\n\n| server | deliveries/s | spread | × loop |");
    assertStringIncludes(
      text,
      "| Snug | 25,000 | −4/+4 % | 25 | 1.0 | 1.0 | 1.0 | 2.0 | 50 % | 0 |",
    );
    assertFalse(text.includes("†"));
  });

  it("marks a row where the generator was the limit, and says what the mark means", () => {
    const text = markdownOf(table({ Snug: [flow(10, { generatorBusy: 0.91 })] }));
    assertStringIncludes(text, "| Snug | 10 † |");
    assertStringIncludes(text, "†: the generator was over 90 % busy");
  });

  it("says what was lost and failed where nobody can overlook it", () => {
    const lossy = table({ Snug: [flow(10, { lost: 3 }), sample([phase(), phase()], { dead: 1 })] });
    assertStringIncludes(markdownOf(lossy), "| **3 messages lost, 1 connections failed** |");
    assertEquals(complaints(lossy.rows[0]!), "3 messages lost, 1 connections failed");
    assertEquals(complaints(table({ Snug: [flow(10)] }).rows[0]!), "");
  });

  it("of rates says who can't, in place of a figure", () => {
    const load = { connections: 10, rooms: 1, rates: [100] };
    const text = markdownOf(table({ Snug: [sample([{ behind: true }])] }, { kind: "rates", load }));
    assertStringIncludes(text, "| Snug | can't | can't | can't | 0 % | 0 |");
    assertStringIncludes(text, "“can't”: it was a second behind");
  });

  it("of starts has no generator", () => {
    const text = markdownOf(table({ Snug: [{ startMs: 98.34 }] }, { kind: "start" }));
    assertStringIncludes(text, "| server | ms | spread | × loop |\n| --- | --- | --- | --- |\n");
    assertStringIncludes(text, "| Snug | 98.3 | −0/+0 % | – |");
  });
});

describe("the summary", () => {
  it("has every server once, and a dash for what was not measured", () => {
    const text = summaryOf([
      table({ [CONTROL]: [flow(1000)], Snug: [flow(30_500)] }, { name: "room of 1,000" }),
      table({ Snug: [{ startMs: 98 }] }, { name: "start", kind: "start" }),
    ]);
    assertStringIncludes(text, `\n| ${CONTROL} | 1,000 (1.0×) | – | 1.0 / 2.0 | – | – |`);
    assertStringIncludes(text, "\n| Snug | 30,500 (30.5×) | – | 1.0 / 2.0 | – | 98 |");
    assertEquals(text.split("\n").length, 4);
  });
});

describe("a figure", () => {
  for (const [value, text] of [[1234567, "1,230,000"], [0.03842, "0.0384"], [5, "5.0"]] as const) {
    it(`${value} is written ${text}`, () => assertEquals(significant(value), text));
  }
});
