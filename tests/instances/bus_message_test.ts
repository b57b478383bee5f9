import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { type BusMessage, parseBusMessage } from "../../src/instances/bus_message.ts";
import { fuzz } from "../core/fuzz.ts";

const NOBODY = { here: [], gone: [], in: [], out: [], spends: [], spent: [] };
const SAMPLES = [
  { type: "alive", seq: 3 },
  { type: "ask" },
  { type: "bye" },
  {
    type: "changes",
    seq: 1,
    here: [["guest:a", "Åsa", 1, false]],
    gone: ["u-17"],
    in: [["@a,b", "a", true], ["café", "guest:a", false]],
    out: [["r", "guest:a", null], ["r", "b", 9000]],
    spends: ["u-17"],
    spent: ["u-18"],
  },
  { type: "state", seq: 0, ...NOBODY },
  { type: "kick", seq: 1, room: "r", uid: "a", by: "boss" },
  {
    type: "sanction",
    seq: 1,
    kind: "ban",
    place: "*",
    uid: "a",
    until: null,
    by: "",
    networks: ["x"],
  },
  { type: "sanction", seq: 1, kind: "mute", place: "r", uid: "a", until: 5, by: "b", networks: [] },
  { type: "revoke", seq: 1, uid: "a", before: 5 },
  { type: "signOut", seq: 1, signIn: "abc-_" },
  { type: "system", seq: 1, text: "down at noon" },
  { type: "hooks", seq: 1 },
  { type: "guess", seq: 1, network: "2001:db8::/64" },
  { type: "typing", room: "r", uid: "a", user: "a", on: true },
  { type: "binary", room: "r", uid: "a", data: "AP8=" },
  { type: "binary", room: "r", uid: "a", data: "" },
  { type: "read", room: "r", uid: "a", upTo: 7 },
  { type: "mention", room: "r", at: 7, uid: "a", user: "a", mentions: ["b"] },
  {
    type: "entry",
    entry: {
      type: "chat",
      room: "@a,b",
      seq: 1,
      ts: 1,
      uid: "a",
      user: "a",
      text: "hi",
      replyTo: 1,
    },
  },
  { type: "spending", uid: "a", first: 1, second: 0 },
];

/** Each way to break one part of a value: it is missing, or of another kind. */
function broken(value: unknown): unknown[] {
  if (Array.isArray(value)) {
    return value.flatMap((one, index) => [
      ...broken(one).map((wrong) => value.with(index, wrong)),
      value.with(index, { odd: true }),
    ]);
  }
  if (typeof value !== "object" || value === null) return [{ odd: true }];
  return Object.entries(value).flatMap(([key, one]) => {
    const { [key]: _, ...rest } = value as Record<string, unknown>;
    return [
      ...broken(one).map((wrong) => ({ ...rest, [key]: wrong })),
      ...key === "replyTo" ? [] : [rest],
    ];
  });
}

describe("messages between instances", () => {
  for (const sample of SAMPLES) {
    it(`W21.9 ${sample.type} is read as it was said, and not with a part of another kind`, () => {
      assertEquals(parseBusMessage(JSON.stringify(sample)), sample as BusMessage);
      for (const wrong of broken(sample)) {
        assertEquals(parseBusMessage(JSON.stringify(wrong)), undefined, JSON.stringify(wrong));
      }
    });
  }

  it("W21.9 what a later version says beside that is passed over", () => {
    const told = { type: "changes", seq: 1, ...NOBODY };
    const [here, inside, out] = [["a", "Ada", 1, false], ["r", "a", true], ["r", "b", null]];
    const later = { here: [[...here, 1]], in: [[...inside, 1]], out: [[...out, 1]], later: 1 };
    assertEquals(
      parseBusMessage(JSON.stringify({ ...told, ...later })),
      { ...told, here: [here], in: [inside], out: [out] } as BusMessage,
    );
  });

  it("W21.9 whatever else comes is none", async () => {
    await fuzz(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      assertEquals(parseBusMessage(text), undefined);
    }));
  });
});
