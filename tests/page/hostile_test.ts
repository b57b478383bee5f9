// What others write, and what they call themselves and their rooms, is text and never a page.
import { assertEquals, assertMatch } from "@std/assert";
import { type Server, startServer } from "../harness/server.ts";
import { enter, say, texts } from "../harness/visitor.ts";
import type { Guest } from "./guest.ts";
import { it } from "./it.ts";
import { openVisit } from "./visit.ts";

const TEXTS = [
  "<img src=x onerror=alert(1)>",
  "<script>alert(1)</script>",
  "<svg onload=alert(1)>",
  "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
  "</p></article></div><style>* { display: none }</style>",
  "{{constructor.constructor('alert(1)')()}}",
  "javascript:alert(1) data:text/html,<script>alert(1)</script>",
  "&lt;b&gt; &amp; &#60;",
  "\u202edesrever \u0000 \u2028 end",
];
/** Each is a name that the server takes: up to 32 characters. */
const NAMES = [
  "<img src=x onerror=alert(1)>",
  "<b onmouseover=alert(1)>b</b>",
  "evil &lt; \\ %00 '\"",
  "__proto__",
];
const ROOMS = ["constructor", "hasOwnProperty", "toString.call"];

it("hostile texts and names stay what they are: no element, no dialog, no breach", async () => {
  await using server = await startServer({ RATE_BURST: "100" });
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  const elements = await countElements(ines);
  for (const name of NAMES) {
    await using hostile = await enter(server, { username: name });
    assertEquals(hostile.welcome.user, name);
    hostile.send({ type: "typing", room: "general" });
    await ines.shows("#typing", `${name} is typing`);
    await ines.shows("#members bdi", name);
    for (const text of TEXTS) await say(hostile, text);
    await ines.shows(".speech-row:last-child .speech", TEXTS.at(-1)!);
  }
  const expected = NAMES.flatMap((name) => TEXTS.map((text) => `${name}: ${text}`));
  assertEquals(await ines.timeline(), expected);
  assertEquals(await countElements(ines), elements);
  // Their comings and goings are told in words too.
  await ines.shows(".stage-row", /<img src=x onerror=alert\(1\)> came in/);
  // What was there before one came is shown by the same hands.
  await ines.page.reload();
  await ines.isIn();
  await ines.shows(".speech-row:last-child .speech", TEXTS.at(-1)!);
  assertEquals(await ines.timeline(), expected);
  assertEquals(await countElements(ines), elements);
});

it("a hostile name at the door is a name", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const name = NAMES[0]!;
  const hostile = await visit.enter(name);
  await hostile.say(TEXTS[0]!);
  await hostile.seesSent(TEXTS[0]!);
  assertEquals(await hostile.timeline(), [`${name}: ${TEXTS[0]}`]);
  await hostile.shows("#own-name", name);
  await hostile.shows("#composer-name", name);
  assertEquals(await countElements(hostile), NONE);
});

it("W2.6 hostile room names in links open nothing, and odd ones are rooms like any other", async () => {
  await using server = await startServer({ ROOMS: ROOMS.join(",") });
  await using visit = await openVisit(server.url);
  for (
    const path of [
      "/r/%3Cimg%20src=x%20onerror=alert(1)%3E",
      "/r/%22%3E%3Cb%3E",
      "/r/%ff",
      "/r/..%2f",
    ]
  ) {
    const guest = await visit.open({ path });
    assertEquals(await guest.page.locator("#door-room").inputValue(), "general");
    await guest.page.context().close();
  }
  const ines = await visit.enter("Ines", { path: `/r/${ROOMS[0]}` });
  for (const room of ROOMS) {
    await ines.page.locator("#rooms a", { hasText: room }).click();
    await ines.shows("#room-name", room);
    await talks(server, ines, room);
  }
  await ines.page.getByRole("button", { name: "Open another room" }).click();
  await ines.page.keyboard.insertText("<b>bold</b>");
  await ines.page.keyboard.press("Enter");
  assertEquals(await ines.page.locator("#add-room").getAttribute("aria-invalid"), "true");
  await ines.shows("#add-help", "Letters and digits, and after the first also . _ and -");
  assertEquals(await countElements(ines), NONE);
});

it("only http and https become links, and each shows the address that it leads to", async () => {
  await using server = await startServer();
  await using visit = await openVisit(server.url);
  const ines = await visit.enter("Ines");
  await using ruth = await enter(server, { username: "Ruth" });
  await say(
    ruth,
    'see https://a.example/x?y=1&z="onclick=alert(1) javascript:alert(1) file:///etc',
  );
  await say(ruth, "(http://b.example/p_(q)) and https://c.example/end.");
  await ines.shows(".speech a", "https://c.example/end");
  const links = await ines.page.locator(".speech a").evaluateAll((all) =>
    (all as unknown as Link[]).map((
      { href, rel, target, textContent },
    ) => [href, rel, target, textContent])
  );
  const shown = ["https://a.example/x?y=1&z=", "http://b.example/p_(q)", "https://c.example/end"];
  assertEquals(links, shown.map((it) => [it, "noopener noreferrer", "_blank", it]));
});

type Link = { href: string; rel: string; target: string; textContent: string };

/** The page has two scripts of its own. */
const NONE = { img: 0, iframe: 0, style: 0, script: 2, b: 0, on: 0 };

/** Elements that only a page's author may make. */
async function countElements({ page }: Guest): Promise<typeof NONE> {
  const count = (selector: string) => page.locator(selector).count();
  return {
    img: await count("img"),
    iframe: await count("iframe, object, embed"),
    style: await count("style"),
    script: await count("script"),
    b: await count("b, i"),
    on: await count("[onerror], [onload], [onmouseover]"),
  };
}

async function talks(server: Server, guest: Guest, room: string) {
  await guest.say(`hello ${room}`);
  await guest.seesSent(`hello ${room}`);
  await using other = await enter(server, { room });
  assertEquals(texts(other.joined.messages), [`hello ${room}`]);
  assertMatch(guest.page.url(), new RegExp(`/r/${room}$`));
}
