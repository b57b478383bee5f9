import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { SharedFile } from "../src/protocol.ts";
import { type Core, withCore } from "./core/core.ts";

const ROOM = "general";
const DIRECT = "@guest:ada,guest:bob";
const NOT_THERE = "files must be uploaded to the room by who sends them, and in no message yet";

/** A file that ada uploaded, and what a message shows of it. */
async function uploaded(core: Core, digit: string, room = ROOM): Promise<SharedFile> {
  const file = { id: digit.repeat(32), name: `${digit}.png`, type: "image/png", bytes: 9 };
  await core.store.files.add({ ...file, room, uid: "guest:ada", at: core.clock.nowMs });
  return file;
}

describe("session files", () => {
  it(
    "W19.6 W7.1 everybody gets them with the message, and its sender the ack",
    withCore(async (core) => {
      const ada = await core.enter("ada", ROOM);
      const bob = await core.enter("bob", ROOM);
      const files = [await uploaded(core, "1"), await uploaded(core, "2")];
      const ids = files.map(({ id }) => id);
      ada.send({ type: "chat", room: ROOM, text: "", files: ids, ref: "r" });
      ada.send({ type: "chat", room: ROOM, text: "none", files: [] });
      await core.settle();
      const [ack, entry, none] = ada.take();
      assertEquals(ack, { type: "ack", ref: "r", room: ROOM, seq: 1, ts: core.clock.nowMs });
      assertEquals(entry?.type === "chat" && [entry.text, entry.files], ["", files]);
      assertEquals(none && "files" in none, false);
      assertEquals(bob.take(), [entry!, none!]);
    }),
  );

  it(
    "W19.5 what may not be said is NOT_FOUND with its ref, and the next message has its turn",
    withCore(async (core) => {
      const ada = await core.enter("ada", ROOM);
      const bob = await core.enter("bob", ROOM);
      const { id } = await uploaded(core, "1");
      bob.send(
        { type: "chat", room: ROOM, text: "hers", files: [id], ref: "a" },
        { type: "chat", room: ROOM, text: "mine", ref: "b" },
      );
      await core.settle();
      const [error, ack] = bob.take();
      const refusal = { code: "NOT_FOUND" as const, message: NOT_THERE, room: ROOM, ref: "a" };
      assertEquals(error, { type: "error", ...refusal });
      assertEquals(ack?.type === "ack" && [ack.ref, ack.seq], ["b", 1]);
      assertEquals(ada.takeAll("chat").map(({ text }) => text), ["mine"]);
    }),
  );

  it(
    "W7.3 a message that could not be stored leaves its files for the next try",
    withCore(async (core) => {
      const ada = await core.enter("ada", ROOM);
      const file = await uploaded(core, "1");
      const chat = { type: "chat" as const, room: ROOM, text: "", files: [file.id], ref: "r" };
      core.store.fail("append");
      ada.send(chat);
      await core.settle();
      assertEquals(ada.takeOne("error").code, "UNAVAILABLE");
      core.store.recover();
      ada.send(chat);
      await core.settle();
      assertEquals(ada.takeAll("chat").map(({ files }) => files), [[file]]);
    }),
  );

  it(
    "W10.14 W19.5 direct takes those of the conversation, and no others",
    withCore(async (core) => {
      const ada = await core.enter("ada", ROOM);
      const bob = await core.enter("bob", []);
      const [file, other] = [await uploaded(core, "1", DIRECT), await uploaded(core, "2")];
      ada.send({ type: "direct", to: "bob", text: "", files: [file.id] });
      ada.send({ type: "direct", to: "bob", text: "", files: [other.id] });
      await core.settle();
      assertEquals(bob.takeOne("chat").files, [file]);
      assertEquals(ada.takeAll("error").map(({ message }) => message), [NOT_THERE]);
    }),
  );

  it(
    "W10.12 a mention beside a file is one",
    withCore(async (core) => {
      const ada = await core.enter("ada", ROOM);
      const bob = await core.enter("bob", ROOM);
      const { id } = await uploaded(core, "1");
      ada.send({ type: "chat", room: ROOM, text: "@bob look", files: [id] });
      await core.settle();
      assertEquals(bob.takeAll("mention").map(({ seq }) => seq), [1]);
    }),
  );
});
