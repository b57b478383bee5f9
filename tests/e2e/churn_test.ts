import { assertEquals, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { openFiles } from "../harness/memory.ts";
import { HANDSHAKE, openRaw, openRawClient } from "../harness/raw.ts";
import { type Server, startServer } from "../harness/server.ts";
import { isLinux } from "../harness/tcp.ts";
import { enter, heard, settled } from "../harness/visitor.ts";

/** Connections in a round; more for a night: `CHURN=20000 deno test -A tests/e2e/churn_test.ts`. */
const ROUND = Number(Deno.env.get("CHURN") ?? 600);
const ROUNDS = 3;
/** Connections that come at once. */
const AT_ONCE = 20;
/** What the heap may grow by for each connection that came and went, in bytes. A session is KiBs. */
const LEFT_BYTES = 600;
/** The server's limit of connections: those that break off in the handshake keep theirs a while. */
const PLACES = Math.min(ROUND, 1500);
/** Messages of one connection that wait at once. */
const WAITING = 100;
/** How long the server may take to be empty, in milliseconds. */
const LIMIT_MS = 30_000;

const MAIN = new URL("../harness/measured_main.ts", import.meta.url).href;

type Visit = (server: Server, room: string) => Promise<void>;

/** How connections come and go. */
const VISITS: Visit[] = [
  async function politely(server, room) {
    await using client = await enter(server, { room, username: "churn" });
    await settled(client);
  },
  async function rightAfterTheJoin(server, room) {
    await using raw = await openRawClient(server.url, path(room));
    await raw.until("joined");
  },
  async function byReset(server, room) {
    const raw = await openRawClient(server.url, path(room));
    await raw.reset();
  },
  async function refused(server, room) {
    await using raw = await openRaw(server.url);
    const headers = { ...HANDSHAKE, origin: "https://evil.example" };
    assertEquals((await raw.request(path(room), headers)).status, 403);
  },
  async function withoutAnUpgrade(server, room) {
    await using raw = await openRaw(server.url);
    assertEquals((await raw.request(path(room))).status, 426);
  },
];

// Deno itself keeps the socket of a peer that resets before the upgrade is done, and tells nobody.
if (Deno.env.get("E2E_TRANSPORT") === "ws") {
  VISITS.push(async function inTheHandshake(server, room) {
    await using raw = await openRaw(server.url);
    const lines = Object.entries({ host: "localhost", ...HANDSHAKE }).map((it) => it.join(": "));
    await raw.write([`GET ${path(room)} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
    await raw.reset();
  });
}

describe("churn", { ignore: !isLinux }, () => {
  it("P5 who came and went leaves nothing: no memory, no place, no name, no room", async () => {
    await using server = await startServer({
      RATE_BURST: "100000",
      RATE_MESSAGES_PER_SECOND: "100000",
      MAX_CONNECTIONS: `${PLACES}`,
      MAX_CONNECTIONS_PER_IP: "1000000",
      MAX_ROOMS: `${ROUND}`,
      MAX_ROOMS_PER_CONNECTION: `${ROUND}`,
      PRESENCE_GRACE_MS: "0",
      // Deno itself keeps a closed socket for half its idle time-out, which follows from these.
      HEARTBEAT_MS: "5000",
      HEARTBEAT_GRACE_MS: "6000",
    }, MAIN);
    const files = openFiles(server.pid);
    await churn(server);
    let measured = 1;
    const before = await heap(server, measured);
    for (let i = 0; i < ROUNDS; i++) await churn(server);

    await eventually("the places are free", () => canFill(server));
    await eventually("the name is free", async () => {
      await using client = await enter(server, { username: "churn" });
      return client.welcome.user === "churn";
    });
    await eventually("the rooms are gone", () => canOpenAllRooms(server));
    await eventually("the files are closed", () => openFiles(server.pid) <= files);
    await eventually("the memory is free", async () => {
      const left = await heap(server, ++measured) - before;
      return left < LEFT_BYTES * ROUNDS * ROUND;
    });
    assertEquals(await readyz(server), 200);
    assertEquals(server.stderr().match(/\[(?:WRN|ERR|FTL)\].*/g), null);
  });
});

/** Lets a round of connections come and go. */
async function churn(server: Server) {
  let next = 0;
  const come = async () => {
    while (next < ROUND) {
      const index = next++;
      await VISITS[index % VISITS.length]!(server, `room-${index}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, come));
}

/** Asks until the answer is yes. */
async function eventually(what: string, isSo: () => boolean | Promise<boolean>) {
  const deadline = performance.now() + LIMIT_MS;
  while (!await isSo()) assertLess(performance.now(), deadline, what);
}

/** Whether all places can be taken at once, and not one more. */
async function canFill(server: Server): Promise<boolean> {
  await using stack = new AsyncDisposableStack();
  for (let taken = 0; taken < PLACES; taken++) {
    const raw = stack.use(await openRaw(server.url));
    if ((await raw.request("/ws", HANDSHAKE)).status !== 101) return false;
  }
  await using more = await openRaw(server.url);
  return (await more.request("/ws", HANDSHAKE)).status === 503;
}

/** Whether as many rooms as may be can be opened that were not there before. */
async function canOpenAllRooms(server: Server): Promise<boolean> {
  await using client = await enter(server, { room: "fresh-0" });
  for (let i = 1; i < ROUND; i++) {
    client.send({ type: "join", room: `fresh-${i}` });
    if (i % WAITING === 0) await settled(client);
  }
  await settled(client);
  return heard(client, "joined").length === ROUND;
}

async function heap(server: Server, count: number): Promise<number> {
  server.kill("SIGUSR2");
  const [, bytes] = await server.said(new RegExp(`heap ${count}: (\\d+) bytes`));
  return Number(bytes);
}

function path(room: string): string {
  return `/ws/chat/${room}?username=churn`;
}

async function readyz(server: Server): Promise<number> {
  const response = await fetch(`${server.url}/readyz`);
  await response.body?.cancel();
  return response.status;
}
