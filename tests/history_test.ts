import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { headSince } from "../src/history.ts";
import type { Hub } from "../src/hub.ts";
import type { RoomName } from "../src/protocol.ts";
import { MemoryStore } from "../src/store/memory.ts";
import type { Client } from "./core/client.ts";
import { type Core, withCore } from "./core/core.ts";
import { fuzz } from "./core/fuzz.ts";

const ROOM = "general";
const START = 1_700_000_000_000;

/** A room with entries of 1 s, 2 s … 6 s after the start, in pages of three, and somebody who speaks. */
function withLog(run: (core: Core, speaker: Client) => unknown) {
  return withCore(async (core) => {
    const speaker = await core.enter("speaker", ROOM);
    for (let seq = 1; seq <= 6; seq++) {
      core.clock.advance(1000);
      speaker.send({ type: "chat", room: ROOM, text: `${seq}` });
      await core.settle();
    }
    speaker.take();
    await run(core, speaker);
  }, { limits: { historyPage: 3 } });
}

const since = (second: number) => ({
  uid: "newcomer",
  grants: [{ pattern: ROOM, permissions: ["write" as const], from: START + second * 1000 }],
});

const seqs = (messages: { seq: number }[]) => messages.map(({ seq }) => seq);

describe("history since a time", () => {
  for (
    const [second, first, page, more] of [
      [-5, 1, [4, 5, 6], true],
      [1, 1, [4, 5, 6], true],
      [3, 3, [4, 5, 6], true],
      [3.5, 4, [4, 5, 6], false],
      [5, 5, [5, 6], false],
      [6.5, 7, [], false],
    ] as const
  ) {
    it(
      `W10.5 to whom all before ${second} s is hidden, the log begins with ${first}`,
      withLog(async (core) => {
        const newcomer = core.connect("newcomer", since(second));
        newcomer.send({ type: "join", room: ROOM });
        await core.settle();
        const [, joined] = newcomer.take();
        assert(joined?.type === "joined");
        assertEquals([joined.seq, joined.first, joined.gap], [6, first, false]);
        assertEquals([seqs(joined.messages), joined.more], [[...page], more]);
        const seen: number[] = [];
        let before = 100;
        for (let isMore = true; isMore;) {
          newcomer.send({ type: "history", room: ROOM, before, limit: 2 });
          await core.settle();
          const history = newcomer.takeOne("history");
          assertEquals(history.first, first);
          seen.unshift(...seqs(history.messages));
          isMore = history.more;
          before = seen[0] ?? 0;
        }
        assertEquals(seen, [1, 2, 3, 4, 5, 6].filter((seq) => seq >= first));
      }),
    );
  }

  it(
    "W10.5 a since before the hidden end is a gap, from there on it is resumed",
    withLog(async (core) => {
      const newcomer = await core.enter("newcomer", ROOM, since(4));
      for (const [seq, gap, page] of [[2, true, [4, 5, 6]], [3, false, [4, 5, 6]]] as const) {
        newcomer.send({ type: "join", room: ROOM, since: { epoch: "epoch-1", seq } });
        await core.settle();
        const joined = newcomer.takeOne("joined");
        assertEquals([joined.gap, seqs(joined.messages)], [gap, [...page]]);
      }
    }),
  );

  it(
    "W10.5 what is said now is not hidden",
    withLog(async (core, speaker) => {
      const newcomer = await core.enter("newcomer", ROOM, since(6.5));
      core.clock.advance(1000);
      speaker.send({ type: "chat", room: ROOM, text: "7" });
      await core.settle();
      assertEquals(newcomer.takeOne("chat").seq, 7);
      newcomer.send({ type: "history", room: ROOM });
      await core.settle();
      const { messages, first, more } = newcomer.takeOne("history");
      assertEquals([seqs(messages), first, more], [[7], 7, false]);
    }),
  );

  it("W10.5 the first entry that is not hidden is found in any log, cut or not", async () => {
    const pauses = fc.array(fc.nat(3), { maxLength: 40 });
    await fuzz(
      fc.asyncProperty(pauses, fc.nat(60), fc.nat(40), async (waits, after, cut) => {
        const store = new MemoryStore();
        const room = ROOM as RoomName;
        const times: number[] = [];
        for (const wait of waits) {
          const ts = (times.at(-1) ?? 1) + wait;
          times.push(ts);
          await store.append([{
            type: "chat",
            room,
            epoch: "e",
            ts,
            uid: "u",
            user: "u",
            text: "t",
          }]);
        }
        const head = {
          epoch: "e",
          seq: times.length,
          first: 1 + Math.min(cut, times.length),
          topic: "",
        };
        const from = 1 + after;
        const { first } = await headSince({ store } as unknown as Hub, room, head, from);
        const index = times.findIndex((ts, at) => at + 1 >= head.first && ts >= from);
        assertEquals(first, index < 0 ? times.length + 1 : index + 1);
      }),
    );
  });
});
