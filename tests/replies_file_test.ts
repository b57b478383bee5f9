import { assertEquals, assertRejects } from "@std/assert";
import { it } from "@std/testing/bdd";
import { RepliesFile } from "../src/replies_file.ts";
import { tempFolder } from "./harness/temp.ts";

it("REPLIES_FILE what is in it is given once, and what is wrong with it told once", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/replies.json`;
  const file = new RepliesFile({ REPLIES_FILE: path, MAX_MESSAGE_BYTES: 16384 });
  const put = (name: string) =>
    Deno.writeTextFile(path, JSON.stringify({ name, rooms: { general: {} } }));
  await put("One");
  assertEquals((await file.read()).name, "One");
  assertEquals(await file.readChanged(), undefined);
  await put("Two");
  assertEquals((await file.readChanged())?.name, "Two");
  assertEquals(await file.readChanged(), undefined);
  await put("");
  const told = [`REPLIES_FILE=${path}: name: `, `REPLIES_FILE=${path}: can't be read: `];
  await assertRejects(() => file.readChanged(), Error, told[0]);
  assertEquals(await file.readChanged(), undefined);
  await Deno.remove(path);
  await assertRejects(() => file.readChanged(), Error, told[1]);
  assertEquals(await file.readChanged(), undefined);
  await put("Two");
  assertEquals((await file.readChanged())?.name, "Two", "it is good again");
});
