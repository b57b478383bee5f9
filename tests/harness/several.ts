// Two servers on one Redis, and who is on which of them. Only for tests made by
// `needs("redis-server")`.
import { SECRET, sign } from "../gate/issuer.ts";
import { type Client, openClient } from "./client.ts";
import { RedisServer } from "./redis.ts";
import { type Env, type Server, startServer } from "./server.ts";

const LIMIT_MS = 30_000;
export const ADMIN_TOKEN = "s3cret-admin";

export interface Chat extends AsyncDisposable {
  redis: RedisServer;
  one: Server;
  two: Server;
}

/** Two servers that hear each other. */
export async function startChat(env: Env = {}): Promise<Chat> {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await RedisServer.start());
  const start = async () =>
    stack.use(
      await startServer({
        STORE_URL: redis.url,
        JWT_SECRET: SECRET,
        WS_TOKEN: "open",
        ADMIN_TOKEN,
        ...env,
      }),
    );
  const [one, two] = [await start(), await start()];
  const owned = stack.move();
  return { redis, one, two, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** A guest, or with claims a token's user, in "general". */
export async function enter(server: Server, name: string, claims?: Record<string, unknown>) {
  const url = new URL(server.wsUrl);
  url.searchParams.set("username", name);
  const token = claims && await sign({ sub: name, name, ...claims });
  const protocols = ["snug.v1", ...token ? [`auth.${token}`] : []];
  const client = await openClient(url, { protocols });
  const { uid, session } = await client.until("welcome");
  client.send({ type: "join", room: "general" });
  const joined = await client.until("joined");
  return Object.assign(client, { uid, session, joined });
}

/** Waits until a client is told that all of these came or went. */
export async function told(client: Client, what: "joined" | "left", ...who: { uid: string }[]) {
  const left = new Set(who.map(({ uid }) => uid));
  while (left.size > 0) {
    const presence = await client.until("presence", LIMIT_MS);
    for (const { uid } of presence[what]) left.delete(uid);
  }
}

/** How it is answered: the type, or the code of the error. */
export async function answered(client: Client, message: object): Promise<string> {
  const ref = crypto.randomUUID();
  client.send({ ...message, ref });
  const answer = await client.until((one) => "ref" in one && one.ref === ref, LIMIT_MS);
  return answer.type === "error" ? answer.code : answer.type;
}
