import { assertEquals, assertMatch, assertObjectMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { openClient } from "../harness/client.ts";
import { HANDSHAKE, openRaw } from "../harness/raw.ts";
import { startServer } from "../harness/server.ts";
import { enter, heard, say, settled, texts } from "../harness/visitor.ts";

describe("talk", () => {
  it("W1.2 W4 the shortest client joins, talks, and reads one object in each frame", async () => {
    await using server = await startServer();
    await using client = await openClient(server.wsUrl);
    client.sendRaw('{"type":"join","room":"general"}');
    client.sendRaw('{"type":"chat","room":"general","text":"hi"}');
    const { uid, user } = await client.next("welcome");
    assertObjectMatch(await client.next("joined"), { room: "general", seq: 0, messages: [] });
    // Presence may come in between.
    const { ts, ...entry } = await client.until("chat");
    assertEquals(entry, { type: "chat", room: "general", seq: 1, uid, user, text: "hi" });
    assertEquals(Math.abs(Date.now() - ts) < 60_000, true);
    const types = client.frames.map((frame) => JSON.parse(String(frame)).type);
    assertEquals(types.filter((type) => type !== "system"), ["welcome", "joined", "chat"]);
  });

  it("W12.1 who answers pings stays, who does not is closed with 4000", async () => {
    await using server = await startServer({ HEARTBEAT_MS: "500", HEARTBEAT_GRACE_MS: "1500" });
    await using alive = await openClient(server.wsUrl);
    await using silent = await openClient(server.wsUrl);
    await using excused = await openClient(`${server.wsUrl}?heartbeat=off`);
    for (let i = 0; i < 3; i++) alive.send({ type: "pong", ts: (await alive.until("ping")).ts });
    assertEquals(await silent.closed, { code: 4000, reason: "heartbeat timeout" });
    await settled(alive);
    // W12.2
    await settled(excused);
    assertEquals(heard(excused, "ping"), []);
  });

  // TRANSPORT=ws frames each message alone, for batched clients too.
  const ignore = Deno.env.get("E2E_TRANSPORT") === "ws";
  it(
    "W1.3 W7.1 a batched client gets its ack and its own copy in one frame",
    { ignore },
    async () => {
      await using server = await startServer();
      await using client = await openClient(server.wsUrl, { protocols: ["other", "snug.v1"] });
      assertEquals(client.protocol, "snug.v1");
      client.sendRaw(
        '{"type":"join","room":"general"}\n\n{"type":"chat","room":"general","text":"a","ref":"1"}\r\n' +
          '{"type":"chat","room":"general","text":"b"}\n{"type":"chat","room":"general","text":"c","ref":"3"}',
      );
      await client.until((message) => message.type === "chat" && message.text === "c");
      const frame = String(client.frames.at(-1)).split("\n").map((line) => JSON.parse(line));
      const shown = frame.filter(({ type }) => type !== "presence")
        .map(({ type, seq, ref }) => [type, seq, ref]);
      assertEquals(shown, [
        ["ack", 1, "1"],
        ["ack", 3, "3"],
        ["chat", 1, undefined],
        ["chat", 2, undefined],
        ["chat", 3, undefined],
      ]);
    },
  );

  it("W1.3 no other subprotocol is ever selected", async () => {
    await using server = await startServer();
    for (
      const [offered, selected] of [
        ["chat", null],
        ["snug.v2, snug.v1", "snug.v1"],
        ["graphql-ws,snug.v1,chat", "snug.v1"],
      ] as const
    ) {
      await using raw = await openRaw(server.url);
      const headers = { ...HANDSHAKE, "sec-websocket-protocol": offered };
      const answer = await raw.request("/ws", headers);
      assertEquals([answer.status, answer.headers.get("sec-websocket-protocol")], [101, selected]);
    }
  });

  it("W1.4 a plain client's frame may hold white space and line breaks, and one object", async () => {
    await using server = await startServer();
    await using client = await openClient(server.wsUrl);
    await client.next("welcome");
    client.sendRaw(' \n{\n  "type": "ping",\r\n\t"ts": 7\n}\n ');
    assertEquals(await client.next(), { type: "pong", ts: 7 });
    client.sendRaw('{"type":"ping"}\n{"type":"ping"}');
    assertObjectMatch(await client.next(), { type: "error", code: "PARSE_ERROR" });
  });

  it("P2 W4.2 everybody sees the same entries in the same order, live and in joined", async () => {
    await using server = await startServer();
    await using ada = await enter(server, { username: "ada" });
    await using bob = await enter(server, { username: "bob", isPlain: true });
    for (let i = 0; i < 8; i++) {
      ada.send({ type: "chat", room: "general", text: `a${i} é😀\u2028\\"`, ref: `a${i}` });
      bob.send({
        type: "chat",
        room: "general",
        text: `b${i}\r\n`,
        ref: `b${i}`,
        replyTo: undefined,
      });
    }
    for (const client of [ada, bob]) {
      await client.until((message) => message.type === "chat" && message.seq === 16);
      await settled(client);
    }
    const seen = heard(ada, "chat");
    assertEquals(seen.map(({ seq }) => seq), Array.from({ length: 16 }, (_, index) => index + 1));
    assertEquals(heard(bob, "chat"), seen);
    await using late = await enter(server);
    assertEquals(late.joined.messages, seen);
    assertObjectMatch(late.joined, { seq: 16, first: 1, more: false, gap: false, count: 3 });
    assertEquals(late.joined.members.map(({ user }) => user).slice(0, 2), ["ada", "bob"]);
    // W7.1: acks go to the sender only, one for each ref.
    for (const [client, mark] of [[ada, "a"], [bob, "b"]] as const) {
      const refs = heard(client, "ack").map(({ ref }) => ref);
      assertEquals(refs, Array.from({ length: 8 }, (_, index) => `${mark}${index}`));
    }
  });

  it("W4.3 a reply names an earlier entry", async () => {
    await using server = await startServer();
    await using client = await enter(server);
    const chat = { type: "chat", room: "general", text: "hi" };
    for (const replyTo of [1, 1.5, 0, -1, "1"]) {
      client.send({ ...chat, replyTo, ref: `${replyTo}` });
    }
    await settled(client);
    assertEquals(heard(client, "error").map(({ code }) => code), Array(5).fill("INVALID_FIELD"));
    client.send(chat);
    client.send({ ...chat, replyTo: 1 });
    await settled(client);
    assertEquals(heard(client, "chat").map(({ seq, replyTo }) => [seq, replyTo]), [
      [1, undefined],
      [2, 1],
    ]);
  });

  it("W15.1 W2.6 the room of the address is joined at once, and need not be named", async () => {
    await using server = await startServer();
    const room = "caf\u00e9.1";
    const url = `${server.url.replace("http", "ws")}/ws/chat/cafe%CC%81.1?username=%20Zo%C3%AB%20`;
    await using client = await openClient(url);
    assertEquals((await client.next("welcome")).user, "Zoë");
    assertEquals((await client.next("joined")).room, room);
    client.send({ type: "chat", text: "hi" });
    assertObjectMatch(await client.until("chat"), { room, user: "Zoë", text: "hi" });
    client.send({ type: "history", ref: "h" });
    assertObjectMatch(await client.until("history"), { room, ref: "h" });
    client.send({ type: "members", ref: "m" });
    assertObjectMatch(await client.until("members"), { room, count: 1, ref: "m" });
    client.send({ type: "typing" });
    client.send({ type: "leave", ref: "l" });
    assertEquals(await client.until("left"), { type: "left", room, ref: "l" });
    assertEquals(heard(client, "error"), []);
    // Another room is joined by its name.
    client.send({ type: "join", room: "b" });
    assertEquals((await client.until("joined")).room, "b");
  });

  it("W8.2 without a username there is a guest's name, and a taken one gets a number", async () => {
    await using server = await startServer();
    await using guest = await enter(server, { username: "" });
    assertMatch(guest.welcome.user, /^guest-[\w-]{4}$/);
    assertMatch(guest.welcome.uid, /^guest:[\w-]+$/);
    const names = ["Ada", "ADA", "ａｄａ", "x".repeat(32), "X".repeat(32)];
    const got: string[] = [];
    await using stack = new AsyncDisposableStack();
    for (const username of names) {
      got.push(stack.use(await enter(server, { username })).welcome.user);
    }
    assertEquals(got, ["Ada", "ADA-2", "ada-3", "x".repeat(32), "X".repeat(30) + "-2"]);
  });

  it("W11.1 W4.4 binary goes to the others with room and sender, and is not kept", async () => {
    await using server = await startServer();
    await using ada = await enter(server);
    await using bob = await enter(server, { isPlain: true });
    await using eve = await enter(server, { room: "elsewhere" });
    const bytes = (text: string) => new TextEncoder().encode(text);
    ada.sendRaw(new Uint8Array([7, ...bytes("general"), 0, 1, 255]));
    const uid = bytes(ada.welcome.uid);
    const expected = new Uint8Array([7, ...bytes("general"), uid.length, ...uid, 0, 1, 255]);
    await say(ada, "after");
    await bob.until("chat");
    for (const client of [ada, bob, eve]) await settled(client);
    const binaries = (client: typeof ada) => client.frames.filter((it) => typeof it !== "string");
    assertEquals([ada, bob, eve].map(binaries), [[], [expected], []]);
    assertEquals(heard(bob, "chat").map(({ seq }) => seq), [1]);

    const path = `${server.url.replace("http", "ws")}/ws/chat/general`;
    await using own = await openClient(path);
    await own.until("joined");
    own.sendRaw(new Uint8Array([0, 42]));
    const { length } = bob.frames;
    await settled(own);
    await settled(bob);
    const relayed = bob.frames.slice(length).find((it) => typeof it !== "string");
    assertEquals(relayed?.at(-1), 42);
  });

  it("W10.2 typing goes to the room's other users, not to one's own connections", async () => {
    await using server = await startServer();
    await using ada = await enter(server, { username: "ada" });
    await using second = await enter(server, { session: ada.welcome.session });
    await using bob = await enter(server);
    const { uid, user } = ada.welcome;
    assertEquals(second.welcome.uid, uid);
    for (const on of [undefined, true, false]) ada.send({ type: "typing", room: "general", on });
    await settled(ada);
    for (const client of [second, bob]) await settled(client);
    const told = [true, true, false].map((on) => ({
      type: "typing",
      room: "general",
      uid,
      user,
      on,
    }));
    assertEquals(heard(bob, "typing") as unknown, told);
    assertEquals([...heard(ada, "typing"), ...heard(second, "typing")], []);
  });

  it("W9.3 W9.5 who comes and goes is told, in a sentence to plain clients", async () => {
    await using server = await startServer({ PRESENCE_GRACE_MS: "0" });
    await using batched = await enter(server, { username: "ada" });
    await using plain = await enter(server, { username: "bob", isPlain: true });
    const eve = await enter(server, { username: "eve" });
    const { uid } = eve.welcome;
    await plain.until((message) => message.type === "system" && message.text === "eve joined");
    eve.close(1000);
    const gone = await batched.until((message) =>
      message.type === "presence" && message.left.some((it) => it.uid === uid)
    );
    assertObjectMatch(gone, { room: "general", count: 2 });
    await plain.until((message) => message.type === "system" && message.text === "eve left");
    assertEquals([heard(plain, "presence"), heard(batched, "system")], [[], []]);
  });

  it("W1.1 unknown fields are ignored", async () => {
    await using server = await startServer();
    await using client = await openClient(server.wsUrl);
    await client.next("welcome");
    const more = { extra: { deep: [1, null] }, uid: "guest:root", seq: 99, ts: 1, user: "root" };
    const room = "general";
    const since = { epoch: "", seq: 0, more };
    client.send({ ...more, type: "join", room, since, ref: "1" });
    client.send({ ...more, type: "chat", room, text: "hi", ref: "2" });
    client.send({ ...more, type: "history", room, ref: "3" });
    client.send({ ...more, type: "members", room, ref: "4" });
    client.send({ ...more, type: "rooms", ref: "5" });
    client.send({ ...more, type: "ping", ref: "6" });
    client.send({ ...more, type: "leave", room, ref: "7" });
    await client.until("left");
    const answers = client.frames.map((frame) => JSON.parse(String(frame)));
    // W3.1 W3.2
    assertEquals(answers.flatMap(({ ref }) => ref ?? []), ["1", "2", "3", "4", "5", "6", "7"]);
    const [said] = heard(client, "chat");
    assertEquals(said?.uid, heard(client, "welcome")[0]?.uid);
    assertEquals(said?.seq, 1);
  });

  it("W3.2 W3.5 in one frame each message is judged alone and answered in order", async () => {
    await using server = await startServer();
    await using client = await enter(server);
    const chat = (text: unknown, ref: string) => ({ type: "chat", room: "general", text, ref });
    const lines = [chat("a", "1"), chat("", "2"), chat("b", "3"), { type: "no", ref: "4" }, "{"];
    const { length } = client.frames;
    client.sendRaw([...lines, chat("c", "5")].map((it) => JSON.stringify(it)).join("\n"));
    await settled(client);
    const answers = client.frames.slice(length).join("\n").split("\n").map((it) => JSON.parse(it));
    const got = answers.filter(({ type }) => type === "ack" || type === "error");
    assertEquals(got.map(({ ref, code, seq }) => ref ?? code ?? seq), [
      "1",
      "2",
      "3",
      "4",
      "PARSE_ERROR",
      "5",
    ]);
    assertEquals(texts(heard(client, "chat")), ["a", "b", "c"]);
  });
});
