import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { ServerMessage } from "../../src/protocol.ts";
import type { Client } from "../harness/client.ts";
import { startServer } from "../harness/server.ts";
import { enter, heard, say, settled } from "../harness/visitor.ts";

const ENV = { RATE_MESSAGES_PER_SECOND: "10000", RATE_BURST: "10000", MAX_MESSAGE_BYTES: "65536" };

/** What a message is answered with: `ack`, or the code and the sentence of its error. */
async function ask(client: Client, message: Record<string, unknown>): Promise<string> {
  const ref = crypto.randomUUID();
  client.send({ room: "general", ...message, ref });
  const answer = await client.until((it: ServerMessage) => "ref" in it && it.ref === ref);
  if (answer.type !== "error") return answer.type;
  assertEquals(answer.room, (message.room ?? "general") as string);
  return `${answer.code}: ${answer.message}`;
}

describe("bad changes", () => {
  it("W4.5 W4.6 W4.7 W4.9 what can't be changed is refused by a sentence that names it", async () => {
    await using server = await startServer(ENV);
    await using ada = await enter(server, { username: "ada" });
    await using bob = await enter(server, { username: "bob" });
    ada.send({ type: "join", room: "random" });
    const { seq: his } = await say(bob, "his");
    const { seq: gone } = await say(ada, "gone");
    assertEquals(await ask(ada, { type: "delete", of: gone }), "ack");
    // Only the other room has an entry of this seq that is a message.
    const deletion = gone + 1;
    for (let seq = 0; seq < deletion; seq++) await say(ada, "elsewhere", { room: "random" });

    const changes = (of: number) => [
      { type: "edit", of, text: "x" },
      { type: "delete", of },
      { type: "react", of, emoji: "👍" },
      { type: "react", of, emoji: "👍", on: false },
    ];
    for (const target of [gone, deletion, 999, Number.MAX_SAFE_INTEGER]) {
      for (const change of changes(target)) {
        const said = `NOT_FOUND: there is no message ${target} in general`;
        assertEquals(await ask(ada, change), said);
      }
    }
    assertEquals(await ask(ada, { type: "edit", room: "random", of: deletion, text: "x" }), "ack");
    assertEquals(
      await ask(ada, { type: "edit", of: his, text: "x" }),
      `FORBIDDEN: only its author may edit message ${his}`,
    );
    assertEquals(
      await ask(ada, { type: "delete", of: his }),
      `FORBIDDEN: only its author or a moderator may delete message ${his}`,
    );
    for (const change of changes(1)) {
      const where = { ...change, room: "elsewhere" };
      assertEquals(await ask(ada, where), "NOT_JOINED: join elsewhere first");
    }
    // Nothing of that is in the log.
    await using late = await enter(server);
    assertEquals(late.joined.seq, deletion);
  });

  it("W4.7 nobody piles up reactions without end, alone or together", async () => {
    await using server = await startServer(ENV);
    await using ada = await enter(server, { username: "ada" });
    await using bob = await enter(server, { username: "bob" });
    const { seq: of } = await say(ada, "hi");
    const answers = new Map<string, number>();
    for (let index = 0; index < 40; index++) {
      const answer = await ask(index % 2 ? ada : bob, { type: "react", of, emoji: `e${index}` });
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
    const full = `CONFLICT: message ${of} has 32 different emoji already`;
    assertEquals(answers, new Map([["ack", 32], [full, 8]]));
    assertEquals(await ask(bob, { type: "react", of, emoji: "e1" }), "ack");
    assertEquals(await ask(bob, { type: "react", of, emoji: "e0", on: false }), "ack");
    assertEquals(await ask(ada, { type: "react", of, emoji: "new" }), "ack");
    ada.send({ type: "history", room: "general" });
    const { messages: [message] } = await ada.until("history");
    assertEquals(message!.reactions!.length, 32);
  });

  it("W10.12 P5 a text of thousands of mentions mentions few, and costs the others nothing", async () => {
    await using server = await startServer(ENV);
    await using ada = await enter(server, { username: "ada" });
    await using bob = await enter(server, { username: "bob" });
    await using eve = await enter(server, { username: "eve" });
    const many = "@bob ".repeat(5000);
    const { seq } = await say(ada, `${many}@eve`);
    await say(ada, `${"@nobody ".repeat(49)}@eve @bob`);
    await say(ada, "@".repeat(60_000));
    for (const client of [bob, eve, ada]) await settled(client);
    const of = (client: Client) => heard(client, "mention").map(({ seq }) => seq);
    // The first 50 are looked at: somebody who is named often hears of it once.
    assertEquals([of(bob), of(eve), of(ada)], [[seq], [seq + 1], []]);
    assert(heard(bob, "chat").length === 3);
  });
});
