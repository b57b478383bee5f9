import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { openClient } from "../harness/client.ts";
import { HANDSHAKE, openRaw } from "../harness/raw.ts";
import { type Server, startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter } from "../harness/visitor.ts";

const TOKEN = "tok-a/b(c)=%25&+?#";
const GUARDED = { WS_TOKEN: TOKEN, AUTH_HEADER: "X-WS-Auth-Key", LOG_LEVEL: "debug" };

type Offer = {
  query?: string;
  headers?: Record<string, string>;
  protocols?: string[];
};

const encoded = encodeURIComponent(TOKEN);
const SIMPLE = "plain-token";

/** The status that an upgrade with this offer gets; 101 is let in. */
async function knock(server: Server, { query = "", headers = {}, protocols }: Offer) {
  const url = `${server.wsUrl}${query}`;
  const client = await openClient(url, { headers, ...(protocols && { protocols }) }).catch((
    error,
  ) => Number(/Invalid status code: (\d+)/.exec(error.message)?.[1]));
  if (typeof client === "number") return client;
  await client.next("welcome");
  await client[Symbol.asyncDispose]();
  return 101;
}

describe("gate", () => {
  it("W15.3 the shared token is taken from each of its places", async () => {
    await using server = await startServer(GUARDED);
    for (
      const offer of [
        { query: `?token=${encoded}` },
        { query: `?accessToken=${encoded}` },
        { query: `?username=ada&token=${encoded}&heartbeat=off` },
        { protocols: ["snug.v1", `auth.${percentEncoded(TOKEN)}`] },
        { protocols: [`auth.${percentEncoded(TOKEN)}`, "snug.v1"] },
        { headers: { authorization: `Bearer ${TOKEN}` } },
        { headers: { authorization: `bearer   ${TOKEN} ` } },
        { headers: { "x-ws-auth-key": TOKEN } },
        { headers: { "X-WS-AUTH-KEY": `Bearer ${TOKEN}` } },
        { headers: { authorization: "Basic YTpi", "x-ws-auth-key": TOKEN } },
      ]
    ) assertEquals([offer, await knock(server, offer)], [offer, 101]);
  });

  it("W15.3 W15.6 a wrong token is refused in each place, and so is none", async () => {
    await using server = await startServer({ ...GUARDED, WS_TOKEN: SIMPLE });
    for (
      const offer of [
        {},
        { query: "?token=" },
        { query: "?token=wrong" },
        { query: `?token=${SIMPLE}x` },
        { query: `?token=${SIMPLE.toUpperCase()}` },
        { query: "?accessToken=wrong" },
        { query: "?session=wrong" },
        { query: `?Token=${SIMPLE}` },
        { headers: { authorization: "Bearer wrong" } },
        { headers: { authorization: SIMPLE } },
        { headers: { "x-ws-auth-key": "wrong" } },
        { headers: { cookie: `token=${SIMPLE}` } },
        { protocols: ["snug.v1", "auth.wrong"] },
        { protocols: ["snug.v1", SIMPLE] },
        { protocols: ["snug.v1", "auth.%E0%A4%A"] },
        { protocols: ["snug.v1", "auth."] },
      ]
    ) assertEquals([offer, await knock(server, offer)], [offer, 401]);
  });

  it("W15.3 the first credential that is found decides, whatever comes after it", async () => {
    await using server = await startServer({ ...GUARDED, WS_TOKEN: SIMPLE });
    const places = (values: string[]): Offer => ({
      headers: {
        ...(values[0] && { authorization: `Bearer ${values[0]}` }),
        ...(values[1] && { "x-ws-auth-key": values[1] }),
      },
      ...(values[2] && { protocols: ["snug.v1", `auth.${values[2]}`] }),
      query: `?token=${values[3]}&accessToken=${values[4]}&session=${values[5]}`,
    });
    for (let first = 0; first < 6; first++) {
      const at = (it: string, rest: string) =>
        Array.from({ length: 6 }, (_, index) => index < first ? "" : index === first ? it : rest);
      assertEquals([first, await knock(server, places(at(SIMPLE, "wrong")))], [first, 101]);
      assertEquals([first, await knock(server, places(at("wrong", SIMPLE)))], [first, 401]);
    }
  });

  it("W15.3 every endpoint asks for it, and none selects the credential", async () => {
    await using server = await startServer({ ...GUARDED, WS_TOKEN: SIMPLE });
    const base = server.url.replace("http", "ws");
    for (const path of ["/ws", "/ws/chat/general", "/ws/echo"]) {
      await assertRejects(() => openClient(`${base}${path}`), Error, "401");
      await using client = await openClient(`${base}${path}`, {
        protocols: ["snug.v1", `auth.${SIMPLE}`],
      });
      assertEquals(client.protocol, "snug.v1");
      await using raw = await openRaw(server.url);
      const { status, headers } = await raw.request(path, {
        ...HANDSHAKE,
        "sec-websocket-protocol": `auth.${SIMPLE}`,
      });
      assertEquals([status, headers.get("sec-websocket-protocol")], [101, null]);
    }
  });

  it("P6 no credential, in whatever place, and no session reaches a log", async () => {
    await using server = await startServer({ ...GUARDED, WS_TOKEN: SIMPLE, LOG_FORMAT: "json" });
    const wrong = "wr0ng-secret";
    let session = "";
    {
      await using client = await openClient(`${server.wsUrl}?username=ada&token=${SIMPLE}`);
      session = (await client.next("welcome")).session!;
    }
    const secrets = [SIMPLE, wrong, session];
    for (const secret of secrets) {
      await knock(server, { query: `?token=${secret}` });
      await knock(server, { query: `?session=${secret}` });
      await knock(server, { headers: { authorization: `Bearer ${secret}` } });
      await knock(server, { headers: { "x-ws-auth-key": secret } });
      await knock(server, { protocols: ["snug.v1", `auth.${secret}`] });
      await (await fetch(`${server.url}/ws/chat/%00?accessToken=${secret}`)).body?.cancel();
      await (await fetch(`${server.url}/nothing?token=${secret}`)).body?.cancel();
      for (const host of ["[", "a b", "x:99999"]) {
        await using raw = await openRaw(server.url);
        await raw.request(`/ws?token=${secret}`, { ...HANDSHAKE, host });
      }
    }
    await server.said(/"ada"/);
    server.kill("SIGTERM");
    assertEquals((await server.exited).code, 0);
    const output = server.stdout() + server.stderr();
    for (const secret of secrets) assertFalse(output.includes(secret), `${secret} in ${output}`);
  });

  it("W15.4 a good origin needs a credential too, and a good credential a good origin", async () => {
    await using server = await startServer({ ...GUARDED, WS_TOKEN: SIMPLE });
    const origin = server.url;
    assertEquals(await knock(server, { headers: { origin } }), 401);
    assertEquals(await knock(server, { headers: { origin }, query: `?token=${SIMPLE}` }), 101);
    const headers = { origin: "https://evil.example" };
    assertEquals(await knock(server, { headers, query: `?token=${SIMPLE}` }), 403);
  });

  it("P6 in open mode nobody needs one", async () => {
    await using server = await startServer();
    await using client = await enter(server);
    assert(client.welcome.uid.startsWith("guest:"));
    await using onPurpose = await startServer({ HOST: "0.0.0.0", WS_TOKEN: "open" });
    assertEquals(await knock(onPurpose, {}), 101);
  });

  it("P6 on an address that others can reach a token is made, shown once, and kept", async () => {
    await using folder = await tempFolder();
    const env = { HOST: "0.0.0.0", STORE_URL: `sqlite:${folder.path}/snug.db` };
    let token = "";
    {
      await using server = await startServer(env);
      [, token] = await server.said(/#token=([\w-]+)/) as [string, string];
      assertEquals(await knock(server, {}), 401);
      assertEquals(await knock(server, { query: `?token=${token}` }), 101);
    }
    await using again = await startServer(env);
    assertFalse(again.stdout().includes("token="));
    assertEquals(await knock(again, { query: `?token=${token}` }), 101);
  });
});

/** As W15.3 asks: what a subprotocol may not hold is percent-encoded. */
function percentEncoded(value: string): string {
  return encodeURIComponent(value).replace(/[()]/g, (it) => `%${it.charCodeAt(0).toString(16)}`);
}
