// What `FileStore` promises, and what `append` and `retain` do with the files of messages (W19).
import { assert, assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import type { Upload } from "../../src/store/file_store.ts";
import type { Draft, Store } from "../../src/store/store.ts";
import type { Open } from "./contract.ts";
import { draft, EVERYTHING, seqs } from "./drafts.ts";
import { retain } from "./retaining.ts";

const ID = (digit: string) => digit.repeat(32);

function upload(id: string, more: Partial<Upload> = {}): Upload {
  const file = { id, name: `${id[0]}.png`, type: "image/png", bytes: 5000, width: 3, height: 2 };
  return { ...file, room: "a", uid: "guest:ann", at: 1000, ...more };
}

/** What a message shows of it. */
function shown({ room: _, uid: __, at: ___, ...file }: Upload) {
  return file;
}

async function add(store: Store, ...uploads: Upload[]) {
  for (const one of uploads) await store.files.add(one);
}

async function waste(store: Store, before = 0): Promise<string[]> {
  return (await store.files.waste(before)).map(({ id }) => id).sort();
}

const deletion = (of: number): Draft => (
  { type: "deleted", room: "a", epoch: "e1", ts: 1000, uid: "guest:ann", user: "ann", of }
);

export function filesContract(open: Open) {
  it("W19.6 a message shows its files in every form, in the order in which they were named", async () => {
    await using opened = await open();
    const { store } = opened;
    const plain = upload(ID("2"), { type: "text/plain", name: "ü \"'\\.txt" });
    delete plain.width;
    delete plain.height;
    await add(store, upload(ID("1")), plain);
    const ids = [ID("2"), ID("1")];
    const files = [shown(plain), shown(upload(ID("1")))];
    const [appended] = await store.append([draft("a", "", { files: ids })]);
    assertEquals(appended, { epoch: "e1", seq: 1, ts: 1000, isNew: true, files });
    await store.append([draft("a", "none")]);
    const [entry, none] = (await store.replay("a", 0, 2, EVERYTHING))!;
    assertEquals(entry, {
      ...{ type: "chat", room: "a", seq: 1, ts: 1000, uid: "guest:ann", user: "ann" },
      ...{ text: "", files },
    });
    assert(!("files" in none!));
    const { messages } = await store.page("a", 9, EVERYTHING);
    assertEquals(messages[0], entry as typeof messages[0]);
    assertEquals((await store.authored("guest:ann", 0)).entries[0], entry);
  });

  it("W19.5 only who uploaded a file to a room may say it there, and once", async () => {
    await using opened = await open();
    const { store } = opened;
    await add(store, upload(ID("1")), upload(ID("2")));
    const refused = { refused: "file" as const };
    const wrong = [
      draft("a", "x", { files: [ID("1")], uid: "guest:bob" }),
      draft("b", "x", { files: [ID("1")] }),
      draft("a", "x", { files: [ID("3")] }),
      draft("a", "x", { files: [ID("1"), ID("3")] }),
    ];
    assertEquals(await store.append(wrong as Draft[]), wrong.map(() => refused));
    assertEquals([await store.head("a"), await store.head("b")], [undefined, undefined]);
    const both: Draft[] = [
      draft("a", "first", { files: [ID("1"), ID("2")] }),
      draft("a", "second", { files: [ID("2")] }),
    ];
    const [first, second] = await store.append(both);
    assertEquals([first!, second].map((it) => "seq" in it!), [true, false]);
    assertEquals(second, refused);
    assertEquals(await store.append([both[1]!]), [refused]);
    assertEquals((await store.head("a"))!.seq, 1);
  });

  it("W7.2 W19.5 the retry of a message with files is the same message", async () => {
    await using opened = await open();
    const { store } = opened;
    await add(store, upload(ID("1")));
    const said = draft("a", "x", { files: [ID("1")], ref: "r" });
    const [first, again] = await store.append([said, said]);
    assertEquals([first!.isNew, again!.isNew], [true, false]);
    const [later] = await store.append([said]);
    assertEquals(later, { epoch: "e1", seq: 1, ts: 1000, isNew: false });
  });

  it("W19.8 finds a file, and when its message was said", async () => {
    await using opened = await open();
    const { store } = opened;
    await add(store, upload(ID("1")));
    assertEquals(await store.files.find(ID("1")), upload(ID("1")));
    assertEquals(await store.files.find(ID("2")), undefined);
    await store.append([draft("a", "x", { files: [ID("1")], ts: 2000 })]);
    assertEquals(await store.files.find(ID("1")), { ...upload(ID("1")), said: 2000 });
  });

  it("W19.7 a deleted message has no files in any form, and their bytes are waste", async () => {
    await using opened = await open();
    const { store } = opened;
    await add(store, upload(ID("1")), upload(ID("2")), upload(ID("3")));
    await store.append([
      draft("a", "", { files: [ID("1"), ID("2")] }),
      draft("a", "kept", { files: [ID("3")] }),
    ]);
    const unread = () => store.marks.unread("guest:bob", [{ room: "a", after: 0 }]);
    assertEquals((await unread())[0]!.unread, 2);
    assertEquals(await waste(store), []);
    await store.append([deletion(1)]);
    assertEquals((await unread())[0]!.unread, 1);
    assertEquals(await waste(store), [ID("1"), ID("2")]);
    assertEquals(await store.files.find(ID("1")), undefined);
    assertEquals((await store.files.find(ID("3")))?.said, 1000);
    const [entry] = (await store.replay("a", 0, 1, EVERYTHING))!;
    const [message] = (await store.page("a", 2, EVERYTHING)).messages;
    for (const form of [entry!, message!]) {
      assertEquals(["files" in form, "deleted" in form && form.deleted], [false, true]);
    }
    assertEquals(await store.append([deletion(1)]), [{ refused: "missing" }]);
  });

  it("W4.5 W4.9 W10.11 a message of files alone is there: it is unread, and edited with them", async () => {
    await using opened = await open();
    const { store } = opened;
    await add(store, upload(ID("1")));
    await store.append([draft("a", "", { files: [ID("1")] })]);
    const unread = [{ room: "a", after: 0 }];
    assertEquals(await store.marks.unread("eve", unread), [{ unread: 1, mentions: 0 }]);
    const edit: Draft = { ...deletion(1), type: "edited", of: 1, text: "new" };
    assertEquals(seqs(await store.append([edit]) as { seq: number }[]), [2]);
    const [message] = (await store.page("a", 9, EVERYTHING)).messages;
    assertEquals([message!.text, message!.files], ["new", [shown(upload(ID("1")))]]);
  });

  it("W14.3 W19.7 what retention takes leaves its files as waste", async () => {
    await using opened = await open();
    const { store } = opened;
    await add(store, upload(ID("1")), upload(ID("2")));
    await store.append([
      draft("a", "old", { files: [ID("1")] }),
      draft("a", "new", { files: [ID("2")], ts: 5000 }),
    ]);
    await retain(store, { messages: 1 });
    assertEquals(await waste(store), [ID("1")]);
    assertEquals([await store.files.find(ID("1")), (await store.files.find(ID("2")))?.said], [
      undefined,
      5000,
    ]);
  });

  it("W19.3 which are in no message is told, and a user's are let go of at once", async () => {
    await using opened = await open();
    const { store } = opened;
    await add(store, upload(ID("1")), upload(ID("2")), upload(ID("3"), { room: "b" }));
    await add(store, upload(ID("4"), { uid: "guest:ben" }), upload(ID("5")));
    await store.append([draft("a", "", { files: [ID("1")] })]);
    await store.files.drop(ID("5"), "a", "guest:ann");
    const ids = ["1", "2", "3", "4", "5", "6"].map(ID);
    assertEquals((await store.files.waiting(ids)).sort(), [ID("2"), ID("3"), ID("4")]);
    await store.files.dropAll("guest:ann");
    assertEquals(await store.files.waiting(ids), [ID("4")]);
    assertEquals(await waste(store), [ID("2"), ID("3"), ID("5")]);
    assertEquals((await store.files.find(ID("1")))?.said, 1000);
  });

  it("W19.7 what no message took in time is waste, and can't be said any more", async () => {
    await using opened = await open();
    const { store } = opened;
    const young = upload(ID("2"), { at: 2000 });
    await add(store, upload(ID("1")), young, upload(ID("3")));
    await store.append([draft("a", "x", { files: [ID("3")] })]);
    assertEquals(await waste(store, 2000), [ID("1")]);
    const late = draft("a", "x", { files: [ID("1")] }) as Draft;
    assertEquals(await store.append([late]), [{ refused: "file" }]);
    assertEquals(seqs(await store.append([draft("a", "x", { files: [ID("2")] })])), [2]);
  });

  it("W19.8 only who uploaded it there drops a file, while no message has it", async () => {
    await using opened = await open();
    const { files } = opened.store;
    await add(opened.store, upload(ID("1")), upload(ID("2")));
    await opened.store.append([draft("a", "x", { files: [ID("2")] })]);
    assertEquals(await files.drop(ID("1"), "a", "guest:bob"), false);
    assertEquals(await files.drop(ID("1"), "b", "guest:ann"), false);
    assertEquals(await files.drop(ID("2"), "a", "guest:ann"), false);
    assertEquals(await files.drop(ID("1"), "a", "guest:ann"), true);
    assertEquals(await files.drop(ID("1"), "a", "guest:ann"), false);
    assertEquals(await waste(opened.store), [ID("1")]);
  });

  it("W19.3 counts what all are, small ones as more, until what is waste is forgotten", async () => {
    await using opened = await open();
    const { files } = opened.store;
    assertEquals(await files.bytes(), 0);
    await add(opened.store, upload(ID("1"), { bytes: 1 }), upload(ID("2"), { bytes: 10_000 }));
    assertEquals(await files.bytes(), 14_096);
    await files.drop(ID("2"), "a", "guest:ann");
    assertEquals([await files.bytes(), await files.unknown([ID("1"), ID("2"), ID("3")])], [
      14_096,
      [ID("3")],
    ]);
    assertEquals(await files.waste(0), [{ id: ID("2"), bytes: 10_000 }]);
    await files.forget([ID("2"), ID("1")]);
    assertEquals([await files.bytes(), await files.unknown([ID("1"), ID("2")])], [
      4096,
      [ID("2")],
    ]);
    assertEquals(await waste(opened.store), []);
  });
}
