// Figures as Markdown.
import type { Row, Spread, Table } from "./figures.ts";

/** Above this share of its core the generator may have been the limit. */
const BUSY = 0.9;

/** What a row says that must not be overlooked; empty where all is well. */
export function complaints({ lost, failed }: Row): string {
  return [lost && `${lost} messages lost`, failed && `${failed} connections failed`]
    .filter(Boolean).join(", ");
}

/** A table with its heading, and a note where the generator was the limit. */
export function markdownOf({ name, kind, headings, rows }: Table): string {
  const isCompared = kind !== "rates";
  const hasGenerator = kind !== "start" && kind !== "memory";
  const [first = "", ...others] = headings;
  const head = [
    "server",
    first,
    ...(isCompared ? ["spread", "× loop"] : []),
    ...others,
    ...(hasGenerator ? ["generator", "lost"] : []),
  ];
  const lines = rows.map((row) => {
    const [figure = null, ...rest] = row.figures;
    return [
      row.server,
      cell(figure) + (isCompared ? limit(row) : ""),
      ...(isCompared ? [width(figure), row.ratio === null ? "–" : significant(row.ratio)] : []),
      ...rest.map(cell),
      ...(hasGenerator
        ? [
          `${Math.round(100 * row.generatorBusy)} %`,
          complaints(row) ? `**${complaints(row)}**` : "0",
        ]
        : []),
    ];
  });
  const notes = [
    rows.some((row) => row.figures.includes(null)) &&
    "“can't”: it was a second behind that rate.",
    isCompared && rows.some(limit) &&
    "†: the generator was over 90 % busy; the server may be able to do more.",
  ].filter(Boolean);
  return [`### ${name}`, grid([head, head.map(() => "---"), ...lines]), ...notes].join("\n\n") +
    "\n";
}

/** The few columns for a reader in a hurry, one row per server. */
export function summaryOf(tables: Table[]): string {
  const columns: { heading: string; table: string; text: (row: Row) => string }[] = [
    { heading: "room of 1,000, deliveries/s", table: "room of 1,000", text: compared },
    { heading: "1,000 rooms of 5", table: "1,000 rooms of 5", text: compared },
    {
      heading: "room of 1,000 at half load, p50 / p99 ms",
      table: "room of 1,000",
      text: ({ figures }) => `${cell(figures[3] ?? null)} / ${cell(figures[4] ?? null)}`,
    },
    {
      heading: "idle, KiB per connection",
      table: "idle memory at 10,000 connections",
      text: ({ figures }) => cell(figures[0] ?? null),
    },
    { heading: "start, ms", table: "start", text: ({ figures }) => cell(figures[0] ?? null) },
  ];
  const names = new Set(tables.flatMap(({ rows }) => rows.map(({ server }) => server)));
  const head = ["server", ...columns.map(({ heading }) => heading)];
  const lines = [...names].map((name) => [
    name,
    ...columns.map(({ table, text }) => {
      const row = tables.find((one) => one.name === table)?.rows.find((one) => one.server === name);
      return row ? text(row) : "–";
    }),
  ]);
  return grid([head, head.map(() => "---"), ...lines]);
}

/** Three digits that count, thousands apart. */
export function significant(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3, minimumSignificantDigits: 2 });
}

function compared(row: Row): string {
  const ratio = row.ratio === null ? "" : ` (${significant(row.ratio)}×)`;
  return `${cell(row.figures[0] ?? null)}${ratio}${limit(row)}`;
}

function limit({ generatorBusy }: Row): string {
  return generatorBusy > BUSY ? " †" : "";
}

function cell(figure: Spread | null): string {
  return figure ? significant(figure.median) : "can't";
}

function width(figure: Spread | null): string {
  if (!figure) return "–";
  const percent = (value: number) => Math.round(100 * Math.abs(value / figure.median - 1));
  return `−${percent(figure.min)}/+${percent(figure.max)} %`;
}

function grid(rows: string[][]): string {
  return rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
}
