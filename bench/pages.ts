// What a whole run leaves: results.json, the tables and the summary between markers, the picture.
import { chartOf } from "./chart.ts";
import type { Table } from "./figures.ts";
import { markdownOf, summaryOf } from "./table.ts";

export interface Results {
  machine: string;
  /** How it was run. */
  command: string;
  /** Of each server that was run, what it is. */
  versions: Record<string, string>;
  notRun: string[];
  tables: Table[];
}

/** Tables that the picture shows. */
const DRAWN = ["room of 1,000", "1,000 rooms of 5"];

/** The folder of the project, and what of it the results make: path → new text. */
export function pagesOf(results: Results, read: (path: string) => string): Map<string, string> {
  const drawn = results.tables.filter(({ name }) => DRAWN.includes(name));
  const fill = (path: string, name: string, text: string) => between(read(path), name, text, path);
  return new Map([
    ["bench/README.md", fill("bench/README.md", "tables", fullOf(results))],
    ["README.md", fill("README.md", "summary", shortOf(results))],
    ["docs/bench.svg", chartOf(drawn, results.machine)],
  ]);
}

/** Puts a text between `<!-- bench:name -->` and `<!-- /bench:name -->`. */
export function between(page: string, name: string, text: string, path: string): string {
  const [begin, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [before, after] = [page.split(begin), page.split(end)];
  if (before.length !== 2 || after.length !== 2 || page.indexOf(begin) > page.indexOf(end)) {
    throw new Error(`${path} must have ${begin} and, behind it, ${end}, once each`);
  }
  return `${before[0]}${begin}\n${text.trim()}\n${end}${after[1]}`;
}

/** Machine, command and versions, one to a line. */
export function aboutOf({ machine, command, versions, notRun }: Omit<Results, "tables">): string {
  const same = Map.groupBy(Object.entries(versions), ([, version]) => version);
  return [
    `- ${machine}`,
    `- \`${command}\``,
    ...[...same].map(([version, rows]) => `- ${rows.map(([name]) => name).join(", ")}: ${version}`),
    ...(notRun.length > 0 ? [`- not run, because not installed: ${notRun.join(", ")}`] : []),
  ].join("\n");
}

function fullOf(results: Results): string {
  return `${aboutOf(results)}\n\n${results.tables.map(markdownOf).join("\n")}`;
}

function shortOf({ machine, tables, notRun }: Results): string {
  const missing = notRun.length > 0 ? ` Not installed and so not run: ${notRun.join(", ")}.` : "";
  const summary = summaryOf(tables);
  const note = summary.includes("†") ? " †: the load generator was the limit." : "";
  return `${summary}\n\nOn ${machine}.${note}${missing}`;
}
