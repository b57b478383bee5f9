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

/** Sets the log up for the process; all lines go to standard error. */
export async function openLog(config: Pick<Config, "LOG_LEVEL" | "LOG_FORMAT">): Promise<Logger> {
  const formatter = config.LOG_FORMAT === "json"
    ? getJsonLinesFormatter({ properties: "flatten" })
    : getTextFormatter({ timestamp: "rfc3339", category: () => "snug" });
  const toStandardError: Sink = (record) => console.error(formatter(record).trimEnd());
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

function level(name: Config["LOG_LEVEL"]) {
  return name === "warn" ? "warning" as const : name;
}
