import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { parseBusMessage } from "../../src/instances/bus_message.ts";
import { fuzz } from "../core/fuzz.ts";
import { Several } from "../core/several.ts";

const UIDS = ["guest:a", "guest:b", "guest:c", "ada"];
const ROOMS = ["r", "s", "@guest:a,guest:b"];
/** 5 s of silence, a grace, and until the store is looked at again. */
const CALM_MS = 62_000;

const uid = fc.constantFrom(...UIDS);
const room = fc.constantFrom(...ROOMS);
const name = fc.constantFrom("a", "b", "x");
const seq = fc.nat(5);
const is = fc.boolean();
const some = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 3 });
const of = (type: string, fields: Record<string, fc.Arbitrary<unknown>> = {}) =>
  fc.record({ type: fc.constant(type), ...fields });
const changes = {
  seq,
  here: some(fc.tuple(uid, name, fc.nat(), is)),
  gone: some(uid),
  in: some(fc.tuple(room, uid, is)),
  out: some(fc.tuple(room, uid, fc.option(fc.nat(20_000)))),
  spends: some(uid),
  spent: some(uid),
};
const entry = fc.record({
  type: fc.constant("chat"),
  room,
  seq,
  ts: seq,
  uid,
  user: name,
  text: name,
});
/** Every kind of word, about few, so that they meet. */
const word = fc.oneof(
  of("alive", { seq }),
  of("ask"),
  of("bye"),
  { weight: 4, arbitrary: of("state", changes) },
  { weight: 8, arbitrary: of("changes", changes) },
  of("kick", { seq, room, uid, by: name }),
  of("sanction", {
    seq,
    kind: fc.constantFrom("ban", "mute"),
    place: fc.constantFrom(...ROOMS, "*"),
    uid,
    until: fc.option(fc.nat(), { nil: null }),
    by: name,
    networks: some(name),
  }),
  of("revoke", { seq, uid, before: fc.nat() }),
  of("signOut", { seq, signIn: name }),
  of("system", { seq, text: name }),
  of("hooks", { seq }),
  of("guess", { seq, network: name }),
  of("typing", { room, uid, user: name, on: is }),
  of("binary", { room, uid, data: fc.constant("AP8=") }),
  of("read", { room, uid, upTo: seq }),
  of("mention", { room, at: seq, uid, user: name, mentions: some(uid) }),
  of("entry", { entry }),
  of("spending", { uid, first: fc.nat(), second: fc.nat() }),
);
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ from: fc.constantFrom("evil", "odd"), word }) },
  { weight: 2, arbitrary: fc.record({ uid, room: fc.constantFrom("r", "s") }) },
  { weight: 1, arbitrary: fc.record({ lost: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ ms: fc.nat(3000) }) },
);

describe("words that no instance said, fuzzed", () => {
  it("W21.9 break nothing, and who is not there is gone when nobody says so any more", async () => {
    await fuzz(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const several = new Several();
        const core = await several.start();
        for (const step of steps) {
          if ("word" in step) {
            const text = JSON.stringify(step.word);
            assertEquals(parseBusMessage(text)?.type, step.word.type as never, text);
            several.bus.forge(step.from, "i1", text);
          } else if ("uid" in step) {
            const identity = step.uid === "ada" ? { uid: "ada" } : {};
            const client = core.connect(step.uid.replace("guest:", ""), identity);
            client.send({ type: "join", room: step.room });
          } else if ("lost" in step) core.clients[step.lost]?.drop();
          if ("ms" in step) await several.pass(step.ms);
          else await several.settle();
          assertEquals(core.faults, []);
        }
        await several.pass(CALM_MS);
        assertEquals(core.hub.instances!.count, 0);
        for (const room of ["r", "s"]) {
          const here = core.clients.filter(({ session }) => session.rooms.has(room as never))
            .map(({ session }) => session.uid as string);
          const [members = []] = several.membersOf(room);
          assertEquals(members, [...new Set(here)].sort());
        }
        await several.assertNothingLeft();
      }),
    );
  });
});
