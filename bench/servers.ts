// The servers that are measured: how each is started, and how a client of it talks.
import { CONTROL } from "./scenarios.ts";
import { importedVersion, packageVersion, programVersion, snugVersion } from "./versions.ts";

/** How the generator speaks to a server (templates: generator/client.c). */
export interface Dialect {
  path: string;
  subprotocol?: string;
  /** What a client does until it is in its room. */
  steps: string[];
  /** The shortest way into a room, where there is a shorter one. */
  shortcut?: { path: string; steps: string[] };
  payload: string;
  /** What goes around the payload. */
  wrap?: string;
  isBinary?: boolean;
  /** What stands before the ref in an ack. */
  ack?: string;
}

export interface Server {
  name: string;
  /** What is measured, in its version; undefined where it is not installed. */
  version: () => string | undefined;
  /** Program and arguments; PORT is in the environment. */
  command: string[];
  env?: Record<string, string>;
  /** The text of a file whose path is the last argument. */
  config?: (port: number) => string;
  /** It keeps a log in a file, which STORE_URL names. */
  keepsLog?: true;
  dialect: Dialect;
  /** What on its output says that it listens. */
  ready: RegExp;
}

const JOIN = 'text:{"type":"join","room":"r%r"}';
const CHAT = '{"type":"chat","room":"r%r","text":"%T"}';
const simple: Dialect = { path: "/ws", steps: [JOIN, "wait"], payload: CHAT };

/** Snug as a user runs it, with the limits raised that would (rightly) stop a load generator. */
const SNUG_ENV = {
  HEARTBEAT_MS: "600000",
  LOG_LEVEL: "error",
  MAX_CONNECTIONS: "100000",
  MAX_CONNECTIONS_PER_IP: "100000",
  RATE_BURST: "1000000",
  RATE_MESSAGES_PER_SECOND: "1000000",
};

const plain: Dialect = {
  path: "/ws",
  steps: ["wait", JOIN, "wait"],
  payload: '{"type":"chat","room":"r%r","text":"%T","ref":"%U"}',
  ack: '"type":"ack","ref":"U',
  shortcut: { path: "/ws/chat/r%r", steps: ['wait:"joined"'] },
};
const batched: Dialect = { ...plain, subprotocol: "snug.v1" };

const here = import.meta.dirname!;
const peers = `${here}/peers`;
const bun = `${peers}/node_modules/bun/bin/bun.exe`;
const node = () => programVersion("node", "--version");

/** All servers, the control row first. */
export const SERVERS: Server[] = [
  {
    name: CONTROL,
    version: () => `Deno ${Deno.version.deno}, Hono ${importedVersion("hono")}`,
    command: [Deno.execPath(), "run", "--allow-net", "--allow-env", `${here}/loop.ts`],
    dialect: simple,
    ready: /listens/,
  },
  {
    name: "Node ws",
    version: () => both(node(), packageVersion(peers, "ws"), "ws"),
    command: ["node", `${peers}/ws.js`],
    dialect: simple,
    ready: /listens/,
  },
  {
    name: "Socket.IO",
    version: () => both(node(), packageVersion(peers, "socket.io"), "Socket.IO"),
    command: ["node", `${peers}/socketio.js`],
    dialect: {
      path: "/socket.io/?EIO=4&transport=websocket",
      steps: ["wait", "text:40", "wait", 'text:42["join","r%r"]', "wait"],
      payload: '42["chat",{"room":"r%r","text":"%T"}]',
    },
    ready: /listens/,
  },
  {
    name: "Bun publish",
    version: () => programVersion(bun, "--version")?.replace(/^/, "Bun "),
    command: [bun, `${peers}/bun.js`],
    dialect: simple,
    ready: /listens/,
  },
  {
    name: "nats-server",
    version: () => programVersion("nats-server", "--version")?.replace(": v", " "),
    command: ["nats-server", "-c"],
    config: (port) =>
      `host: 127.0.0.1\nport: -1\nwebsocket { host: "127.0.0.1", port: ${port}, no_tls: true }\n`,
    dialect: {
      path: "/",
      steps: ["wait", 'bin:CONNECT {"verbose":false}\\r\\nSUB r%r 1\\r\\nPING\\r\\n', "wait"],
      payload: '{"room":"r%r","text":"%T","user":"somebody","type":"chat","seq":1}',
      wrap: "PUB r%r %L\\r\\n%P\\r\\n",
      isBinary: true,
    },
    ready: /Server is ready/,
  },
  snug("Snug", batched),
  snug("Snug plain", plain),
  snug("Snug ws", batched, { TRANSPORT: "ws" }),
  snug("Snug ws plain", plain, { TRANSPORT: "ws" }),
  snug("Snug memory", batched, { STORE_URL: "memory:" }),
];

/** Those that may be several: STORE_URL is the Redis that they share. */
export const SEVERAL: Server[] = [
  snug("Snug", batched),
  snug("Snug ws", batched, { TRANSPORT: "ws" }),
  {
    ...SERVERS.find(({ name }) => name === "Socket.IO")!,
    version: () =>
      both(
        node(),
        packageVersion(peers, "@socket.io/redis-streams-adapter"),
        "Socket.IO's Redis Streams adapter",
      ),
  },
];

/** Started as `deno task start` does it. */
function snug(name: string, dialect: Dialect, env: Record<string, string> = {}) {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${here}/../deno.json`));
  const options = tasks.start.command.split(" ").filter((word: string) => word.startsWith("--"));
  return {
    name,
    version: snugVersion,
    command: [Deno.execPath(), "run", ...options, `${here}/../main.ts`],
    env: { ...SNUG_ENV, ...env },
    keepsLog: true as const,
    dialect,
    ready: /listens/,
  };
}

function both(program: string | undefined, version: string | undefined, name: string) {
  return program && version && `Node ${program.replace("v", "")}, ${name} ${version}`;
}
