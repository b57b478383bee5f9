import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import project from "../../deno.json" with { type: "json" };
import { readConfig } from "../../src/config.ts";
import { startFlags } from "../../tools/compile.ts";
import { tempFolder } from "../harness/temp.ts";
import { all, environment, Image, readStages, ROOT, type Stage, words } from "./dockerfile.ts";

const stages = await readStages();
const stage = (name: string) => stages.find((it) => it.name === name)!;
const finals = [stage("server"), stage("binary")];

/** Every file of the program, as text. */
async function sources(folder: URL): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await sources(new URL(`${name}/`, folder)));
    else found.push(await Deno.readTextFile(new URL(name, folder)));
  }
  return found;
}

describe("the Dockerfile", () => {
  it("has the Deno that everything is tested with", async () => {
    const ci = await Deno.readTextFile(new URL(".ci/run", ROOT));
    const [, version] = ci.match(/deno@(\d+\.\d+\.\d+)/)!;
    const bases = stages.map(({ base }) => base).filter((base) => base.includes("deno"));
    assertEquals(bases, [`denoland/deno:${version}`, `denoland/deno:distroless-${version}`]);
    assertEquals(stages.at(-1)!.name, "server", "it is what is built where no target is named");
  });

  it("copies files that are there and that .dockerignore lets in", async () => {
    const ignore = await Deno.readTextFile(new URL(".dockerignore", ROOT));
    const [first, ...let_in] = ignore.trimEnd().split("\n");
    assertEquals(first, "*");
    const copied = stages.flatMap((it) => all(it, "COPY"))
      .filter((rest) => !rest.startsWith("--from"))
      .flatMap((rest) => rest.split(" ").slice(0, -1));
    for (const path of copied) {
      await Deno.stat(new URL(path, ROOT));
      assert(let_in.some((it) => `${path}/`.startsWith(`${it.slice(1)}/`)), path);
    }
    for (const it of let_in) {
      assert(copied.includes(it.slice(1)), `${it} lets in what nobody copies`);
    }
  });

  it("leaves out the packages that the program does not import, and no others", async () => {
    const program = (await Promise.all(["src/", "static/"].map((it) => sources(new URL(it, ROOT)))))
      .flat().concat(await Deno.readTextFile(new URL("main.ts", ROOT))).join("\n");
    const isImported = (name: string) =>
      new RegExp(`(from|import) ?\\(?\\s*"${name}["/]`).test(program);
    const packages = Object.entries(project.imports).filter(([, at]) => at.startsWith("npm:"));
    const packageOf = (at: string) => at.match(/^npm:(@?[^@]+)@/)![1]!;
    const used = new Set(
      packages.filter(([name]) => isImported(name)).map(([, at]) => packageOf(at)),
    );
    const unused = packages.map(([, at]) => packageOf(at)).filter((name) => !used.has(name));
    const [run] = all(stage("build"), "RUN");
    assertEquals(run!.match(/deno remove (.*?) &&/)![1]!.split(" "), unused.toSorted());
  });

  it("starts with the permissions of the start task, but writes only to /data", () => {
    const narrowed = startFlags().map((it) => it === "--allow-write" ? "--allow-write=/data" : it);
    const [program, run, ...rest] = words(stage("server"), "ENTRYPOINT");
    assertEquals([program, run, rest.pop()], ["deno", "run", "/app/main.ts"]);
    const cached = ["--cached-only", "--frozen"];
    assertEquals(rest.toSorted(), [...narrowed, ...cached].toSorted());
    for (const flag of words(stage("server"), "HEALTHCHECK").slice(2, -2)) {
      assert(rest.includes(flag), `${flag} is more than the server has`);
    }
  });

  it("runs as nobody in particular, keeps its data in a volume, and has good settings", () => {
    for (const final of finals) {
      assertEquals(all(final, "USER"), ["65532:65532"]);
      assertEquals(all(final, "VOLUME"), ["/data"]);
      assert(all(final, "COPY").includes("--from=build --chown=65532:65532 /data /data"));
      const { HOST, PORT, TRANSPORT, STORE_URL, ...others } = environment(final);
      const read = readConfig({ HOST, PORT, TRANSPORT, STORE_URL });
      assert(read.ok);
      assertEquals([read.config.HOST, read.config.TRANSPORT], ["0.0.0.0", "ws"]);
      assertEquals(read.config.STORE_URL, "sqlite:/data/snug.db");
      assertEquals(all(final, "EXPOSE"), [String(read.config.PORT)]);
      assert(Object.keys(others).every((name) => name.startsWith("DENO_")));
    }
  });

  it("makes what runs and is healthy where nothing can be fetched", async () => {
    await using folder = await tempFolder();
    const image = new Image(folder.path);
    await image.addPackages();
    await image.build(stage("build"));
    const packages = await Array.fromAsync(Deno.readDir(`${folder.path}/deno-dir/npm`));
    assertEquals(packages.length, 1);

    const server: Stage = stage("server");
    const env = { ...environment(server), HOST: "127.0.0.1", PORT: "0", HOME: folder.path };
    const command = [...words(server, "ENTRYPOINT"), ...words(server, "CMD")];
    await using process = image.start(command, env);
    const [, port] = await process.said(/listens on http:\/\/127\.0\.0\.1:(\d+)/, 60_000);
    const health = { ...env, PORT: port! };
    await using check = image.start(words(server, "HEALTHCHECK"), health);
    assertEquals((await check.exited).code, 0, check.stderr());
    assertMatch(check.stdout(), /^ready\n$/);
    // As `docker run` with another command does it.
    const backup = [...words(server, "ENTRYPOINT"), "backup", `${folder.path}/data/backup.db`];
    await using copy = image.start(backup, env);
    assertEquals((await copy.exited).code, 0, copy.stderr());
    process.kill("SIGTERM");
    assertEquals((await process.exited).code, 0);
  });
});
