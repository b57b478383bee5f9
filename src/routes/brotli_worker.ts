// Packs bytes by brotli, as tightly as it can, one answer to each question. A thread of its own: for
// this runtime's `brotliCompress` works on the loop that calls it, which would keep all sockets waiting.
import { brotliCompressSync } from "node:zlib";

const worker = self as unknown as {
  onmessage: (event: MessageEvent<Uint8Array>) => void;
  postMessage(packed: Uint8Array): void;
};

worker.onmessage = ({ data }) => worker.postMessage(Uint8Array.from(brotliCompressSync(data)));
