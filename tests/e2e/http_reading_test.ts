import { assertEquals, assertMatch, assertObjectMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { SECRET, sign } from "../gate/issuer.ts";
import { ask, refusalOf } from "../harness/http.ts";
import { startServer } from "../harness/server.ts";
import { enter, say, texts } from "../harness/visitor.ts";

const ROOMY = { RATE_BURST: "100000", RATE_MESSAGES_PER_SECOND: "100000" };
const MESSAGES = "/api/rooms/general/messages";

async function bearer(sub: string, claims: object = {}) {
  const exp = Math.floor(Date.now() / 1000) + 600;
  return { authorization: `Bearer ${await sign({ sub, name: sub, exp, ...claims })}` };
}

describe("reading over HTTP", () => {
  it("W17 W5.8 W5.10 the history is the one that a connection gets", async () => {
    await using server = await startServer({ ...ROOMY, HISTORY_PAGE: "4" });
    await using ada = await enter(server);
    for (let count = 1; count <= 9; count++) await say(ada, `${count}`);
    ada.send({ type: "edit", room: "general", of: 9, text: "nine" });
    ada.send({ type: "delete", room: "general", of: 8, ref: "d" });
    await ada.until("deleted");
    for (
      const [query, asked, expected] of [
        ["", {}, ["6", "7", "", "nine"]],
        ["?before=6&limit=2", { before: 6, limit: 2 }, ["4", "5"]],
        ["?around=3", { around: 3 }, ["2", "3", "4", "5"]],
        ["?before=3", { before: 3 }, ["1", "2"]],
      ] as const
    ) {
      ada.send({ type: "history", room: "general", ...asked });
      const { type: _, ...told } = await ada.until("history");
      const { status, body } = await ask(server, `GET ${MESSAGES}${query}`);
      assertEquals([query, status, body], [query, 200, told]);
      assertEquals([...texts(body.messages)].sort(), [...expected].sort());
    }
    const nine = await ask(server, `GET ${MESSAGES}/9`);
    assertObjectMatch(nine.body, { type: "chat", seq: 9, text: "nine", user: ada.welcome.user });
    for (const [path, code] of [["10", "404 NOT_FOUND"], ["99", "404 NOT_FOUND"], ["x", "400"]]) {
      const refused = refusalOf(await ask(server, `GET ${MESSAGES}/${path}`)).join(" ");
      assertMatch(refused, new RegExp(`^${code}`));
    }
    for (const query of ["before=x", "before=0", "before=2&around=2", "limit=-1"]) {
      const refused = await ask(server, `GET ${MESSAGES}?${query}`);
      assertEquals([query, ...refusalOf(refused)], [query, 400, "INVALID_FIELD"]);
    }
    assertEquals((await fetch(`${server.url}${MESSAGES}`, { method: "HEAD" })).status, 200);
  });

  it("W17 W10.1 W9.2 W16.1 rooms, members and what was said can be found", async () => {
    await using server = await startServer({ ...ROOMY, ROOMS: "general" });
    await using ada = await enter(server, { username: "ada" });
    await using _bob = await enter(server, { username: "bob", room: "herons" });
    await say(ada, "a grey heron");
    ada.send({ type: "rooms" });
    const { rooms } = await ada.until("rooms");
    assertEquals(
      (await ask(server, "GET /api/rooms")).body.rooms,
      rooms.map((room) => {
        // Who asks has no marker of its own.
        const { unread: _, mentions: __, ...rest } = room;
        return rest;
      }),
    );
    const { body } = await ask(server, "GET /api/rooms/herons/members");
    assertObjectMatch(body, { room: "herons", count: 1, more: false });
    assertEquals(body.members.map(({ user }: { user: string }) => user), ["bob"]);
    const found = await ask(server, "GET /api/search?text=heron&room=general");
    assertEquals(found.body.hits.map(({ text }: { text: string }) => text), ["a grey heron"]);
    const nothing = await ask(server, "GET /api/search");
    assertEquals(refusalOf(nothing), [400, "INVALID_FIELD"]);
    assertEquals(refusalOf(await ask(server, "POST /api/rooms", "x")), [405, "METHOD_NOT_ALLOWED"]);
  });

  it("W17.1 W10.4 W10.5 W10.13 nobody reads more than on a connection", async () => {
    await using server = await startServer({ ...ROOMY, JWT_SECRET: SECRET });
    const ada = await bearer("ada");
    for (const text of ["old", "new"]) await ask(server, `POST ${MESSAGES}`, text, ada);
    await ask(server, "POST /api/rooms/plans/messages", "secret heron", ada);
    const bob = await bearer("bob", { rooms: { general: ["read"] } });
    for (
      const path of ["plans/messages", "plans/messages/1", "plans/members", "@ada,zoe/messages"]
    ) {
      const refused = await ask(server, `GET /api/rooms/${path}`, undefined, bob);
      assertEquals([path, ...refusalOf(refused)], [path, 404, "NOT_FOUND"]);
    }
    const search = await ask(server, "GET /api/search?text=heron", undefined, bob);
    assertEquals(search.body, { hits: [] });
    const listed = await ask(server, "GET /api/rooms", undefined, bob);
    assertEquals(listed.body.rooms.map(({ room }: { room: string }) => room), ["general"]);
    const late = { general: { permissions: ["read"], from: Math.floor(Date.now() / 1000) + 60 } };
    const eve = await bearer("eve", { rooms: late });
    const page = await ask(server, `GET ${MESSAGES}`, undefined, eve);
    assertEquals([page.body.messages, page.body.first], [[], 3]);
    assertEquals((await ask(server, `GET ${MESSAGES}/2`, undefined, eve)).status, 404);
    assertEquals((await ask(server, `GET ${MESSAGES}`)).status, 401);
  });
});
