import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { tempCertificate } from "./harness/certificate.ts";
import { command } from "./harness/command.ts";
import { needs } from "./harness/needs.ts";
import { type Env, startServer } from "./harness/server.ts";
import { tempFolder } from "./harness/temp.ts";

/** What `snug health` says where a server has these settings. */
async function health(env: Env) {
  await using folder = await tempFolder();
  return await command(`${folder.path}/snug.db`, ["health"], { env });
}

const portOf = (url: string) => new URL(url).port;

describe("snug health", () => {
  it("ends with 0 where the server is ready, also one that listens everywhere", async () => {
    for (const HOST of ["127.0.0.1", "0.0.0.0"]) {
      await using server = await startServer({ HOST, WS_TOKEN: "token" });
      const { code, out, err } = await health({ HOST, PORT: portOf(server.url) });
      assertEquals([code, out, err], [0, "ready\n", ""]);
    }
  });

  it("ends with 1 and says why where it is not", async () => {
    const answer = () => Response.json({ status: "draining" }, { status: 503 });
    await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, answer);
    const { code, err } = await health({ PORT: String(server.addr.port) });
    assertEquals(code, 1);
    assertStringIncludes(err, 'not ready: HTTP/1.0 503 Service Unavailable {"status":"draining"}');
  });

  it("ends with 1 where there is none", async () => {
    let port: number;
    {
      using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      port = free.addr.port;
    }
    const { code, err } = await health({ PORT: String(port) });
    assertEquals(code, 1);
    assertStringIncludes(err, "not ready: ");
  });

  needs("openssl")("asks by TLS where the server speaks it", async () => {
    await using certificate = await tempCertificate();
    for (const TRANSPORT of ["deno", "ws"]) {
      await using server = await startServer({ ...certificate.env, TRANSPORT });
      const { code, out } = await health({ ...certificate.env, PORT: portOf(server.url) });
      assertEquals([code, out], [0, "ready\n"]);
    }
  });
});
