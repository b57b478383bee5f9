import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { hc, type InferResponseType } from "hono/client";
import type { AppType } from "../src/app.ts";
import type { Problem } from "../src/routes/shapes.ts";
import { SECRET, sign } from "./gate/issuer.ts";
import { startServer } from "./harness/server.ts";
import { within } from "./harness/within.ts";

/** Whether two types are the same: `any` is the same as nothing but itself. */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
/** Compiles only for `true`. */
type Holds<T extends true> = T;

const ROOMY = { RATE_BURST: "100000", RATE_MESSAGES_PER_SECOND: "100000" };

type App = ReturnType<typeof hc<AppType>>;
type Room = App["api"]["rooms"][":room"];
type Maybe<T> = T | undefined;
type Said = { text?: Maybe<string>; replyTo?: Maybe<number>; files?: Maybe<string[]> };
type Kicked = { room: string; uid: string };
type Asked<F extends (...args: never[]) => unknown> = NonNullable<Parameters<F>[0]>;
type Made<F> = F extends (...args: never[]) => infer R ? R : never;

/** Checked by `deno check`: what is wrong here does not compile. */
export type Checked = [
  Holds<Equal<Made<App["ws"]["$ws"]>, WebSocket>>,
  Holds<Equal<Made<App["ws"]["echo"]["$ws"]>, WebSocket>>,
  Holds<Equal<Made<App["ws"]["chat"][":room"]["$ws"]>, WebSocket>>,
  Holds<Equal<Asked<App["ws"]["chat"][":room"]["$ws"]>, { param: { room: string } }>>,
  Holds<Equal<Asked<Room["messages"]["$post"]>["json"], Maybe<Said>>>,
  Holds<Equal<Asked<Room["bans"][":uid"]["$put"]>["json"], Maybe<{ minutes?: Maybe<number> }>>>,
  Holds<Equal<Asked<Room["messages"]["$post"]>["param"], { room: string }>>,
  Holds<Equal<InferResponseType<App["api"]["bans"]["$get"], 403>, Problem>>,
  Holds<Equal<InferResponseType<Room["members"][":uid"]["$delete"], 200>, Kicked>>,
  // And Equal itself says no.
  Holds<Equal<Equal<WebSocket, unknown>, false>>,
  Holds<Equal<Equal<WebSocket, Made<() => EventTarget>>, false>>,
];

/** The type of the first message, or the first frame itself where it is none. */
async function first(socket: WebSocket, sent?: string): Promise<string> {
  const came = Promise.withResolvers<string>();
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.onopen = () => sent !== undefined && socket.send(sent);
  socket.onmessage = ({ data }) => came.resolve(data);
  socket.onerror = (event) => came.reject(new Error((event as ErrorEvent).message));
  try {
    return await within(5000, "a message", came.promise);
  } finally {
    socket.close();
    await within(5000, "a close", closed);
  }
}

describe("types", () => {
  it("W15.1 hc's $ws() is a WebSocket to the real server, with and without a room", async () => {
    await using server = await startServer();
    const client = hc<AppType>(server.url);
    const socket: WebSocket = client.ws.$ws();
    assertEquals(JSON.parse(await first(socket)).type, "welcome");
    const inRoom = client.ws.chat[":room"].$ws({ param: { room: "café" } });
    assertEquals(JSON.parse(await first(inRoom)).type, "welcome");
    assertEquals(await first(client.ws.echo.$ws(), "hello"), "hello");
  });

  it("W17 hc's other routes are typed by what they take and answer, and do it", async () => {
    await using server = await startServer({ ...ROOMY, ADMIN_TOKEN: "boss", JWT_SECRET: SECRET });
    const as = (token: string) => {
      return hc<AppType>(server.url, { headers: { authorization: `Bearer ${token}` } });
    };
    const { api, healthz } = as(await sign({ sub: "ada", name: "Ada" }));
    const { api: boss } = as(await sign({ sub: "boss", admin: true }));
    assertEquals(await good(healthz.$get()), { status: "ok" });
    const room = "café";
    const { messages, topic, mutes, bans, members } = api.rooms[":room"];

    const header = { "Idempotency-Key": "1" };
    const json = { text: "hello" };
    const said = await good(messages.$post({ param: { room }, json, header }));
    const again = await good(messages.$post({ param: { room }, json, header }));
    assertEquals([said.type, said.seq, again], ["chat", 1, said]);
    const of = { room, seq: `${said.seq}` };
    const edited = await good(messages[":seq"].$patch({ param: of, json: { text: "hi" } }));
    assertEquals([edited.of, edited.text], [1, "hi"]);
    const heart = messages[":seq"].reactions[":emoji"];
    const reaction = await good(heart.$put({ param: { ...of, emoji: "❤️" } }));
    assertEquals([reaction.emoji, reaction.on], ["❤️", true]);
    const { reactions, editedTs } = await good(messages[":seq"].$get({ param: of }));
    assertEquals([reactions, editedTs], [[{
      emoji: "❤️",
      count: 1,
      mine: true,
      users: [{ uid: "ada", user: "Ada" }],
    }], edited.ts]);
    const unreacted = await good(heart.$delete({ param: { ...of, emoji: "❤️" } }));
    assert(unreacted.type === "reaction" && !unreacted.on);
    const page = await good(messages.$get({ param: { room }, query: { limit: 1 } }));
    assertEquals([page.messages[0]?.text, page.more], ["hi", false]);
    const { hits } = await good(api.search.$get({ query: { text: "hi", room } }));
    assertEquals(hits.map(({ ranges }) => ranges), [[[0, 2]]]);
    assertEquals((await good(messages[":seq"].$delete({ param: of }))).of, 1);
    const news = boss.rooms[":room"].topic.$put({ param: { room }, json: { text: "news" } });
    assertEquals((await good(news)).type, "topic");
    const { rooms } = await good(api.rooms.$get());
    assertEquals(rooms.find((it) => it.room === room)?.topic, "news");
    assertEquals((await good(members.$get({ param: { room } }))).count, 0);

    const bob = { room, uid: "bob" };
    const moderated = boss.rooms[":room"];
    const muted = await good(moderated.mutes[":uid"].$put({ param: bob, json: { minutes: 5 } }));
    assertEquals([muted.uid, muted.by], ["bob", "boss"]);
    assertEquals((await good(moderated.mutes[":uid"].$delete({ param: bob }))).until, 0);
    assertEquals((await good(moderated.bans[":uid"].$put({ param: bob }))).until, null);
    assertEquals((await good(moderated.bans.$get({ param: { room } }))).bans[0]?.uid, "bob");
    const everywhere = boss.bans[":uid"].$put({ param: { uid: "eve" }, json: {} });
    assertEquals((await good(everywhere)).room, undefined);
    assertEquals((await good(boss.bans.$get())).bans.map(({ uid }) => uid), ["bob", "eve"]);
    assertEquals(await good(boss.system.$post({ json })), { connections: 0 });
    const { entries } = await good(boss.users[":uid"].retract.$post({ param: { uid: "ada" } }));
    assertEquals(entries, 0);
    assertEquals((await good(api.session.$post({ json: {} }))).uid, "ada");

    // What is refused is typed too, and told apart by `ok`.
    for (
      const asked of [
        topic.$put({ param: { room }, json }),
        mutes[":uid"].$put({ param: bob }),
        bans[":uid"].$delete({ param: bob }),
        members[":uid"].$delete({ param: bob }),
      ]
    ) {
      const response = await asked;
      assert(!response.ok);
      const { code, status }: { code: string; status: number } = await response.json();
      assertEquals([code, status], ["FORBIDDEN", 403]);
    }
  });
});

/** What was answered by something that can also be refused. */
async function good<R extends { ok: boolean; status: number; json(): Promise<unknown> }>(
  asked: Promise<R>,
): Promise<Awaited<ReturnType<Extract<R, { ok: true }>["json"]>>> {
  const response = await asked;
  const body = await response.json();
  assert(response.ok, `${response.status} ${JSON.stringify(body)}`);
  return body as Awaited<ReturnType<Extract<R, { ok: true }>["json"]>>;
}
