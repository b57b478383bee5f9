import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { findCredential, offersBatches } from "../../src/gate/credential.ts";

const HEADER = "x-ws-auth-key";

/** The places of a credential in their order, each with how to put a value there. */
const PLACES: [where: string, put: (asked: Asked, value: string) => void][] = [
  [
    "Authorization: Bearer",
    ({ headers }, value) => headers.set("authorization", `Bearer ${value}`),
  ],
  ["AUTH_HEADER", ({ headers }, value) => headers.set(HEADER, value)],
  [
    "the subprotocol auth.",
    ({ headers }, value) => headers.set("sec-websocket-protocol", `snug.v1, auth.${value}`),
  ],
  ["the cookie", ({ headers }, value) => headers.set("cookie", `a=b; snug=${value}; c=d`)],
  ["?token=", ({ url }, value) => url.searchParams.set("token", value)],
  ["?accessToken=", ({ url }, value) => url.searchParams.set("accessToken", value)],
  ["?session=", ({ url }, value) => url.searchParams.set("session", value)],
];

type Asked = { url: URL; headers: Headers };

function find(put: (asked: Asked) => void, header: string, cookie: string | undefined) {
  const { url, headers } = { url: new URL("http://chat.example/ws"), headers: new Headers() };
  put({ url, headers });
  return findCredential({ headers, query: url.searchParams }, header, cookie);
}

function ask(put: (asked: Asked) => void, header = HEADER): string | undefined {
  return find(put, header, "snug")?.value;
}

const inHeader = (name: string, value: string) => (asked: Asked) => asked.headers.set(name, value);
const inQuery = (query: string) => (asked: Asked) => void (asked.url.search = query);
const offered = (value: string) => inHeader("sec-websocket-protocol", value);

describe("W15.3 a credential", () => {
  for (const [where, put] of PLACES) {
    it(`is found in ${where}`, () => {
      assertEquals(ask((asked) => put(asked, "s3cret-._~")), "s3cret-._~");
    });
  }

  it("of the cookie is known as one, and counts only under the name that is looked for", () => {
    const put = inHeader("cookie", "snug=abc; __Host-snug=def; snug=second");
    assertEquals(find(put, "", "snug"), { value: "abc", isCookie: true });
    assertEquals(find(put, "", "__Host-snug"), { value: "def", isCookie: true });
    assertEquals(find(put, "", undefined), undefined);
    for (const none of ["snug=", "snug", "xsnug=abc", "Snug=abc", "a=snug=abc", ""]) {
      assertEquals(find(inHeader("cookie", none), "", "snug"), undefined, none);
    }
    assertEquals(find(inQuery("?token=abc"), "", "snug"), { value: "abc", isCookie: false });
  });

  it("is missing where there is none", () => {
    assertEquals(ask(() => {}), undefined);
    assertEquals(ask(inQuery("?username=ann&heartbeat=off")), undefined);
    assertEquals(ask(offered("snug.v1")), undefined);
  });

  it("is the first of several in the order of the places, whatever the later ones are", () => {
    for (const [first, [where, put]] of PLACES.entries()) {
      const found = ask((asked) => {
        put(asked, `of-${first}`);
        for (const [, putLater] of PLACES.slice(first + 1)) putLater(asked, "later");
      });
      assertEquals(found, `of-${first}`, where);
    }
  });

  it("is found in each place before each later one", () => {
    for (const [first, [, putFirst]] of PLACES.entries()) {
      for (const [later, [, putLater]] of PLACES.entries().drop(first + 1)) {
        const found = ask((asked) => {
          putLater(asked, `of-${later}`);
          putFirst(asked, `of-${first}`);
        });
        assertEquals(found, `of-${first}`);
      }
    }
  });

  it("is a bearer token in any case and with any spaces around it", () => {
    for (const value of ["Bearer abc", "bearer abc", "BEARER   abc", "Bearer abc  "]) {
      assertEquals(ask(inHeader("authorization", value)), "abc", value);
    }
  });

  it("is not what another kind of Authorization holds: a proxy may ask for its own", () => {
    for (const value of ["Basic YTpi", "abc", "Bearer", "Bearer ", "Bearerabc", "Bearer a b"]) {
      assertEquals(ask(inHeader("authorization", value)), undefined, value);
      const both = (asked: Asked) => {
        inHeader("authorization", value)(asked);
        inQuery("?token=of-the-query")(asked);
      };
      assertEquals(ask(both), "of-the-query", value);
    }
  });

  it("is the value of AUTH_HEADER with or without Bearer, and only where one is named", () => {
    assertEquals(ask(inHeader("X-WS-Auth-Key", "Bearer abc")), "abc");
    assertEquals(ask(inHeader("X-WS-Auth-Key", "  abc ")), "abc");
    assertEquals(ask(inHeader("X-WS-Auth-Key", "abc"), ""), undefined);
    assertEquals(ask(inHeader("X-Other", "abc")), undefined);
    assertEquals(ask(inHeader(HEADER, "")), undefined);
  });

  it("is percent-encoded in a subprotocol, whichever place of the list it has", () => {
    assertEquals(ask(offered("auth.a%2Fb%3Dc%20%C3%A9")), "a/b=c é");
    assertEquals(ask(offered("auth.abc, snug.v1")), "abc");
    assertEquals(ask(offered("snug.v1,auth.abc")), "abc");
    assertEquals(ask(offered("chat, auth.first, auth.second, snug.v1")), "first");
    assertEquals(ask(offered("auth.a.b.c")), "a.b.c");
  });

  it("comes back from a subprotocol as it went in, whatever it is", () => {
    const texts = fc.string({ minLength: 1, unit: "grapheme" });
    fc.assert(fc.property(texts, (text) => {
      const encoded = encodeURIComponent(text).replace(/[!'()*]/g, hex);
      assertEquals(ask(offered(`snug.v1, auth.${encoded}`)), text);
      assertEquals(ask(inQuery(`?token=${encoded}`)), text);
    }));
  });

  it("stays as it is where it is not well encoded", () => {
    for (const value of ["%", "%zz", "%E0%A4%A", "100%"]) {
      assertEquals(ask(offered(`auth.${value}`)), value);
    }
  });

  it("is not an empty one of the query: the next of it is looked at", () => {
    assertEquals(ask(inQuery("?token=&accessToken=&session=abc")), "abc");
    assertEquals(ask(inQuery("?token=&accessToken=abc")), "abc");
    assertEquals(ask(inQuery("?token=")), undefined);
    assertEquals(ask(inQuery("?Token=abc&tokens=abc&access_token=abc")), undefined);
  });
});

describe("W1.3 a client speaks in batches", () => {
  it("when it offers snug.v1, alone or among others, and not for a name like it", () => {
    const offers = (value: string) =>
      offersBatches(
        new Request("http://chat.example/ws", { headers: { "sec-websocket-protocol": value } }),
      );
    for (const value of ["snug.v1", "auth.x, snug.v1", "snug.v1,auth.x", "a, snug.v1 , b"]) {
      assertEquals(offers(value), true, value);
    }
    for (const value of ["snug.v2", "snug.v11", "SNUG.V1", "auth.snug.v1", "auth.x", "snug"]) {
      assertEquals(offers(value), false, value);
    }
    assertEquals(offersBatches(new Request("http://chat.example/ws")), false);
  });
});

/** What encodeURIComponent leaves and a subprotocol may not hold. */
function hex(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}
