// Two servers on one Redis: what is not in the log works across them.
import { assertEquals } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { sign } from "../gate/issuer.ts";
import { openClient } from "../harness/client.ts";
import { needs } from "../harness/needs.ts";
import { ADMIN_TOKEN, enter, startChat, told } from "../harness/several.ts";

const it = needs("redis-server");
const LIMIT_MS = 30_000;

describe("several servers on one Redis", () => {
  it("W21.1 W21.3 W21.4 W21.6 members, names, typing, binary and direct messages", async () => {
    await using chat = await startChat();
    await using alice = await enter(chat.one, "alice");
    await using bob = await enter(chat.two, "Alice");
    assertEquals(bob.joined.count, 2);
    assertEquals(bob.joined.members.map(({ user }) => user), ["alice", "Alice-2"]);
    await told(alice, "joined", bob);

    alice.send({ type: "typing", room: "general" });
    assertEquals((await bob.until("typing")).uid, alice.uid);
    const room = new TextEncoder().encode("general");
    alice.sendRaw(new Uint8Array([room.length, ...room, 0, 255, 128]));
    for (;;) {
      const frame = await bob.nextFrame();
      if (typeof frame === "string") continue;
      assertEquals([...frame.slice(-3)], [0, 255, 128]);
      break;
    }
    alice.send({ type: "chat", room: "general", text: "hello @Alice-2" });
    assertEquals((await bob.until("mention")).uid, alice.uid);
    assertEquals(bob.unread.filter(({ type }) => type === "chat").length <= 1, true);

    for (const text of ["one", "two", "three"]) alice.send({ type: "direct", to: bob.uid, text });
    for (const text of ["one", "two", "three"]) {
      const said = await bob.until((it) => it.type === "chat" && it.room.startsWith("@"));
      assertEquals("text" in said && said.text, text);
    }
    bob.send({ type: "leave", room: "general" });
    await told(alice, "left", bob);
  });

  it("W21.4 W21.5 kicks, bans, revocations and sign-outs", async () => {
    await using chat = await startChat();
    await using boss = await enter(chat.one, "boss", { admin: true });
    await using ada = await enter(chat.two, "ada", { iat: Math.floor(Date.now() / 1000) - 60 });
    await using eve = await enter(chat.two, "eve", {});
    await using guest = await enter(chat.two, "guest");
    await told(boss, "joined", ada, eve, guest);

    boss.send({ type: "kick", room: "general", uid: "eve" });
    assertEquals((await eve.until("left")).reason, "kicked");
    boss.send({ type: "ban", uid: "eve" });
    assertEquals((await eve.closed).code, 4003);
    boss.send({ type: "mute", room: "general", uid: guest.uid });
    await guest.until("muted");

    const revoked = await fetch(`${chat.one.url}/api/users/ada/revoke`, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    assertEquals([revoked.status, (await ada.closed).code], [204, 4001]);

    const authorization = `Bearer ${await sign({ sub: "carol" })}`;
    const signIn = await fetch(`${chat.one.url}/api/session`, {
      method: "POST",
      headers: { authorization },
    });
    await signIn.body?.cancel();
    const cookie = signIn.headers.get("set-cookie")!.split(";", 1)[0]!;
    await using carol = await openClient(chat.two.wsUrl, { headers: { cookie } });
    await carol.until("welcome");
    const ended = await fetch(`${chat.one.url}/api/session`, {
      method: "DELETE",
      headers: { cookie },
    });
    assertEquals([ended.status, (await carol.closed).code], [204, 4001]);
  });

  it("W21.2 members of a server that is killed leave, who came back to the other one stay", async () => {
    await using chat = await startChat({ PRESENCE_GRACE_MS: "1000" });
    await using seer = await enter(chat.one, "seer");
    const [bob, carol] = [await enter(chat.two, "bob"), await enter(chat.two, "carol")];
    await told(seer, "joined", bob, carol);
    chat.two.kill("SIGKILL");
    await Promise.all([bob.closed, carol.closed]);
    const url = new URL(chat.one.wsUrl);
    url.searchParams.set("session", carol.session!);
    await using back = await openClient(url, { protocols: ["snug.v1"] });
    assertEquals((await back.until("welcome")).user, "carol");
    back.send({ type: "join", room: "general" });
    const { members } = await back.until("joined");
    assertEquals(members.length, 3);
    const presence = await seer.until(
      (it) => it.type === "presence" && it.left.length > 0,
      LIMIT_MS,
    );
    assertEquals("left" in presence && presence.left.map(({ uid }) => uid), [bob.uid]);
    assertEquals("joined" in presence && presence.joined, []);
    await chat.two.exited;
  });

  it("W21.8 a Redis that is gone for a while parts nobody for good", async () => {
    await using chat = await startChat({ PRESENCE_GRACE_MS: "500" });
    await using alice = await enter(chat.one, "alice");
    await using bob = await enter(chat.two, "bob");
    await told(alice, "joined", bob);
    await chat.redis.kill();
    await told(alice, "left", bob);
    // Those of one server still are together.
    bob.send({ type: "ping", ref: "1" });
    await bob.until("pong");
    await chat.redis.again();
    await told(alice, "joined", bob);
    await told(bob, "joined", alice);
  });
});
