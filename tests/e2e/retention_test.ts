import { assert, assertEquals, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Client } from "../harness/client.ts";
import { type Env, type Server, startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, say } from "../harness/visitor.ts";
import { SqliteLog } from "../../src/store/sqlite_log.ts";
import { drafts } from "../store/drafts.ts";

const DAY_MS = 24 * 3_600_000;
const LIMIT_MS = 20_000;

/** A database with 4,000 entries of "general": half of them a week old, half of them new. */
async function tempLog() {
  const folder = await tempFolder();
  const path = `${folder.path}/snug.db`;
  const log = SqliteLog.open(path, "full");
  const old = { text: "x".repeat(1000), ts: Date.now() - 7 * DAY_MS };
  log.append(drafts("general", 2000, old));
  log.append(drafts("general", 2000, { ...old, ts: Date.now() }));
  log.close();
  return {
    env: { STORE_URL: `sqlite:${path}` },
    [Symbol.asyncDispose]: folder[Symbol.asyncDispose],
  };
}

/** Waits until `first` is as expected, which it says itself. */
async function untilFirst(client: Client, isIt: (first: number) => boolean): Promise<number> {
  const deadline = performance.now() + LIMIT_MS;
  while (true) {
    client.send({ type: "history", room: "general" });
    const { first, messages, more } = await client.until("history");
    assertEquals(more, messages.length > 0 && messages[0]!.seq > first);
    if (isIt(first)) return first;
    assertLess(performance.now(), deadline, `first is ${first}`);
  }
}

const start = (env: Env): Promise<Server> =>
  startServer({ RATE_BURST: "1000000", RATE_MESSAGES_PER_SECOND: "1000000", ...env });

describe("retention", () => {
  it("W14.3 W5.4 lets old messages go while people are there, and seqs go on", async () => {
    await using log = await tempLog();
    const { env } = log;
    {
      await using server = await start({ ...env, RETENTION_DAYS: "3" });
      await using ada = await enter(server);
      const { epoch } = ada.joined;
      await untilFirst(ada, (first) => first === 2001);
      await using gap = await enter(server, { since: { epoch, seq: 1999 } });
      assertEquals([gap.joined.gap, gap.joined.first, gap.joined.seq], [true, 2001, 4000]);
    }
    await using server = await start({ ...env, RETENTION_MESSAGES: "1" });
    await using ada = await enter(server);
    await untilFirst(ada, (first) => first === 4000);
    assertEquals((await say(ada, "next")).seq, 4001);
    assertEquals(ada.joined.epoch, "e1");
  });

  it("W14.3 frees bytes from the oldest end", async () => {
    await using log = await tempLog();
    await using server = await start({ ...log.env, STORE_MAX_BYTES: "2000000" });
    await using ada = await enter(server);
    const first = await untilFirst(ada, (first) => first > 2000);
    assert(first < 4000, `${first}`);
  });
});
