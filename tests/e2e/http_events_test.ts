import { assert, assertEquals, assertObjectMatch, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { SECRET, sign } from "../gate/issuer.ts";
import { openClient } from "../harness/client.ts";
import { openEvents } from "../harness/events.ts";
import { ask } from "../harness/http.ts";
import { type Server, startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, heard, say, settled } from "../harness/visitor.ts";
import { within } from "../harness/within.ts";

const ROOMY = { RATE_BURST: "100000", RATE_MESSAGES_PER_SECOND: "100000" };
const MESSAGES = "/api/rooms/general/messages";
const LIMIT_MS = 20_000;

async function bearer(sub: string, claims: object = {}, seconds = 600) {
  const exp = Math.floor(Date.now() / 1000) + seconds;
  return { authorization: `Bearer ${await sign({ sub, name: sub, exp, ...claims })}` };
}

/** Waits until the server has let go of everyone: nobody is in the room any more. */
async function untilEmpty(server: Server, headers: Record<string, string> = {}) {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    const { body } = await ask(server, "GET /api/rooms/general/members", undefined, headers);
    if (body.count === 0) return;
    assert(Date.now() < deadline, `${body.count} are still there`);
  }
}

for (const TRANSPORT of ["deno", "ws"]) {
  const ENV = { ...ROOMY, TRANSPORT };
  describe(`events over HTTP, on ${TRANSPORT}`, () => {
    it("W18.1 W18.2 P2 a reader sees what a member sees, in the same order, while many talk", async () => {
      await using server = await startServer(ENV);
      await using ada = await enter(server);
      await using events = await openEvents(server, { query: "?username=Reader" });
      assertEquals(events.headers.get("content-type"), "text/event-stream");
      assertEquals(events.all.map(({ event }) => event), ["welcome", "joined"]);
      const { epoch, count } = events.joined.data;
      assertEquals([events.joined.id, count], [`${epoch}:0`, 2]);
      const talkers = Array.from({ length: 4 }, async (_, talker) => {
        await using bob = await enter(server);
        for (let i = 0; i < 40; i++) {
          bob.send({ type: "chat", room: "general", text: `${talker} ${i}\r\n\ndata: \u2028` });
          bob.send({ type: "chat", room: "random", text: "elsewhere" });
        }
        await settled(bob);
      });
      const posts = Array.from({ length: 20 }, (_, i) => ask(server, `POST ${MESSAGES}`, `p${i}`));
      await Promise.all([...talkers, ...posts]);
      await say(ada, "last");
      await settled(ada);
      await events.until("chat", (it) => it.type === "chat" && it.text === "last");
      assertEquals(events.entries.length, 181);
      assertEquals(events.entries, heard(ada, "chat"));
      const ids = events.all.filter(({ event }) => event === "chat").map(({ id }) => id);
      assertEquals(ids, events.entries.map(({ seq }) => `${epoch}:${seq}`));
    });

    it("W18.2 P3 who was away gets edits and all once, also after a kill; else a gap is said", async () => {
      await using folder = await tempFolder();
      const env = { ...ENV, STORE_URL: `sqlite:${folder.path}/snug.db`, RESUME_LIMIT: "5" };
      let id = "";
      {
        await using server = await startServer(env);
        await using ada = await enter(server);
        await say(ada, "1");
        await using events = await openEvents(server);
        assertEquals(events.joined.data.messages.map(({ seq }) => seq), [1]);
        await say(ada, "2");
        id = (await events.until("chat")).id!;
        await events[Symbol.asyncDispose]();
        await say(ada, "3");
        ada.send({ type: "edit", room: "general", of: 1, text: "one", ref: "e" });
        await ada.until("ack");
        server.kill("SIGKILL");
        await server.exited;
      }
      await using server = await startServer(env);
      await using bob = await enter(server);
      for (const how of [{ headers: { "last-event-id": id } }, { query: `?since=${id}` }]) {
        await using back = await openEvents(server, how);
        assertObjectMatch(back.joined.data, { gap: false, messages: [], seq: 4 });
        assertEquals(back.joined.id, id);
        await back.until("edited");
        assertEquals(back.entries.map(({ seq, type }) => `${seq} ${type}`), ["3 chat", "4 edited"]);
      }
      const { seq } = await say(bob, "5");
      for (const text of ["6", "7", "8"]) await say(bob, text);
      await using late = await openEvents(server, { headers: { "last-event-id": id } });
      assertObjectMatch(late.joined.data, { gap: true, seq: seq + 3 });
      assertEquals(late.joined.id, `${late.joined.data.epoch}:${seq + 3}`);
      assertEquals(late.joined.data.messages.length, 7);
      await assertRejects(() => openEvents(server, { query: "?since=x" }), Error, "400");
    });

    it("W18.3 W18.5 W10.4 W8.4 it ends with a kick, a ban, its token or its room, and says so", async () => {
      await using server = await startServer({ ...ENV, JWT_SECRET: SECRET, ADMIN_TOKEN: "boss" });
      const boss = { authorization: "Bearer boss" };
      await using admin = await openClient(server.wsUrl, { headers: boss });
      admin.send({ type: "join", room: "general" });
      await admin.until("joined");
      const ends = async (
        headers: Record<string, string>,
        does: () => unknown,
      ): Promise<(string | number)[]> => {
        await using events = await openEvents(server, { headers });
        await does();
        const { data } = await events.until("closed") as unknown as { data: { code: number } };
        await within(LIMIT_MS, "the end of the stream", events.ended);
        return [events.all.at(-2)!.event, data.code];
      };
      const ada = await bearer("ada");
      const kick = () => admin.send({ type: "kick", room: "general", uid: "ada" });
      assertEquals(await ends(ada, kick), ["left", 1000]);
      const revoke = () => ask(server, "POST /api/users/ada/revoke", undefined, boss);
      assertEquals((await ends(ada, revoke))[1], 4001);
      const soon = await bearer("eve", {}, 3);
      assertEquals((await ends(soon, () => {}))[1], 4001);
      await assertRejects(() => openEvents(server, { headers: soon }), Error, "401");
      const bob = await bearer("bob");
      const ban = () => admin.send({ type: "ban", uid: "bob" });
      assertEquals((await ends(bob, ban))[1], 4003);
      await assertRejects(() => openEvents(server, { headers: bob }), Error, "403");
      const zoe = await bearer("zoe", { rooms: { random: ["read"] } });
      await assertRejects(() => openEvents(server, { headers: zoe }), Error, "404");
      admin.send({ type: "ban", room: "general", uid: "kim" });
      await admin.until((it) => it.type === "banned" && it.uid === "kim");
      const kim = await bearer("kim");
      await assertRejects(() => openEvents(server, { headers: kim }), Error, "403");
      const head = await fetch(`${server.url}/api/rooms/general/events`, { method: "HEAD" });
      assertEquals([head.status, head.headers.get("allow")], [405, "GET"]);
    });

    it("W18.1 W10.14 what is about another room does not come", async () => {
      await using server = await startServer({ ...ENV, JWT_SECRET: SECRET });
      await using events = await openEvents(server, { headers: await bearer("ada") });
      const bob = await bearer("bob");
      const direct = await ask(server, "POST /api/users/ada/messages", "@ada psst", bob);
      assertEquals(direct.status, 201);
      await ask(server, `POST ${MESSAGES}`, "hi @ada", bob);
      await events.until("mention");
      assertEquals(events.entries.map(({ room }) => room), ["general"]);
    });

    it("W18.5 W18.6 P7 a shutdown tells when to come back, and ends cleanly", async () => {
      await using server = await startServer(ENV);
      await using events = await openEvents(server);
      assertEquals(events.retries.length, 1);
      server.kill("SIGTERM");
      const closing = await events.until("closing");
      assert("reconnectAfterMs" in closing.data);
      assertEquals(events.retries[1], closing.data.reconnectAfterMs);
      assertObjectMatch(await events.until("closed"), { data: { code: 1012 } });
      await within(LIMIT_MS, "the end of the stream", events.ended);
      assertEquals((await server.exited).code, 0);
      assert(!/ERR|rror:/.test(server.stderr() + server.stdout()), server.stderr());
    });

    it("P5 W18.5 one that reads nothing is ended, and holds up nobody", async () => {
      await using server = await startServer({ ...ENV, OUTBOX_BYTES: "262144" });
      const { hostname, port, host } = new URL(server.url);
      using slow = await Deno.connect({ hostname, port: Number(port) });
      const head = `GET /api/rooms/general/events HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
      await slow.write(new TextEncoder().encode(head));
      await using ada = await enter(server);
      await using events = await openEvents(server);
      let last = 0;
      // What the kernel takes is not the server's to hold.
      for (const text = "x".repeat(16_000); !/4009 "too slow"/.test(server.stderr());) {
        assert(last < 3000, "who reads nothing is still served");
        for (let i = 0; i < 30; i++) ada.send({ type: "chat", room: "general", text });
        last = (await say(ada, text)).seq;
      }
      await events.until("chat", (it) => it.type === "chat" && it.seq === last);
      const seqs = events.entries.map(({ seq }) => seq);
      assertEquals(seqs, Array.from({ length: last }, (_, index) => index + 1));
      assert(!/ERR|rror:/.test(server.stderr() + server.stdout()), server.stderr());
    });

    it("W18.4 P5 it beats, and leaves nothing behind when its reader goes", async () => {
      const pace = { HEARTBEAT_MS: "500", HEARTBEAT_GRACE_MS: "2000", PRESENCE_GRACE_MS: "0" };
      await using server = await startServer({ ...ENV, ...pace });
      const all = await Promise.all(Array.from({ length: 30 }, () => openEvents(server)));
      // Longer than one that is not taken is waited for.
      for (let beat = 0; beat < 7; beat++) await all[0]!.comment();
      assertEquals((await ask(server, "GET /api/rooms/general/members")).body.count, 30);
      for (const events of all) await events[Symbol.asyncDispose]();
      await untilEmpty(server);
    });
  });
}
