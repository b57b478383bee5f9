// What a server says at /metrics: its samples by name and labels, each as it stands there.
import type { Server } from "./server.ts";
import { within } from "./within.ts";

const LIMIT_MS = 10_000;

/** `snug_closes_total{code="1000"}` → 1. */
export type Samples = Map<string, number>;

export async function readMetrics(server: Server): Promise<string> {
  const response = await fetch(`${server.url}/metrics`);
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return text;
}

export async function readSamples(server: Server): Promise<Samples> {
  return parseSamples(await readMetrics(server));
}

export function parseSamples(text: string): Samples {
  const lines = text.trim().split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => {
    const [, name, value] = line.match(/^(\S+?(?:\{.*\})?) (\S+)$/)!;
    return [name!, Number(value)];
  }));
}

/** Reads until they are so: what is counted when a connection has ended is known a moment later. */
export function samplesUntil(
  server: Server,
  isSo: (samples: Samples) => boolean,
): Promise<Samples> {
  let isOver = false;
  const read = async () => {
    while (!isOver) {
      const samples = await readSamples(server);
      if (isSo(samples)) return samples;
    }
    throw new Error("it took too long");
  };
  return within(LIMIT_MS, String(isSo), read()).finally(() => isOver = true);
}
