// The body of an upload (W19.3): however large, it must come at a pace, or it would hold a connection
// and a place for as long as its sender likes.

/** How long nothing needs to come, in milliseconds, and how much in each of all those after that. */
const GRACE_MS = 10_000;
const BYTES_PER_MS = 8.192;

/** The time that so many bytes may take, in milliseconds. */
export function allowedMs(bytes: number): number {
  return GRACE_MS + bytes / BYTES_PER_MS;
}

/** It did not come to its end: it was too slow, or who sent it has gone. */
export class BodyBroken extends Error {
  readonly isLate: boolean;

  constructor(isLate: boolean) {
    super(isLate ? "the body came too slowly" : "the body ended before all of it came");
    this.isLate = isLate;
  }
}

/** Its chunks as they come. Throws a `BodyBroken`. When nobody wants more, no more of it is read. */
export async function* chunksOf(body: Request["body"]): AsyncGenerator<Uint8Array> {
  if (!body) return;
  const reader = body.getReader();
  const begunAt = performance.now();
  let received = 0;
  try {
    for (;;) {
      const leftMs = allowedMs(received) - (performance.now() - begunAt);
      const { done, value } = await before(leftMs, reader.read());
      if (done) return;
      received += value.length;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function before<T>(ms: number, reading: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new BodyBroken(true)), ms);
  try {
    return await Promise.race([
      late.promise,
      reading.catch(() => {
        throw new BodyBroken(false);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
