import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { SharedFile } from "../src/protocol.ts";
import { ChatError, fold } from "../static/chat.js";
import { entry, FakeServer, settle } from "./harness/fake_server.ts";

const FILE: SharedFile = { id: "1".repeat(32), name: "cat.png", type: "image/png", bytes: 9 };

/** A fetch that tells what it was asked, and answers with these. */
function answering(...responses: (Response | Error)[]) {
  const asked: { method: string; url: string; authorization: string | null; body: unknown }[] = [];
  const fetch = (url: URL, { method = "", headers, body }: RequestInit) => {
    const authorization = new Headers(headers).get("authorization");
    asked.push({ method, url: String(url), authorization, body });
    const response = responses.shift()!;
    return response instanceof Error ? Promise.reject(response) : Promise.resolve(response);
  };
  return { asked, fetch: fetch as typeof globalThis.fetch };
}

describe("sdk files", () => {
  it("W19.1 uploads under the connection's credential, wherever the server is", async () => {
    using server = new FakeServer();
    const uploaded = { ...FILE, url: "/api/rooms/caf%C3%A9/files/x" };
    const { asked, fetch } = answering(Response.json(uploaded, { status: 201 }));
    const chat = server.connect({ fetch }, "https://chat.example/under/ws");
    await server.welcome({ session: "s-1" });
    const body = new File(["x"], "ca&t.png");
    assertEquals(await chat.upload("cafe\u0301", body), uploaded);
    assertEquals(asked, [{
      method: "POST",
      url: "https://chat.example/under/api/rooms/caf%C3%A9/files?name=ca%26t.png",
      authorization: "Bearer s-1",
      body,
    }]);
  });

  it("W19.9 W19.8 fetches a file, and drops one", async () => {
    using server = new FakeServer();
    const { asked, fetch } = answering(new Response("bytes"), new Response(null, { status: 204 }));
    const { chat } = await server.joined({ fetch, token: "t" });
    assertEquals(await (await chat.file("@a,b", FILE.id)).text(), "bytes");
    await chat.dropFile("general", FILE.id);
    assertEquals(asked.map(({ method, url }) => `${method} ${url}`), [
      `GET https://chat.example/api/rooms/%40a%2Cb/files/${FILE.id}`,
      `DELETE https://chat.example/api/rooms/general/files/${FILE.id}`,
    ]);
    assertEquals(asked[0]!.authorization, "Bearer t");
  });

  it("W17.2 rejects with what the server said, or that nothing was heard of it", async () => {
    using server = new FakeServer();
    const problem = { code: "TOO_LARGE", message: "too much", status: 413, detail: "too much" };
    const { fetch } = answering(
      Response.json(problem, { status: 413 }),
      new Response("<h1>Bad Gateway</h1>", { status: 502 }),
      new TypeError("no network"),
    );
    const { chat } = await server.joined({ fetch });
    const refusal = async () => {
      const { code, message } = await assertRejects(() => chat.upload("general", "x"), ChatError);
      return [code, message] as string[];
    };
    assertEquals(await refusal(), ["TOO_LARGE", "too much"]);
    assertEquals(await refusal(), ["UNAVAILABLE", "The server answered 502."]);
    assertEquals((await refusal())[0], "UNAVAILABLE");
  });

  it("rejects with the reason of a signal", async () => {
    using server = new FakeServer();
    const { fetch } = answering(new TypeError("aborted"));
    const { chat } = await server.joined({ fetch });
    const leaving = new AbortController();
    const reason = new Error("changed my mind");
    leaving.abort(reason);
    const upload = chat.upload("general", "x", { signal: leaving.signal });
    assertStrictEquals(await assertRejects(() => upload), reason);
  });

  it("W19.5 says their ids, and keeps them with what is unsent over a reload", async () => {
    using server = new FakeServer();
    const { chat, socket } = await server.joined({ storage: server.storage });
    chat.say("general", "", { files: [FILE] });
    await settle();
    const [said] = socket.heard();
    assertEquals([said!.text, said!.files], ["", [FILE.id]]);
    const again = server.connect({ storage: server.storage });
    assertEquals(again.unsent.map(({ files }) => files), [[FILE]]);
    await server.welcome();
    again.join("general");
    await server.join(server.socket);
    await settle();
    const [sent] = server.socket.heard();
    assertEquals([sent!.ref, sent!.files], [said!.ref, [FILE.id]]);
  });

  it("W2.1 a text with files has less room", async () => {
    using server = new FakeServer();
    const { chat } = await server.joined();
    const left = [0, 1, 8].map((files) => chat.bytesLeft("general", "hi", files));
    assertEquals(left.map((bytes) => left[0]! - bytes), [0, 45, 45 + 7 * 35]);
  });

  it("W19.6 W19.7 an edited message keeps its files, a deleted one has none", () => {
    const chat = { ...entry(1), files: [FILE] };
    const known = fold({ seq: 0, messages: [] }, chat, "me");
    const by = { room: "general", ts: 2, uid: "guest:2", user: "bob", of: 1 };
    const edited = fold(known, { ...by, type: "edited", seq: 2, text: "new" }, "me");
    assertEquals([edited.messages[0]!.text, edited.messages[0]!.files], ["new", [FILE]]);
    const reacted = fold(edited, { ...by, type: "reaction", seq: 3, emoji: "x", on: true }, "me");
    assertEquals(reacted.messages[0]!.files, [FILE]);
    const [gone] = fold(reacted, { ...by, type: "deleted", seq: 4 }, "me").messages;
    assertEquals(["files" in gone!, gone!.deleted], [false, true]);
  });
});
