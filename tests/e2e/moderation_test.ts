import { assertEquals, assertFalse } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { ServerMessage } from "../../src/protocol.ts";
import { SECRET, sign } from "../gate/issuer.ts";
import { type Client, openClient } from "../harness/client.ts";
import { type Server, startServer } from "../harness/server.ts";
import { say } from "../harness/visitor.ts";

/** A user of "general", under a token that says what may be done there. */
async function enter(server: Server, sub: string, permissions: string[]) {
  const token = await sign({ sub, rooms: { general: permissions } });
  const client = await openClient(server.wsUrl, { protocols: ["snug.v1", `auth.${token}`] });
  client.send({ type: "join", room: "general" });
  await client.until("joined");
  return client;
}

/** The answer to a message: what carries its `ref`. */
async function ask(client: Client, message: Record<string, unknown>): Promise<ServerMessage> {
  const ref = crypto.randomUUID();
  client.send({ room: "general", ...message, ref });
  return await client.until((it: ServerMessage) => "ref" in it && it.ref === ref);
}

async function code(client: Client, message: Record<string, unknown>) {
  const answer = await ask(client, message);
  return answer.type === "error" ? answer.code : answer.type;
}

describe("moderation", () => {
  it("W10.15 W4.6 W4.8 a moderator deletes, sets the topic, mutes and kicks, and the log says so without a text", async () => {
    await using server = await startServer({ JWT_SECRET: SECRET, LOG_FORMAT: "json" });
    await using ada = await enter(server, "ada", ["read", "write", "moderate"]);
    await using bob = await enter(server, "bob", ["read", "write"]);
    const secret = "s3cret-words";
    const first = await say(bob, secret);
    const second = await say(bob, secret);
    const hers = await say(ada, secret);
    const deletion = { type: "delete", of: first.seq, ref: "d" };

    assertEquals(await code(bob, { type: "delete", of: hers.seq }), "FORBIDDEN");
    assertEquals(await code(bob, { type: "topic", text: secret }), "FORBIDDEN");
    assertEquals(await code(ada, { type: "edit", of: first.seq, text: secret }), "FORBIDDEN");
    // What one may do with one's own is nobody's business.
    assertEquals(await code(ada, { type: "delete", of: hers.seq }), "ack");
    assertEquals(await code(bob, { type: "delete", of: second.seq }), "ack");
    for (let time = 0; time < 2; time++) {
      ada.send({ room: "general", ...deletion });
      await ada.until((it) => it.type === "ack" && it.ref === "d");
    }
    assertEquals(await code(ada, { type: "topic", text: secret }), "ack");
    const { of, uid } = await bob.until((it: ServerMessage) =>
      it.type === "deleted" && it.uid === "ada" && it.of === first.seq
    ) as Extract<ServerMessage, { type: "deleted" }>;
    assertEquals([of, uid], [first.seq, "ada"]);
    assertEquals((await bob.until("topic")).text, secret);

    assertEquals(await code(ada, { type: "mute", uid: "bob" }), "muted");
    assertEquals(await code(ada, { type: "mute", uid: "bob", minutes: 0 }), "muted");
    assertEquals(await code(ada, { type: "kick", uid: "bob" }), "kicked");
    await server.said(/audit: .*kick/);
    server.kill("SIGTERM");
    await server.exited;
    const audited = server.stderr().trimEnd().split("\n").map((line) => JSON.parse(line))
      .filter(({ message }) => message.startsWith("audit: "));
    const line = { level: "INFO", by: "ada", room: "general" };
    const known = ({ level, message, by, action, uid, of, room }: typeof audited[number]) => (
      { level, message, by, action, uid, of, room }
    );
    assertEquals(audited.map(known), [
      {
        ...line,
        action: "delete",
        uid: "bob",
        of: first.seq,
        message: `audit: "ada" "delete" "bob" message ${first.seq} in "general"`,
      },
      {
        ...line,
        action: "topic",
        uid: undefined,
        of: undefined,
        message: 'audit: "ada" "topic" in "general"',
      },
      ...[
        ["mute", 'audit: "ada" "mute" "bob" in "general" until "for good"'],
        ["mute", 'audit: "ada" "mute" "bob" in "general" until "now"'],
        ["kick", 'audit: "ada" "kick" "bob" in "general"'],
      ].map(([action, message]) => ({ ...line, action, uid: "bob", of: undefined, message })),
    ]);
    assertFalse((server.stdout() + server.stderr()).includes(secret));
  });
});
