import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { chartOf } from "../../bench/chart.ts";
import { tableOf } from "../../bench/figures.ts";
import { CONTROL } from "../../bench/scenarios.ts";
import { flow, scenario } from "./samples.ts";

const samples = new Map([[CONTROL, [flow(100)]], ["A & <B>", [flow(50)]], ["Snug", [flow(400)]]]);
const panels = ["one room", "many rooms"].map((name) => tableOf(scenario({ name }), samples));
const svg = chartOf(panels, "a machine");

const widths = (kind: string) =>
  [...svg.matchAll(new RegExp(`<rect class="${kind}"[^>]* width="([\\d.]+)"`, "g"))]
    .map(([, width]) => Number(width));

describe("the chart", () => {
  it("has bars as long as the ratios, in a panel for each scenario", () => {
    const [control, snug, other] = ["control", "snug", "bar"].map(widths) as [
      number[],
      number[],
      number[],
    ];
    assertEquals([control.length, snug.length, other.length], [2, 2, 2]);
    assertEquals(snug.map((width) => Math.round(width / 4)), control.map(Math.round));
    assertEquals(other.map((width) => Math.round(width * 2)), control.map(Math.round));
  });

  it("says in words what it shows, and on which machine", () => {
    assertStringIncludes(svg, 'role="img" aria-labelledby="title desc"');
    assertStringIncludes(svg, `one room: ${CONTROL} 1.0×, A &amp; &lt;B> 0.5`);
    assertStringIncludes(svg, "Snug 4.0×");
    assertStringIncludes(svg, "a machine");
  });

  it("has colours of its own in the dark", () => {
    const dark = svg.slice(svg.indexOf("@media (prefers-color-scheme: dark)"));
    for (const kind of ["text", ".quiet", ".bar", ".control", ".snug", ".one"]) {
      assert(dark.includes(`${kind} {`), `${kind} has no dark colour`);
    }
  });

  it("closes every element that it opens", () => {
    const open: string[] = [];
    for (const [, end, name, empty] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
      if (end) assertEquals(open.pop(), name);
      else if (!empty) open.push(name!);
    }
    assertEquals(open, []);
  });
});
