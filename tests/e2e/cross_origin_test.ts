import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { startServer } from "../harness/server.ts";

const TOKEN = "a-shared-token";
const GUARDED = { WS_TOKEN: TOKEN };
const JSON_TYPE = { "content-type": "application/json" };

describe("cross-origin", () => {
  it("W15.4 no page of another origin changes anything, whatever it sends and in every mode", async () => {
    for (const env of [{}, GUARDED, { WS_TOKEN: "open", HOST: "0.0.0.0" }]) {
      await using server = await startServer(env);
      const url = server.url.replace("0.0.0.0", "127.0.0.1");
      const body = JSON.stringify({ token: TOKEN });
      for (
        const headers of [
          { origin: "https://evil.example" },
          { origin: "null" },
          { origin: `${url}.evil.example` },
          { origin: url.replace("http:", "https:").replace(/\d+$/, "1") },
          { origin: "" },
          { "sec-fetch-site": "cross-site" },
          { "sec-fetch-site": "same-site" },
        ] as Record<string, string>[]
      ) {
        for (const method of ["POST", "DELETE", "PUT", "PATCH"]) {
          const given = method === "POST" ? body : undefined;
          const response = await fetch(`${url}/api/session`, {
            method,
            headers: { ...headers, ...JSON_TYPE },
            ...(given && { body: given }),
          });
          const { code } = await response.json();
          assertEquals([headers, method, response.status], [headers, method, 403]);
          assertEquals([code, response.headers.get("set-cookie")], ["FORBIDDEN", null]);
        }
      }
      const own = await fetch(`${url}/api/session`, { method: "DELETE", headers: { origin: url } });
      assertEquals(own.status, 204);
    }
  });

  it("W15.4 pages of listed origins may read /api, with headers of their own, and no others", async () => {
    await using server = await startServer({
      ...GUARDED,
      ALLOWED_ORIGINS: "https://a.example",
      AUTH_HEADER: "x-ws-auth-key",
    });
    const ask = async (method: string, origin: string) => {
      const response = await fetch(`${server.url}/api/session`, { method, headers: { origin } });
      await response.body?.cancel();
      return response;
    };
    const preflight = await ask("OPTIONS", "https://a.example");
    assertEquals(preflight.status, 204);
    assertEquals(preflight.headers.get("access-control-allow-origin"), "https://a.example");
    assertEquals(
      preflight.headers.get("access-control-allow-headers"),
      "authorization, content-type, idempotency-key, x-ws-auth-key",
    );
    assertEquals(preflight.headers.get("access-control-allow-credentials"), null);
    const read = await ask("GET", "https://a.example");
    assertEquals(read.headers.get("access-control-allow-origin"), "https://a.example");
    assertEquals(read.headers.get("vary"), "origin");
    for (const origin of ["https://evil.example", "null", "https://a.example.evil.example"]) {
      for (const method of ["OPTIONS", "GET"]) {
        const { headers } = await ask(method, origin);
        assertEquals(headers.get("access-control-allow-origin"), null);
        assertEquals(headers.get("access-control-allow-headers"), null);
      }
    }
    await using wide = await startServer({ ...GUARDED, ALLOWED_ORIGINS: "*" });
    const response = await fetch(`${wide.url}/api/session`, { headers: { origin: "null" } });
    await response.body?.cancel();
    assertEquals(response.headers.get("access-control-allow-origin"), "*");
    assertEquals(response.headers.get("access-control-allow-credentials"), null);
  });
});
