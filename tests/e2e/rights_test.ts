import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { RoomName } from "../../src/protocol.ts";
import { Sanctions } from "../../src/sanctions.ts";
import { type Client, openClient } from "../harness/client.ts";
import { startServer } from "../harness/server.ts";
import { enter, say } from "../harness/visitor.ts";
import { tempDatabase } from "../store/database.ts";

const GENERAL = "general" as RoomName;
const RANDOM = "random" as RoomName;

/** The code of what a message is refused with, or the type of what answers it. */
async function ask(client: Client, message: Record<string, unknown>): Promise<string> {
  const ref = crypto.randomUUID();
  client.send({ ...message, ref });
  const answer = await client.until((it) => "ref" in it && it.ref === ref);
  return answer.type === "error" ? answer.code : answer.type;
}

describe("rights", () => {
  it("W10.3 W10.4 under JOIN_POLICY=listed only the rooms of ROOMS are there", async () => {
    await using server = await startServer({ JOIN_POLICY: "listed", ROOMS: "general,random" });
    await using ada = await enter(server);
    assertEquals((await say(ada, "hi")).seq, 1);
    assertEquals(await ask(ada, { type: "join", room: "random" }), "joined");
    for (const type of ["join", "history", "members"]) {
      assertEquals(await ask(ada, { type, room: "elsewhere" }), "NOT_FOUND");
    }
    assertEquals(await ask(ada, { type: "kick", room: "general", uid: "guest:x" }), "FORBIDDEN");
    assertEquals(await ask(ada, { type: "auth", token: "made up" }), "UNAUTHORIZED");
    ada.send({ type: "rooms" });
    const { rooms } = await ada.until("rooms");
    assertEquals(rooms.map(({ room }) => room), [GENERAL, RANDOM]);
  });

  it("W10.3 under JOIN_POLICY=token nobody without a token that names rooms gets anywhere", async () => {
    await using server = await startServer({ JOIN_POLICY: "token" });
    await using ada = await openClient(server.wsUrl);
    assertEquals(await ask(ada, { type: "join", room: "general" }), "NOT_FOUND");
    ada.send({ type: "rooms" });
    const { rooms } = await ada.until("rooms");
    assertEquals(rooms, []);
  });

  it("W10.7 W10.8 bans and mutes are in force after a restart", async () => {
    await using database = await tempDatabase();
    const env = { STORE_URL: database.url };
    const { session, uid } = await (async () => {
      await using server = await startServer(env);
      await using eve = await enter(server, { username: "eve" });
      return eve.welcome;
    })();
    await database.use(async (store) => {
      const sanctions = new Sanctions(store);
      await sanctions.mute(GENERAL, uid, Date.now() + 3_600_000, "Mara");
      await sanctions.ban(RANDOM, uid, Infinity, "Mara", ["127.0.0.1"]);
    });
    await using server = await startServer(env);
    await using eve = await enter(server, { session });
    assertEquals(eve.welcome.uid, uid);
    assertEquals(await ask(eve, { type: "chat", room: "general", text: "hi" }), "FORBIDDEN");
    assertEquals(await ask(eve, { type: "join", room: "random" }), "FORBIDDEN");
    await using other = await enter(server);
    assertEquals(await ask(other, { type: "chat", room: "general", text: "hi" }), "ack");
    assertEquals(await ask(other, { type: "join", room: "random" }), "FORBIDDEN");
  });
});
