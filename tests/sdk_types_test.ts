// The types that who embeds the SDK gets: those of the modules themselves, from a server and beside a copy.
import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type * as declared from "../static/chat.d.ts";
import type * as chat from "../static/sdk/chat.js";
import type * as connect from "../static/sdk/connect.js";
import type * as fold from "../static/sdk/fold.js";
import type * as requests from "../static/sdk/requests.js";
import type * as roomState from "../static/sdk/room_state.js";
import { declarations } from "../tools/declarations.ts";
import { startServer } from "./harness/server.ts";
import { tempFolder } from "./harness/temp.ts";

const STATIC = new URL("../static/", import.meta.url);

/** Whether two types are the same: `any` is the same as nothing but itself. */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
type Plain<F> = F extends (...given: infer P) => infer R ? { takes: P; gives: R } : F;
/** The names of members that are not the same in both. */
type Differing<A, B> = {
  [K in keyof A | keyof B]: K extends keyof A & keyof B
    ? Equal<Plain<A[K]>, Plain<B[K]>> extends true ? never : K
    : K;
}[keyof A | keyof B];
type Takes<C extends abstract new (...given: never[]) => unknown> = ConstructorParameters<C>;
type None<T extends never> = T;

/** Checked by `deno check`: what chat.d.ts says otherwise than the modules does not compile. */
export type Checked = [
  None<Differing<chat.Chat, declared.Chat>>,
  // Only openRoom calls it.
  None<Exclude<Differing<roomState.RoomState, declared.RoomState>, "open">>,
  None<Differing<requests.ChatError, declared.ChatError>>,
  None<Differing<Takes<typeof requests.ChatError>, Takes<typeof declared.ChatError>>>,
  None<Differing<typeof fold, Pick<typeof declared, "fold">>>,
  None<
    Differing<Parameters<typeof connect.connect>, Parameters<typeof declared.connect>>
  >,
  None<
    Differing<Parameters<typeof roomState.openRoom>, Parameters<typeof declared.openRoom>>
  >,
];

/** What holds for one who has the types, with each wrong line marked: where all is `any`, none is wrong. */
const PROGRAM = `
import { type Chat, ChatError, connect, type Entry, fold, type Message, openRoom } from "SDK";

const chat: Chat = connect("https://chat.example.org", { name: "Ada", storage: sessionStorage });
chat.on("entry", (entry: Entry) => {
  if (entry.type === "chat") console.log(entry.text.trim(), entry.files?.[0]?.name);
  // @ts-expect-error only some entries are about another
  console.log(entry.of);
  if (entry.type === "reaction") console.log(entry.of + 1, entry.emoji);
});
chat.on("presence", ({ joined, count }) => console.log(joined[0]?.user.trim(), count + 1));
// @ts-expect-error no such field
chat.on("presence", ({ joins }) => console.log(joins));
// @ts-expect-error no such event
chat.on("message", () => {});
// @ts-expect-error nobody is a number
const n: number = chat.me;
const uid: string | undefined = chat.me?.uid;
// @ts-expect-error a name is a text
connect("https://chat.example.org", { name: 1 });
// @ts-expect-error made by connect
const another = new (chat.constructor as typeof Chat)();
const { hits } = await chat.search("hello");
const first: string | undefined = hits[0]?.text;
// @ts-expect-error a page has no hits
(await chat.history("general")).hits;
const ack: number = (await chat.react("general", 1, "❤️")).seq;
await chat.edit("general", 1, "hi").catch((error: unknown) => {
  if (error instanceof ChatError && error.code === "NOT_FOUND") console.log(error.retryAfterMs);
  // @ts-expect-error no such code
  if (error instanceof ChatError && error.code === "GONE") return;
});
const room = openRoom(chat, "general");
room.on("change", ({ messages, presence }) => {
  const last: Message | undefined = messages.at(-1);
  // @ts-expect-error only who has left may have a reason
  console.log(last?.reactions?.[0]?.count, presence.reason);
});
// @ts-expect-error read only
room.topic = "news";
console.log(n, uid, another, first, ack, fold({ seq: 0, messages: [] }, { type: "topic", room: "general", seq: 1, ts: 1, uid: "ada", user: "Ada", text: "x" }, "ada").topic?.trim());
`;

/** Fails with what a type check of the program complains of, in a Deno that knows nothing yet. */
async function check(sdk: string, folder: string, ...flags: string[]) {
  await Deno.writeTextFile(`${folder}/program.ts`, PROGRAM.replace("SDK", sdk));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--no-lock", "--no-config", ...flags, "program.ts"],
    cwd: folder,
    env: { DENO_DIR: `${folder}/cache`, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
  }).output();
  assertEquals([
    success,
    new TextDecoder().decode(stderr).replace(/^Check.*\n|^Download.*\n/gm, ""),
  ], [
    true,
    "",
  ]);
}

describe("the types of the SDK", () => {
  it("come with it from a server", async () => {
    await using server = await startServer();
    await using folder = await tempFolder();
    await check(`${server.url}/chat.js`, folder.path, `--allow-import=${new URL(server.url).host}`);
  });

  it("come with a copy of its files", async () => {
    await using folder = await tempFolder();
    await Deno.mkdir(`${folder.path}/static/sdk`, { recursive: true });
    const sdk = [...Deno.readDirSync(new URL("sdk/", STATIC))].map(({ name }) => `sdk/${name}`);
    for (const file of ["chat.js", "chat.d.ts", "protocol.d.ts", ...sdk]) {
      await Deno.copyFile(new URL(file, STATIC), `${folder.path}/static/${file}`);
    }
    await check("./static/chat.js", folder.path, "--no-remote");
  });

  it("have the messages of the wire as the server has them, and nothing that could be anything", () => {
    const read = (path: string) => Deno.readTextFileSync(new URL(path, STATIC));
    const wire = read("protocol.d.ts");
    assertEquals(wire, declarations(read("../src/protocol.ts")), "run `deno task declarations`");
    assertMatch(wire, /^export type ServerMessage =$/m);
    assertEquals(`${wire}${read("chat.d.ts")}`.match(/\bany\b(?=[;,)>[\]])/g), null);
  });
});
