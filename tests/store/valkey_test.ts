import { find, needs } from "../harness/needs.ts";
import { storeContract } from "./contract.ts";
import { open } from "./on_redis.ts";

// Without a Valkey the contract is one test that is skipped.
if (find("valkey-server")) {
  storeContract("redis: (Valkey)", () => open(1, { program: "valkey-server" }));
} else needs("valkey-server")("a redis: store (Valkey) keeps the contract", () => {});
