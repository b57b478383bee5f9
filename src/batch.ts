// Encoded messages on their way out: made once, shared by every connection that gets them.
import { MAX_FRAME_BYTES, utf8Length } from "./protocol.ts";

/** One or more messages, each the JSON of one line, with their size in bytes as one frame. */
export class Batch {
  readonly lines: readonly string[];
  readonly bytes: number;
  #text: string | undefined;

  constructor(lines: readonly string[], bytes: number) {
    this.lines = lines;
    this.bytes = bytes;
  }

  /** The frame that a batched client gets (W1.3). */
  get text(): string {
    return this.#text ??= this.lines.length === 1 ? this.lines[0]! : this.lines.join("\n");
  }

  static of(line: string): Batch {
    return new Batch([line], utf8Length(line));
  }

  /** As few batches as hold the lines in frames of at most 1,000,000 bytes (W2.4). */
  static split(lines: readonly string[]): Batch[] {
    if (lines.length === 1) return [Batch.of(lines[0]!)];
    const batches: Batch[] = [];
    let from = 0;
    let bytes = -1;
    for (const [index, line] of lines.entries()) {
      const size = utf8Length(line) + 1;
      if (index > from && bytes + size > MAX_FRAME_BYTES) {
        batches.push(new Batch(lines.slice(from, index), bytes));
        from = index;
        bytes = -1;
      }
      bytes += size;
    }
    if (lines.length > from) {
      batches.push(from === 0 ? new Batch(lines, bytes) : new Batch(lines.slice(from), bytes));
    }
    return batches;
  }

  /** Several batches as one. */
  static join(parts: readonly Batch[]): Batch {
    if (parts.length === 1) return parts[0]!;
    let bytes = parts.length - 1;
    for (const part of parts) bytes += part.bytes;
    const joined = new Batch(parts.flatMap((part) => part.lines), bytes);
    joined.#text = parts.map((part) => part.text).join("\n");
    return joined;
  }
}
