// The description of the HTTP API against a real server: it names every route, a public linter finds
// nothing in it, and what the server really answers is what it says.
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Ajv2020 } from "ajv/2020";
import { type AppOptions, createApp } from "../../src/app.ts";
import type { Described, Document } from "../../src/routes/openapi.ts";
import { SECRET, sign } from "../gate/issuer.ts";
import { openClient } from "../harness/client.ts";
import { type Server, startServer } from "../harness/server.ts";

const ROOMY = { RATE_BURST: "100000", RATE_MESSAGES_PER_SECOND: "100000" };
const JSON_TYPE = "application/json";

/** What a client may see of the document. */
async function read(server: Server): Promise<Document> {
  return await (await fetch(`${server.url}/api/openapi.json`)).json();
}

function operationsOf({ paths }: Document) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, about]) => ({ method, path, about }))
  );
}

/** Everything in it that has named properties has no others, so that none goes unsaid. */
function closed<T>(part: T): T {
  if (Array.isArray(part)) return part.map(closed) as T;
  if (typeof part !== "object" || part === null) return part;
  const within = Object.fromEntries(Object.entries(part).map(([name, it]) => [name, closed(it)]));
  const isObject = within.type === "object" && "properties" in within;
  return (isObject ? { ...within, additionalProperties: false } : within) as T;
}

/** Asks a server, and holds each answer to what the document says of the operation. */
class Reader {
  readonly seen = new Set<string>();
  readonly #server: Server;
  readonly #document: Document;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });

  constructor(server: Server, document: Document) {
    this.#server = server;
    this.#document = document;
    this.#ajv.addSchema(closed(document), "api");
  }

  async ask(id: string, line: string, body?: object | string, token = ""): Promise<number> {
    const { method, path, about } = operationsOf(this.#document)
      .find(({ about }) => about.operationId === id)!;
    const [asked = "", url = ""] = line.split(" ");
    const pattern = path.replaceAll(/\{\w+\}/g, "[^/]+").replaceAll(".", "\\.");
    assertMatch(line, new RegExp(`^${method.toUpperCase()} ${pattern}(\\?|$)`), id);
    const at = ["paths", path, method];
    const sent = typeof body === "object" ? JSON_TYPE : "text/plain";
    if (body !== undefined) {
      this.#holds([...at, "requestBody", "content", sent, "schema"], body, id);
    }
    const response = await fetch(this.#server.url + url, {
      method: asked,
      headers: {
        ...(body !== undefined && { "content-type": sent }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: typeof body === "object" ? JSON.stringify(body) : body }),
    });
    const { status } = response;
    const text = about.responses[status] && "text/event-stream" in contentOf(about, status)
      ? await response.body!.cancel().then(() => "")
      : await response.text();
    const type = response.headers.get("content-type")?.split(";")[0] ?? "";
    if (type === "application/problem+json") {
      const refused = ["components", "responses", "Problem", "content", type, "schema"];
      this.#holds(refused, JSON.parse(text), id);
      return status;
    }
    this.seen.add(`${id} ${status}`);
    const content = contentOf(about, status);
    assertEquals(Object.keys(content), type === "" ? [] : [type], `${id} ${status}`);
    if (type !== JSON_TYPE) return status;
    this.#holds([...at, "responses", `${status}`, "content", type, "schema"], JSON.parse(text), id);
    return status;
  }

  #holds(path: string[], value: unknown, id: string) {
    const pointer = path.map((part) =>
      encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))
    ).join("/");
    const validate = this.#ajv.getSchema(`api#/${pointer}`);
    assert(validate, `${id} has nothing at ${path.join(" ")}`);
    const isValid = validate(value);
    assert(
      isValid,
      `${id}: ${JSON.stringify(validate.errors)} in ${JSON.stringify(value).slice(0, 500)}`,
    );
  }
}

function contentOf(about: Described, status: number): object {
  const answer = about.responses[status];
  assert(answer && "description" in answer, `${about.operationId} says nothing of ${status}`);
  return answer.content ?? {};
}

describe("the description of the HTTP API", () => {
  it("W17.8 has every route of the program, and no other", async () => {
    await using server = await startServer();
    const described = operationsOf(await read(server)).map(({ method, path }) =>
      `${method.toUpperCase()} ${path}`
    );
    const options = { gate: { isOpen: true }, allowedOrigins: [], authHeader: "" };
    const routes = createApp(options as unknown as AppOptions).routes
      .filter(({ method, path }) => {
        return method !== "ALL" && /^\/(api|healthz|readyz|metrics)(\/|$)/.test(path);
      })
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(\{[^/]*\})?/g, "{$1}")}`);
    assertEquals(described.toSorted(), [...new Set(routes)].toSorted());
    assert(described.length > 25, `${described.length} operations`);
  });

  it("W17.8 is OpenAPI in which a linter finds nothing, also under TRANSPORT=ws", async () => {
    for (const TRANSPORT of ["deno", "ws"]) {
      await using server = await startServer({ TRANSPORT });
      const source = JSON.stringify(await read(server));
      const config = await createConfig({ extends: ["recommended-strict"] });
      const problems = await lintFromString({ source, absoluteRef: "/openapi.json", config });
      assertEquals(problems.map(({ message, location }) => [message, location[0]?.pointer]), []);
      const broken = source.replace('"operationId":"sendMessage"', '"operationId":"listMessages"');
      assert((await lintFromString({ source: broken, absoluteRef: "/o.json", config })).length > 0);
    }
  });

  it("W17 W17.8 what is answered is what it says, of every operation", async () => {
    await using server = await startServer({ ...ROOMY, JWT_SECRET: SECRET, ADMIN_TOKEN: "boss" });
    const document = await read(server);
    const reader = new Reader(server, document);
    const ada = await sign({ sub: "ada", name: "Ada" });
    const boss = await sign({ sub: "boss", admin: true });
    const headers = { authorization: `Bearer ${ada}` };
    await using connected = await openClient(server.wsUrl, { headers });
    await connected.until("welcome");
    const room = "/api/rooms/general";
    const status = (id: string, line: string, body?: object | string, token = ada) =>
      reader.ask(id, line, body, token);

    assertEquals(await status("sendMessage", `POST ${room}/messages`, { text: "one" }), 201);
    await status("sendMessage", `POST ${room}/messages`, "two");
    await status("sendMessage", `POST ${room}/messages`, { text: "re", replyTo: 1 }, boss);
    await status("editMessage", `PATCH ${room}/messages/1`, { text: "uno" });
    await status("addReaction", `PUT ${room}/messages/1/reactions/%F0%9F%91%8D`, undefined, boss);
    await status("getMessage", `GET ${room}/messages/1`);
    await status("removeReaction", `DELETE ${room}/messages/1/reactions/%F0%9F%91%8D`);
    await status(
      "removeReaction",
      `DELETE ${room}/messages/1/reactions/%F0%9F%91%8D`,
      undefined,
      boss,
    );
    await status("deleteMessage", `DELETE ${room}/messages/2`);
    await status("listMessages", `GET ${room}/messages?limit=10`);
    await status("search", "GET /api/search?text=uno");
    await status("setTopic", `PUT ${room}/topic`, { text: "news" }, boss);
    await status("sendToUser", "POST /api/users/ada/messages", { text: "psst" }, boss);
    await status("followRoom", `GET ${room}/events`, undefined, boss);
    await status("listRooms", "GET /api/rooms");
    await status("listMembers", `GET ${room}/members`);
    await status("mute", `PUT ${room}/mutes/bob`, { minutes: 5 }, boss);
    await status("mute", `PUT ${room}/mutes/bob`, undefined, boss);
    await status("unmute", `DELETE ${room}/mutes/bob`, undefined, boss);
    await status("ban", `PUT ${room}/bans/bob`, { minutes: 5 }, boss);
    await status("listBans", `GET ${room}/bans`, undefined, boss);
    await status("unban", `DELETE ${room}/bans/bob`, undefined, boss);
    await status("banEverywhere", "PUT /api/bans/bob", undefined, boss);
    await status("listAllBans", "GET /api/bans", undefined, boss);
    await status("unbanEverywhere", "DELETE /api/bans/bob", undefined, boss);
    await status("announce", "POST /api/system", { text: "hear, hear" }, boss);
    await status("signIn", "POST /api/session", { name: "ada" });
    await status("signIn", "POST /api/session", {}, "boss");
    await status("whoAmI", "GET /api/session");
    await status("signOut", "DELETE /api/session");
    const ask = (line: string, body?: object) =>
      fetch(`${server.url}${line}`, {
        ...(body && { method: "POST", body: JSON.stringify(body) }),
        headers: { authorization: `Bearer ${boss}`, "content-type": JSON_TYPE },
      }).then((response) => response.json());
    const bytes = { method: "POST", headers: { authorization: `Bearer ${boss}` }, body: "\0" };
    const { url } = await (await fetch(`${server.url}${room}/files?name=b`, bytes)).json();
    await status("getFile", `GET ${url}`, undefined, boss);
    await status("dropFile", `DELETE ${url}`, undefined, boss);
    await status("makeHook", "POST /api/hooks", { room: "general", name: "Build" }, boss);
    const { id } = await ask("/api/hooks", { room: "general", name: "Deploy" });
    await status("postToHook", `POST /api/hooks/${id}`, { text: "17 is out" }, "");
    await status("postToHook", `POST /api/hooks/${id}`, "17 is out", "");
    await status("listHooks", "GET /api/hooks", undefined, boss);
    const { hooks } = await ask("/api/hooks");
    await status("revokeHook", `DELETE /api/hooks/${hooks[0].handle}`, undefined, boss);
    await status("exportEntries", "GET /api/users/ada/entries", undefined, boss);
    await status("retract", "POST /api/users/ada/retract", undefined, boss);
    await status("revoke", "POST /api/users/ada/revoke", undefined, boss);
    await status("isAlive", "GET /healthz");
    await status("isReady", "GET /readyz");
    await status("metrics", "GET /metrics");
    await status("describeApi", "GET /api/openapi.json", undefined, "");
    await status("showReference", "GET /api", undefined, "");

    assertEquals(await status("kick", `DELETE ${room}/members/bob`, undefined, boss), 404);
    assertEquals(await status("sendMessage", `POST ${room}/messages`, "x", "no"), 401);
    const said = operationsOf(document).flatMap(({ about }) =>
      Object.keys(about.responses).filter((status) => /^\d+$/.test(status))
        .map((status) => `${about.operationId} ${status}`)
    );
    // A retry, a kick, a part of a file and a server that goes down are seen by others.
    const elsewhere = ["isReady 503", "kick 200", "sendMessage 200", "sendToUser 200"];
    elsewhere.push("uploadFile 201", "getFile 206", "getFile 304");
    assertEquals([...reader.seen, ...elsewhere].toSorted(), said.toSorted());
  });
});
