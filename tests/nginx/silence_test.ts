// Peers that are slow, or gone without a word, behind nginx: what they hold, and until when.
import { assertEquals, assertLess } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { openFiles } from "../harness/memory.ts";
import { needs } from "../harness/needs.ts";
import { type Change, startNginx } from "../harness/nginx.ts";
import { Person } from "../harness/person.ts";
import { endlessHandshake, openRaw, openRawClient, type Raw } from "../harness/raw.ts";
import { startServer } from "../harness/server.ts";
import { enter, say } from "../harness/visitor.ts";

const it = needs("nginx");

const LIMIT_MS = 30_000;
/** More than two systems, nginx and an outbox hold for one reader, in bytes. */
const LARGE = 30_000_000;
/** Who never ends the head of a request, and how often such a one sends a byte. */
const SLOW = 40;
const BYTE_MS = 20;

/** Time-outs of nginx.conf that no test can wait for. */
const HURRIED_HEADS: Change[] = [
  ["client_header_timeout 10s", "client_header_timeout 2s"],
  ["client_body_timeout 10s", "client_body_timeout 2s"],
];
const HURRIED: Change[] = [
  ["proxy_read_timeout 75s", "proxy_read_timeout 3s"],
  ["proxy_send_timeout 75s", "proxy_send_timeout 2s"],
  [" send_timeout 75s", " send_timeout 2s"],
];
const HEARTBEAT = { HEARTBEAT_MS: "500", HEARTBEAT_GRACE_MS: "1000" };

for (const transport of ["deno", "ws"]) {
  describe(`slow and silent peers behind nginx, ${transport}`, () => {
    it("P5 handshakes and uploads that never end are cut, and Snug never hears of them", async () => {
      await using server = await startServer({ TRANSPORT: transport, MAX_CONNECTIONS: "2" });
      await using nginx = await startNginx([server], HURRIED_HEADS);
      const through = { ...server, url: nginx.url, wsUrl: nginx.wsUrl };
      const before = openFiles(server.pid);
      await using stack = new AsyncDisposableStack();
      const slow: Raw[] = [];
      for (let count = 0; count < SLOW; count++) slow.push(stack.use(await openRaw(nginx.url)));
      const stalled: Raw[] = [];
      for (let count = 0; count < SLOW; count++) {
        const raw = stack.use(await openRaw(nginx.url));
        await raw.write("POST /api/session HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n{");
        stalled.push(raw);
      }
      const head = endlessHandshake(nginx.url);
      let sent = 0;
      const writing = setInterval(() => {
        for (const raw of slow) raw.pour(head.subarray(sent % head.length, sent % head.length + 1));
        sent++;
      }, BYTE_MS);
      try {
        // A third one would be refused: the slow ones have no place.
        await using ada = await enter(through);
        await using bob = await enter(through);
        await say(ada, "hi");
        assertEquals((await bob.until("chat")).text, "hi");
        assertLess(openFiles(server.pid), before + SLOW / 2);
        for (const raw of [...slow, ...stalled]) await raw.ended(LIMIT_MS);
        await say(bob, "still here");
      } finally {
        clearInterval(writing);
      }
    });

    it("W12.1 who vanished without a word gives the place back", async () => {
      const env = { ...HEARTBEAT, TRANSPORT: transport, MAX_CONNECTIONS: "3" };
      await using server = await startServer(env);
      await using nginx = await startNginx([server], HURRIED);
      await using stack = new AsyncDisposableStack();
      // Nobody answers there any more, and no packet says so.
      for (const name of ["ada", "bob", "eve"]) {
        const gone = await openRawClient(nginx.url, `/ws?username=${name}`);
        gone.stopReading();
        stack.use(gone);
      }
      assertEquals(await fetchStatus(nginx.url), 503);
      // With times so short the transport's own look, after one to two seconds, may come first.
      await server.said(/(left "-": (4000 "heartbeat timeout"|1006 "")[^]*){3}/, LIMIT_MS);
      await using one = new Person(nginx.url);
      await using two = new Person(nginx.url);
      await using three = new Person(nginx.url);
      const all = [one, two, three];
      await Promise.all(all.map((person) => person.join()));
      one.say("hi");
      for (const person of all) await person.until("a message", () => person.seen.length === 1);
    });

    it("P5 who reads nothing behind nginx is closed as too slow, and gives the place back", async () => {
      const env = {
        TRANSPORT: transport,
        MAX_CONNECTIONS: "2",
        // The others are heard of before nginx loses patience with them.
        HEARTBEAT_MS: "500",
        MAX_MESSAGE_BYTES: "200000",
        RATE_BURST: "100000",
        RATE_MESSAGES_PER_SECOND: "100000",
      };
      await using server = await startServer(env);
      await using nginx = await startNginx([server], HURRIED);
      const through = { ...server, url: nginx.url, wsUrl: nginx.wsUrl };
      await using deaf = await openRawClient(nginx.url, "/ws/chat/general?username=deaf");
      deaf.stopReading();
      await using ada = await enter(through);
      const text = "x".repeat(190_000);
      for (let said = 0; said < LARGE; said += text.length) await say(ada, text);
      await server.said(/"deaf".* 4009 "too slow"/, LIMIT_MS);
      await using _other = await enter(through);
    });
  });
}

async function fetchStatus(url: string): Promise<number> {
  const response = await fetch(`${url}/ws`);
  await response.body?.cancel();
  return response.status;
}
