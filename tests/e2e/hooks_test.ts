import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ask, refusalOf } from "../harness/http.ts";
import { type Server, startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, heard, say, texts } from "../harness/visitor.ts";

const ADMIN_TOKEN = "who-may-do-everything";
const ADMIN = { authorization: `Bearer ${ADMIN_TOKEN}` };
const ENV = { WS_TOKEN: "open", ADMIN_TOKEN };

type Made = { id: string; url: string; handle: string; uid: string; room: string; name: string };

async function make(server: Server, name = "Builds", room = "general"): Promise<Made> {
  const { status, body } = await ask(server, "POST /api/hooks", { room, name }, ADMIN);
  assertEquals(status, 201, JSON.stringify(body));
  return body;
}

/** Posts to a hook: status, type and body of the answer, as a tool reads them. */
async function post(
  { url }: { url: string },
  body: string | object,
  headers: Record<string, string> = { "content-type": "application/json" },
): Promise<[status: number, type: string, body: string]> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await fetch(url, { method: "POST", body: text, headers });
  return [answer.status, answer.headers.get("content-type") ?? "", await answer.text()];
}

const OK: [number, string, string] = [200, "text/plain; charset=UTF-8", "ok"];

/** Status and code of the refusal that it must be. */
function refused([status, type, body]: [number, string, string]): [number, string] {
  assertEquals(type, "application/problem+json");
  return [status, JSON.parse(body).code];
}

describe("hooks", () => {
  for (const TRANSPORT of ["deno", "ws"]) {
    it(`W20.5 W20.6 what tools post is said as they mean it, on ${TRANSPORT}`, async () => {
      await using server = await startServer({ ...ENV, TRANSPORT });
      await using ada = await enter(server);
      const hook = await make(server);
      assertMatch(hook.id, /^[\w-]{22}$/);
      assertEquals(hook.url, `${server.url}/api/hooks/${hook.id}`);
      assertEquals([hook.uid, hook.room, hook.name], [`hook:${hook.handle}`, "general", "Builds"]);
      const form = { "content-type": "application/x-www-form-urlencoded" };
      // As Grafana and Alertmanager, Gitea, an old tool, and a shell send it.
      const attachment = { title: "[FIRING:1] DiskFull", text: "db1 is full", fallback: "?" };
      assertEquals(await post(hook, { channel: "#x", attachments: [attachment] }), OK);
      assertEquals(
        await post(hook, { username: "Eve", text: "<https://g.example|a/b> pushed" }),
        OK,
      );
      const payload = new URLSearchParams({ payload: JSON.stringify({ text: "old & good" }) });
      assertEquals(await post(hook, `${payload}`, form), OK);
      assertEquals(await post(hook, "plain\ntext", { "content-type": "text/plain" }), OK);
      await ada.until((it) => it.type === "chat" && it.seq === 4);
      const said = heard(ada, "chat");
      assertEquals(said.map(({ uid, user }) => [uid, user]), Array(4).fill([hook.uid, "Builds"]));
      assertEquals(texts(said), [
        "[FIRING:1] DiskFull\ndb1 is full",
        "a/b (https://g.example) pushed",
        "old & good",
        "plain\ntext",
      ]);
      // It is an entry like any other: others answer it, and it is found again.
      ada.send({ type: "react", room: "general", of: 1, emoji: "👀" });
      await ada.until("reaction");
      await using late = await enter(server);
      assertEquals(texts(late.joined.messages), texts(said));
      assertEquals(late.joined.members.length, 2, "it is no member");
    });
  }

  it("W20.6 W20.7 what can't be said is refused with words, and not cut", async () => {
    await using server = await startServer({ ...ENV, MAX_MESSAGE_BYTES: "256" });
    const hook = await make(server);
    const long = "é".repeat(129);
    const [status, , body] = await post(hook, { text: long });
    assertEquals([status, JSON.parse(body).detail], [
      413,
      "text must be at most 256 bytes; this one has 258",
    ]);
    assertEquals(await post(hook, { text: "é".repeat(128) }), OK);
    const cases: [string | object, string, [number, string]][] = [
      [{ text: "x", fields: "y".repeat(2000) }, "application/json", [413, "TOO_LARGE"]],
      ["{", "application/json", [400, "PARSE_ERROR"]],
      [{}, "application/json", [400, "INVALID_FIELD"]],
      ["text=hi", "application/x-www-form-urlencoded", [400, "INVALID_FIELD"]],
      ["", "text/plain", [400, "INVALID_FIELD"]],
      ["hi", "image/png", [415, "UNSUPPORTED_MEDIA_TYPE"]],
    ];
    for (const [body, type, expected] of cases) {
      assertEquals(refused(await post(hook, body, { "content-type": type })), expected);
    }
    await using ada = await enter(server);
    assertEquals(ada.joined.seq, 1);
  });

  it("W20.5 only an administrator makes, lists and revokes; lists tell no id", async () => {
    await using server = await startServer(ENV);
    const hook = await make(server);
    for (const line of ["POST /api/hooks", "GET /api/hooks", `DELETE /api/hooks/${hook.handle}`]) {
      assertEquals(refusalOf(await ask(server, line)), [403, "FORBIDDEN"]);
    }
    const { handle, uid, room, name } = hook;
    const listed = await ask(server, "GET /api/hooks", undefined, ADMIN);
    assertEquals(listed.body, { hooks: [{ handle, uid, room, name }] });
    for (
      const [body, field] of [
        [{ name: "a" }, "room"],
        [{ room: "@a,b", name: "a" }, "room"],
        [{ room: "general" }, "name"],
        [{ room: "general", name: "a\u200bb" }, "name"],
      ] as const
    ) {
      const bad = await ask(server, "POST /api/hooks", body, ADMIN);
      assertEquals(refusalOf(bad), [400, "INVALID_FIELD"]);
      assert(bad.body.message.startsWith(`${field} must be `), bad.body.message);
    }
    assertEquals(refusalOf(await ask(server, `DELETE /api/hooks/${hook.id}`, undefined, ADMIN)), [
      404,
      "NOT_FOUND",
    ]);
    const revoked = await ask(server, `DELETE /api/hooks/${handle}`, undefined, ADMIN);
    assertEquals(revoked.status, 204);
    assertEquals(refused(await post(hook, { text: "hi" })), [404, "NOT_FOUND"]);
    const { body: nothing } = await ask(server, "POST /api/nothing");
    assertEquals(JSON.parse((await post(hook, { text: "hi" }))[2]), nothing);
    assertEquals((await ask(server, "GET /api/hooks", undefined, ADMIN)).body, { hooks: [] });
    assertEquals(refusalOf(await ask(server, `GET /api/hooks/${hook.id}`)), [
      405,
      "METHOD_NOT_ALLOWED",
    ]);
    await server.said(/audit: .* "hook" "hook:.* in "general"[^]*audit: .* "unhook" "hook:/);
  });

  it("W20.5 what is on its way to a hook that is revoked is not said", async () => {
    await using server = await startServer(ENV);
    const { url, handle } = await make(server);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const [begin, end] = ['{"text":', '"too late"}'].map((it) => new TextEncoder().encode(it));
    const headers = { "content-type": "application/json" };
    const answer = fetch(url, { method: "POST", body: readable, headers });
    await writer.write(begin!);
    await ask(server, "GET /api/hooks", undefined, ADMIN);
    await ask(server, `DELETE /api/hooks/${handle}`, undefined, ADMIN);
    await writer.write(end!);
    await writer.close();
    const { status, body } = await answer;
    await body?.cancel();
    assertEquals(status, 404);
    const { body: page } = await ask(server, "GET /api/rooms/general/messages", undefined, ADMIN);
    assertEquals(page.messages, []);
  });

  it("W20.5 its id is kept as a hash alone, over a restart, and is in no log", async () => {
    await using folder = await tempFolder();
    const env = { ...ENV, STORE_URL: `sqlite:${folder.path}/snug.db`, LOG_LEVEL: "debug" };
    let hook: Made;
    let log: string;
    {
      await using server = await startServer(env);
      hook = await make(server);
      assertEquals(await post(hook, { text: "before" }), OK);
      server.kill("SIGKILL");
      await server.exited;
      log = server.stdout() + server.stderr();
    }
    await using server = await startServer(env);
    const url = `${server.url}/api/hooks/${hook.id}`;
    assertEquals(await post({ url }, { text: "after" }), OK);
    assertEquals((await post({ url: `${url}x` }, { text: "wrong" }))[0], 404);
    await using ada = await enter(server, { username: "builds" });
    assertEquals(ada.welcome.user, "builds-2", "its name is kept too");
    assertEquals(texts(ada.joined.messages), ["before", "after"]);
    log += server.stdout() + server.stderr();
    assertFalse(log.includes(hook.id), log);
    for await (const { name, isFile } of Deno.readDir(folder.path)) {
      if (!isFile) continue;
      const bytes = await Deno.readFile(`${folder.path}/${name}`);
      assertFalse(new TextDecoder("latin1").decode(bytes).includes(hook.id), name);
    }
  });

  it("W20.1 nobody takes its name while it is there", async () => {
    await using server = await startServer({ ...ENV, STORE_URL: "memory:" });
    await using ada = await enter(server, { username: "Ada" });
    const taken = await ask(server, "POST /api/hooks", { room: "general", name: "ADA" }, ADMIN);
    assertEquals(refusalOf(taken), [409, "CONFLICT"]);
    const [one, two] = [await make(server), await make(server, "builds", "random")];
    ada.send({ type: "nick", name: "Builds" });
    assertEquals((await ada.until("error")).code, "CONFLICT");
    const revoke = ({ handle }: Made) =>
      ask(server, `DELETE /api/hooks/${handle}`, undefined, ADMIN);
    await revoke(one);
    ada.send({ type: "nick", name: "Builds" });
    assertEquals((await ada.until("error")).code, "CONFLICT");
    await revoke(two);
    ada.send({ type: "nick", name: "Builds" });
    assertEquals((await ada.until("nick")).user, "Builds");
  });

  it("W20.1 W15.13 it can be muted, what it said be deleted, and all of it be taken back", async () => {
    await using server = await startServer(ENV);
    const hook = await make(server);
    for (const text of ["one", "two"]) assertEquals(await post(hook, { text }), OK);
    const path = "/api/rooms/general/messages/1";
    assertEquals((await ask(server, `DELETE ${path}`, undefined, ADMIN)).status, 200);
    const uid = encodeURIComponent(hook.uid);
    const retracted = await ask(server, `POST /api/users/${uid}/retract`, undefined, ADMIN);
    assertEquals([retracted.status, retracted.body], [200, { entries: 1 }]);
    await using ada = await enter(server);
    assertEquals(texts(ada.joined.messages), ["", ""]);
    await using moderator = await enter({
      ...server,
      wsUrl: `${server.wsUrl}?token=${ADMIN_TOKEN}`,
    });
    moderator.send({ type: "mute", room: "general", uid: hook.uid });
    await moderator.until("muted");
    assertEquals(refused(await post(hook, { text: "three" })), [403, "FORBIDDEN"]);
  });

  it("W20.2 the bot does not answer it; whom it mentions hears of it", async () => {
    const REPLIES_FILE = new URL("../../examples/replies.json", import.meta.url).pathname;
    await using server = await startServer({ ...ENV, REPLIES_FILE });
    await using ada = await enter(server, { username: "Ada" });
    const hook = await make(server);
    assertEquals(await post(hook, { text: "hi @Ada" }), OK);
    const mention = await ada.until("mention");
    assertEquals([mention.seq, mention.user, mention.uid], [1, "Builds", hook.uid]);
    await say(ada, "hi");
    await ada.until((it) => it.type === "chat" && it.replyTo === 2);
    assertEquals(heard(ada, "chat").map(({ user }) => user), ["Builds", "Ada", "Barkeep"]);
  });

  it("W20.7 it has a rate of its own", async () => {
    const env = { RATE_BURST: "3", RATE_MESSAGES_PER_SECOND: "1" };
    await using server = await startServer({ ...ENV, ...env });
    const [one, two] = [await make(server, "One"), await make(server, "Two")];
    const statuses = async (hook: Made, count: number) => {
      const answers = await Promise.all(
        Array.from({ length: count }, () => post(hook, { text: "hi" })),
      );
      return answers.map(([status]) => status);
    };
    assert((await statuses(one, 30)).includes(429));
    assert((await statuses(two, 3)).every((status) => status === 200));
  });

  it("W20.8 W15.4 a page of another origin can't post by it", async () => {
    await using server = await startServer(ENV);
    const hook = await make(server);
    const json = { "content-type": "text/plain" };
    for (
      const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }]
    ) {
      const answer = await post(hook, "hi", { ...json, ...headers } as Record<string, string>);
      assertEquals(refused(answer), [403, "FORBIDDEN"]);
    }
  });
});
