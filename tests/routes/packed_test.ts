// In which form a file goes out, by what a client says that it takes.
import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { Brotli, encodingsOf, Packed } from "../../src/routes/packed.ts";

it("of what a client likes as well brotli goes first, then gzip", () => {
  for (const header of ["gzip, deflate, br, zstd", "br,gzip", "GZIP, BR", "br;q=1.0, gzip;q=1"]) {
    assertEquals(encodingsOf(header), ["br", "gzip"], header);
  }
  assertEquals(encodingsOf("*"), ["br", "gzip", "identity"]);
});

it("what a client likes better goes before, and what it weighs with 0 does not go", () => {
  assertEquals(encodingsOf("br;q=0.5, gzip;q=0.8"), ["gzip", "br"]);
  assertEquals(encodingsOf("gzip;q=0.4, *;q=0.5"), ["br", "identity", "gzip"]);
  assertEquals(encodingsOf("identity, gzip;q=0.5"), ["identity", "gzip"]);
  assertEquals(encodingsOf("br;q=0, gzip"), ["gzip"]);
  assertEquals(encodingsOf("br;q=0.000, *;q=0.1"), ["gzip", "identity"]);
  assertEquals(encodingsOf("gzip; q=0.7 ,br ; q=0.9"), ["br", "gzip"]);
});

it("what is not named or not known is not taken", () => {
  for (const header of [undefined, "", "deflate", "xgzip", "gzipped", "broken", "*;q=0"]) {
    assertEquals(encodingsOf(header), [], header);
  }
});

it("a file goes in the next form that is there while brotli is made of it, once", async () => {
  const asked: Uint8Array[] = [];
  let done = (_: Uint8Array<ArrayBuffer>) => {};
  const brotli = {
    pack(whole: Uint8Array, made: typeof done) {
      asked.push(whole);
      done = made;
    },
  };
  const whole = new TextEncoder().encode("speech, ".repeat(1000));
  const file = new Packed(whole, brotli);
  assertEquals(file.as([]), { encoding: "identity", bytes: whole });
  assertEquals(asked.length, 0);
  for (let i = 0; i < 2; i++) {
    assertEquals(file.as(["br"]), { encoding: "identity", bytes: whole });
    const { encoding, bytes } = file.as(["br", "gzip"]);
    assertEquals([encoding, new Uint8Array(gunzipSync(bytes))], ["gzip", whole]);
  }
  assertEquals(asked, [whole]);
  done(await new Promise<Uint8Array<ArrayBuffer>>((made) => new Brotli().pack(whole, made)));
  const { encoding, bytes } = file.as(["br", "gzip"]);
  assertEquals([encoding, new Uint8Array(brotliDecompressSync(bytes))], ["br", whole]);
  assertEquals(asked, [whole]);
});

it("what is packed one after the other comes back to whom it belongs, and no thread stays", async () => {
  const threads = new Set<Worker>();
  const { Worker } = globalThis;
  using _ = { [Symbol.dispose]: () => void (globalThis.Worker = Worker) };
  globalThis.Worker = class extends Worker {
    constructor(url: URL | string, options?: WorkerOptions) {
      super(url, options);
      threads.add(this);
    }
    override terminate() {
      super.terminate();
      threads.delete(this);
    }
  };
  const brotli = new Brotli();
  const pack = async (text: string) => {
    const whole = new TextEncoder().encode(text);
    const packed = await new Promise<Uint8Array>((made) => brotli.pack(whole, made));
    return new TextDecoder().decode(brotliDecompressSync(packed));
  };
  const texts = ["one", "two".repeat(10_000), ""];
  assertEquals(await Promise.all(texts.map(pack)), texts);
  assertEquals(threads.size, 0);
  assertEquals(await pack("later"), "later");
  assertEquals(threads.size, 0);
});
