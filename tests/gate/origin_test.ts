import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  isHostAllowed,
  isOriginAllowed,
  mayChange,
  mayUseCookie,
  type Source,
} from "../../src/gate/origin.ts";

type Case = [origin: string, host: string | null, allowed: string[]];

function source(host: string | null, headers: HeadersInit = {}, isSecure = false): Source {
  return { headers: new Headers(headers), host, isSecure };
}
const judge = ([origin, host, allowed]: Case) => isOriginAllowed(origin, source(host), allowed);

const LISTED = ["https://chat.example.org", "http://other.example:8080"];

const LET_IN: [why: string, ...Case[]][] = [
  [
    "of the same host and port",
    ["http://localhost:8000", "localhost:8000", []],
    ["http://127.0.0.1:8000", "127.0.0.1:8000", []],
    ["http://[::1]:8000", "[::1]:8000", []],
    ["https://chat.example.org:8443", "chat.example.org:8443", []],
    ["https://chat.example.org.", "chat.example.org.", []],
  ],
  [
    "of the same host where the port is that of the scheme, said or not",
    ["http://chat.example.org", "chat.example.org", []],
    ["http://chat.example.org", "chat.example.org:80", []],
    ["https://chat.example.org", "chat.example.org", []],
    ["https://chat.example.org", "chat.example.org:443", []],
  ],
  [
    "of the same host, in whatever case",
    ["http://chat.example.org:81", "CHAT.Example.ORG:81", []],
    ["HTTP://Chat.Example.org:81", "chat.example.org:81", []],
  ],
  [
    "that is listed, whatever the Host",
    ["https://chat.example.org", "elsewhere:1", LISTED],
    ["http://other.example:8080", "elsewhere:1", LISTED],
    ["https://CHAT.example.org", "elsewhere:1", LISTED],
    ["https://chat.example.org", null, LISTED],
  ],
  [
    "of the same host and port also beside a list",
    ["http://elsewhere:1", "elsewhere:1", LISTED],
  ],
  [
    "of any kind where the list is *",
    ["https://evil.example", "chat.example.org", ["*"]],
    ["null", "chat.example.org", ["*"]],
    ["https://evil.example", null, ["https://chat.example.org", "*"]],
  ],
];

const KEPT_OUT: [why: string, ...Case[]][] = [
  [
    "of another host",
    ["https://evil.example", "chat.example.org", []],
    ["https://evil.example", "chat.example.org", LISTED],
    ["http://localhost:8000", "127.0.0.1:8000", []],
  ],
  [
    "of another port",
    ["http://localhost:8001", "localhost:8000", []],
    ["http://localhost", "localhost:8000", []],
    ["http://localhost:8000", "localhost", []],
    ["http://chat.example.org", "chat.example.org:443", []],
    ["https://chat.example.org", "chat.example.org:80", []],
    ["http://other.example", "elsewhere", LISTED],
    ["http://other.example:80801", "elsewhere", LISTED],
  ],
  [
    "of another scheme than the listed one",
    ["http://chat.example.org", "elsewhere", LISTED],
    ["https://other.example:8080", "elsewhere", LISTED],
  ],
  [
    "that only begins or ends like a good one",
    ["https://chat.example.org.evil.example", "chat.example.org", LISTED],
    ["https://evilchat.example.org", "chat.example.org", LISTED],
    ["https://sub.chat.example.org", "chat.example.org", LISTED],
    ["https://example.org", "chat.example.org", LISTED],
    ["https://chat.example.or", "chat.example.org", LISTED],
    ["https://chat.example.org-evil.example", "chat.example.org", LISTED],
    ["https://chat-example.org", "chat.example.org", LISTED],
    ["http://localhost:8000.evil.example", "localhost:8000", []],
  ],
  [
    "that hides the host behind a user or a path",
    ["https://chat.example.org@evil.example", "chat.example.org", LISTED],
    ["https://chat.example.org:443@evil.example", "chat.example.org", LISTED],
    ["https://me@chat.example.org", "chat.example.org", LISTED],
    ["https://evil.example/chat.example.org", "chat.example.org", LISTED],
    ["https://evil.example?chat.example.org", "chat.example.org", LISTED],
    ["https://evil.example#chat.example.org", "chat.example.org", LISTED],
    ["https://evil.example\\chat.example.org", "chat.example.org", LISTED],
  ],
  [
    "that is not exactly an origin, as no browser sends it",
    ["https://chat.example.org/", "chat.example.org", LISTED],
    ["https://chat.example.org/chat", "chat.example.org", LISTED],
    ["https://chat.example.org:443", "chat.example.org", LISTED],
    ["https://chat.example.org.", "chat.example.org", LISTED],
    ["https://chat.example.org https://evil.example", "chat.example.org", LISTED],
    ["https://chat.ex\tample.org", "chat.example.org", LISTED],
    ["//chat.example.org", "chat.example.org", LISTED],
    ["chat.example.org", "chat.example.org", LISTED],
    ["", "chat.example.org", LISTED],
    ["*", "chat.example.org", LISTED],
  ],
  [
    "that is none: a sandboxed page, a file, an extension",
    ["null", "chat.example.org", LISTED],
    ["null", "null", []],
    ["file://", "chat.example.org", LISTED],
    ["chrome-extension://chat.example.org", "chat.example.org", []],
    ["ftp://chat.example.org", "chat.example.org", []],
    ["ws://chat.example.org", "chat.example.org", []],
    ["blob:https://chat.example.org/1", "chat.example.org", LISTED],
  ],
  [
    "when nobody knows the Host, and it is not listed",
    ["http://localhost:8000", null, []],
    ["http://localhost:8000", "", []],
  ],
];

describe("W15.4 a page may connect when its origin is one", () => {
  for (const [why, ...cases] of LET_IN) {
    it(why, () => {
      for (const one of cases) assertEquals([one, judge(one)], [one, true]);
    });
  }
});

describe("W15.4 a page may not connect when its origin is one", () => {
  for (const [why, ...cases] of KEPT_OUT) {
    it(why, () => {
      for (const one of cases) assertEquals([one, judge(one)], [one, false]);
    });
  }
});

describe("W15.4 over TLS", () => {
  it("a page of the same name that came without is another one", () => {
    const at = (origin: string, host: string, isSecure: boolean) =>
      isOriginAllowed(origin, source(host, {}, isSecure), []);
    assertEquals(at("https://chat.example.org", "chat.example.org", true), true);
    assertEquals(at("http://chat.example.org", "chat.example.org", true), false);
    assertEquals(at("http://chat.example.org:8443", "chat.example.org:8443", true), false);
    // Where a proxy does not say so, nothing is known of it.
    assertEquals(at("https://chat.example.org", "chat.example.org", false), true);
  });
});

/** What a browser says of who asks, whether that may change something, and use the cookie. */
const ASKED: [why: string, headers: Record<string, string>, change: boolean, cookie: boolean][] = [
  ["no page at all", {}, true, true],
  ["a page of this host", { origin: "http://here:1" }, true, true],
  [
    "the same, said twice",
    { origin: "http://here:1", "sec-fetch-site": "same-origin" },
    true,
    true,
  ],
  ["a page of a listed origin", { origin: "https://chat.example.org" }, true, false],
  ["a page of another origin", { origin: "https://evil.example" }, false, false],
  ["another port of this host", { origin: "http://here:2" }, false, false],
  ["a sandboxed page", { origin: "null" }, false, false],
  ["no origin, but a page of another site", { "sec-fetch-site": "cross-site" }, false, false],
  ["no origin, but another host of the site", { "sec-fetch-site": "same-site" }, false, false],
  ["the address bar", { "sec-fetch-site": "none" }, true, true],
];

describe("W15.4 W15.9 what asks may change something, and is heard by its cookie:", () => {
  for (const [why, headers, change, cookie] of ASKED) {
    it(`${why}: ${change}, ${cookie}`, () => {
      const asked = source("here:1", headers);
      assertEquals([mayChange(asked, LISTED), mayUseCookie(asked)], [change, cookie]);
    });
  }

  it("where the list is *, any origin may change something, and the cookie still counts only here", () => {
    for (const origin of ["https://evil.example", "null"]) {
      const asked = source("here:1", { origin });
      assertEquals([mayChange(asked, ["*"]), mayUseCookie(asked)], [true, false]);
    }
    const unsaid = source("here:1", { "sec-fetch-site": "cross-site" });
    assertEquals([mayChange(unsaid, ["*"]), mayUseCookie(unsaid)], [false, false]);
  });
});

describe("W15.5 an open server on a loopback address", () => {
  const names = ["localhost", "127.0.0.1", "[::1]", "LocalHost"];

  it("answers to the names of this machine, with any port", () => {
    for (const name of names) {
      for (const host of [name, `${name}:8000`, `${name}:1`]) {
        assertEquals([host, isHostAllowed(host, [])], [host, true]);
      }
    }
  });

  it("answers to the host and port of a listed origin", () => {
    const cases = [
      "chat.example.org",
      "CHAT.example.org",
      "chat.example.org:443",
      "other.example:8080",
    ];
    for (const host of cases) assertEquals([host, isHostAllowed(host, LISTED)], [host, true]);
  });

  it("does not answer to a name that somebody else points at it, or to none", () => {
    const hosts = [
      "evil.example",
      "localhost.evil.example",
      "evil.localhost",
      "127.0.0.1.evil.example",
      "127.0.0.1.",
      "localhost.",
      "127.0.0.2",
      "1127.0.0.1",
      "0.0.0.0",
      "[::]",
      "[::ffff:127.0.0.1]",
      "localhost:8000:8000",
      "localhost:evil",
      "localhost@evil.example",
      "other.example",
      "other.example:80",
      "chat.example.org:8000",
      "sub.chat.example.org",
      "null",
      "",
      null,
    ];
    for (const host of hosts) assertEquals([host, isHostAllowed(host, LISTED)], [host, false]);
  });

  it("does not answer to every name where every origin is allowed", () => {
    assertEquals(isHostAllowed("evil.example", ["*"]), false);
    assertEquals(isHostAllowed("localhost", ["*"]), true);
  });
});
