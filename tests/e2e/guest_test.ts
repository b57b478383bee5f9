import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { openClient } from "../harness/client.ts";
import { startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, heard, say, settled, texts } from "../harness/visitor.ts";

const DAY_MS = 24 * 3_600_000;

describe("guest", () => {
  it("W8.3 P4 W7.2 a session keeps uid, name and safe retry over a reconnect", async () => {
    await using server = await startServer();
    const ada = await enter(server, { username: "ada" });
    const first = await say(ada, "once", { ref: "r-1" });
    await ada[Symbol.asyncDispose]();

    await using back = await enter(server, { session: ada.welcome.session });
    assertEquals([back.welcome.uid, back.welcome.user], [ada.welcome.uid, "ada"]);
    assertEquals(await say(back, "another text", { ref: "r-1" }), first);
    await settled(back);
    // W7.2: nothing but the ack.
    assertEquals(heard(back, "chat"), []);
    assertEquals(texts(back.joined.messages), ["once"]);
    // The ref is known for that user in that room, and for nobody else.
    await using bob = await enter(server, { username: "bob" });
    assertEquals((await say(bob, "mine", { ref: "r-1" })).seq, 2);
    back.send({ type: "join", room: "other" });
    assertEquals((await say(back, "elsewhere", { room: "other", ref: "r-1" })).seq, 1);
  });

  it("P4 W7.2 the same ref sent twice at once is one entry and two equal acks", async () => {
    await using server = await startServer();
    await using ada = await enter(server);
    await using twin = await enter(server, { session: ada.welcome.session });
    const lines = ["a", "b", "c"].map((text) =>
      JSON.stringify({ type: "chat", room: "general", text, ref: "same" })
    );
    ada.sendRaw(lines.join("\n"));
    twin.sendRaw(lines.join("\n"));
    for (const client of [ada, twin]) {
      await settled(client);
      assertEquals(heard(client, "ack").map(({ seq }) => seq), [1, 1, 1]);
    }
    await settled(ada);
    assertEquals(heard(ada, "chat").length, 1);
    assertEquals(heard(twin, "chat"), heard(ada, "chat"));
  });

  it("W8.3 P1 P4 all of it holds over a restart of the server", async () => {
    await using folder = await tempFolder();
    const env = { STORE_URL: `sqlite:${folder.path}/snug.db` };
    const acks = [];
    let known;
    {
      await using server = await startServer(env);
      await using ada = await enter(server, { username: "ada" });
      known = ada;
      for (let i = 0; i < 5; i++) acks.push(await say(ada, `${i}`, { ref: `r-${i}` }));
      await settled(ada);
    }
    await using server = await startServer(env);
    await using back = await enter(server, { session: known.welcome.session });
    assertEquals([back.welcome.uid, back.welcome.user], [known.welcome.uid, "ada"]);
    assertEquals(back.joined.epoch, known.joined.epoch);
    assertEquals(back.joined.messages, heard(known, "chat"));
    for (let i = 0; i < 5; i++) {
      assertEquals(await say(back, "again", { ref: `r-${i}` }), acks[i]);
    }
    assertEquals((await say(back, "new", { ref: "r-5" })).seq, 6);
  });

  it("W8.3 a session is offered as any credential is, and is good for 30 days", async () => {
    await using server = await startServer({ AUTH_HEADER: "x-ws-auth-key" });
    const ada = await enter(server, { username: "ada" });
    await ada[Symbol.asyncDispose]();
    const session = ada.welcome.session!;
    const query = (name: string) => `${server.wsUrl}?${name}=${encodeURIComponent(session)}`;
    for (
      const open of [
        () => openClient(server.wsUrl, { headers: { authorization: `Bearer ${session}` } }),
        () => openClient(server.wsUrl, { headers: { "x-ws-auth-key": session } }),
        () => openClient(server.wsUrl, { protocols: ["snug.v1", `auth.${session}`] }),
        () => openClient(query("session")),
        () => openClient(query("token")),
      ]
    ) {
      await using client = await open();
      const { uid, user, expires } = await client.next("welcome");
      assertEquals([uid, user, expires], [ada.welcome.uid, "ada", null]);
    }
    const [payload] = session.split(".");
    const [, , until] = JSON.parse(atob(payload!.replaceAll("-", "+").replaceAll("_", "/")));
    assert(Math.abs(until - Date.now() - 30 * DAY_MS) < 60_000);
  });

  it("W8.3 W15.6 a session that was changed, or is of another server, lets nobody in", async () => {
    await using server = await startServer();
    await using other = await startServer();
    await using ada = await enter(server);
    await using stranger = await enter(other);
    const session = ada.welcome.session!;
    const [payload, signature] = session.split(".") as [string, string];
    const forged = btoa(JSON.stringify(["guest:root", "root", 9e15])).replaceAll("=", "");
    for (
      const bad of [
        stranger.welcome.session!,
        `${forged}.${signature}`,
        `${payload}.${signature.slice(0, -1)}`,
        `${payload}.`,
        payload,
        `${session}.${signature}`,
        "x",
      ]
    ) {
      await assertRejects(() => enter(server, { session: bad }), Error, "401");
    }
  });

  it("W8.3 a session ends with the token it was given under", async () => {
    await using folder = await tempFolder();
    const env = { STORE_URL: `sqlite:${folder.path}/snug.db` };
    const login = async (token: string, session?: string) => {
      await using server = await startServer({ ...env, WS_TOKEN: token });
      const credential = encodeURIComponent(session ?? token);
      await using client = await openClient(`${server.wsUrl}?token=${credential}`);
      return await client.next("welcome");
    };
    const first = await login("one");
    const again = await login("one", first.session!);
    assertEquals(again.uid, first.uid);
    assertNotEquals((await login("one")).uid, first.uid);
    for (const changed of ["two", "open"]) {
      await assertRejects(() => login(changed, first.session!), Error, "401");
    }
  });

  it("W8.2 a user's connections go by one name, and its name is free when the last has gone", async () => {
    await using server = await startServer();
    const ada = await enter(server, { username: "ada" });
    const { session } = ada.welcome;
    const second = await enter(server, { session, username: "other" });
    assertEquals(second.welcome.user, "ada");
    ada.close(1000);
    await ada.closed;
    {
      await using bob = await enter(server, { username: "Ada" });
      assertEquals(bob.welcome.user, "Ada-2");
    }
    second.close(1000);
    await second.closed;
    await server.said(/"ada"[^\n]*\n[^]*"ada"[^\n]*\n/);
    await using eve = await enter(server, { username: "ADA" });
    assertEquals(eve.welcome.user, "ADA");
    // The one who comes back later gets what is free, under the same uid.
    await using back = await enter(server, { session });
    assertEquals([back.welcome.uid, back.welcome.user], [ada.welcome.uid, "ada-2"]);
  });
});
