import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Gate } from "../../src/gate/gate.ts";
import type { HttpRefusal } from "../../src/gate/refusal.ts";
import type { Identity } from "../../src/identity.ts";
import { guests, HERE, HOST, makeGate, NOW, TOKEN } from "./make_gate.ts";

const open = { isOpen: true };

function request(query = "", headers: Record<string, string> = {}): Request {
  return new Request(`http://${HOST}/ws${query}`, { headers: { host: HOST, ...headers } });
}

function refused(gate: Gate, asked: Request, address = HERE): HttpRefusal {
  const admission = gate.admit(asked, address);
  assert(!(admission instanceof Promise), "it was not judged at once");
  assert(!admission.ok, "it was let in");
  const { status, refusal } = admission;
  return { status, refusal };
}

function letIn(gate: Gate, asked: Request, address = HERE): Identity {
  const admission = gate.admit(asked, address);
  assert(!(admission instanceof Promise), "it was not judged at once");
  assert(admission.ok, JSON.stringify(admission));
  return admission.identity;
}

/** A sentence for people: no code, nothing of what was sent, one line. */
function assertSentence({ refusal: { message } }: HttpRefusal) {
  assertMatch(message, /^[a-z].{8,200}$/);
  for (const secret of [TOKEN, "wr0ng", "evil"]) assertFalse(message.includes(secret), message);
}

const GOOD = { authorization: `Bearer ${TOKEN}` };
const WRONG = { authorization: "Bearer wr0ng" };
const EVIL = { origin: "https://evil.example" };

describe("W15.6 the gate refuses", () => {
  it("who has no credential, with 401", () => {
    const { status, refusal } = refused(makeGate(), request());
    assertEquals(status, 401);
    assertEquals(refusal, { code: "UNAUTHORIZED", message: "a token is needed" });
  });

  it("who has a bad one, with 401, and does not say which kind it was", () => {
    const expired = guests.seal({ uid: "guest:a", user: "ann" }, NOW - 31 * 24 * 3_600_000);
    const bodies = [WRONG.authorization, `Bearer ${expired}`, "Bearer a.b"]
      .map((authorization) => refused(makeGate(), request("", { authorization })));
    for (const body of bodies) assertEquals(body, bodies[0]);
    assertEquals(bodies[0]!.status, 401);
    assertEquals(bodies[0]!.refusal.code, "UNAUTHORIZED");
    assertSentence(bodies[0]!);
  });

  it("a page of another origin, with 403", () => {
    const refusal = refused(makeGate(), request("", { ...GOOD, ...EVIL }));
    assertEquals([refusal.status, refusal.refusal.code], [403, "FORBIDDEN"]);
    assertSentence(refusal);
    assertEquals(refused(makeGate(open), request("", EVIL)).status, 403);
  });

  it("a bad name, with 400 that says what is wrong", () => {
    for (const name of ["x".repeat(33), "a\nb", "\0", "  "]) {
      const query = `?username=${encodeURIComponent(name)}`;
      const refusal = refused(makeGate(), request(query, GOOD));
      assertEquals([refusal.status, refusal.refusal.code], [400, "INVALID_FIELD"]);
      assertMatch(refusal.refusal.message, /^username must be /);
    }
  });

  it("too many from one address, with 429 and when to come back", () => {
    const gate = makeGate({ maxConnectionsPerIp: 2 });
    letIn(gate, request("", GOOD));
    letIn(gate, request("", GOOD));
    const refusal = refused(gate, request("", GOOD));
    assertEquals([refusal.status, refusal.refusal.code], [429, "RATE_LIMITED"]);
    assertEquals(refusal.refusal.retryAfterMs, 10_000);
    assertSentence(refusal);
    letIn(gate, request("", GOOD), "192.0.2.2");
  });

  it("too many in all, with 503 and when to come back", () => {
    const gate = makeGate({ maxConnections: 1 });
    letIn(gate, request("", GOOD));
    const refusal = refused(gate, request("", GOOD), "192.0.2.2");
    assertEquals([refusal.status, refusal.refusal.code], [503, "SERVER_FULL"]);
    assertEquals(refusal.refusal.retryAfterMs, 10_000);
    assertSentence(refusal);
  });

  it("W13.2 everybody when the server goes down, with 503 and when to come back", () => {
    const gate = makeGate();
    letIn(gate, request("", GOOD));
    gate.close();
    const refusal = refused(gate, request("", GOOD));
    assertEquals([refusal.status, refusal.refusal.code], [503, "UNAVAILABLE"]);
    assertEquals(refusal.refusal.retryAfterMs, 2000);
    assertSentence(refusal);
    assertEquals(gate.connections, 1);
  });
});

describe("P6 W15.6 the gate checks in one order:", () => {
  const bad = "?username=%00";

  it("going down, the address, the server, the origin, the name, the credential", () => {
    const gate = makeGate({ maxConnections: 2, maxConnectionsPerIp: 1 });
    const wrong = request(bad, { ...WRONG, ...EVIL });
    assertEquals(refused(gate, request("", WRONG)).status, 401);
    assertEquals(refused(gate, request(bad, WRONG)).status, 400);
    assertEquals(refused(gate, wrong).status, 403);
    letIn(gate, request("", GOOD));
    letIn(gate, request("", GOOD), "192.0.2.2");
    assertEquals(refused(gate, wrong, "192.0.2.3").refusal.code, "SERVER_FULL");
    assertEquals(refused(gate, wrong).status, 429);
    gate.close();
    assertEquals(refused(gate, wrong).refusal.code, "UNAVAILABLE");
  });

  it("a refusal gives its place back, whatever it was for", () => {
    const gate = makeGate({ maxConnections: 1 });
    for (const asked of [request(), request("", WRONG), request("", EVIL), request(bad, GOOD)]) {
      refused(gate, asked);
      assertEquals(gate.connections, 0);
    }
    const admission = gate.admit(request("", GOOD), HERE);
    assert(!(admission instanceof Promise) && admission.ok);
    assertEquals(gate.connections, 1);
    admission.release();
    admission.release();
    assertEquals(gate.connections, 0);
  });
});

describe("P6 the gate lets in", () => {
  it("who has the shared token, as a new guest each time", () => {
    const gate = makeGate();
    const [first, second] = [letIn(gate, request("", GOOD)), letIn(gate, request("", GOOD))];
    assertEquals([first.uid, first.name], ["guest:id1-xyz", "guest-id1-"]);
    assertEquals([second.uid, second.name], ["guest:id2-xyz", "guest-id2-"]);
    assertEquals(first.expires, null);
  });

  it("W8.2 a guest under the name it wished for, trimmed and in NFC", () => {
    const asked = request(`?username=${encodeURIComponent(" Ame\u0301lie ")}`, GOOD);
    assertEquals(letIn(makeGate(), asked).name, "Am\u00e9lie");
    assertEquals(letIn(makeGate(), request("?username=", GOOD)).name, "guest-id1-");
  });

  it("W8.3 who has a session, as who they were, without the token", () => {
    const gate = makeGate();
    const session = letIn(gate, request("?username=ann", GOOD)).seal!("ann-2");
    const again = letIn(gate, request(`?session=${session}`));
    assertEquals([again.uid, again.name], ["guest:id1-xyz", "ann-2"]);
    const renamed = letIn(gate, request(`?session=${session}&username=Ann`));
    assertEquals([renamed.uid, renamed.name], ["guest:id1-xyz", "Ann"]);
    const { uid, name } = letIn(gate, request("", { authorization: `Bearer ${session}` }));
    assertEquals([uid, name], ["guest:id1-xyz", "ann-2"]);
  });

  it("W15.3 by the first credential alone: a good one after a bad one does not help", () => {
    const session = guests.seal({ uid: "guest:a", user: "ann" }, NOW);
    assertEquals(refused(makeGate(), request(`?session=${session}`, WRONG)).status, 401);
    assertEquals(refused(makeGate(), request(`?token=wr0ng&session=${session}`)).status, 401);
    const both = letIn(makeGate(), request(`?session=${session}`, GOOD));
    assertEquals(both.uid, "guest:id1-xyz");
  });

  it("everybody where it is open, but nobody with a credential that is bad", () => {
    const gate = makeGate(open);
    assertEquals(letIn(gate, request()).uid, "guest:id1-xyz");
    const session = guests.seal({ uid: "guest:a", user: "ann" }, NOW);
    assertEquals(letIn(gate, request(`?session=${session}`)).uid, "guest:a");
    assertEquals(refused(gate, request("?session=changed")).status, 401);
  });

  it("W15.4 a page of the same or of a listed origin, and what is no page", () => {
    const gate = makeGate({ allowedOrigins: ["https://listed.example"] });
    for (const origin of [`http://${HOST}`, `https://${HOST}`, "https://listed.example"]) {
      letIn(gate, request("", { ...GOOD, origin }));
    }
    letIn(gate, request("", GOOD));
    assertEquals(refused(gate, request("", { origin: "https://listed.example" })).status, 401);
  });
});

describe("W15.5 the gate of a server that is open on a loopback address", () => {
  const gate = makeGate({
    isOpen: true,
    isLocalOnly: true,
    allowedOrigins: ["https://listed.example"],
  });
  const named = (host: string) => gate.checkHost(new Request("http://x/", { headers: { host } }));

  it("refuses every other name with 403 that says what to set", () => {
    const refusal = named("evil.example");
    assertEquals([refusal?.status, refusal?.refusal.code], [403, "FORBIDDEN"]);
    assertMatch(refusal!.refusal.message, /ALLOWED_ORIGINS.*WS_TOKEN/);
    assertSentence(refusal!);
    assertEquals(gate.checkHost(new Request("http://x/"))?.status, 403);
  });

  it("answers to names of this machine and of listed origins", () => {
    for (const host of ["localhost:8000", "127.0.0.1", "[::1]:80", "listed.example"]) {
      assertEquals(named(host), undefined);
    }
  });

  it("is not one when it asks for a token, or is open to everybody by word", () => {
    const evil = new Request("http://x/", { headers: { host: "evil.example" } });
    assertEquals(makeGate().checkHost(evil), undefined);
    assertEquals(makeGate(open).checkHost(evil), undefined);
  });
});
