import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { tempCertificate } from "../harness/certificate.ts";
import { openClient } from "../harness/client.ts";
import { needs } from "../harness/needs.ts";
import { openRaw } from "../harness/raw.ts";
import { startMain, startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { say } from "../harness/visitor.ts";
import { within } from "../harness/within.ts";

const it = needs("openssl");

/** The status of a request by somebody who trusts one certificate alone. */
async function statusOf(url: string, client: Deno.HttpClient): Promise<number> {
  const answer = await fetch(url, { client });
  await answer.body?.cancel();
  return answer.status;
}

/** The sentence of a start that must fail. */
async function refusal(env: Record<string, string>): Promise<string> {
  await using folder = await tempFolder();
  await using process = startMain({
    env: { PORT: "0", STORE_URL: "memory:", ...env },
    cwd: folder.path,
  });
  const { code } = await within(20_000, "its end", process.exited);
  assertEquals([code, process.stdout()], [1, ""]);
  return process.stderr().trimEnd();
}

for (const TRANSPORT of ["deno", "ws"]) {
  describe(`TLS with TRANSPORT=${TRANSPORT}`, () => {
    it("serves pages by https: and WebSockets by wss:, and nothing in the clear", async () => {
      await using certificate = await tempCertificate();
      using client = certificate.trusting();
      await using server = await startServer({ ...certificate.env, TRANSPORT });
      assertMatch(server.url, /^https:/);
      for (const path of ["/", "/metrics"]) {
        assertEquals([path, await statusOf(`${server.url}${path}`, client)], [path, 200]);
      }
      const headers = { Origin: server.url };
      await using visitor = await openClient(`${server.wsUrl}/chat/general`, { client, headers });
      await visitor.until("joined");
      assertEquals((await say(visitor, "x".repeat(10_000))).seq, 1);
      await assertRejects(() => fetch(server.url.replace("https:", "http:")));
    });

    it("W15.9 counts as TLS: the cookie is Secure, and a page of http: is another", async () => {
      await using certificate = await tempCertificate();
      using client = certificate.trusting();
      await using server = await startServer({ ...certificate.env, TRANSPORT, WS_TOKEN: "token" });
      const signIn = async (origin: string) => {
        const headers = { Origin: origin, Authorization: "Bearer token" };
        const answer = await fetch(`${server.url}/api/session`, {
          client,
          headers,
          method: "POST",
        });
        await answer.body?.cancel();
        return answer;
      };
      const answer = await signIn(server.url);
      assertEquals(answer.status, 200);
      assertMatch(answer.headers.get("set-cookie")!, /^__Host-snug=.*; Secure/);
      assertEquals((await signIn(server.url.replace("https:", "http:"))).status, 403);
    });
  });
}

describe("TLS handshakes that never end", () => {
  it("P5 are cut within the idle time-out, with TRANSPORT=ws", async () => {
    await using certificate = await tempCertificate();
    await using server = await startServer({
      ...certificate.env,
      TRANSPORT: "ws",
      // With these the shortest there is, of two seconds.
      ...{ HEARTBEAT_MS: "1000", HEARTBEAT_GRACE_MS: "6000" },
    });
    await using silent = await openRaw(server.url);
    await using slow = await openRaw(server.url);
    // The head of a ClientHello whose rest never comes.
    slow.pour(Uint8Array.from([22, 3, 1, 2, 0, 1, 0]));
    for (const raw of [silent, slow]) await raw.ended(30_000);
  });
});

describe("a certificate that has changed", () => {
  it("is that of new connections, and those there are go on", async () => {
    await using certificate = await tempCertificate();
    using before = certificate.trusting();
    // One more of those, because the first has a connection that it would use again.
    using stale = certificate.trusting();
    await using server = await startServer({ ...certificate.env, TRANSPORT: "ws" });
    await using visitor = await openClient(`${server.wsUrl}/chat/general`, { client: before });
    await visitor.until("joined");
    await certificate.renew();
    await server.said(/the certificate has changed: new connections get the new one/);
    using after = certificate.trusting();
    assertEquals(await statusOf(`${server.url}/healthz`, after), 200);
    assertEquals((await say(visitor, "still here")).seq, 1);
    await assertRejects(() => fetch(`${server.url}/healthz`, { client: stale }));
  });

  it("stays the old one where the new files are no pair, and is told once", async () => {
    await using certificate = await tempCertificate();
    await using server = await startServer({ ...certificate.env, TRANSPORT: "ws" });
    using client = certificate.trusting();
    await Deno.writeTextFile(certificate.env.TLS_KEY_FILE, "not a key");
    await server.said(/the old one stays: "?TLS_KEY_FILE=.*expected a private key as PEM/);
    assertEquals(await statusOf(`${server.url}/healthz`, client), 200);
    await certificate.renew();
    await server.said(/new connections get the new one/);
    assertEquals(server.stderr().split("not a key").length, 1);
    assertEquals(server.stderr().split("expected a private key").length, 2);
  });

  it("is told to need a restart with TRANSPORT=deno", async () => {
    await using certificate = await tempCertificate();
    await using server = await startServer({ ...certificate.env, TRANSPORT: "deno" });
    using client = certificate.trusting();
    await certificate.renew();
    await server.said(/has changed: TRANSPORT=deno takes it at the next start/);
    assertEquals(await statusOf(`${server.url}/healthz`, client), 200);
  });
});

describe("a start with a certificate that can't be used", () => {
  it("names the file and what is wrong with it", async () => {
    await using certificate = await tempCertificate();
    await using other = await tempCertificate();
    const { TLS_CERT_FILE, TLS_KEY_FILE } = certificate.env;
    const missing = `${certificate.path}/missing.pem`;
    const cases: [Record<string, string>, string][] = [
      [
        { TLS_CERT_FILE: missing, TLS_KEY_FILE },
        `TLS_CERT_FILE=${missing}: can't be read: No such file`,
      ],
      [
        { TLS_CERT_FILE, TLS_KEY_FILE: missing },
        `TLS_KEY_FILE=${missing}: can't be read: No such file`,
      ],
      [
        { TLS_CERT_FILE: TLS_KEY_FILE, TLS_KEY_FILE },
        `TLS_CERT_FILE=${TLS_KEY_FILE}: expected a certificate as PEM`,
      ],
      [
        { TLS_CERT_FILE, TLS_KEY_FILE: TLS_CERT_FILE },
        `TLS_KEY_FILE=${TLS_CERT_FILE}: expected a private key as PEM, without a password`,
      ],
      [
        { TLS_CERT_FILE, TLS_KEY_FILE: other.env.TLS_KEY_FILE },
        `TLS_KEY_FILE=${other.env.TLS_KEY_FILE}: expected the key of ${TLS_CERT_FILE}`,
      ],
    ];
    const said = await Promise.all(cases.map(([env]) => refusal(env)));
    for (const [index, [, sentence]] of cases.entries()) {
      assert(said[index]!.startsWith(`Snug can't start: ${sentence}`), said[index]);
      assertEquals(said[index]!.split("\n").length, 1);
    }
  });
});
