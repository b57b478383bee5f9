import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { openClient } from "../harness/client.ts";
import { openEvents } from "../harness/events.ts";
import { ask, refusalOf } from "../harness/http.ts";
import { startServer } from "../harness/server.ts";
import { enter, heard, say, settled } from "../harness/visitor.ts";

const BOSS = { authorization: "Bearer boss" };
const SYSTEM = "POST /api/system";

describe("what is told to everybody", () => {
  for (const TRANSPORT of ["deno", "ws"]) {
    it(`W10.17 W17.6 W18.1 comes to every connection once, wherever it is, on ${TRANSPORT}`, async () => {
      await using server = await startServer({ TRANSPORT, WS_TOKEN: "open", ADMIN_TOKEN: "boss" });
      await using batched = await enter(server);
      await using plain = await enter(server, { isPlain: true, room: "random" });
      await using outside = await openClient(server.wsUrl);
      await outside.until("welcome");
      await using events = await openEvents(server);
      const text = "Back at six.\nSnug moves to another house.";
      const told = await ask(server, SYSTEM, { text }, BOSS);
      assertEquals([told.status, told.body], [200, { connections: 4 }]);
      for (const client of [batched, plain, outside]) {
        const isToAll = (it: { type: string; room?: unknown }) =>
          it.type === "system" && it.room === undefined;
        assertEquals(await client.until(isToAll), { type: "system", text });
        await settled(client);
        assertEquals(heard(client, "system").filter(isToAll).length, 1);
      }
      const event = await events.until("system");
      assertEquals([event.data, event.id], [{ type: "system", text }, undefined]);

      // As a text too; it is no entry, and who comes later does not hear of it.
      assertEquals((await ask(server, SYSTEM, "hear, hear", BOSS)).body, { connections: 4 });
      assertEquals((await say(batched, "hi")).seq, 1);
      await using late = await enter(server);
      await settled(late);
      assertEquals(heard(late, "system"), []);
      assertEquals(late.joined.messages.length, 1);
    });
  }

  it("W17.6 W17.2 is for administrators, and has a text", async () => {
    await using server = await startServer({ WS_TOKEN: "shared", ADMIN_TOKEN: "boss" });
    await using ada = await openClient(`${server.wsUrl}?token=shared`);
    await ada.until("welcome");
    const refused = async (body: string | object, headers: Record<string, string>) => {
      const answered = await ask(server, SYSTEM, body, headers);
      assertEquals(answered.headers.get("content-type"), "application/problem+json");
      return refusalOf(answered);
    };
    assertEquals(await refused("hi", {}), [401, "UNAUTHORIZED"]);
    assertEquals(await refused("hi", { authorization: "Bearer shared" }), [403, "FORBIDDEN"]);
    assertEquals(await refused("", BOSS), [400, "INVALID_FIELD"]);
    assertEquals(await refused({ text: 5 }, BOSS), [400, "INVALID_FIELD"]);
    assertEquals(await refused({ text: "\ud800" }, BOSS), [400, "INVALID_FIELD"]);
    assertEquals(await refused("x".repeat(16_385), BOSS), [413, "TOO_LARGE"]);
    assertEquals(await refused("hi", { ...BOSS, origin: "https://evil.example" }), [
      403,
      "FORBIDDEN",
    ]);
    await settled(ada);
    assert(heard(ada, "system").length === 0);
  });
});
