import { assert, assertEquals, assertObjectMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Entry } from "../../src/protocol.ts";
import type { Client } from "../harness/client.ts";
import { startServer } from "../harness/server.ts";
import { enter, heard, settled, texts } from "../harness/visitor.ts";

const ROOMY = { RATE_BURST: "10000", RATE_MESSAGES_PER_SECOND: "10000" };

/** Says `count` things in frames of 50, and waits until all of them came back. */
async function sayMany(client: Client, count: number, room = "general", text = "") {
  for (let from = 1; from <= count; from += 50) {
    const numbers = Array.from({ length: Math.min(50, count - from + 1) }, (_, i) => from + i);
    const lines = numbers.map((n) => ({ type: "chat", room, text: text || `${n}` }));
    client.sendRaw(lines.map((line) => JSON.stringify(line)).join("\n"));
    await settled(client);
  }
}

describe("history", () => {
  it("W5.2 W5.8 pages go back from the newest to the first, none missing, none twice", async () => {
    await using server = await startServer({ ...ROOMY, HISTORY_PAGE: "50" });
    await using ada = await enter(server);
    await sayMany(ada, 130);
    await using bob = await enter(server);
    const { joined } = bob;
    assertObjectMatch(joined, { seq: 130, first: 1, more: true, gap: false });
    const numbers = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);
    assertEquals(texts(joined.messages), numbers(81, 130));

    const all: Entry[] = [...joined.messages];
    for (const [from, to, more] of [[31, 80, true], [1, 30, false]] as const) {
      bob.send({ type: "history", room: "general", before: all[0]?.seq });
      const page = await bob.until("history");
      assertEquals(texts(page.messages), numbers(from, to));
      assertObjectMatch(page, { more, first: 1 });
      all.unshift(...page.messages);
    }
    // W4.2: what a page holds is what went out live.
    assertEquals(all, heard(ada, "chat"));
  });

  it("W5.8 before is exclusive, limit is cut to a page, both may be left out", async () => {
    await using server = await startServer({ ...ROOMY, HISTORY_PAGE: "10" });
    await using client = await enter(server);
    await sayMany(client, 25);
    for (
      const [ask, from, to, more] of [
        [{}, 16, 25, true],
        [{ limit: 3 }, 23, 25, true],
        [{ limit: 2_000_000 }, 16, 25, true],
        [{ before: 4, limit: 10 }, 1, 3, false],
        [{ before: 11 }, 1, 10, false],
        [{ before: 12 }, 2, 11, true],
        [{ before: 9_007_199_254_740_991, limit: 1 }, 25, 25, true],
      ] as const
    ) {
      client.send({ type: "history", room: "general", ...ask });
      const page = await client.until("history");
      assertEquals([page.messages[0]?.seq, page.messages.at(-1)?.seq, page.more], [from, to, more]);
      assertEquals(page.messages.length, to - from + 1);
    }
    client.send({ type: "history", room: "general", before: 1 });
    assertObjectMatch(await client.until("history"), { messages: [], more: false, first: 1 });
  });

  it("W2.4 W5.8 a page is cut to what fits one frame, and no entry is lost by it", async () => {
    await using server = await startServer({ ...ROOMY, MAX_MESSAGE_BYTES: "200000" });
    await using ada = await enter(server);
    for (let i = 0; i < 20; i++) await sayMany(ada, 1, "general", "x".repeat(100_000));
    await using bob = await enter(server);
    const seqs = bob.joined.messages.map(({ seq }) => seq);
    assert(bob.joined.more && seqs.length > 5);
    while (seqs[0] !== 1) {
      bob.send({ type: "history", room: "general", before: seqs[0] });
      seqs.unshift(...(await bob.until("history")).messages.map(({ seq }) => seq));
    }
    assertEquals(seqs, Array.from({ length: 20 }, (_, index) => index + 1));
    for (const frame of bob.frames) assert(frame.length <= 1_000_000);
  });

  it("W4.2 every text comes back from the store as it went out", async () => {
    await using server = await startServer(ROOMY);
    await using client = await enter(server);
    const odd = [
      "a\u0000b",
      "\u0000",
      "\ufeffmark",
      "\u2028\u2029",
      "\u{10ffff}\uffff",
      "e\u0301 \u00e9",
      "\r\n\t ",
      "\u202eright",
      "\u007f\u001b[31m",
      "😀".repeat(3000),
    ];
    for (const text of odd) client.send({ type: "chat", room: "general", text });
    await settled(client);
    await using late = await enter(server);
    assertEquals(texts(heard(client, "chat")), odd);
    assertEquals(late.joined.messages, heard(client, "chat"));
  });

  it("W9.1 W9.2 members are paged by uid, one for each user", async () => {
    await using server = await startServer();
    await using ada = await enter(server, { username: "ada" });
    await using _second = await enter(server, { session: ada.welcome.session });
    await using bob = await enter(server, { username: "bob" });
    await using eve = await enter(server, { username: "eve" });
    const visitors = [ada, bob, eve];
    const users = visitors.map(({ welcome: { uid, user } }) => ({ uid, user }));
    assertEquals(eve.joined.members, users);
    assertEquals(eve.joined.count, 3);

    const sorted = users.toSorted((a, b) => a.uid < b.uid ? -1 : 1);
    eve.send({ type: "members", room: "general", ref: "m" });
    const all = { type: "members", room: "general", count: 3, more: false } as const;
    assertEquals(await eve.until("members"), { ...all, members: sorted, ref: "m" });
    eve.send({ type: "members", room: "general", after: sorted[0]?.uid });
    assertEquals(await eve.until("members"), { ...all, members: sorted.slice(1) });
  });

  it("W5.8 W9.2 W4.3 only members may ask, talk or be told", async () => {
    await using server = await startServer();
    await using inside = await enter(server);
    await using client = await enter(server, { room: "other" });
    for (const type of ["history", "members", "typing"]) {
      client.send({ type, room: "general", ref: type });
    }
    client.send({ type: "chat", room: "general", text: "hi", ref: "chat" });
    client.send({ type: "leave", room: "other", ref: "leave" });
    client.send({ type: "chat", room: "other", text: "hi", ref: "left" });
    client.send({ type: "leave", room: "other", ref: "again" });
    await settled(client);
    const errors = heard(client, "error").map(({ code, room, ref }) => [code, room, ref]);
    assertEquals(errors, [
      ["NOT_JOINED", "general", "history"],
      ["NOT_JOINED", "general", "members"],
      ["NOT_JOINED", "general", "typing"],
      ["NOT_JOINED", "general", "chat"],
      ["NOT_JOINED", "other", "left"],
    ]);
    // W5.7
    assertEquals(heard(client, "left").map(({ ref }) => ref), ["leave", "again"]);
    await settled(inside);
    assertEquals([...heard(inside, "chat"), ...heard(inside, "typing")], []);
  });

  it("W10.1 rooms lists ROOMS first, then those in use and those with entries, by name", async () => {
    await using server = await startServer({ ROOMS: "zeta,alpha" });
    await using ada = await enter(server, { room: "spoken" });
    await sayMany(ada, 2, "spoken");
    ada.send({ type: "leave", room: "spoken" });
    await using bob = await enter(server, { room: "busy" });
    bob.send({ type: "join", room: "alpha" });
    bob.send({ type: "rooms", ref: "r" });
    const { rooms, ref } = await bob.until("rooms");
    assertEquals(rooms, [
      { room: "zeta", topic: "", count: 0, seq: 0 },
      { room: "alpha", topic: "", count: 1, seq: 0 },
      { room: "busy", topic: "", count: 1, seq: 0 },
      { room: "spoken", topic: "", count: 0, seq: 2 },
    ]);
    assertEquals(ref, "r");
  });
});
