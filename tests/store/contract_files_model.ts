// Any run of calls with files against the model: who may say which, and which are let go of.
import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import fc from "fast-check";
import type { Upload } from "../../src/store/file_store.ts";
import type { Draft, Store } from "../../src/store/store.ts";
import type { Open } from "./contract.ts";
import { aDraft, assertSame, inRun, Model, runs } from "./contract_model.ts";
import { retain } from "./retaining.ts";

/** What is uploaded before a run, and once nowhere. */
const UPLOADS = [["1", "a", "guest:1"], ["2", "a", "guest:1"], ["3", "a", "guest:2"], [
  "4",
  "b",
  "guest:1",
]] as const;
const someFiles = fc.uniqueArray(fc.constantFrom("1", "2", "3", "4", "5"), {
  minLength: 1,
  maxLength: 3,
});

/** One of any kind; chats have files, and some of these no text. */
export const aFiledDraft: fc.Arbitrary<Draft> = fc.tuple(aDraft, someFiles, fc.boolean()).map(
  ([draft, files, isBare]): Draft => {
    if (draft.type !== "chat") return draft;
    return { ...draft, files, text: isBare ? "" : draft.text };
  },
);
const keep = fc.record({
  since: fc.integer({ min: 0, max: 20 }),
  messages: fc.integer({ min: 0, max: 8 }),
});

/** Uploads what a run may say. */
export async function uploadFor(store: Store, prefix: string): Promise<Upload[]> {
  const uploads = UPLOADS.map(([name, room, uid]): Upload => {
    const file = { id: idOf(prefix, name), name: `"${name}\\`, type: "text/plain", bytes: 5000 };
    return { ...file, room: prefix + room, uid, at: 1000 };
  });
  for (const one of uploads) await store.files.add(one);
  return uploads;
}

export function filedInRun(prefix: string, draft: Draft): Draft {
  const placed = inRun(prefix, draft);
  if (placed.type !== "chat" || !placed.files) return placed;
  return { ...placed, files: placed.files.map((name) => idOf(prefix, name)) };
}

/** What is found is the same, and the bytes of everything else are waste. */
export async function assertSameFiles(store: Store, uploads: readonly Upload[], model: Model) {
  const found = await Promise.all(uploads.map(({ id }) => store.files.find(id)));
  assertEquals(found, uploads.map(({ id }) => model.files.get(id)));
  const waste: string[] = [];
  for (;;) {
    const some = (await store.files.waste(0)).map(({ id }) => id);
    if (some.length === 0) break;
    waste.push(...some);
    await store.files.forget(some);
  }
  const gone = uploads.map(({ id }) => id).filter((id) => !model.files.has(id));
  assertEquals(waste.sort(), gone.sort());
  assertEquals((await store.files.unknown(gone)).sort(), gone);
}

export function filesModelContract(open: Open) {
  it("W19.5 W19.6 W19.7 files are claimed and let go of as the model does, whatever the calls", async () => {
    await using opened = await open();
    const { store } = opened;
    const acts = fc.array(fc.oneof(fc.array(aFiledDraft, { maxLength: 8 }), keep), {
      maxLength: 6,
    });
    await runs(acts, async (made, prefix) => {
      const uploads = await uploadFor(store, prefix);
      const model = new Model(uploads.map((one) => ({ ...one })));
      for (const act of made) {
        if (Array.isArray(act)) {
          const said = act.map((one) => filedInRun(prefix, one));
          assertEquals(await store.append(said), said.map((one) => model.append(one)));
        } else {
          await retain(store, act);
          model.retain(act);
        }
      }
      for (const room of model.logs.keys()) await assertSame(store, room, model);
      await assertSameFiles(store, uploads, model);
      // What is left of it would be let go of by the next run's retention.
      await retain(store, { messages: 0 });
      for (let some; (some = await store.files.waste(Infinity)).length > 0;) {
        await store.files.forget(some.map(({ id }) => id));
      }
    });
    assertEquals(await store.files.bytes(), 0);
  });
}

/** 32 hexadecimal digits, of one run. */
function idOf(prefix: string, name: string): string {
  return `${prefix.replace(/\D/g, "")}f${name}`.padStart(32, "0");
}
