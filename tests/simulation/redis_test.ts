// The Redis of the simulation is one: the contract holds over it as over a real one.
import type { Redis } from "../../src/store/redis_client.ts";
import { RedisStore } from "../../src/store/redis.ts";
import { type Open, storeContract } from "../store/contract.ts";
import { RedisEnd } from "./redis_end.ts";
import { RedisServer } from "./redis_server.ts";

const open: Open = () => {
  const end = new RedisEnd(new RedisServer(), Date.now);
  const store = new RedisStore(end as unknown as Redis, []);
  return Promise.resolve({ store, [Symbol.asyncDispose]: () => store.close() });
};

storeContract("simulated redis:", open);
