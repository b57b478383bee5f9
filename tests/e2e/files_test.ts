import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { SECRET, sign } from "../gate/issuer.ts";
import { as, onDisk, png, status, untilOnDisk, upload } from "../harness/files.ts";
import { ask, refusalOf } from "../harness/http.ts";
import { startMain, startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, heard, settled } from "../harness/visitor.ts";

const ROOMY = { RATE_BURST: "100000", RATE_MESSAGES_PER_SECOND: "100000" };
const MESSAGES = "/api/rooms/general/messages";

async function bearer(sub: string, claims: object = {}) {
  const exp = Math.floor(Date.now() / 1000) + 600;
  return { authorization: `Bearer ${await sign({ sub, name: sub, exp, ...claims })}` };
}

for (const TRANSPORT of ["deno", "ws"]) {
  describe(`files, ${TRANSPORT}`, () => {
    it("W19.1 W19.5 W19.6 W19.9 one is uploaded, said, and given to those who are there", async () => {
      await using server = await startServer({ TRANSPORT });
      await using ada = await enter(server, { username: "ada" });
      await using bob = await enter(server, { username: "bob" });
      const [hers, his] = [as(ada.welcome.session), as(bob.welcome.session)];
      const body = new Uint8Array(300_000).fill(1);
      body.set(png(300, 200));
      const { status: code, headers, body: file } = await upload(server, hers, {
        ...{ name: "../kätz\u202een.png", body },
      });
      const { id, url, ...told } = file;
      assertEquals(code, 201);
      assertMatch(id, /^[0-9a-f]{32}$/);
      assertEquals([url, headers.get("location")], Array(2).fill(`/api/rooms/general/files/${id}`));
      const picture = {
        name: "kätzen.png",
        type: "image/png",
        bytes: 300_000,
        width: 300,
        height: 200,
      };
      assertEquals(told, picture);
      assertEquals([await status(server, hers, id), await status(server, his, id)], [200, 404]);

      ada.send({ type: "chat", room: "general", files: [id], ref: "r" });
      const { files } = await bob.until("chat");
      assertEquals(files, [{ id, ...picture }]);
      const got = await fetch(server.url + url, { headers: his });
      assertEquals([got.status, await got.bytes()], [200, body]);
      const said = (name: string) => got.headers.get(name);
      assertEquals(said("content-type"), "image/png");
      assertEquals(said("content-length"), "300000");
      assertEquals(said("content-security-policy"), "sandbox; default-src 'none'");
      assertEquals(said("x-content-type-options"), "nosniff");
      assertEquals(said("cache-control"), "private, max-age=86400, immutable");
      assertEquals(
        said("content-disposition"),
        `inline; filename="k_tzen.png"; filename*=UTF-8''k%C3%A4tzen.png`,
      );
      // The same in every form.
      ada.send({ type: "history", room: "general" });
      const { messages } = await ada.until("history");
      assertEquals(messages[0]!.files, files);
      const since = { epoch: bob.joined.epoch, seq: 0 };
      bob.send({ type: "join", room: "general", since });
      const { messages: replayed } = await bob.until("joined");
      assertEquals(replayed, heard(bob, "chat"));
      assertEquals((await ask(server, `GET ${MESSAGES}/1`, undefined, his)).body.files, files);
    });

    it("W19.1 a form that holds a file is refused, and not kept as one", async () => {
      await using folder = await tempFolder();
      const database = `${folder.path}/snug.db`;
      await using server = await startServer({ TRANSPORT, STORE_URL: `sqlite:${database}` });
      await using ada = await enter(server);
      const form = new FormData();
      form.set("file", new File(["the plan"], "plan.txt"));
      const refused = await upload(server, as(ada.welcome.session), { body: form });
      assertEquals(refusalOf(refused), [415, "UNSUPPORTED_MEDIA_TYPE"]);
      assertEquals(onDisk(database), []);
    });

    it("W19.9 a part, nothing where it is known, and HEAD", async () => {
      await using server = await startServer({ TRANSPORT });
      await using ada = await enter(server);
      const hers = as(ada.welcome.session);
      const { body: { url } } = await upload(server, hers, { body: "0123456789", name: "a" });
      const get = async (headers: Record<string, string>, method = "GET") => {
        const response = await fetch(server.url + url, {
          method,
          headers: { ...hers, ...headers },
        });
        const named = ["content-range", "content-length"].map((it) => response.headers.get(it));
        return [response.status, await response.text(), ...named, response.headers.get("etag")];
      };
      const etag = (await get({})).at(-1) as string;
      assertEquals(await get({ range: "bytes=2-4" }), [206, "234", "bytes 2-4/10", "3", etag]);
      assertEquals(await get({ range: "bytes=-2" }), [206, "89", "bytes 8-9/10", "2", etag]);
      assertEquals((await get({ range: "bytes=10-" })).slice(0, 1), [416]);
      assertEquals((await get({ range: "bytes=2-4", "if-range": '"x"' })).slice(0, 2), [
        200,
        "0123456789",
      ]);
      assertEquals((await get({ "if-none-match": etag })).slice(0, 2), [304, ""]);
      assertEquals(await get({}, "HEAD"), [200, "", null, "10", etag]);
      assertEquals((await get({ "accept-encoding": "gzip" })).slice(0, 2), [200, "0123456789"]);
    });

    it("W19.3 more than may be is 413, wherever it shows, and leaves nothing", async () => {
      await using folder = await tempFolder();
      const database = `${folder.path}/snug.db`;
      const env = { STORE_URL: `sqlite:${database}`, MAX_FILE_BYTES: "100000" };
      await using server = await startServer({ TRANSPORT, ...env });
      await using ada = await enter(server);
      assertEquals(ada.welcome.limits.fileBytes, 100_000);
      const hers = as(ada.welcome.session);
      const announced = await upload(server, hers, { body: new Uint8Array(100_001) });
      assertEquals(refusalOf(announced), [413, "TOO_LARGE"]);
      // Nobody says how long it will be: it is found out in the middle.
      let pulled = 0;
      const endless = new ReadableStream({
        pull(controller) {
          if (++pulled > 10_000) return controller.close();
          controller.enqueue(new Uint8Array(10_000));
        },
      });
      const middle = await upload(server, hers, { body: endless }).catch(() => undefined);
      if (middle) assertEquals(refusalOf(middle), [413, "TOO_LARGE"]);
      assert(pulled < 10_000, "all of it was read");
      assertEquals(onDisk(database), []);
      assertEquals((await upload(server, hers, { body: new Uint8Array(100_000) })).status, 201);
    });
  });
}

describe("files", () => {
  it("W19.8 a private room's are not there for others, whatever they ask", async () => {
    await using server = await startServer({ ...ROOMY, JWT_SECRET: SECRET, JOIN_POLICY: "token" });
    const rooms = { "team": ["write"], "other": ["write"] };
    const [ada, bob] = [await bearer("ada", { rooms }), await bearer("bob", { rooms })];
    const eve = await bearer("eve", { rooms: { other: ["write"] } });
    const mute = await bearer("mute", { rooms: { team: ["read"] } });
    const { body: { id } } = await upload(server, ada, { room: "team" });
    assertEquals(await status(server, bob, id, "team"), 404);
    const said = await ask(server, "POST /api/rooms/team/messages", { files: [id] }, ada);
    assertEquals(said.status, 201);
    const all = [ada, bob, mute, eve].map((headers) => status(server, headers, id, "team"));
    assertEquals(await Promise.all(all), [200, 200, 200, 404]);
    assertEquals(await status(server, ada, id, "other"), 404);
    const [none, hidden] = await Promise.all(
      ["nowhere", "team"].map((room) =>
        ask(server, `GET /api/rooms/${room}/files/${id}`, undefined, eve)
      ),
    );
    assertEquals(
      JSON.stringify(none!.body).replaceAll("nowhere", "team"),
      JSON.stringify(hidden!.body),
    );
    assertEquals(refusalOf(await upload(server, eve, { room: "team" })), [404, "NOT_FOUND"]);
    assertEquals(refusalOf(await upload(server, mute, { room: "team" })), [403, "FORBIDDEN"]);
    const from = Math.ceil(Date.now() / 1000) + 1;
    const late = await bearer("late", { rooms: { team: { permissions: ["read"], from } } });
    assertEquals(await status(server, late, id, "team"), 404);
  });

  it("W19.5 W19.8 what is not one's own can't be said, dropped or seen before it is said", async () => {
    await using server = await startServer(ROOMY);
    await using ada = await enter(server, { username: "ada" });
    await using bob = await enter(server, { username: "bob" });
    const [hers, his] = [as(ada.welcome.session), as(bob.welcome.session)];
    const { body: { id, url } } = await upload(server, hers);
    const say = (headers: Record<string, string>, room = "general") =>
      ask(server, `POST /api/rooms/${room}/messages`, { text: "x", files: [id] }, headers);
    for (const [headers, room] of [[his, "general"], [hers, "random"]] as const) {
      const refused = await say(headers, room);
      assertEquals(refusalOf(refused), [404, "NOT_FOUND"]);
      assertMatch(refused.body.message, /^files must be uploaded to the room by who sends them/);
    }
    const drop = (headers: Record<string, string>) =>
      ask(server, `DELETE ${url}`, undefined, headers);
    assertEquals((await drop(his)).status, 404);
    assertEquals((await say(hers)).status, 201);
    assertEquals([(await drop(hers)).status, (await say(hers)).status], [404, 404]);
    const { body: { id: other, url: path } } = await upload(server, hers);
    assertEquals((await ask(server, `DELETE ${path}`, undefined, hers)).status, 204);
    assertEquals(await status(server, hers, other), 404);
  });

  it("W7.2 W19.5 a message with files that is sent again is the same one", async () => {
    await using server = await startServer(ROOMY);
    await using ada = await enter(server);
    const { body: { id } } = await upload(server, as(ada.welcome.session));
    const chat = { type: "chat" as const, room: "general", text: "", files: [id], ref: "r" };
    ada.send(chat);
    const first = await ada.until("ack");
    ada.send(chat);
    assertEquals(await ada.until("ack"), first);
    await settled(ada);
    assertEquals(heard(ada, "chat").length, 1);
  });

  it("W19.1 W10.13 W10.14 a conversation of two has files, and nobody else has them", async () => {
    await using server = await startServer({ ...ROOMY, JWT_SECRET: SECRET, ADMIN_TOKEN: "adm" });
    const [ada, bob, eve] = [await bearer("ada"), await bearer("bob"), await bearer("eve")];
    const room = "@ada,bob";
    const { body: { id, url } } = await upload(server, ada, { room });
    assertEquals(url, `/api/rooms/%40ada%2Cbob/files/${id}`);
    await ask(server, `POST /api/rooms/${encodeURIComponent(room)}/messages`, { text: "hi" }, bob);
    const direct = await ask(server, "POST /api/users/bob/messages", { files: [id] }, ada);
    assertEquals([direct.status, direct.body.room, direct.body.files[0].id], [201, room, id]);
    const admin = { authorization: "Bearer adm" };
    const all = [ada, bob, eve, admin].map((headers) => status(server, headers, id, room));
    assertEquals(await Promise.all(all), [200, 200, 404, 404]);
    assertEquals((await upload(server, eve, { room })).status, 404);
  });

  it("W10.7 W10.8 who is muted uploads nothing, and who is banned gets nothing", async () => {
    await using server = await startServer({ ...ROOMY, JWT_SECRET: SECRET });
    const mod = await bearer("mod", { rooms: { "*": ["moderate"] } });
    const eve = await bearer("eve");
    const { body: { id } } = await upload(server, eve);
    await ask(server, `POST ${MESSAGES}`, { files: [id] }, eve);
    await using boss = await enter(server, { session: mod.authorization.slice(7) });
    boss.send({ type: "mute", room: "general", uid: "eve", ref: "m" });
    await boss.until("muted");
    assertEquals(refusalOf(await upload(server, eve)), [403, "FORBIDDEN"]);
    assertEquals(await status(server, eve, id), 200);
    boss.send({ type: "ban", room: "general", uid: "eve", ref: "b" });
    await boss.until("banned");
    assertEquals(await status(server, eve, id), 403);
  });

  it("W19.7 the bytes go with a deleted message, a retraction, and what retention takes", async () => {
    await using folder = await tempFolder();
    const database = `${folder.path}/snug.db`;
    const env = {
      ...ROOMY,
      STORE_URL: `sqlite:${database}`,
      JWT_SECRET: SECRET,
      ADMIN_TOKEN: "adm",
    };
    const ids: string[] = [];
    {
      await using server = await startServer(env);
      const [ada, eve] = [await bearer("ada"), await bearer("eve")];
      for (const who of [ada, ada, eve, ada, ada]) {
        const { body: { id } } = await upload(server, who);
        ids.push(id);
        await ask(server, `POST ${MESSAGES}`, { text: "x", files: [id] }, who);
      }
      const unsent = (await upload(server, eve)).body.id;
      assertEquals(onDisk(database), [...ids, unsent].toSorted());
      await ask(server, `DELETE ${MESSAGES}/1`, undefined, ada);
      assertEquals(await status(server, ada, ids[0]!), 404);
      await ask(server, "POST /api/users/eve/retract", undefined, { authorization: "Bearer adm" });
      assertEquals(await status(server, eve, ids[2]!), 404);
      await untilOnDisk(database, [ids[1]!, ids[3]!, ids[4]!]);
      const { body: { messages } } = await ask(server, `GET ${MESSAGES}`, undefined, ada);
      assertEquals(messages.map((it: { files?: unknown[] }) => it.files?.length), [
        ...[undefined, 1, undefined, 1, 1],
      ]);
    }
    await using server = await startServer({ ...env, RETENTION_MESSAGES: "3" });
    await untilOnDisk(database, [ids[4]!]);
    assertEquals(await status(server, await bearer("ada"), ids[4]!), 200);
  });

  it("W19.1 W15.3 a guest who could never say it uploads nothing, and is told what to show", async () => {
    await using server = await startServer({ ...ROOMY, WS_TOKEN: "a-token", ADMIN_TOKEN: "root" });
    const signedIn = await ask(server, "POST /api/session", { token: "a-token" });
    const cookie = signedIn.headers.get("set-cookie")!.split(";")[0]!;
    for (const headers of [as("a-token"), as("root"), { ...as("a-token"), cookie }]) {
      const refused = await upload(server, headers);
      assertEquals(refusalOf(refused), [401, "UNAUTHORIZED"]);
      assertMatch(refused.body.message, /^an upload needs .* session.* without a shared token/);
    }
    const { status, body: { id } } = await upload(server, { cookie });
    assertEquals(status, 201);
    const said = await ask(server, "POST /api/rooms/general/messages", { files: [id] }, { cookie });
    assertEquals(said.status, 201);
  });

  it("W19.3 W13.3 no place, no files, and too many at once are told so", async () => {
    const limits = { MAX_FILE_BYTES: "5000", MAX_FILES_BYTES: "9000" };
    {
      await using server = await startServer({ ...limits, STORE_URL: "memory:", ...ROOMY });
      await using ada = await enter(server);
      const hers = as(ada.welcome.session);
      const body = new Uint8Array(5000);
      const answers = [];
      for (let n = 0; n < 2; n++) answers.push(await upload(server, hers, { body }));
      assertEquals(answers.map(({ status }) => status), [201, 507]);
      assertEquals(refusalOf(answers[1]!), [507, "FILES_FULL"]);
    }
    {
      await using server = await startServer({
        ...ROOMY,
        MAX_FILE_BYTES: "5000",
      });
      // As another guest each time.
      const [codes, body] = [[] as number[], new Uint8Array(5000)];
      for (let n = 0; n < 9; n++) {
        await using guest = await enter(server);
        codes.push((await upload(server, as(guest.welcome.session), { body })).status);
      }
      assertEquals(codes, [...Array(8).fill(201), 507]);
    }
    {
      const slow = { RATE_BURST: "1", RATE_MESSAGES_PER_SECOND: "1" };
      await using server = await startServer({ ...slow, STORE_URL: "memory:" });
      await using ada = await enter(server);
      const hers = as(ada.welcome.session);
      const all = await Promise.all(Array.from({ length: 30 }, () => upload(server, hers)));
      const limited = all.find(({ status }) => status === 429);
      assertEquals(limited && refusalOf(limited), [429, "RATE_LIMITED"]);
    }
    await using server = await startServer({ MAX_FILES_BYTES: "0" });
    await using ada = await enter(server);
    assertEquals(ada.welcome.limits.fileBytes, 0);
    assertEquals(refusalOf(await upload(server, as(ada.welcome.session))), [403, "FORBIDDEN"]);
  });

  it("W19.8 W15.11 a page has more pictures than an address may connect, and each gives its place back", async () => {
    await using server = await startServer({ ...ROOMY, MAX_CONNECTIONS_PER_IP: "4" });
    await using ada = await enter(server);
    const hers = as(ada.welcome.session);
    const { body: { id, url } } = await upload(server, hers, { body: new Uint8Array(200_000) });
    for (let n = 0; n < 10; n++) {
      assertEquals(
        (await (await fetch(server.url + url, { headers: hers })).bytes()).length,
        200_000,
      );
      assertEquals(await status(server, hers, id), 200);
    }
  });

  it("W19.3 a server that keeps nothing has a folder that goes with it, or takes none", async () => {
    await using folder = await tempFolder();
    const env = { STORE_URL: "memory:", TMPDIR: folder.path };
    const here = () => [...Deno.readDirSync(folder.path)].map(({ name }) => name);
    {
      await using server = await startServer(env);
      await using ada = await enter(server);
      assertEquals((await upload(server, as(ada.welcome.session))).status, 201);
      assertEquals(here().length, 1);
    }
    assertEquals(here(), []);
    await using server = await startServer({ ...env, TMPDIR: `${folder.path}/nowhere` });
    await using ada = await enter(server);
    assertEquals(ada.welcome.limits.fileBytes, 0);
    assertEquals((await upload(server, as(ada.welcome.session))).status, 403);
    assertStringIncludes(server.stderr(), "no files are taken");
  });

  it("W19.7 FILES_DIR is where they are, for one server at a time", async () => {
    await using folder = await tempFolder();
    const FILES_DIR = `${folder.path}/of both`;
    await using server = await startServer({ FILES_DIR });
    await using ada = await enter(server);
    const { body: { id } } = await upload(server, as(ada.welcome.session));
    assertEquals((await Deno.stat(`${FILES_DIR}/${id}`)).size, 24);
    await using second = startMain({
      cwd: folder.path,
      env: { PORT: "0", STORE_URL: `sqlite:${folder.path}/other.db`, FILES_DIR },
    });
    assertEquals((await second.exited).code, 1);
    assertMatch(second.stderr(), /another process uses the folder .*of both: .* FILES_DIR/);
  });

  it("W19.2 W19.9 a page or a drawing with a script in it is only ever downloaded", async () => {
    await using server = await startServer(ROOMY);
    await using ada = await enter(server);
    const hers = as(ada.welcome.session);
    const bodies = [
      "<script>alert(1)</script>",
      "<svg onload='alert(1)'/>",
      "\0<html>",
      "%PDF-1.7",
    ];
    const types = ["text/plain", "text/plain", "application/octet-stream", "application/pdf"];
    for (const [index, body] of bodies.entries()) {
      const headers = { ...hers, "content-type": "text/html" };
      const { body: file } = await upload(server, headers, { body, name: "a.html" });
      assertEquals(file.type, types[index]);
      const got = await fetch(server.url + file.url, { headers: hers });
      await got.body?.cancel();
      assertMatch(got.headers.get("content-disposition")!, /^attachment; /);
      assertEquals(got.headers.get("content-type")!.replace("; charset=utf-8", ""), types[index]);
    }
  });

  it("W15.4 another page uploads nothing, and a listed one may read", async () => {
    const origin = "https://app.example";
    await using server = await startServer({ ALLOWED_ORIGINS: origin });
    await using ada = await enter(server);
    const hers = as(ada.welcome.session);
    const evil = await upload(server, { ...hers, origin: "https://evil.example" });
    assertEquals(refusalOf(evil), [403, "FORBIDDEN"]);
    const { status, headers, body } = await upload(server, { ...hers, origin });
    assertEquals([status, headers.get("access-control-allow-origin")], [201, origin]);
    const got = await fetch(server.url + body.url, { headers: { ...hers, origin } });
    await got.body?.cancel();
    assertEquals(got.headers.get("access-control-allow-origin"), origin);
    const exposed = got.headers.get("access-control-expose-headers")!.split(", ");
    for (const name of ["content-disposition", "content-range"]) assert(exposed.includes(name));
  });

  it("W10.15 no log line has the name of a file", async () => {
    await using server = await startServer({ ...ROOMY, LOG_LEVEL: "debug", MAX_FILE_BYTES: "100" });
    await using ada = await enter(server);
    const hers = as(ada.welcome.session);
    for (const body of [png(), new Uint8Array(200)]) {
      await upload(server, hers, { name: "very-secret-name.png", body });
    }
    const { messages } = (await ask(server, `GET ${MESSAGES}`, undefined, hers)).body;
    assertEquals(messages, []);
    server.kill("SIGTERM");
    await server.exited;
    assert(!(server.stdout() + server.stderr()).includes("very-secret-name"));
  });
});
