// What a Redis is, before it is used: refused where it can't be, and told of where it keeps less than
// an operator might think.
import type { Redis } from "./redis_client.ts";
import { Keys } from "./redis_keys.ts";
import { StoreRefusal } from "./store.ts";

/** The oldest major version; Valkey says that it is 7 too. */
const OLDEST = 7;

/** Sentences for the operator. Rejects with a `StoreRefusal` where it can't be used. */
export async function lookAt(redis: Redis): Promise<string[]> {
  const about = await redis.call("INFO", "everything") as string;
  const fact = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(about)?.[1] ?? "";
  const version = fact("redis_version");
  if (parseInt(version) < OLDEST) {
    throw new StoreRefusal(`this Redis is ${version}, and ${OLDEST} or newer is needed`);
  }
  if (fact("cluster_enabled") === "1") {
    const nodes = await redis.call("CLUSTER", "INFO") as string;
    if (!/^cluster_size:[01]\r?$/m.test(nodes)) {
      throw new StoreRefusal(
        "the Redis of STORE_URL is one node of a cluster; expected a single one, or what answers for " +
          "all nodes at one address",
      );
    }
  }
  await tryChannels(redis);
  return [
    ...sentencesOn(await settingsOf(redis)),
    "With Redis, messages can't be searched.",
  ];
}

/** Without them a message would be kept and refused all the same, and what instances say lost without a word. */
async function tryChannels(redis: Redis): Promise<void> {
  const { prefix } = redis;
  // Nobody listens there: no room and no instance has an empty name.
  const channels = [new Keys(redis).channel(""), `${redis.channels}bus:`];
  try {
    for (const channel of channels) {
      await redis.call("PUBLISH", channel, "");
      await redis.tryChannel(channel);
    }
  } catch (error) {
    if (!(error instanceof StoreRefusal)) throw error;
    throw new StoreRefusal(
      `the user of STORE_URL may not use the channels ${prefix}*; ` +
        `ACL SETUSER … &${prefix}* +@pubsub gives that right (Redis says: ${error.message})`,
    );
  }
}

/** How it keeps what it has; undefined: it does not say. */
async function settingsOf(redis: Redis): Promise<Map<string, string> | undefined> {
  const settings = new Map<string, string>();
  try {
    for (const name of ["appendonly", "appendfsync", "save", "maxmemory", "maxmemory-policy"]) {
      const [, value = ""] = await redis.call("CONFIG", "GET", name) as string[];
      settings.set(name, value);
    }
    return settings;
  } catch {
    return undefined;
  }
}

function sentencesOn(settings: Map<string, string> | undefined): string[] {
  if (!settings) {
    return [
      "Redis does not let us see whether it keeps messages on its disk (CONFIG GET is refused).",
    ];
  }
  const sentences = [keepingOf(settings)];
  const policy = settings.get("maxmemory-policy");
  // The others drop only what expires, and no message does.
  if (settings.get("maxmemory") !== "0" && policy?.startsWith("allkeys")) {
    sentences.push(
      `Redis drops messages when its memory is full (maxmemory-policy ${policy}): set noeviction.`,
    );
  }
  return sentences;
}

function keepingOf(settings: Map<string, string>): string {
  const sync = settings.get("appendfsync");
  if (settings.get("appendonly") === "yes") {
    return sync === "always"
      ? "Redis has every message on its disk before it is acknowledged (appendfsync always)."
      : `Redis has messages on its disk a moment after they are acknowledged (appendfsync ${sync}): ` +
        "a machine that stops may lose the last ones.";
  }
  return settings.get("save")
    ? "Redis has on its disk what it saves now and then (appendonly no): if it stops, what was said " +
      "since is lost."
    : "Redis has nothing on its disk (appendonly no): if it stops, all messages are lost.";
}
