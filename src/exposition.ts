// The text format of Prometheus, version 0.0.4, written metric by metric. Knows no metric by name.
import type { Distribution, Tally } from "./counts.ts";

type Labels = Readonly<Record<string, string>>;

export class Exposition {
  #text = "";

  get text(): string {
    return this.#text;
  }

  /** What may rise and fall. */
  gauge(name: string, help: string, value: number, labels: Labels = {}): void {
    this.#begin(name, help, "gauge");
    this.#sample(name, value, labels);
  }

  /** What only rises. */
  counter(name: string, help: string, value: number): void {
    this.#begin(name, help, "counter");
    this.#sample(name, value);
  }

  /** A counter for each name of a tally. */
  tally(name: string, help: string, label: string, tally: Tally<string> | Tally<number>): void {
    this.#begin(name, help, "counter");
    for (const [value, count] of tally.entries) {
      this.#sample(name, count, { [label]: String(value) });
    }
  }

  histogram(name: string, help: string, { bounds, counts, sum }: Distribution): void {
    this.#begin(name, help, "histogram");
    let below = 0;
    for (const [index, count] of counts.entries()) {
      below += count;
      this.#sample(`${name}_bucket`, below, { le: String(bounds[index] ?? "+Inf") });
    }
    this.#sample(`${name}_sum`, sum);
    this.#sample(`${name}_count`, below);
  }

  #begin(name: string, help: string, type: string): void {
    this.#text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  }

  #sample(name: string, value: number, labels: Labels = {}): void {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    this.#text += `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}\n`;
  }
}

function escaped(value: string): string {
  return value.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
}
