import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { openClient } from "../harness/client.ts";
import { as, upload } from "../harness/files.ts";
import { refusalOf } from "../harness/http.ts";
import { needs } from "../harness/needs.ts";
import { openRawClient } from "../harness/raw.ts";
import { startNginx } from "../harness/nginx.ts";
import { type Env, startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, heard, say, settled } from "../harness/visitor.ts";
import { NO_UPGRADES } from "./no_upgrades.ts";
import { Person } from "../harness/person.ts";

const it = needs("nginx");

/** Snug as docs/OPERATIONS.md has it behind nginx. */
function behind(TRANSPORT: string, env: Env = {}) {
  return startServer({ TRUSTED_PROXIES: "127.0.0.1", TRANSPORT, ...env });
}

for (const transport of ["deno", "ws"]) {
  describe(`behind nginx, ${transport}`, () => {
    it("P2 people talk by the SDK, batched and plain", async () => {
      await using server = await behind(transport);
      await using nginx = await startNginx([server]);
      await using ada = new Person(nginx.url, { name: "ada" });
      await using bob = new Person(nginx.url, { name: "bob", plain: true });
      await Promise.all([ada.join(), bob.join()]);
      for (let round = 0; round < 5; round++) {
        ada.say(`${round} of ada`);
        bob.say(`${round} of bob`);
      }
      for (const person of [ada, bob]) {
        await person.until("ten messages", () => person.seen.length === 10);
        assertEquals(person.seen.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      }
      assertEquals(ada.texts, bob.texts);
    });

    it("W15.2 the echo gives back every frame as it came", async () => {
      await using server = await behind(transport);
      await using nginx = await startNginx([server]);
      await using echo = await openClient(`${nginx.wsUrl}/echo`);
      const frames = ["hi", "", "é😀", new Uint8Array([0, 255]), "x".repeat(16_384)];
      for (const sent of frames) echo.sendRaw(sent);
      for (const sent of frames) assertEquals(await echo.nextFrame(), sent);
    });

    it("W19.3 a file that is refused is so by Snug, and never by a 502", async () => {
      const limits = { MAX_FILE_BYTES: "2000000", RATE_BURST: "1000" };
      await using server = await behind(transport, limits);
      await using nginx = await startNginx([server]);
      await using ada = await enter(nginx);
      const body = new Uint8Array(4_000_000);
      for (let tries = 0; tries < 12; tries++) {
        const refused = await upload(nginx, as(ada.welcome.session), { body });
        assertEquals(refusalOf(refused), [413, "TOO_LARGE"]);
      }
    });

    it("W2.1 a message of MAX_MESSAGE_BYTES comes through, one over it closes 1009", async () => {
      const most = 200_000;
      const limits = { MAX_MESSAGE_BYTES: `${most}`, OUTBOX_BYTES: `${8 * most}` };
      await using server = await behind(transport, limits);
      await using nginx = await startNginx([server]);
      const through = { ...server, url: nginx.url, wsUrl: nginx.wsUrl };
      await using ada = await enter(through);
      await using bob = await enter(through);
      const around = JSON.stringify({ type: "chat", room: "general", text: "" }).length;
      const text = "x".repeat(most - around);
      ada.send({ type: "chat", room: "general", text });
      assertEquals((await bob.until("chat")).text.length, text.length);
      ada.sendRaw("x".repeat(most + 1));
      assertEquals((await ada.closed).code, 1009);
      await settled(bob);
      assertEquals(heard(bob, "chat").length, 1);
    });

    it("P7 P3 over a restart of Snug everybody comes back, and misses nothing", async () => {
      await using folder = await tempFolder();
      const env = { STORE_URL: `sqlite:${folder.path}/snug.db` };
      await using first = await behind(transport, env);
      await using nginx = await startNginx([first]);
      await using ada = new Person(nginx.url, { name: "ada" });
      await using bob = new Person(nginx.url, { name: "bob" });
      await Promise.all([ada.join(), bob.join()]);
      ada.say("before");
      await bob.until("a message", () => bob.texts.includes("before"));
      first.kill("SIGTERM");
      assertEquals((await first.exited).code, 0);
      const isAway = ({ states }: Person) => states.some(({ status }) => status === "waiting");
      await ada.until("a pause", () => isAway(ada));
      ada.say("while it is down");
      await using second = await behind(transport, { ...env, PORT: new URL(first.url).port });
      await Promise.all(
        [ada, bob].map((person) => person.until("both", () => person.seen.length === 2)),
      );
      assertEquals(bob.texts, ["before", "while it is down"]);
      assertEquals(ada.seen, bob.seen);
      assertEquals([ada.gaps, bob.gaps], [0, 0]);
      assert(
        ada.states.some((state) => state.status === "waiting" && state.reason === "restarting"),
      );
      assertEquals(second.url, first.url);
    });

    it("W15.6 where nginx forwards no upgrades, Snug answers 426 and the SDK says why", async () => {
      await using server = await behind(transport);
      await using nginx = await startNginx([server], NO_UPGRADES);
      const response = await fetch(`${nginx.url}/ws`);
      const { code, message } = await response.json();
      assertEquals([response.status, code], [426, "UPGRADE_REQUIRED"]);
      assertMatch(message, /a proxy in between must forward Upgrade, Connection and Host/);
      await using ada = new Person(nginx.url);
      await ada.until("a reason", () => ada.states.some(({ status }) => status === "waiting"));
      const waiting = ada.states.find(({ status }) => status === "waiting");
      assertEquals(waiting?.status === "waiting" && waiting.reason, "proxy");
    });
  });
}

describe("behind nginx", () => {
  it("W15.6 who asks by HTTP/2 why an upgrade failed hears it too", async () => {
    await using server = await startServer();
    await using nginx = await startNginx([server], [[
      "default_server;\n    # With",
      "default_server http2;\n    # With",
    ]]);
    using client = Deno.createHttpClient({ http1: false, http2: true });
    const response = await fetch(`${nginx.url}/ws`, { client });
    assertEquals([response.status, (await response.json()).code], [426, "UPGRADE_REQUIRED"]);
  });

  it("P7 newcomers get to the other instance while one goes down", async () => {
    await using down = await startServer({ DRAIN_MS: "20000" });
    await using up = await startServer();
    await using nginx = await startNginx([down, up]);
    // Who never answers the close keeps the instance on its way down until the test ends it.
    await using ada = await enter(down);
    await using stays = await openRawClient(down.url);
    down.kill("SIGTERM");
    await ada.closed;
    const refused = await fetch(`${down.url}/ws`);
    await refused.body?.cancel();
    assertEquals(refused.status, 503);
    const through = { ...up, url: nginx.url, wsUrl: nginx.wsUrl };
    for (let count = 0; count < 4; count++) {
      await using client = await enter(through);
      await say(client, "hi");
    }
    await stays.reset();
    await down.exited;
  });
});
