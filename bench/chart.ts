// The picture for the README: bars of deliveries per second relative to the control row.
import type { Row, Table } from "./figures.ts";
import { CONTROL } from "./scenarios.ts";

const WIDTH = 760;
const LABELS = 128;
const VALUES = 150;
const BAR = 16;
const STEP = 24;
const PANEL_HEAD = 44;
const PANEL_GAP = 20;

const DIGITS = { minimumSignificantDigits: 2, maximumSignificantDigits: 2 };

const STYLE = `
  text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .quiet { fill: #59636e; }
  .bar { fill: #8c959f; }
  .control { fill: #59636e; }
  .snug { fill: #0969da; }
  .own { font-weight: 600; }
  .quiet { font-weight: 400; }
  .one { stroke: #59636e; stroke-dasharray: 2 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .quiet { fill: #9198a1; }
    .bar { fill: #656c76; }
    .control { fill: #9198a1; }
    .snug { fill: #4493f8; }
    .one { stroke: #9198a1; }
  }`;

/** An SVG with a panel for each table, the longest bar of each as wide as there is room. */
export function chartOf(tables: Table[], machine: string): string {
  let top = 0;
  const panels = tables.map((table) => {
    const drawn = panel(table, top);
    top += PANEL_HEAD + table.rows.length * STEP + PANEL_GAP;
    return drawn;
  });
  const told = tables.map(({ name, rows }) =>
    `${name}: ${rows.map((row) => `${row.server} ${times(row)}`).join(", ")}.`
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" ` +
    `height="${top}" role="img" aria-labelledby="title desc">
  <title id="title">Deliveries per second, relative to a bare Deno loop</title>
  <desc id="desc">${escape(`${told.join(" ")} ${machine}`)}</desc>
  <style>${STYLE}
  </style>
${panels.join("\n")}
</svg>
`;
}

function panel({ name, rows }: Table, top: number): string {
  const longest = Math.max(...rows.map(({ ratio }) => ratio ?? 0), 1);
  const scale = (WIDTH - LABELS - VALUES) / longest;
  const one = (LABELS + scale).toFixed(1);
  const first = top + PANEL_HEAD;
  const bars = rows.map((row, index) => bar(row, first + index * STEP, scale));
  return `  <text class="title" x="0" y="${top + 20}">${escape(capital(name))}` +
    `<tspan class="quiet" dx="10">deliveries per second, relative to the loop</tspan></text>
${bars.join("\n")}
  <line class="one" x1="${one}" x2="${one}" y1="${first - 4}" y2="${
      first + rows.length * STEP - 4
    }"/>`;
}

function bar(row: Row, y: number, scale: number): string {
  const length = Math.max(1, (row.ratio ?? 0) * scale);
  const kind = row.server === CONTROL ? "control" : isOwn(row) ? "snug" : "bar";
  // Behind the line of the control row, where the bar is shorter.
  const end = LABELS + Math.max(length, row.ratio !== 1 ? scale : 0) + 8;
  const text = `y="${y + 13}"${isOwn(row) ? ' class="own"' : ""}`;
  const perSecond = row.figures[0] ? `${compact(row.figures[0].median)}/s` : "";
  return `  <text x="${LABELS - 10}" ${text} text-anchor="end">${escape(row.server)}</text>
  <rect class="${kind}" x="${LABELS}" y="${y}" width="${length.toFixed(1)}" height="${BAR}" rx="2"/>
  <text x="${end.toFixed(1)}" ${text}>${times(row)}` +
    `<tspan class="quiet" dx="8">${perSecond}</tspan></text>`;
}

function isOwn({ server }: Row): boolean {
  return server.startsWith("Snug");
}

function times({ ratio }: Row): string {
  return ratio === null ? "–" : `${ratio.toLocaleString("en", DIGITS)}×`;
}

function compact(value: number): string {
  return value.toLocaleString("en", { notation: "compact", maximumSignificantDigits: 3 })
    .replace(/[KM]$/, " $&");
}

function capital(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
