// Uploads that are cut, servers that are killed: what was acknowledged is there, and nothing else stays.
import { assert, assertEquals, assertGreater } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { as, onDisk, status, untilOnDisk, upload } from "../harness/files.ts";
import { ask, refusalOf } from "../harness/http.ts";
import { openRaw, type Raw } from "../harness/raw.ts";
import { type Server, startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter } from "../harness/visitor.ts";
import { within } from "../harness/within.ts";

const ROOMY = { RATE_BURST: "100000", RATE_MESSAGES_PER_SECOND: "100000" };
const LIMIT_MS = 20_000;

async function place() {
  const folder = await tempFolder();
  const database = `${folder.path}/snug.db`;
  const start = (env: Record<string, string> = {}) =>
    startServer({ ...ROOMY, STORE_URL: `sqlite:${database}`, ...env });
  return Object.assign(folder, { database, start });
}

/** An upload of which only the beginning comes. */
async function begin(server: Server, session: string | null, length: number, sent: number) {
  const raw = await openRaw(server.url);
  const head = [
    "POST /api/rooms/general/files?name=half HTTP/1.1",
    `host: ${new URL(server.url).host}`,
    `authorization: Bearer ${session}`,
    `content-length: ${length}`,
  ];
  await raw.write(`${head.join("\r\n")}\r\n\r\n`);
  await raw.write(new Uint8Array(sent));
  return raw;
}

/** Waits until some of an upload is on the disk, and gives its name. */
async function partOf(database: string): Promise<string> {
  return await within(
    LIMIT_MS,
    "the beginning of a file",
    (async () => {
      while (true) {
        const [name] = onDisk(database).filter((it) => it.endsWith(".part"));
        const size = name && (await Deno.stat(`${database}.files/${name}`)).size;
        if (size) return name;
        await new Promise((done) => setTimeout(done, 20));
      }
    })(),
  );
}

for (const TRANSPORT of ["deno", "ws"]) {
  describe(`uploads, ${TRANSPORT}`, () => {
    it("W19.3 one that is cut off leaves nothing, and its place is free", async () => {
      await using here = await place();
      const limits = { MAX_FILE_BYTES: "1000000", MAX_FILES_BYTES: "1000000" };
      await using server = await here.start({ TRANSPORT, ...limits });
      await using ada = await enter(server);
      const { session } = ada.welcome;
      const body = new Uint8Array(900_000);
      {
        await using _half: Raw = await begin(server, session, 1_000_000, 500_000);
        await partOf(here.database);
        assertEquals(refusalOf(await upload(server, as(session), { body })), [507, "FILES_FULL"]);
      }
      await untilOnDisk(here.database, []);
      assertEquals((await upload(server, as(session), { body })).status, 201);
    });

    it("W19.3 one that says it is too long is refused before it comes", async () => {
      await using here = await place();
      await using server = await here.start({ TRANSPORT });
      await using ada = await enter(server);
      await using raw = await begin(server, ada.welcome.session, 20_000_000, 0);
      await within(
        LIMIT_MS,
        "a refusal",
        (async () => {
          while (!raw.unread.includes("\r\n\r\n")) {
            await new Promise((done) => setTimeout(done, 20));
          }
        })(),
      );
      assert(raw.unread.startsWith("HTTP/1.1 413 "), raw.unread);
    });
  });
}

describe("a server that is killed", () => {
  it("W19.7 in the middle of an upload leaves nothing for ever", async () => {
    await using here = await place();
    let part = "";
    {
      await using server = await here.start();
      await using ada = await enter(server);
      await using _half: Raw = await begin(server, ada.welcome.session, 1_000_000, 500_000);
      part = await partOf(here.database);
      server.kill("SIGKILL");
      await server.exited;
    }
    const path = `${here.database}.files/${part}`;
    {
      await using server = await here.start();
      await using ada = await enter(server);
      assertEquals((await upload(server, as(ada.welcome.session))).status, 201);
      assertEquals((await Deno.stat(path)).isFile, true, "it may still be somebody's");
    }
    const old = Date.now() / 1000 - 7200;
    await Deno.utime(path, old, old);
    const [whole] = onDisk(here.database).filter((name) => name !== part);
    await using _server = await here.start();
    await untilOnDisk(here.database, [whole!]);
  });

  it("W19.4 W19.5 between an upload and its message keeps the file for it", async () => {
    await using here = await place();
    let [session, id]: [string | null, string] = [null, ""];
    {
      await using server = await here.start();
      await using ada = await enter(server);
      session = ada.welcome.session;
      id = (await upload(server, as(session))).body.id;
      server.kill("SIGKILL");
      await server.exited;
    }
    await using server = await here.start();
    const path = "POST /api/rooms/general/messages";
    const said = await ask(server, path, { files: [id] }, as(session));
    assertEquals([said.status, said.body.files[0].id], [201, id]);
    assertEquals(await status(server, {}, id), 200);
  });

  it("P1 W19.4 at any moment has every file of every acknowledged message", async () => {
    await using here = await place();
    const acked: { id: string; body: string }[] = [];
    {
      await using server = await here.start();
      const visitors = await Promise.all([1, 2, 3, 4].map(() => enter(server)));
      const talking = visitors.map(async (visitor, who) => {
        const { session } = visitor.welcome;
        for (let n = 0;; n++) {
          const body = `${who} ${n} `.repeat(3000);
          const { body: { id } } = await upload(server, as(session), { body });
          visitor.send({ type: "chat", room: "general", files: [id], ref: `${who}-${n}` });
          await visitor.until("ack");
          if (acked.push({ id, body }) === 25) server.kill("SIGKILL");
        }
      });
      // Each ends when its server does.
      await Promise.allSettled(talking);
      await server.exited;
      for (const visitor of visitors) await visitor[Symbol.asyncDispose]();
    }
    await using server = await here.start();
    assertGreater(acked.length, 24);
    for (const { id, body } of acked) {
      const got = await fetch(`${server.url}/api/rooms/general/files/${id}`);
      assertEquals([got.status, await got.text()], [200, body]);
    }
  });
});
