import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { Proxies } from "../../src/gate/proxies.ts";

const TRUSTED = ["10.0.0.0/8", "192.0.2.7", "fd00::/8", "2001:db8::1"];

function clientOf(trusted: string[], peer: string, forwarded?: string): string {
  const headers = new Headers(forwarded === undefined ? {} : { "x-forwarded-for": forwarded });
  return new Proxies(trusted, () => {}).clientOf(peer, headers);
}

const WALKS: [why: string, peer: string, forwarded: string | undefined, client: string][] = [
  ["nobody before the proxy", "10.0.0.1", undefined, "10.0.0.1"],
  ["one proxy", "10.0.0.1", "203.0.113.9", "203.0.113.9"],
  ["several proxies", "10.0.0.1", "203.0.113.9, 10.1.1.1,192.0.2.7", "203.0.113.9"],
  [
    "what a client wrote before it came",
    "10.0.0.1",
    "1.2.3.4, 127.0.0.1, 203.0.113.9",
    "203.0.113.9",
  ],
  ["a client that says it is a proxy", "10.0.0.1", "1.2.3.4, 10.9.9.9", "1.2.3.4"],
  ["proxies alone", "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
  ["a peer that is no proxy", "203.0.113.9", "1.2.3.4", "203.0.113.9"],
  ["an address with a port", "10.0.0.1", "203.0.113.9:4711", "203.0.113.9"],
  ["IPv6", "fd00::1", "2001:db8:1::5", "2001:db8:1::5"],
  ["IPv6 with a port", "10.0.0.1", "[2001:db8:1::5]:80", "2001:db8:1::5"],
  ["IPv6 in one of its other forms", "2001:0DB8:0:0::1", "203.0.113.9", "203.0.113.9"],
  ["IPv4 in IPv6", "::ffff:10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"],
  ["garbage, which ends the walk", "10.0.0.1", "203.0.113.9, unknown, 10.0.0.2", "10.0.0.2"],
  ["garbage alone", "10.0.0.1", "unknown", "10.0.0.1"],
  ["an empty entry", "10.0.0.1", "203.0.113.9, , 10.0.0.2", "10.0.0.2"],
  ["an empty header", "10.0.0.1", "", "10.0.0.1"],
  ["an address in octal", "10.0.0.1", "203.0.113.9, 010.0.0.1", "10.0.0.1"],
  ["a number for an address", "10.0.0.1", "203.0.113.9, 167772161", "10.0.0.1"],
  ["a name", "10.0.0.1", "203.0.113.9, localhost", "10.0.0.1"],
  ["a zone behind an address", "10.0.0.1", "fe80::1%eth0", "fe80::1"],
  ["a peer without an address", "", "203.0.113.9", ""],
];

describe("W15.7 the client behind trusted proxies is found past", () => {
  for (const [why, peer, forwarded, client] of WALKS) {
    it(why, () => assertEquals(clientOf(TRUSTED, peer, forwarded), client));
  }

  it("no header but X-Forwarded-For", () => {
    const headers = new Headers({
      forwarded: "for=1.2.3.4",
      "x-real-ip": "1.2.3.4",
      "cf-connecting-ip": "1.2.3.4",
      "true-client-ip": "1.2.3.4",
      "x-client-ip": "1.2.3.4",
      "x-forwarded": "1.2.3.4",
    });
    assertEquals(new Proxies(TRUSTED, () => {}).clientOf("10.0.0.1", headers), "10.0.0.1");
  });

  it("nobody where no proxy is trusted, whatever anybody says", () => {
    fc.assert(fc.property(fc.ipV4(), fc.ipV4(), (peer, said) => {
      assertEquals(clientOf([], peer, said), peer);
      assertEquals(clientOf(["203.0.113.0/24"], "192.0.2.1", said), "192.0.2.1");
    }));
    assertEquals(clientOf([], "::ffff:192.0.2.1", "1.2.3.4"), "192.0.2.1");
  });

  it("a proxy of IPv4, of IPv6, or of IPv4 written as IPv6, each only as itself", () => {
    for (
      const [trusted, peer, isTrusted] of [
        ["0.0.0.0/0", "192.0.2.1", true],
        ["0.0.0.0/0", "::ffff:192.0.2.1", true],
        ["0.0.0.0/0", "2001:db8::1", false],
        ["::/0", "2001:db8::1", true],
        ["::/0", "192.0.2.1", false],
        ["::ffff:10.0.0.0/104", "10.9.9.9", true],
        ["::ffff:10.0.0.0/104", "11.0.0.1", false],
        ["10.0.0.1/32", "10.0.0.1", true],
        ["10.0.0.1", "10.0.0.11", false],
      ] as const
    ) {
      const client = clientOf([trusted], peer, "203.0.113.9");
      assertEquals([trusted, peer, client === "203.0.113.9"], [trusted, peer, isTrusted]);
    }
  });
});

describe("W15.7 a proxy that is not trusted", () => {
  it("is told of once, where it is on this machine or a private network", () => {
    const told: string[] = [];
    const proxies = new Proxies([], (peer) => told.push(peer));
    const headers = new Headers({ "x-forwarded-for": "203.0.113.9" });
    proxies.clientOf("127.0.0.1", new Headers());
    proxies.clientOf("203.0.113.9", headers);
    assertEquals(told, []);
    for (const peer of ["172.17.0.1", "127.0.0.1", "::1"]) proxies.clientOf(peer, headers);
    assertEquals(told, ["172.17.0.1"]);
    for (const peer of ["::1", "fd00::1", "fe80::1", "::ffff:192.168.1.1", "127.9.9.9"]) {
      let count = 0;
      new Proxies([], () => count++).clientOf(peer, headers);
      assertEquals([peer, count], [peer, 1]);
    }
  });
});

describe("W15.9 a request came over TLS", () => {
  const isSecure = (peer: string, url: string, proto?: string) =>
    new Proxies(TRUSTED, () => {}).isSecure(
      peer,
      new Request(url, { headers: proto === undefined ? {} : { "x-forwarded-proto": proto } }),
    );

  it("when its address says so, or a trusted proxy", () => {
    assertEquals(isSecure("203.0.113.9", "https://chat.example/"), true);
    for (const proto of ["https", "HTTPS", "http, https", " https "]) {
      assertEquals([proto, isSecure("10.0.0.1", "http://chat.example/", proto)], [proto, true]);
    }
  });

  it("not when anybody else says so, or a proxy says otherwise", () => {
    assertEquals(isSecure("203.0.113.9", "http://chat.example/", "https"), false);
    for (const proto of [undefined, "http", "https, http", "httpss", ""]) {
      assertEquals([proto, isSecure("10.0.0.1", "http://chat.example/", proto)], [proto, false]);
    }
  });
});
