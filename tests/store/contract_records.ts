// What `Records` promises: put, replace, get, list and remove.
import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import type { Open } from "./contract.ts";

export function recordsContract(open: Open) {
  it("keeps a value under a kind and a key, the last one given", async () => {
    await using opened = await open();
    const { store } = opened;
    assertEquals(await store.get("ban", "a", 0), undefined);
    await store.put("ban", "a", "first", null);
    await store.put("ban", "a", "second", null);
    await store.put("mute", "a", "other", null);
    assertEquals(await store.get("ban", "a", 0), "second");
    assertEquals(await store.get("mute", "a", 0), "other");
    assertEquals(await store.get("ban", "A", 0), undefined);
  });

  it("replaces a value where there is one, and nothing where there is none", async () => {
    await using opened = await open();
    const { store } = opened;
    assertEquals(await store.replace("ban", "a", "none", null), false);
    await store.put("ban", "a", "first", null);
    await store.put("mute", "a", "other", null);
    assertEquals(await store.replace("ban", "a", "short", 1000), true);
    assertEquals(await store.list("ban", 0), [{ key: "a", value: "short", expires: 1000 }]);
    assertEquals(await store.replace("ban", "a", "for good", null), true);
    assertEquals(await store.get("ban", "a", 1000), "for good");
    assertEquals(await store.get("mute", "a", 0), "other");
    await store.remove("ban", "a");
    assertEquals(await store.replace("ban", "a", "again", null), false);
    assertEquals(await store.list("ban", 0), []);
  });

  it("finds nothing that has expired", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.put("ban", "a", "short", 1000);
    await store.put("ban", "b", "for good", null);
    assertEquals(await store.get("ban", "a", 999), "short");
    assertEquals(await store.get("ban", "a", 1000), undefined);
    const forGood = { key: "b", value: "for good", expires: null };
    assertEquals(await store.list("ban", 999), [
      { key: "a", value: "short", expires: 1000 },
      forGood,
    ]);
    assertEquals(await store.list("ban", 1000), [forGood]);
  });

  it("lists one kind, ordered by key", async () => {
    await using opened = await open();
    const { store } = opened;
    for (const key of ["b", "a b", "é", "a", "B"]) await store.put("ban", key, `of ${key}`, null);
    await store.put("mute", "c", "other", null);
    const keys = (await store.list("ban", 0)).map(({ key }) => key);
    assertEquals(keys, ["B", "a", "a b", "b", "é"]);
    assertEquals(await store.list("none", 0), []);
  });

  it("removes one, also where there is none", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.put("ban", "a", "1", null);
    await store.put("ban", "b", "2", null);
    await store.remove("ban", "a");
    await store.remove("ban", "a");
    assertEquals((await store.list("ban", 0)).map(({ key }) => key), ["b"]);
  });
}
