// One measurement: a server started in a fresh folder (or a copy of a prepared log), driven, killed.
import { drive, type Report } from "./generator.ts";
import type { Load, Scenario } from "./scenarios.ts";
import { type ServerProcess, startServer } from "./server_process.ts";
import type { Server } from "./servers.ts";

/** What came out: the generator's report, or how long the start took. */
export type Sample = { report: Report } | { startMs: number };

/** A log that was filled, and the epoch of its first room. */
interface Filled {
  folder: string;
  epoch: string;
}

export class Measurement {
  readonly #generator: string;
  readonly #data: string;
  readonly #seconds: number;
  readonly #filled = new Map<string, Filled>();

  /** `data` is a folder for what servers keep; a phase takes so many seconds. */
  constructor(generator: string, data: string, seconds: number) {
    this.#generator = generator;
    this.#data = data;
    this.#seconds = seconds;
  }

  async measure(server: Server, scenario: Scenario): Promise<Sample> {
    const filled = scenario.log && server.keepsLog && await this.#fill(server, scenario.log);
    const folder = await Deno.makeTempDir({ dir: this.#data });
    if (filled) await copy(filled.folder, folder);
    try {
      if (scenario.kind === "start") return { startMs: await timeStart(server, folder) };
      const asked = askedOf(server, scenario.kind, filled?.epoch ?? "");
      await using process = await startServer(asked, folder);
      await process.listens;
      return { report: await this.#drive(asked, process, scenario.load) };
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }

  #drive({ dialect }: Server, { port, pid }: ServerProcess, load: Load): Promise<Report> {
    return drive(this.#generator, { port, pids: [pid], dialect, load, seconds: this.#seconds });
  }

  /** Says the messages over the wire, as everybody does, and lets the server end well. */
  async #fill(server: Server, { rooms, messages }: { rooms: number; messages: number }) {
    const key = `${rooms} ${messages}`;
    const known = this.#filled.get(key);
    if (known) return known;
    const folder = await Deno.makeTempDir({ dir: this.#data });
    await using process = await startServer(server, folder);
    await process.listens;
    const senders = Math.max(rooms, 10);
    const load = { connections: senders, rooms, senders, window: 1000, count: messages };
    const { phases } = await this.#drive(server, process, load);
    if (phases[0]?.behind !== false || phases[0].lost !== 0) {
      throw new Error(`${server.name} did not take ${messages} messages`);
    }
    const filled = { folder, epoch: await epochOf(process.port, messages / rooms) };
    await process.stop();
    this.#filled.set(key, filled);
    return filled;
  }
}

/** The same server, asked as the scenario wants it. */
function askedOf(server: Server, kind: Scenario["kind"], epoch: string): Server {
  if (kind === "replay") return replaying(server, epoch);
  if (kind !== "joins") return server;
  return { ...server, dialect: { ...server.dialect, ...server.dialect.shortcut } };
}

/** The same server, whose clients had nothing of the room and want all of it. */
function replaying(server: Server, epoch: string): Server {
  const since = `,"since":{"epoch":"${epoch}","seq":0}}`;
  const steps = server.dialect.steps.map((step) =>
    step.includes('"join"') ? step.replace(/}$/, since) : step
  );
  return { ...server, dialect: { ...server.dialect, steps } };
}

/** Of room r0 of a Snug, which must have so many entries. */
async function epochOf(port: number, entries: number): Promise<string> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/chat/r0`);
  const joined = await new Promise<{ epoch: string; seq: number }>((resolve, reject) => {
    socket.onerror = () => reject(new Error("no WebSocket to the server that was filled"));
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === "joined") resolve(message);
    };
  });
  socket.close();
  if (joined.seq !== entries) throw new Error(`r0 has ${joined.seq} entries, not ${entries}`);
  return joined.epoch;
}

/** From the start of the process to the first WebSocket it takes, and what it says first on it. */
async function timeStart(server: Server, folder: string): Promise<number> {
  const begin = performance.now();
  await using process = await startServer(server, folder);
  const ended = process.listens.then(() => new Promise<never>(() => {}));
  await Promise.race([ended, accepts(process.port)]);
  const { path, subprotocol, steps } = server.dialect;
  const socket = new WebSocket(`ws://127.0.0.1:${process.port}${path}`, subprotocol ?? []);
  await new Promise((resolve, reject) => {
    socket.onerror = () => reject(new Error(`${server.name} took no WebSocket`));
    if (steps[0] === "wait") socket.onmessage = resolve;
    else socket.onopen = resolve;
  });
  const took = performance.now() - begin;
  socket.onerror = null;
  return took;
}

async function accepts(port: number): Promise<void> {
  for (;;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

async function copy(from: string, to: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(from)) {
    if (isFile) await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}
