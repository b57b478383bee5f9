import { openStore } from "../../src/store/open.ts";
import { find, needs } from "../harness/needs.ts";
import { RedisServer } from "../harness/redis.ts";
import { storeContract } from "./contract.ts";

/** A Valkey of its own with a store on it. */
async function open() {
  await using stack = new AsyncDisposableStack();
  const valkey = stack.use(await RedisServer.start(undefined, "valkey-server"));
  const store = await openStore(valkey.url, "full");
  stack.defer(() => store.close());
  const owned = stack.move();
  return { store, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

// Without a Valkey the contract is one test that is skipped.
if (find("valkey-server")) storeContract("redis: (Valkey)", open);
else needs("valkey-server")("a redis: store (Valkey) keeps the contract", () => {});
