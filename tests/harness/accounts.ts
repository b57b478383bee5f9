// What talkers saw and were told, held against the log that somebody reads who was not there.
import { assert, assertEquals, assertGreater } from "@std/assert";
import type { Entry } from "../../src/protocol.ts";
import type { Talker } from "./talker.ts";
import { enter, texts } from "./visitor.ts";

/** Fails where a talker saw another log, or what was acknowledged is not there. Returns how much is. */
export async function compareAccounts(
  server: { wsUrl: string },
  rooms: string[],
  talkers: Talker[],
): Promise<number> {
  const logs = new Map<string, Entry[]>();
  for (const room of rooms) {
    const { epoch, entries } = await readLog(server, room);
    logs.set(room, entries);
    assertGreater(entries.length, 0);
    // P2
    assertEquals(entries.map(({ seq }) => seq), entries.map((_, index) => index + 1));
    assert(entries.every(({ ts }, index) => index === 0 || entries[index - 1]!.ts <= ts));
    // P3 W14.1
    for (const talker of talkers) {
      const seen = talker.rooms.get(room)!;
      assertEquals(seen.epoch, epoch);
      assert(
        JSON.stringify(seen.entries) === JSON.stringify(entries),
        `${room} was seen otherwise`,
      );
    }
  }
  // P1: all that was acknowledged is there, where the ack said. P4: and nothing is there twice.
  const said: string[] = [];
  for (const talker of talkers) {
    assertEquals(talker.unacked.size, 0);
    for (const { said: { room, text }, ack } of talker.acked.values()) {
      said.push(`${room} ${text}`);
      const entry = logs.get(room)![ack.seq - 1];
      assertEquals([texts([entry!]), entry?.ts], [[text], ack.ts]);
    }
  }
  const kept = [...logs].flatMap(([room, entries]) =>
    texts(entries).map((text) => `${room} ${text}`)
  );
  assertEquals(kept.sort(), said.sort());
  return kept.length;
}

/** All of a room's log, read page by page by somebody who was not there. */
export async function readLog(server: { wsUrl: string }, room: string) {
  await using reader = await enter(server, { room });
  const entries: Entry[] = [...reader.joined.messages];
  while (entries.length > 0 && entries[0]!.seq > 1) {
    reader.send({ type: "history", room, before: entries[0]!.seq });
    const { messages } = await reader.until("history");
    assertGreater(messages.length, 0, `${room} has nothing before ${entries[0]!.seq}`);
    entries.unshift(...messages);
  }
  return { epoch: reader.joined.epoch, entries };
}
