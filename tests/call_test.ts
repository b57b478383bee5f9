import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ask } from "../src/call.ts";
import { CLOSE } from "../src/close.ts";
import type { UserId } from "../src/protocol.ts";
import { StoreError } from "../src/store/store.ts";
import { type Core, withCore } from "./core/core.ts";

/** Asks as a user of a token, or as a guest. */
function askAs(core: Core, name: string, question: { type: string } & Record<string, unknown>) {
  const identity = { uid: name as UserId, name, expires: null, seal: null };
  return ask({ hub: core.hub, identity, address: "192.0.2.1" }, question);
}

const CHAT = { type: "chat", room: "general", text: "hi" };

describe("call", () => {
  it(
    "W17 W17.4 is answered with its entry after the commit, and leaves nothing behind",
    withCore(async (core) => {
      const ada = await core.enter("ada", "general");
      const first = askAs(core, "bob", { ...CHAT, ref: "r" });
      const again = askAs(core, "bob", { ...CHAT, ref: "r" });
      await core.settle();
      const entry = ada.takeOne("chat");
      assertEquals(await first, { ok: true, entry, isNew: true });
      assertEquals(await again, { ok: true, entry, isNew: false });
      assertEquals(core.hub.sessions.size, 1);
      // Also in a room where nobody is.
      const alone = askAs(core, "bob", { type: "history", room: "attic" });
      await core.settle();
      assertEquals((await alone).ok, true);
    }),
  );

  it(
    "W17.1 W8.4 W10.8 one that waits ends with its credential, or with a ban",
    withCore(async (core) => {
      for (
        const [close, code] of [[CLOSE.expired, "UNAUTHORIZED"], [
          CLOSE.banned,
          "FORBIDDEN",
        ]] as const
      ) {
        core.store.hold("append");
        const waiting = askAs(core, "bob", { ...CHAT, room: `${code}` });
        await core.settle();
        for (const connection of core.hub.live.of("bob" as UserId)) connection.close(close);
        const answered = await waiting;
        assertEquals(!answered.ok && answered.refusal.code, code);
        core.store.release("append");
        await core.settle();
        assertEquals(core.hub.sessions.size, 0);
      }
    }),
  );

  it(
    "W7.3 W17.2 what can't be stored is UNAVAILABLE, and what can't be read back is the store's error",
    withCore(async (core) => {
      core.store.fail("append");
      const refused = askAs(core, "bob", CHAT);
      await core.settle();
      const answered = await refused;
      assertEquals(!answered.ok && answered.refusal.code, "UNAVAILABLE");
      core.store.recover();
      core.store.fail("replay");
      const unread = askAs(core, "bob", CHAT);
      const rejected = assertRejects(() => unread, StoreError);
      await core.settle();
      await rejected;
    }),
  );
});
