// Stores on a real Redis or Valkey, and who follows a room of theirs. Only for tests made by
// `needs("redis-server")`, or by that of the other program.
import { openStore } from "../../src/store/open.ts";
import type { Head, Store } from "../../src/store/store.ts";
import { type RedisProgram, RedisServer } from "../harness/redis.ts";

/** So many stores on one Redis. */
export async function open(
  count = 1,
  { args, options = "", program }: {
    args?: string[];
    options?: string;
    program?: RedisProgram;
  } = {},
) {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await RedisServer.start(args, program));
  const stores: Store[] = [];
  while (stores.length < count) {
    const store = await openStore(redis.url + options, "full");
    stack.defer(() => store.close());
    stores.push(store);
  }
  const owned = stack.move();
  const [store, other] = stores as [Store, Store];
  return { redis, store, other, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** As a room follows: up to a position, and what it is told. */
export function follower({ epoch, seq, ts = 0 }: { epoch: string; seq: number; ts?: number }) {
  const position = { epoch, seq, given: { seq, ts } };
  const told: Head[] = [];
  const heard: number[] = [];
  const afters: number[] = [];
  return {
    position,
    told,
    heard,
    afters,
    follower: {
      position,
      heard: (_: string, entries: readonly { seq: number }[], after: number) => {
        heard.push(...entries.map(({ seq }) => seq));
        afters.push(after);
      },
      told: (head: Head) => void told.push(head),
      failed: () => {},
    },
  };
}
