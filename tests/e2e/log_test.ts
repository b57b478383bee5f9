import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { openClient } from "../harness/client.ts";
import { frame, OPCODE, openRawClient } from "../harness/raw.ts";
import { type Server, startServer } from "../harness/server.ts";
import { enter, say, settled } from "../harness/visitor.ts";

type Line = Record<string, unknown>;

/** Stops the server and gives its log, line by line, each of which must be JSON. */
async function jsonLines(server: Server): Promise<Line[]> {
  server.kill("SIGTERM");
  await server.exited;
  return server.stderr().trimEnd().split("\n").map((line) => JSON.parse(line));
}

describe("log", () => {
  it("one line tells a connection's life: who, rooms, code, seconds, messages in and out", async () => {
    await using server = await startServer();
    {
      await using ada = await enter(server, { username: "ada", room: "general" });
      ada.send({ type: "join", room: "random" });
      ada.send({ type: "join", room: "general" });
      await say(ada, "hello");
      ada.close(1000, "done");
    }
    await server.said(/left/);
    const uid = /guest:[\w-]+/.source;
    assertMatch(
      server.stderr(),
      new RegExp(
        `^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z \\[INF\\] snug: "ada" "${uid}" of "127.0.0.1" left ` +
          `"general random": 1000 "done" after [\\d.]+ s, 4 in, \\d+ out, 0 dropped\\n$`,
      ),
    );
  });

  it("LOG_FORMAT=json gives an object to each line, with the same under names", async () => {
    await using server = await startServer({ LOG_FORMAT: "json" });
    await using ada = await enter(server, { username: "ada" });
    await using bob = await enter(server, { username: "bob", isPlain: true });
    // What is on its way to her when she closes is counted as sent, and she would not get it.
    await ada.until((message) => message.type === "presence" && message.count === 2);
    await say(ada, "hello");
    await bob.until("chat");
    ada.close(4321, "bye");
    await ada.closed;
    await server.said(/"ada/);
    const lines = await jsonLines(server);
    const lives = lines.filter(({ message }) => String(message).includes(" left "));
    assertEquals(lives.map(({ user, uid, code, reason }) => [user, uid, code, reason]), [
      ["ada", ada.welcome.uid, 4321, "bye"],
      ["bob", bob.welcome.uid, 1012, "restarting"],
    ]);
    for (const life of lives) {
      assertEquals([life.rooms, life.level, life.dropped], ["general", "INFO", 0]);
      assert(Number(life.seconds) >= 0 && Number(life.seconds) < 30);
      assert(!Number.isNaN(Date.parse(String(life["@timestamp"]))));
    }
    assertEquals(lives.map(({ received }) => received), [2, 1]);
    for (const [index, client] of [ada, bob].entries()) {
      const came = client.frames.flatMap((it) => String(it).split("\n")).length;
      assertEquals(lives[index]?.sent, came);
    }
  });

  it("LOG_LEVEL leaves out what is less than it", async () => {
    for (const [LOG_LEVEL, warnings] of [["info", 1], ["warn", 1], ["error", 0]] as const) {
      await using server = await startServer({ LOG_LEVEL, LOG_FORMAT: "json", WS_TOKEN: "secret" });
      const headers = { authorization: "Bearer secret" };
      const ada = await openClient(server.wsUrl, { headers });
      ada.close(1000, "done");
      await ada.closed;
      for (let status = 0; status !== 429;) {
        const answer = await fetch(`${server.url}/ws?token=guess`);
        await answer.body?.cancel();
        status = answer.status;
      }
      server.kill("SIGTERM");
      await server.exited;
      const levels = server.stderr().split("\n").filter((line) => line !== "")
        .map((line) => JSON.parse(line).level);
      assertEquals(levels.includes("INFO"), LOG_LEVEL === "info", server.stderr());
      assertEquals(levels.filter((level) => level === "WARN").length, warnings, server.stderr());
    }
  });

  it("P6 nothing that was said is in it, at any level, not even in a fault", async () => {
    await using server = await startServer({ LOG_LEVEL: "debug", LOG_FORMAT: "json" });
    await using ada = await enter(server, { username: "ada" });
    const secret = "s3cret-words";
    await say(ada, secret, { ref: secret });
    ada.sendRaw(`{"type":"chat","room":"general","text":${secret}`);
    ada.send({ type: secret });
    ada.send({ type: "chat", room: "general", text: secret, replyTo: 99 });
    ada.send({ type: "chat", room: secret, text: secret });
    ada.sendRaw(new TextEncoder().encode(`\x07general${secret}`));
    ada.send({ type: "history", room: "general" });
    await settled(ada);
    await jsonLines(server);
    assertFalse((server.stdout() + server.stderr()).includes(secret), server.stderr());
  });

  it("a name, a room or a reason can't write a line of its own", async () => {
    for (const LOG_FORMAT of ["text", "json"]) {
      await using server = await startServer({ LOG_FORMAT });
      const ada = await enter(server, { username: 'a" left "b" [INF]', room: "ünï.cödé" });
      ada.close(4999, '"\r\n2026-01-01T00:00:00Z [INF] snug: "eve" \u001b[31m left');
      await ada.closed;
      await server.said(/4999/);
      assertMatch(server.stderr(), /^[^\r\n]+\n$/);
      assertFalse(server.stderr().includes("\u001b"), server.stderr());
    }
  });

  it("a connection that broke off is 1006", async () => {
    await using server = await startServer({ LOG_FORMAT: "json", DRAIN_MS: "500" });
    const raw = await openRawClient(server.url, "/ws/chat/general?username=ada");
    await raw.until("joined");
    await raw.reset();
    await server.said(/"ada/);
    const [life] = await jsonLines(server);
    assertEquals([life?.user, life?.code, life?.rooms], ["ada", 1006, "general"]);
  });

  it("W13 a connection that the server closed is told by the server's reason", async () => {
    await using server = await startServer({
      LOG_FORMAT: "json",
      HEARTBEAT_MS: "500",
      HEARTBEAT_GRACE_MS: "900",
      DRAIN_MS: "500",
    });
    const silent = await openRawClient(server.url, "/ws?username=ada");
    const large = await openRawClient(server.url, "/ws?username=bob");
    await large.write(frame(OPCODE.text, "x".repeat(20_000)));
    for (const raw of [silent, large]) {
      while ((await raw.nextFrame()).opcode !== OPCODE.close);
      // The close is not answered: the line breaks off.
      await raw.reset();
    }
    await server.said(/"ada/);
    await server.said(/"bob/);
    const lives = (await jsonLines(server)).filter(({ user }) => user !== undefined);
    const shown = lives.map(({ user, code, reason }) => `${user} ${code} ${reason}`).sort();
    assertEquals(shown, ["ada 4000 heartbeat timeout", "bob 1009 message too big"]);
  });
});
