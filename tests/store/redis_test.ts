import { openStore } from "../../src/store/open.ts";
import { RedisServer } from "../harness/redis.ts";
import { storeContract } from "./contract.ts";

async function openRedis() {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await RedisServer.start());
  const store = await openStore(redis.url, "full");
  stack.defer(() => store.close());
  const owned = stack.move();
  return { store, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

storeContract("redis:", openRedis);
