// A file as it goes over the wire: as it is, gzipped or by brotli. Each is made once, when somebody
// first takes it so. Knows nothing of paths and answers.
import { parseAccept } from "hono/utils/accept";
import { gzipSync } from "node:zlib";

/** Of two that a client likes as well, the one that stands first. */
const ENCODINGS = ["br", "gzip", "identity"] as const;

export type Encoding = typeof ENCODINGS[number];
type Bytes = Uint8Array<ArrayBuffer>;

/** What a client takes by its `Accept-Encoding`, the best of it first (RFC 9110, 12.5.3). */
export function encodingsOf(header = ""): Encoding[] {
  const weights = new Map(parseAccept(header).map(({ type, q }) => [type.toLowerCase(), q]));
  const weightOf = (encoding: Encoding) => weights.get(encoding) ?? weights.get("*") ?? 0;
  return ENCODINGS.filter((encoding) => weightOf(encoding) > 0)
    .sort((a, b) => weightOf(b) - weightOf(a));
}

export class Packed {
  readonly #whole: Bytes;
  readonly #brotli: Pick<Brotli, "pack">;
  #gzipped: Bytes | undefined;
  /** Undefined also while it is made. */
  #brotlied: Bytes | undefined;
  #isAsked = false;

  constructor(whole: Bytes, brotli: Pick<Brotli, "pack">) {
    this.#whole = whole;
    this.#brotli = brotli;
  }

  /** The first of these that is there, else the file as it is. */
  as(encodings: readonly Encoding[]): { encoding: Encoding; bytes: Bytes } {
    for (const encoding of encodings) {
      const bytes = this.#in(encoding);
      if (bytes) return { encoding, bytes };
    }
    return { encoding: "identity", bytes: this.#whole };
  }

  #in(encoding: Encoding): Bytes | undefined {
    switch (encoding) {
      case "identity":
        return this.#whole;
      case "gzip":
        return this.#gzipped ??= Uint8Array.from(gzipSync(this.#whole, { level: 9 }));
      case "br":
        if (!this.#isAsked) this.#brotli.pack(this.#whole, (packed) => this.#brotlied = packed);
        this.#isAsked = true;
        return this.#brotlied;
    }
  }
}

/** Packs by brotli, which takes long: in a thread that is there as long as there is something to do. */
export class Brotli {
  #worker: Worker | undefined;
  readonly #waiting: ((packed: Bytes) => void)[] = [];

  pack(whole: Bytes, done: (packed: Bytes) => void) {
    this.#waiting.push(done);
    this.#worker ??= this.#start();
    this.#worker.postMessage(whole);
  }

  #start(): Worker {
    const worker = new Worker(new URL("./brotli_worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Bytes>) => {
      this.#waiting.shift()?.(data);
      if (this.#waiting.length > 0) return;
      worker.terminate();
      this.#worker = undefined;
    };
    // Then gzip goes on doing.
    worker.onerror = (event) => event.preventDefault();
    return worker;
  }
}
