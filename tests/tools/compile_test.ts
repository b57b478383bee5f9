import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { startFlags } from "../../tools/compile.ts";
import { startProcess } from "../harness/process.ts";
import { tempFolder } from "../harness/temp.ts";
import { within } from "../harness/within.ts";

const ROOT = new URL("../../", import.meta.url);
const LIMIT_MS = 120_000;

/** Runs the tool in a folder of its own, with deno itself or something else as the base. */
async function compile(folder: string, args: string[], base = Deno.execPath()) {
  const tool = new URL("tools/compile.ts", ROOT).pathname;
  const env = { ...Deno.env.toObject(), NO_COLOR: "1", DENORT_BIN: base };
  const options = { args: ["run", "-A", tool, ...args], cwd: folder, env };
  await using process = startProcess(Deno.execPath(), options);
  const { code } = await within(LIMIT_MS, "the end of compile", process.exited);
  return { code, said: process.stderr() };
}

/** The files below a folder of the program, such as `src/store/open.ts`. */
async function filesOf(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) found.push(...await filesOf(`${folder}${name}/`));
    else found.push(folder + name);
  }
  return found;
}

describe("deno task compile", () => {
  it("puts all of the program into one file, and the permissions of the start task", async () => {
    await using folder = await tempFolder();
    const { code, said } = await compile(folder.path, []);
    assertEquals(code, 0, said);
    const { size } = await Deno.stat(Deno.execPath());
    const added = (await Deno.readFile(`${folder.path}/snug`)).subarray(size);
    const made = new TextDecoder("latin1").decode(added);
    for (const file of ["main.ts", "sqlite_worker.ts", "sqlite_log.ts", "brotli_worker.ts"]) {
      assert(made.includes(`"sources":["${file}"]`), `${file} is not in it`);
    }
    for (const file of await filesOf("static/")) {
      if (/deno\.json$|\.d\.ts$/.test(file)) continue;
      const bytes = await Deno.readFile(new URL(file, ROOT));
      assert(made.includes(new TextDecoder("latin1").decode(bytes)), `${file} is not in it`);
    }
    const permissions: Record<string, unknown> = JSON.parse(
      made.match(/"permissions":(\{"allow_env".*?\})/)![1]!,
    );
    const given = Object.keys(permissions).filter((name) => Array.isArray(permissions[name]));
    const flags = startFlags().filter((flag) => /^--(allow|deny)/.test(flag));
    const allowed = flags.map((flag) => flag.slice(2).replace("-", "_"));
    // The list of hosts to import from is always there; the denial goes before it.
    assertEquals(given.toSorted(), [...allowed, "allow_import"].toSorted());
    assertFalse(/playwright-core\/|axe-core\//.test(said), "packages of tests are in it");
  });

  it("says what the base is where it can't be had, and which targets there are", async () => {
    await using folder = await tempFolder();
    const missing = await compile(folder.path, [], `${folder.path}/missing`);
    assertEquals(missing.code, 1);
    assertStringIncludes(missing.said, `The base was DENORT_BIN=${folder.path}/missing`);
    const unknown = await compile(folder.path, ["linux"]);
    assertEquals(unknown.code, 2);
    assertStringIncludes(unknown.said, "unknown: linux\nexpected all, or of these:\nx86_64-");
    assertEquals(await Array.fromAsync(Deno.readDir(folder.path)), []);
  });
});
