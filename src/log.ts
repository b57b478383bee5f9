// Where log lines go and what they look like. No secret and no message text is ever given to it.
import {
  configure,
  getJsonLinesFormatter,
  getLogger,
  getTextFormatter,
  type Logger,
  type Sink,
} from "@logtape/logtape";
import type { Config } from "./config.ts";

/** What begins a line, turns the direction of text or drives a terminal, and formatters leave. */
const TREACHEROUS = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Sets the log up for the process; all lines go to standard error. */
export async function openLog(config: Pick<Config, "LOG_LEVEL" | "LOG_FORMAT">): Promise<Logger> {
  const formatter = config.LOG_FORMAT === "json"
    ? getJsonLinesFormatter({ properties: "flatten" })
    : getTextFormatter({ timestamp: "rfc3339", category: () => "snug" });
  const toStandardError: Sink = (record) => console.error(escaped(formatter(record).trimEnd()));
  await configure({
    reset: true,
    sinks: { stderr: toStandardError },
    loggers: [
      { category: "snug", sinks: ["stderr"], lowestLevel: level(config.LOG_LEVEL) },
      { category: ["logtape", "meta"], sinks: ["stderr"], lowestLevel: "warning" },
    ],
  });
  return getLogger("snug");
}

/** As JSON and JavaScript both write it. */
function escaped(line: string): string {
  return line.replace(
    TREACHEROUS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function level(name: Config["LOG_LEVEL"]) {
  return name === "warn" ? "warning" as const : name;
}
