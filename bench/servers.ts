// The servers that are measured: how each is started, and how a client of it talks.

/** How the generator speaks to a server (see generator.c for the templates). */
export interface Dialect {
  path: string;
  subprotocol?: string;
  /** What a client does until it is in its room. */
  steps: string[];
  payload: string;
  /** What goes around the payload. */
  wrap?: string;
  isBinary?: boolean;
}

export interface Server {
  name: string;
  /** Program and arguments; PORT is in the environment. */
  command: string[];
  env?: Record<string, string>;
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
const snugDialect: Dialect = {
  path: "/ws",
  steps: ["wait", JOIN, "wait"],
  payload: '{"type":"chat","room":"r%r","text":"%T","ref":"%U"}',
};

/** All servers; `peers` is the folder with the installed packages, `data` an empty one. */
export function servers(peers: string, data: string): Server[] {
  const deno = Deno.execPath();
  const here = import.meta.dirname!;
  const permissions = ["--allow-net", "--allow-env", "--allow-read", "--allow-write"];
  const snug = (name: string, dialect: Dialect, env: Record<string, string> = {}): Server => ({
    name,
    command: [deno, "run", ...permissions, `${here}/../main.ts`],
    env: { ...SNUG_ENV, STORE_URL: `sqlite:${data}/${name.replaceAll(" ", "-")}.db`, ...env },
    dialect,
    ready: /listens/,
  });
  return [
    {
      name: "loop",
      command: [deno, "run", "--allow-net", "--allow-env", `${here}/loop.ts`],
      dialect: simple,
      ready: /listens/,
    },
    {
      name: "node ws",
      command: ["node", `${peers}/ws.js`],
      dialect: simple,
      ready: /listens/,
    },
    {
      name: "socket.io",
      command: ["node", `${peers}/socketio.js`],
      dialect: {
        path: "/socket.io/?EIO=4&transport=websocket",
        steps: ["wait", "text:40", "wait", 'text:42["join","r%r"]', "wait"],
        payload: '42["chat",{"room":"r%r","text":"%T"}]',
      },
      ready: /listens/,
    },
    {
      name: "bun publish",
      command: [`${peers}/node_modules/bun/bin/bun.exe`, `${peers}/bun.js`],
      dialect: simple,
      ready: /listens/,
    },
    {
      name: "nats",
      command: ["nats-server", "-c", `${data}/nats.conf`],
      dialect: {
        path: "/",
        steps: ["wait", 'bin:CONNECT {"verbose":false}\\r\\nSUB r%r 1\\r\\nPING\\r\\n', "wait"],
        payload: '{"room":"r%r","text":"%T","user":"somebody","type":"chat","seq":1}',
        wrap: "PUB r%r %L\\r\\n%P\\r\\n",
        isBinary: true,
      },
      ready: /Server is ready/,
    },
    snug("snug", { ...snugDialect, subprotocol: "snug.v1" }),
    snug("snug plain", snugDialect),
    snug("snug ws", { ...snugDialect, subprotocol: "snug.v1" }, { TRANSPORT: "ws" }),
    snug("snug ws plain", snugDialect, { TRANSPORT: "ws" }),
    snug("snug memory", { ...snugDialect, subprotocol: "snug.v1" }, { STORE_URL: "memory:" }),
  ];
}

/** The configuration of nats-server, which has no other way to be told. */
export function natsConfig(port: number): string {
  return `host: 127.0.0.1\nport: -1\nwebsocket { host: "127.0.0.1", port: ${port}, no_tls: true }\n`;
}
