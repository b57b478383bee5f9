import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { Connections } from "../../src/gate/connections.ts";
import { network } from "../../src/network.ts";

/** A place that must be free. */
function take(connections: Connections, address: string): () => void {
  const reserved = connections.reserve(address);
  assert(reserved.ok, `no place for ${address}`);
  return reserved.release;
}

/** Why there is no place, or "none": then there was one, and it is taken now. */
function refusal(connections: Connections, address: string): string {
  const reserved = connections.reserve(address);
  return reserved.ok ? "none" : reserved.reason;
}

const SAME: [why: string, ...addresses: string[]][] = [
  ["an address of IPv4 is one", "192.0.2.1", "192.0.2.1"],
  ["IPv4 in IPv6 is that IPv4", "192.0.2.1", "::ffff:192.0.2.1", "::FFFF:192.0.2.1"],
  [
    "a /64 of IPv6 is one, however it is written",
    "2001:db8:1:2::1",
    "2001:db8:1:2::2",
    "2001:db8:1:2:ffff:ffff:ffff:ffff",
    "2001:0db8:0001:0002:0:0:0:1",
    "2001:DB8:1:2::",
    "2001:db8:1:2:3::4",
  ],
  ["zeros that are left out are zeros", "2001:db8::1", "2001:db8:0:0::1", "2001:db8:0:0:9::"],
  ["a link-local address is the same on every interface", "fe80::1", "fe80::1%eth0", "fe80::2%1"],
  ["IPv6's own loopback is one", "::1", "0:0:0:0:0:0:0:1"],
];

const DIFFERENT: [why: string, ...addresses: string[]][] = [
  ["addresses of IPv4 are each their own", "192.0.2.1", "192.0.2.2", "192.0.3.1", "19.20.2.1"],
  [
    "another /64 of IPv6 is another, also of one /48",
    "2001:db8:1:2::1",
    "2001:db8:1:3::1",
    "2001:db8:1:20::1",
    "2001:db8:2:1::1",
    "2001:db8:1::2:1",
    "2001:db8::1:2:1",
    "::1",
  ],
  ["IPv4 in IPv6 is each its own", "::ffff:192.0.2.1", "::ffff:192.0.2.2"],
];

describe("W15.6 connections are counted by address:", () => {
  for (const [why, first, ...others] of SAME) {
    it(why, () => {
      for (const other of others) assertEquals([other, network(other)], [other, network(first!)]);
    });
  }

  for (const [why, ...addresses] of DIFFERENT) {
    it(why, () => {
      assertEquals(new Set(addresses.map(network)).size, addresses.length);
    });
  }

  it("one more than the cap of an address has no place, and others have", () => {
    const connections = new Connections(100, 3);
    const releases = [1, 2, 3].map(() => take(connections, "192.0.2.1"));
    assertEquals(refusal(connections, "192.0.2.1"), "address");
    assertEquals(refusal(connections, "::ffff:192.0.2.1"), "address");
    assertEquals(refusal(connections, "192.0.2.2"), "none");
    releases[1]!();
    assertEquals(refusal(connections, "192.0.2.1"), "none");
    assertEquals(refusal(connections, "192.0.2.1"), "address");
  });

  it("one more than the cap of a /64 has no place", () => {
    const connections = new Connections(100, 2);
    take(connections, "2001:db8:1:2::1");
    take(connections, "2001:db8:1:2::2");
    assertEquals(refusal(connections, "2001:db8:1:2:a:b:c:d"), "address");
    assertEquals(refusal(connections, "2001:db8:1:3::1"), "none");
  });

  it("one more than the cap in all has no place, from wherever it comes", () => {
    const connections = new Connections(3, 2);
    const releases = ["192.0.2.1", "192.0.2.2", "::1"].map((from) => take(connections, from));
    assertEquals(refusal(connections, "192.0.2.3"), "server");
    assertEquals(refusal(connections, "192.0.2.1"), "server");
    releases[0]!();
    assertEquals(refusal(connections, "192.0.2.3"), "none");
    assertEquals(refusal(connections, "192.0.2.3"), "server");
  });

  it("an address at its cap hears of that, also when the server is full", () => {
    const connections = new Connections(2, 2);
    take(connections, "192.0.2.1");
    take(connections, "192.0.2.1");
    assertEquals(refusal(connections, "192.0.2.1"), "address");
  });

  it("giving a place back twice gives back one", () => {
    const connections = new Connections(2, 2);
    const release = take(connections, "192.0.2.1");
    take(connections, "192.0.2.1");
    for (let time = 0; time < 3; time++) release();
    assertEquals(connections.count, 1);
    take(connections, "192.0.2.1");
    release();
    assertEquals(connections.count, 2);
    assertEquals(refusal(connections, "192.0.2.1"), "address");
  });

  it("a refusal takes no place", () => {
    const connections = new Connections(5, 1);
    const release = take(connections, "192.0.2.1");
    for (let time = 0; time < 10; time++) refusal(connections, "192.0.2.1");
    assertEquals(connections.count, 1);
    release();
    assertEquals(connections.count, 0);
    assertEquals(refusal(connections, "192.0.2.1"), "none");
  });

  it("whatever comes and goes, the counts are those of who is there", () => {
    const addresses = ["192.0.2.1", "192.0.2.2", "::ffff:192.0.2.2", "2001:db8::1", "2001:db8::2"];
    const step = fc.record({ from: fc.constantFrom(...addresses), leaves: fc.option(fc.nat(20)) });
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const connections = new Connections(7, 3);
      const here: { key: string; release(): void }[] = [];
      const gone: (() => void)[] = [];
      for (const { from, leaves } of steps) {
        if (leaves !== null) {
          const [left] = here.splice(leaves % Math.max(1, here.length), 1);
          left?.release();
          if (left) gone.push(left.release);
          for (const release of gone) release();
        } else {
          const reserved = connections.reserve(from);
          const key = network(from);
          const held = here.filter((one) => one.key === key).length;
          assertEquals(reserved.ok, held < 3 && here.length < 7);
          if (reserved.ok) here.push({ key, release: reserved.release });
        }
        assertEquals(connections.count, here.length);
      }
    }));
  });
});
