// The client that Snug serves, in somebody else's page: of another origin, listed or not.
import { assertEquals, assertMatch } from "@std/assert";
import { startServer } from "../harness/server.ts";
import { enter, say, texts } from "../harness/visitor.ts";
import { REFUSED } from "./faults.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

/** A page of its own origin, as somebody would write it who read the README. */
function serveElsewhere() {
  const page = (snug: string) =>
    `<!doctype html>
<title>Elsewhere</title>
<ol></ol>
<script type="module">
  import { connect } from ${JSON.stringify(`${snug}/chat.js`)};
  const chat = connect(${JSON.stringify(snug)}, { name: "Bob" });
  const tell = (...words) => document.querySelector("ol").append(Object.assign(
    document.createElement("li"), { textContent: words.join(" ") }));
  chat.on("state", ({ status, reason = "", message = "" }) => tell(status, reason, message));
  chat.on("entry", ({ room, seq, user, text }) => tell("#" + room, seq, user + ":", text));
  chat.on("outgoing", ({ text, status }) => tell(text, status));
  chat.join("general").then(() => chat.say("general", "hi from elsewhere"), tell);
</script>`;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/") return new Response(null, { status: 204 });
    const headers = { "content-type": "text/html" };
    return new Response(page(searchParams.get("snug") ?? ""), { headers });
  });
  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

it("W15.4 a page of a listed origin imports /chat.js, says and hears", async () => {
  await using elsewhere = serveElsewhere();
  await using server = await startServer({ ALLOWED_ORIGINS: elsewhere.origin });
  await using visit = await openVisit(elsewhere.origin);
  await using ruth = await enter(server, { username: "Ruth" });
  const bob = await visit.open({ path: `/?snug=${server.url}` });
  const said = await ruth.until("chat");
  assertEquals([said.user, said.text], ["Bob", "hi from elsewhere"]);
  await bob.shows("li", "#general 1 Bob: hi from elsewhere");
  await bob.shows("li", "hi from elsewhere sent");
  await say(ruth, "hello, Bob");
  await bob.shows("li", "#general 2 Ruth: hello, Bob");
  // The same name and room are Snug's own page's too.
  const ines = await visit.enter("Ines", { url: server.url });
  await ines.say("hello, both");
  await bob.shows("li", "#general 3 Ines: hello, both");
});

it("W15.4 W15.6 a page of an origin that is not listed is told so, and nobody hears it", async () => {
  await using elsewhere = serveElsewhere();
  await using listed = serveElsewhere();
  await using server = await startServer({ ALLOWED_ORIGINS: listed.origin });
  await using visit = await openVisit(elsewhere.origin);
  await using ruth = await enter(server, { username: "Ruth" });
  const bob = await visit.open({ path: `/?snug=${server.url}`, expected: [REFUSED] });
  await bob.shows("li", /^ChatError/);
  const told = await bob.page.locator("li").allTextContents();
  assertMatch(told.at(-2) ?? "", /^stopped origin \w.*\w/);
  // Who waits for the room hears of it too.
  assertMatch(told.at(-1) ?? "", /^ChatError: There is no connection/);
  assertEquals(ruth.unread.filter(({ type }) => type === "chat"), []);
  await say(ruth, "only I am here");
  await using late = await enter(server);
  assertEquals(texts(late.joined.messages), ["only I am here"]);
});
