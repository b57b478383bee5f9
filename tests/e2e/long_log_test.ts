import { assertEquals, assertObjectMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Client } from "../harness/client.ts";
import { startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, heard, say, settled } from "../harness/visitor.ts";

const ROOMY = { RATE_BURST: "1000000", RATE_MESSAGES_PER_SECOND: "1000000" };
/** In each of two rooms: more than the store knows in memory alone (src/store/sqlite_index.ts). */
const ENTRIES = 18_000;
const FRAME = 60;
/** Fewer than may wait for the store at once (W3.4). */
const IN_FLIGHT = 240;

async function fill(client: Client, room: string) {
  for (let from = 1; from <= ENTRIES; from += FRAME) {
    const lines = Array.from({ length: FRAME }, (_, index) => from + index)
      .map((n) => JSON.stringify({ type: "chat", room, text: `${n}`, ref: `r-${n}` }));
    client.sendRaw(lines.join("\n"));
    if ((from + FRAME - 1) % IN_FLIGHT === 0) await settled(client);
  }
}

describe("a long log", () => {
  it("P1 P3 P4 is whole after a restart: every page, every ref", async () => {
    await using folder = await tempFolder();
    const env = { ...ROOMY, STORE_URL: `sqlite:${folder.path}/snug.db` };
    const rooms = ["one", "two"];
    let session;
    {
      await using server = await startServer(env);
      await using ada = await enter(server, { room: "one" });
      await using twin = await enter(server, { room: "two", session: ada.welcome.session });
      session = ada.welcome.session;
      await Promise.all([fill(ada, "one"), fill(twin, "two")]);
      assertEquals(heard(ada, "ack").length, ENTRIES);
    }
    await using server = await startServer(env);
    for (const room of rooms) {
      await using back = await enter(server, { room, session });
      assertObjectMatch(back.joined, { seq: ENTRIES, first: 1, more: true });
      for (const before of [ENTRIES + 1, ENTRIES / 2, 1000, 600, 500, 100, 2]) {
        back.send({ type: "history", room, before });
        const { messages, more, first } = await back.until("history");
        const from = Math.max(1, before - 50);
        assertEquals(
          messages.map(({ seq, text }) => `${seq} ${text}`),
          Array.from({ length: before - from }, (_, index) => `${from + index} ${from + index}`),
        );
        assertEquals([more, first], [from > 1, 1]);
      }
      for (const seq of [1, 5, 511, 512, 513, 4000, ENTRIES / 2, ENTRIES]) {
        assertEquals((await say(back, "again", { room, ref: `r-${seq}` })).seq, seq);
      }
      assertEquals((await say(back, "new", { room })).seq, ENTRIES + 1);
    }
  });
});
