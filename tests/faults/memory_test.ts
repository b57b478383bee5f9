// Redis may take no more memory (`maxmemory`, `noeviction`).
import { assertEquals } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { Conversation, PACE } from "../harness/conversation.ts";
import { needs } from "../harness/needs.ts";
import { type Server, startServer, untilReady } from "../harness/server.ts";
import { answered, enter, startChat, told } from "../harness/several.ts";

const it = needs("redis-server");
const LIMIT_MS = 30_000;

function lines(server: Server, pattern: RegExp): number {
  return [...`${server.stdout()}${server.stderr()}`.matchAll(pattern)].length;
}

describe("a Redis whose memory is full", () => {
  it("P1 P4 W7.3 refuses what must be kept, and nothing else, until it has some", async () => {
    await using chat = await startChat(PACE);
    const { redis, one, two } = chat;
    await using conversation = await Conversation.begin([one.url, two.url]);
    await conversation.talk();
    await using boss = await enter(one, "boss", { admin: true });
    await using guest = await enter(two, "guest");
    await told(boss, "joined", guest);
    const { uid } = guest;

    await redis.cli("CONFIG", "SET", "maxmemory", "1mb");
    for (const server of [one, two]) {
      await server.said(/the store fails: .*memory is full.*maxmemory/);
      await untilReady(server, false);
    }
    const room = "general";
    assertEquals(await answered(boss, { type: "chat", room, text: "no room" }), "UNAVAILABLE");
    assertEquals(await answered(boss, { type: "mute", room, uid }), "UNAVAILABLE");
    assertEquals(await answered(boss, { type: "ban", uid }), "UNAVAILABLE");
    // What need not be kept goes on: reading, coming in, who is there, and who is put out.
    assertEquals(await answered(boss, { type: "history", room }), "history");
    assertEquals(await answered(boss, { type: "rooms" }), "rooms");
    assertEquals(await answered(boss, { type: "join", room: "where-nothing-was-said" }), "joined");
    await using third = await startServer({ ...PACE, STORE_URL: redis.url });
    await using late = await enter(third, "late");
    assertEquals(late.joined.messages.length > 0, true);
    await told(boss, "joined", late);
    boss.send({ type: "typing", room });
    await guest.until("typing", LIMIT_MS);
    assertEquals(await answered(boss, { type: "kick", room, uid }), "kicked");
    assertEquals((await guest.until("left", LIMIT_MS)).reason, "kicked");

    await redis.cli("CONFIG", "SET", "maxmemory", "0");
    for (const server of [one, two, third]) await untilReady(server);
    assertEquals(await answered(boss, { type: "mute", room, uid }), "muted");
    await conversation.more();
    assertEquals((await conversation.end(two)).lost, []);
    for (const server of [one, two]) {
      assertEquals(lines(server, /memory is full/g), 1);
      await server.said(/the store works again/);
    }
  });
});
