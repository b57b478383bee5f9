import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { command, succeed } from "../harness/command.ts";
import { as, onDisk, status, untilOnDisk, upload } from "../harness/files.ts";
import { ask } from "../harness/http.ts";
import { type Server, startServer } from "../harness/server.ts";
import { enter } from "../harness/visitor.ts";
import { type Database, tempDatabase } from "../store/database.ts";

const MESSAGES = "/api/rooms/general/messages";

/** Says a file in "general", and gives its id. */
async function share(server: Server, headers: Record<string, string>, body: string) {
  const { body: { id } } = await upload(server, headers, { body });
  await ask(server, `POST ${MESSAGES}`, { files: [id] }, headers);
  return id as string;
}

async function read(server: Server, id: string): Promise<string> {
  return await (await fetch(`${server.url}/api/rooms/general/files/${id}`)).text();
}

const start = (database: Database) => startServer({ STORE_URL: database.url });

describe("a backup of a database with files", () => {
  it("P1 has them beside it, and brings them back; what was there can come back too", async () => {
    await using database = await tempDatabase();
    const file = `${database.folder}/backup.db`;
    const ids: string[] = [];
    let waiting = "";
    {
      await using server = await start(database);
      await using ada = await enter(server);
      const hers = as(ada.welcome.session);
      ids.push(await share(server, hers, "kept"), await share(server, hers, "deleted"));
      waiting = (await upload(server, hers, { body: "in no message" })).body.id;
      const { out } = await succeed(database.path, ["backup", file]);
      assertMatch(out, /: 1 room, .* MB, and 2 files$/m);
      assertEquals(onDisk(file), ids.toSorted());
      await ask(server, `DELETE ${MESSAGES}/2`, undefined, hers);
      ids.push(await share(server, hers, "newer"));
      await untilOnDisk(database.path, [ids[0]!, ids[2]!, waiting]);
    }
    assertStringIncludes((await succeed(database.path, ["check"])).out, " MB, and 2 files\n");
    const { out } = await succeed(database.path, ["restore", file]);
    const [, aside] = out.match(/kept in (\S+)\.$/m)!;
    // What no message of the backup has goes then.
    const old = Date.now() / 1000 - 7200;
    await Deno.utime(`${database.path}.files/${ids[2]}`, old, old);
    {
      await using server = await start(database);
      assertEquals([await read(server, ids[0]!), await read(server, ids[1]!)], ["kept", "deleted"]);
      assertEquals(await status(server, {}, ids[2]!), 404);
      await untilOnDisk(database.path, [ids[0]!, ids[1]!, waiting]);
    }
    await succeed(database.path, ["restore", aside!]);
    await using server = await start(database);
    assertEquals([await read(server, ids[0]!), await read(server, ids[2]!)], ["kept", "newer"]);
    assertEquals(await status(server, {}, ids[1]!), 404);
  });

  it("says which of them are not there", async () => {
    await using database = await tempDatabase();
    const file = `${database.folder}/backup.db`;
    let id = "";
    {
      await using server = await start(database);
      await using ada = await enter(server);
      id = await share(server, as(ada.welcome.session), "x");
    }
    await succeed(database.path, ["backup", file]);
    await succeed(database.path, ["check", file]);
    await Deno.remove(`${file}.files/${id}`);
    const { code, out } = await command(database.path, ["check", file]);
    assertEquals(code, 1);
    assertStringIncludes(out, `files of messages that are not in ${file}.files: 1\n`);
    await succeed(database.path, ["check"]);
  });

  it("W19.6 an export names them, and an import finds them in a folder that was copied", async () => {
    await using database = await tempDatabase();
    await using other = await tempDatabase();
    let id = "";
    {
      await using server = await start(database);
      await using ada = await enter(server);
      id = await share(server, as(ada.welcome.session), "moved");
    }
    const { out } = await succeed(database.path, ["export"]);
    await Deno.writeTextFile(`${other.folder}/lines`, out);
    await succeed(other.path, ["import", `${other.folder}/lines`]);
    await Deno.mkdir(`${other.path}.files`);
    await Deno.copyFile(`${database.path}.files/${id}`, `${other.path}.files/${id}`);
    await using server = await start(other);
    assertEquals(await read(server, id), "moved");
  });
});
