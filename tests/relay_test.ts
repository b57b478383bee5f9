import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import type { RoomName, UserId } from "../src/protocol.ts";
import { readBinary, writeBinary } from "../src/relay.ts";
import { fuzz } from "./core/fuzz.ts";

const bytes = (...parts: (number | string)[]) =>
  Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === "number" ? [part] : [...new TextEncoder().encode(part)]
    ),
  );
const LOBBY = "lobby" as RoomName;

/** Room and payload of a frame, or the sentence that refuses it. */
function read(frame: Uint8Array<ArrayBuffer>, path?: RoomName) {
  const relayed = readBinary(frame, path);
  return relayed.ok ? [relayed.room, [...relayed.payload]] : relayed.message;
}

describe("relay", () => {
  it("W11.1 a frame is a byte n, n bytes of room name and a payload", () => {
    assertEquals(read(bytes(1, "a", 7, 8)), ["a", [7, 8]]);
    assertEquals(read(bytes(5, "é漢", 9)), ["é漢", [9]]);
    assertEquals(read(bytes(2, "é", 0)), ["é", [0]]);
  });

  it("W11.1 the payload may be empty", () => {
    assertEquals(read(bytes(1, "a")), ["a", []]);
    assertEquals(read(bytes(0), LOBBY), ["lobby", []]);
  });

  it("W11.1 n = 0 is the room of the path, and an error where there is none", () => {
    assertEquals(read(bytes(0, 1, 2), LOBBY), ["lobby", [1, 2]]);
    assertEquals(read(bytes(1, "a", 1), LOBBY), ["a", [1]]);
    assertEquals(read(bytes(0, 1, 2)), "a binary frame with n = 0 needs a room in the address");
  });

  it("W11.2 a frame that is too short is an error", () => {
    const said = "a binary frame is 1 byte n, n bytes of room name, payload";
    for (const frame of [bytes(), bytes(1), bytes(3, "ab"), bytes(255, "abc")]) {
      assertEquals(read(frame, LOBBY), said);
    }
  });

  it("W11.2 W2.6 a name that no room can have is an error, and one not in NFC is brought into it", () => {
    for (const name of [" ", "a b", "-a", "a".repeat(65), "\0"]) {
      assertEquals(String(read(bytes(name.length, name))).slice(0, 12), "room must be");
    }
    assertEquals(String(read(bytes(1, 0xff))).slice(0, 12), "room must be");
    assertEquals(read(bytes(3, "e\u0301", 5)), ["é", [5]]);
  });

  it("W11.1 what goes out is n, room, m, uid, payload", () => {
    const frame = writeBinary("é" as RoomName, "guest:x" as UserId, bytes(1, 2));
    assertEquals(frame, bytes(2, "é", 7, "guest:x", 1, 2));
  });

  it("W11.1 what goes out can be read back, whatever the payload", async () => {
    await fuzz(
      fc.property(fc.uint8Array(), fc.stringMatching(/^[a-z0-9]{1,64}$/), (payload, room) => {
        const frame = writeBinary(room as RoomName, "guest:x" as UserId, payload);
        const relayed = readBinary(frame, undefined);
        assert(relayed.ok);
        assertEquals(relayed.room as string, room);
        assertEquals(relayed.payload, bytes(7, "guest:x", ...payload));
      }),
    );
  });

  it("W11.2 no frame makes it throw", async () => {
    await fuzz(
      fc.property(fc.uint8Array(), fc.boolean(), (frame, hasPath) => {
        readBinary(Uint8Array.from(frame), hasPath ? LOBBY : undefined);
      }),
      5,
    );
  });
});
