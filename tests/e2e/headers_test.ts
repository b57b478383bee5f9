import { assertEquals, assertFalse, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { HANDSHAKE, openRaw } from "../harness/raw.ts";
import { startServer } from "../harness/server.ts";

const ALWAYS = {
  "cross-origin-opener-policy": /^same-origin$/,
  "cross-origin-resource-policy": /^(same-origin|cross-origin)$/,
  "permissions-policy": /camera=\(\).*microphone=\(\)/,
  "referrer-policy": /^no-referrer$/,
  "x-content-type-options": /^nosniff$/,
};

describe("headers", () => {
  it("W15.12 every answer says that it is nothing but what it says, and who may frame it: nobody", async () => {
    await using server = await startServer({ WS_TOKEN: "a-token" });
    const paths = [
      "/",
      "/r/general",
      "/app.js",
      "/css/base.css",
      "/icon.svg",
      "/healthz",
      "/readyz",
      "/ws",
      "/ws/chat/general",
      "/ws/echo",
      "/wsx",
    ];
    for (
      const path of [...paths, "/nothing", "/api/session", "/api/nothing", "/api/users/a/revoke"]
    ) {
      for (const method of ["GET", "POST", "OPTIONS"]) {
        const response = await fetch(`${server.url}${path}`, { method });
        const body = await response.text();
        for (const [name, value] of Object.entries(ALWAYS)) {
          assertMatch(response.headers.get(name) ?? "", value, `${method} ${path} ${name}`);
        }
        const policy = response.headers.get("content-security-policy") ?? "";
        assertMatch(policy, /default-src 'none'/, path);
        assertMatch(policy, /frame-ancestors 'none'/, path);
        assertFalse(/unsafe|\*/.test(policy), policy);
        assertEquals(response.headers.get("server"), null);
        assertEquals(response.headers.get("x-powered-by"), null);
        if (response.status >= 400) {
          assertMatch(response.headers.get("content-type")!, /^application\/problem\+json/);
          assertMatch(JSON.parse(body).code, /^[A-Z_]+$/, path);
        }
      }
    }
  });

  it("W15.12 an upgrade has none of them, and what is open to every page stays so", async () => {
    await using server = await startServer();
    await using raw = await openRaw(server.url);
    const { status, headers } = await raw.request("/ws", HANDSHAKE);
    assertEquals(status, 101);
    for (const name of Object.keys(ALWAYS)) assertEquals(headers.get(name), null, name);
    const sdk = await fetch(`${server.url}/chat.js`);
    await sdk.body?.cancel();
    assertEquals(sdk.headers.get("cross-origin-resource-policy"), "cross-origin");
    assertEquals(sdk.headers.get("access-control-allow-origin"), "*");
  });

  it("W15.6 what is not there is 404 in JSON, under every method", async () => {
    await using server = await startServer();
    for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH"]) {
      const response = await fetch(`${server.url}/api/nothing`, { method });
      const { code, message } = await response.json();
      assertEquals([response.status, code, message], [404, "NOT_FOUND", "nothing is here"]);
    }
  });
});
