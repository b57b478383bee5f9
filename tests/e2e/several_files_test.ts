// Files of several servers on one Redis, in one folder.
import { assertEquals, assertLess, assertMatch } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { sign } from "../gate/issuer.ts";
import { as, status, upload } from "../harness/files.ts";
import { ask, refusalOf } from "../harness/http.ts";
import { needs } from "../harness/needs.ts";
import { RedisServer } from "../harness/redis.ts";
import { startMain, startServer } from "../harness/server.ts";
import { ADMIN_TOKEN, enter, startChat } from "../harness/several.ts";
import { tempFolder } from "../harness/temp.ts";

const it = needs("redis-server");
const LIMIT_MS = 20_000;
const MESSAGES = "/api/rooms/general/messages";
const ROOMY = { RATE_BURST: "100000", RATE_MESSAGES_PER_SECOND: "100000" };

async function bearer(sub: string) {
  return { authorization: `Bearer ${await sign({ sub, name: sub })}` };
}

/** The files that are in the one folder of a Redis. */
function stored(dir: string): string[] {
  const [own] = [...Deno.readDirSync(dir)].filter(({ isDirectory }) => isDirectory);
  return [...Deno.readDirSync(`${dir}/${own!.name}`)].map(({ name }) => name).sort();
}

async function untilStored(dir: string, names: readonly string[]) {
  const deadline = performance.now() + LIMIT_MS;
  while (stored(dir).join() !== names.toSorted().join()) {
    assertLess(performance.now(), deadline, `${stored(dir)} are there, not ${names}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

describe("files of several servers", () => {
  it("W21.10 W19.5 W19.7 one is uploaded, said, read and let go of on any of them", async () => {
    await using folder = await tempFolder();
    const FILES_DIR = `${folder.path}/files`;
    await using chat = await startChat({ ...ROOMY, FILES_DIR });
    const { one, two } = chat;
    const [ada, bob] = [await bearer("ada"), await bearer("bob")];
    await using guest = await enter(one, "guest");
    await using seer = await enter(two, "seer");
    const ids: string[] = [];
    for (const [who, server, other] of [[ada, one, two], [as(guest.session), two, one]] as const) {
      const body = new Uint8Array(100_000).fill(ids.length + 1);
      const { body: { id, url } } = await upload(server, who, { body });
      assertEquals(await status(other, who, id), 200);
      assertEquals(await status(other, bob, id), 404);
      const said = await ask(other, `POST ${MESSAGES}`, { files: [id] }, who);
      assertEquals([said.status, said.body.files[0].id], [201, id]);
      const again = await ask(server, `POST ${MESSAGES}`, { files: [id] }, who);
      assertEquals(refusalOf(again), [404, "NOT_FOUND"]);
      for (const reader of [one, two]) {
        const got = await fetch(reader.url + url, { headers: bob });
        assertEquals([got.status, await got.bytes()], [200, body]);
      }
      // Members of either are told of it, and only once.
      for (const client of [guest, seer]) {
        assertEquals((await client.until("chat")).files?.map((file) => file.id), [id]);
      }
      ids.push(id);
    }
    assertEquals(stored(FILES_DIR), ids.toSorted());
    assertEquals((await ask(one, `DELETE ${MESSAGES}/1`, undefined, ada)).status, 200);
    assertEquals([await status(one, bob, ids[0]!), await status(two, bob, ids[0]!)], [404, 404]);
    await untilStored(FILES_DIR, [ids[1]!]);
    const uid = encodeURIComponent(guest.uid);
    const admin = { authorization: `Bearer ${ADMIN_TOKEN}` };
    await ask(one, `POST /api/users/${uid}/retract`, undefined, admin);
    assertEquals([await status(one, bob, ids[1]!), await status(two, bob, ids[1]!)], [404, 404]);
    await untilStored(FILES_DIR, []);
  });

  it("W21.10 W19.3 all of them together have no more than they may", async () => {
    await using folder = await tempFolder();
    const limits = { MAX_FILE_BYTES: "5000", MAX_FILES_BYTES: "9000" };
    await using chat = await startChat({ ...ROOMY, ...limits, FILES_DIR: folder.path });
    const ada = await bearer("ada");
    const body = new Uint8Array(5000);
    const { status: code, body: { id } } = await upload(chat.one, ada, { body });
    assertEquals(code, 201);
    assertEquals(refusalOf(await upload(chat.two, ada, { body })), [507, "FILES_FULL"]);
    await ask(chat.two, `DELETE /api/rooms/general/files/${id}`, undefined, ada);
    await untilStored(folder.path, []);
    assertEquals((await upload(chat.two, ada, { body })).status, 201);
  });

  it("W21.10 a server with another folder does not start; one with none takes no files", async () => {
    await using folder = await tempFolder();
    await using redis = await RedisServer.start();
    const env = { STORE_URL: redis.url, WS_TOKEN: "open" };
    const start = (FILES_DIR: string) =>
      startMain({ cwd: folder.path, env: { PORT: "0", ...env, FILES_DIR } });
    await using first = await startServer({ ...env, FILES_DIR: `${folder.path}/one` });
    await first.said(/Files are in .*one\/[0-9a-f]{16}, which must be the same for all servers/);
    {
      await using other = start(`${folder.path}/two`);
      assertEquals((await other.exited).code, 1);
      assertMatch(other.stderr(), /files of this Redis are in .*two\/.* the same folder for all/);
    }
    {
      await Deno.writeTextFile(`${folder.path}/three`, "");
      await using other = start(`${folder.path}/three/in a file`);
      assertEquals((await other.exited).code, 1);
      assertMatch(other.stderr(), /can't write to the folder .*three\/in a file.* in FILES_DIR/);
    }
    await using none = await startServer(env);
    await none.said(/No files are taken: with Redis, FILES_DIR must name a folder/);
    await using guest = await enter(none, "guest");
    assertEquals((await upload(none, as(guest.session))).status, 403);
  });
});
