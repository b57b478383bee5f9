// What is asked for over HTTP is the same on every server of one Redis.
import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { sign } from "../gate/issuer.ts";
import { ask } from "../harness/http.ts";
import { needs } from "../harness/needs.ts";
import type { Server } from "../harness/server.ts";
import { ADMIN_TOKEN, enter, startChat, told } from "../harness/several.ts";
import { heard, settled } from "../harness/visitor.ts";
import { eventually } from "../store/database.ts";

const it = needs("redis-server");
const LIMIT_MS = 30_000;
const ADMIN = { authorization: `Bearer ${ADMIN_TOKEN}` };
const ROOMY = { RATE_BURST: "100000", RATE_MESSAGES_PER_SECOND: "100000" };

/** What an administrator is answered. */
async function asked(server: Server, line: string, body?: string | object) {
  return (await ask(server, line, body, ADMIN)).body;
}

describe("the HTTP API of several servers", () => {
  it("W10.17 W17.6 W21.4 what is told to everybody comes to all once", async () => {
    await using chat = await startChat(ROOMY);
    await using ada = await enter(chat.one, "ada");
    await using bob = await enter(chat.two, "bob");
    await told(ada, "joined", bob);
    const text = "Back at six.";
    assertEquals(await asked(chat.two, "POST /api/system", { text }), { connections: 1 });
    for (const client of [ada, bob]) {
      await client.until("system");
      await settled(client);
      assertEquals(heard(client, "system"), [{ type: "system", text }]);
    }
  });

  it("W21.1 W21.5 W21.6 members and bans are listed on any, a ban is lifted on any", async () => {
    await using chat = await startChat(ROOMY);
    const { one, two } = chat;
    await using ada = await enter(one, "ada");
    await using eve = await enter(two, "eve", {});
    await told(ada, "joined", eve);
    const members = "GET /api/rooms/general/members";
    assertEquals((await asked(one, members)).members.length, 2);
    assertEquals(await asked(one, members), await asked(two, members));
    await asked(one, "PUT /api/rooms/general/bans/eve", {});
    assertEquals((await eve.until("left")).reason, "banned");
    const { bans: [ban], more } = await asked(two, "GET /api/rooms/general/bans");
    assertEquals([ban.uid, ban.room, ban.until, more], ["eve", "general", null, false]);
    assertEquals(await asked(two, "GET /api/bans"), await asked(one, "GET /api/bans"));
    await asked(two, "DELETE /api/rooms/general/bans/eve");
    await eventually(
      "the end of the ban",
      LIMIT_MS,
      async () => (await asked(one, "GET /api/rooms/general/bans")).bans.length === 0,
    );
    await using back = await enter(one, "eve", {});
    assertEquals(back.joined.count, 2);
  });

  it("W15.13 what a user said on either is listed and taken back on any", async () => {
    await using chat = await startChat(ROOMY);
    const { one, two } = chat;
    await using ada = await enter(one, "ada");
    await using bob = await enter(two, "bob");
    const eve = { authorization: `Bearer ${await sign({ sub: "eve", name: "Eve" })}` };
    for (const [index, server] of [one, two, one, two].entries()) {
      await ask(server, "POST /api/rooms/general/messages", { text: `said ${index}` }, eve);
    }
    await ask(two, "PUT /api/rooms/general/messages/1/reactions/%F0%9F%91%8D", undefined, eve);
    const listed = async (server: Server) =>
      await (await fetch(`${server.url}/api/users/eve/entries`, { headers: ADMIN })).text();
    assertEquals(await listed(one), await listed(two));
    const lines = (await listed(one)).trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(lines.map(({ text, emoji }) => text ?? emoji), [
      ...["said 0", "said 1", "said 2", "said 3", "👍"],
    ]);
    const { entries } = await asked(two, "POST /api/users/eve/retract");
    assertGreaterOrEqual(entries, 4);
    for (const client of [ada, bob]) {
      for (let seen = 0; seen < 4; seen++) await client.until("deleted");
    }
    for (const server of [one, two]) {
      const { messages } = await asked(server, "GET /api/rooms/general/messages");
      assertEquals(
        messages.map(({ user, text }: { user: string; text: string }) => [user, text]),
        Array(4).fill(["deleted user", ""]),
      );
    }
  });

  it("W20.5 W21.5 a hook is listed, posted to and revoked on any, and its name is kept", async () => {
    await using chat = await startChat(ROOMY);
    const { one, two } = chat;
    await using ada = await enter(one, "ada");
    const hooks = async (server: Server): Promise<{ name: string }[]> =>
      (await asked(server, "GET /api/hooks")).hooks;
    const until = (server: Server, count: number) =>
      eventually("the hooks", LIMIT_MS, async () => (await hooks(server)).length === count);
    const { id, handle, uid } = await asked(one, "POST /api/hooks", {
      room: "general",
      name: "Builds",
    });
    await until(two, 1);
    const posted = await fetch(`${two.url}/api/hooks/${id}`, { method: "POST", body: "done" });
    assertEquals(await posted.text(), "ok");
    const said = await ada.until("chat");
    assertEquals([said.uid, said.user, said.text], [uid, "Builds", "done"]);
    await using guest = await enter(two, "builds");
    assertEquals(heard(guest, "welcome")[0]!.user, "builds-2");
    await asked(two, `DELETE /api/hooks/${handle}`);
    await until(one, 0);
    assertEquals((await ask(one, `POST /api/hooks/${id}`, "more")).status, 404);
    ada.send({ type: "nick", name: "Builds" });
    assertEquals((await ada.until("nick")).user, "Builds");
    assertEquals((await guest.until("nick")).uid, ada.uid);
    assertEquals(
      (await asked(two, "POST /api/hooks", { room: "general", name: "builds" })).code,
      "CONFLICT",
    );
  });
});
