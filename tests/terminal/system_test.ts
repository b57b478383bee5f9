// What an administrator tells everybody, as `snug chat` shows it.
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ask } from "../harness/http.ts";
import { startMain, startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";

const LIMIT_MS = 60_000;
const headers = { authorization: "Bearer boss" };

describe("snug chat", () => {
  for (
    const [how, args, shown] of [
      ["words", [], /^To everybody here: Back at six\n/m],
      ["JSON", ["--json"], /^\{"type":"system","text":"Back at six"\}\n/m],
    ] as const
  ) {
    it(`W10.17 tells in ${how} what is told to everybody`, async () => {
      await using server = await startServer({ WS_TOKEN: "open", ADMIN_TOKEN: "boss" });
      await using folder = await tempFolder();
      await using process = startMain({
        args: ["chat", server.url, "--tail", ...args],
        cwd: folder.path,
      });
      await process.said(/here: you|"type":"joined"/, LIMIT_MS);
      const { body } = await ask(server, "POST /api/system", "Back at six", headers);
      assertEquals(body, { connections: 1 });
      await process.said(shown, LIMIT_MS);
      process.kill("SIGINT");
      assertEquals((await process.exited).code, 0);
    });
  }
});
