import { assert, assertEquals, assertNotEquals, assertObjectMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type Client, openClient } from "../harness/client.ts";
import { startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, heard, say, settled, texts, type Visitor } from "../harness/visitor.ts";

const ROOMY = { RATE_BURST: "100000", RATE_MESSAGES_PER_SECOND: "100000" };

/** Says things in "general", many to a frame, and waits until all are kept. */
async function sayAll(client: Client, said: string[], room = "general") {
  for (let from = 0; from < said.length; from += 50) {
    const lines = said.slice(from, from + 50).map((text) => ({ type: "chat", room, text }));
    client.sendRaw(lines.map((line) => JSON.stringify(line)).join("\n"));
    await settled(client);
  }
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);

/** Where a visitor stands: what it needs to come back. */
function position(visitor: Visitor, seq: number) {
  return { epoch: visitor.joined.epoch, seq };
}

describe("resume", () => {
  it("P3 W5.3 who was away while others talked gets all of it once, and then what comes", async () => {
    await using server = await startServer(ROOMY);
    await using ada = await enter(server);
    const bob = await enter(server);
    await sayAll(ada, numbers(1, 5));
    await bob.until((message) => message.type === "chat" && message.seq === 5);
    await bob[Symbol.asyncDispose]();
    await sayAll(ada, numbers(6, 200));

    const { session } = bob.welcome;
    await using back = await enter(server, { session, since: position(bob, 5) });
    assertObjectMatch(back.joined, { seq: 200, first: 1, gap: false, more: false });
    await sayAll(ada, ["201"]);
    await settled(back);
    const seen = [...heard(bob, "chat"), ...back.joined.messages, ...heard(back, "chat")];
    assertEquals(seen, heard(ada, "chat"));
    assertEquals(texts(seen), numbers(1, 201));
  });

  it("W5.3 who missed nothing gets nothing, and who has nothing gets everything", async () => {
    await using server = await startServer(ROOMY);
    await using ada = await enter(server);
    await sayAll(ada, numbers(1, 120));
    const none = { messages: [], gap: false, more: false, seq: 120 };
    await using current = await enter(server, { since: position(ada, 120) });
    assertObjectMatch(current.joined, none);
    await using fresh = await enter(server, { since: position(ada, 0) });
    assertEquals(texts(fresh.joined.messages), numbers(1, 120));
    assertObjectMatch(fresh.joined, { gap: false, more: false });
    // W5.6: joining again answers again.
    current.send({ type: "join", room: "general", since: position(ada, 119), ref: "again" });
    const again = await current.until("joined");
    assertEquals([texts(again.messages), again.ref, again.count], [["120"], "again", 3]);
  });

  it("W5.4 exactly RESUME_LIMIT missed is a replay, one more is a gap and the newest page", async () => {
    await using server = await startServer({ ...ROOMY, RESUME_LIMIT: "60", HISTORY_PAGE: "20" });
    await using ada = await enter(server);
    await sayAll(ada, numbers(1, 100));
    await using fits = await enter(server, { since: position(ada, 40) });
    assertEquals(texts(fits.joined.messages), numbers(41, 100));
    assertObjectMatch(fits.joined, { gap: false, more: false });
    await using gap = await enter(server, { since: position(ada, 39) });
    assertEquals(texts(gap.joined.messages), numbers(81, 100));
    assertObjectMatch(gap.joined, { gap: true, more: true, seq: 100, epoch: ada.joined.epoch });
  });

  it("W5.4 another epoch, or a seq above the head, is a gap", async () => {
    await using server = await startServer(ROOMY);
    await using ada = await enter(server);
    await sayAll(ada, numbers(1, 3));
    for (
      const since of [
        { epoch: "other", seq: 3 },
        { epoch: "", seq: 3 },
        { epoch: "x".repeat(32), seq: 0 },
        { epoch: ada.joined.epoch.toLowerCase() + "_", seq: 3 },
        position(ada, 4),
        position(ada, Number.MAX_SAFE_INTEGER),
      ]
    ) {
      await using back = await enter(server, { since });
      assertEquals(texts(back.joined.messages), numbers(1, 3));
      assertObjectMatch(back.joined, { gap: true, more: false, seq: 3 });
    }
  });

  it("W5.4 more than fits one frame is a gap, and just less is not", async () => {
    await using server = await startServer({
      ...ROOMY,
      MAX_MESSAGE_BYTES: "300000",
      OUTBOX_BYTES: "1200000",
    });
    await using ada = await enter(server);
    await sayAll(ada, ["start"]);
    for (let i = 0; i < 4; i++) await say(ada, "x".repeat(250_000));
    await using gap = await enter(server, { since: position(ada, 1) });
    assertEquals([gap.joined.gap, gap.joined.messages.at(-1)?.seq], [true, 5]);
    await using fits = await enter(server, { since: position(ada, 2) });
    assertEquals(fits.joined.messages.map(({ seq }) => seq), [3, 4, 5]);
    assertEquals(fits.joined.gap, false);
    for (const frame of [...gap.frames, ...fits.frames]) assert(frame.length <= 1_000_000);
  });

  it("W14.1 W5.5 the epoch is of the first entry, lasts over a restart, and ends with the log", async () => {
    await using folder = await tempFolder();
    const env = { STORE_URL: `sqlite:${folder.path}/snug.db` };
    let epoch;
    {
      await using server = await startServer(env);
      await using ada = await enter(server);
      ({ epoch } = ada.joined);
      assertEquals(/^[\w-]{1,32}$/.test(epoch), true);
      assertEquals([ada.joined.seq, ada.joined.first], [0, 1]);
      await using bob = await enter(server);
      assertEquals(bob.joined.epoch, epoch);
      await say(ada, "hi");
    }
    {
      await using server = await startServer(env);
      await using back = await enter(server, { since: { epoch, seq: 0 } });
      assertObjectMatch(back.joined, { epoch, gap: false, seq: 1 });
    }
    for await (const { name } of Deno.readDir(folder.path)) {
      await Deno.remove(`${folder.path}/${name}`, { recursive: true });
    }
    await using server = await startServer(env);
    await using back = await enter(server, { since: { epoch, seq: 1 } });
    assertObjectMatch(back.joined, { gap: true, seq: 0, messages: [] });
    assertNotEquals(back.joined.epoch, epoch);
  });

  it("W5.9 P3 who joins again and again while others talk misses and doubles nothing", async () => {
    await using server = await startServer(ROOMY);
    await using ada = await enter(server);
    await using bob = await enter(server);
    await say(ada, "first");
    await bob.until("chat");
    let seq = 1;
    let joins = 0;
    const take = (entries: { seq: number }[]) => {
      for (const entry of entries) assertEquals(entry.seq, ++seq);
    };
    for (let round = 0; round < 40; round++) {
      const lines = numbers(1, 15).map((text) => ({ type: "chat", room: "general", text }));
      ada.sendRaw(lines.map((line) => JSON.stringify(line)).join("\n"));
      bob.send({ type: "join", room: "general", since: position(ada, seq) });
      let joined = false;
      while (!joined) {
        const message = await bob.next();
        if (message.type === "chat") take([message]);
        if (message.type !== "joined") continue;
        assertEquals(message.gap, false);
        // A second join replays from where it was asked, so what came since is in it again.
        const fresh = message.messages.filter((entry) => entry.seq > seq);
        take(fresh);
        assertEquals(message.seq, seq);
        joined = true;
        joins++;
      }
      await settled(ada);
      if (round % 10 !== 5) continue;
      bob.send({ type: "leave", room: "general" });
      await bob.until("left");
    }
    const { seq: head } = heard(ada, "chat").at(-1)!;
    while (seq < head) take([await bob.until("chat")]);
    assertEquals([seq, joins], [601, 40]);
  });

  it("W6.1 W13.3 fifty rooms are joined again in one frame under a default configuration", async () => {
    await using folder = await tempFolder();
    const STORE_URL = `sqlite:${folder.path}/snug.db`;
    const rooms = numbers(1, 50).map((number) => `room-${number}`);
    const text = "x".repeat(600);
    const missed = 100;
    const known = new Map<string, string>();
    {
      await using server = await startServer({ ...ROOMY, STORE_URL });
      await using ada = await openClient(server.wsUrl, { protocols: ["snug.v1"] });
      for (const room of rooms) ada.send({ type: "join", room });
      for (const room of rooms) known.set(room, (await ada.until("joined")).epoch);
      for (const room of rooms) {
        for (let part = 0; part < missed / 20; part++) {
          ada.sendRaw(Array(20).fill(JSON.stringify({ type: "chat", room, text })).join("\n"));
        }
        await settled(ada);
      }
    }
    await using server = await startServer({ STORE_URL });
    await using back = await openClient(server.wsUrl, { protocols: ["snug.v1"] });
    const joins = rooms.map((room) => ({
      type: "join",
      room,
      since: { epoch: known.get(room), seq: 1 },
      ref: room,
    }));
    back.sendRaw(joins.map((join) => JSON.stringify(join)).join("\n"));
    for (const room of rooms) {
      const joined = await back.until("joined");
      assertObjectMatch(joined, { room, ref: room, seq: missed, gap: false, more: false });
      assertEquals(joined.messages.map(({ seq }) => `${seq}`), numbers(2, missed));
    }
    assertEquals(heard(back, "error"), []);
    for (const frame of back.frames) assert(frame.length <= 1_000_000);
    // W5.6: a fifty-first is one too many.
    back.send({ type: "join", room: "one-more" });
    assertEquals((await back.until("error")).code, "ROOM_FULL");
  });

  it("P3 W5.9 fifty rooms joined again after a restart, while others talk in them, have no gap", async () => {
    await using folder = await tempFolder();
    const env = { ...ROOMY, STORE_URL: `sqlite:${folder.path}/snug.db`, RESUME_LIMIT: "100000" };
    const rooms = numbers(1, 50).map((number) => `room-${number}`);
    const joins = (since: (room: string) => object) =>
      rooms.map((room) => JSON.stringify({ type: "join", room, ...since(room) })).join("\n");
    const round = rooms.map((room) => JSON.stringify({ type: "chat", room, text: "hi" })).join(
      "\n",
    );
    const epochs = new Map<string, string>();
    {
      await using server = await startServer(env);
      await using ada = await openClient(server.wsUrl, { protocols: ["snug.v1"] });
      ada.sendRaw(joins(() => ({})));
      for (const room of rooms) epochs.set(room, (await ada.until("joined")).epoch);
      for (let i = 0; i < 20; i++) {
        ada.sendRaw(round);
        await settled(ada);
      }
    }
    await using server = await startServer(env);
    await using ada = await openClient(server.wsUrl, { protocols: ["snug.v1"] });
    ada.sendRaw(joins(() => ({})));
    for (const _ of rooms) await ada.until("joined");
    let isOver = false;
    let rounds = 0;
    const talking = (async () => {
      for (; !isOver; rounds++) {
        // One to a frame, as Deno's client holds a large one back until the last is acknowledged.
        for (const line of round.split("\n")) ada.sendRaw(line);
        await settled(ada);
      }
    })();
    talking.catch(() => {}); // it ends with the connection where the test fails
    const seqs = new Map(rooms.map((room) => [room, 3]));
    const take = (entry: { room: string; seq: number }) => {
      assertEquals(entry.seq, seqs.get(entry.room)! + 1, entry.room);
      seqs.set(entry.room, entry.seq);
    };
    for (let life = 0; life < 6; life++) {
      await using back = await openClient(server.wsUrl, { protocols: ["snug.v1"] });
      back.sendRaw(joins((room) => ({ since: { epoch: epochs.get(room), seq: seqs.get(room) } })));
      for (let joined = 0; joined < rooms.length;) {
        const message = await back.next();
        if (message.type === "chat") take(message);
        if (message.type !== "joined") continue;
        assertEquals(message.gap, false);
        message.messages.forEach(take);
        joined++;
      }
      if (life < 5) continue;
      isOver = true;
      await talking;
      const head = 20 + rounds;
      while ([...seqs.values()].some((seq) => seq < head)) take(await back.until("chat"));
      assertEquals([...new Set(seqs.values())], [head]);
    }
  });
});
