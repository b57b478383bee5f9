// What is measured and where: versions as the packages and programs state them, and the machine.
import project from "../deno.json" with { type: "json" };
import { VERSION } from "../src/version.ts";

/** Of a package that npm installed in a folder. */
export function packageVersion(folder: string, name: string): string | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(`${folder}/node_modules/${name}/package.json`)).version;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Of a package in the import map, which is exact there. */
export function importedVersion(name: keyof typeof project.imports): string {
  return project.imports[name].replace(/^.*@/, "");
}

/** What a program says when asked; undefined where it can't be run. */
export function programVersion(program: string, ...args: string[]): string | undefined {
  try {
    const { success, stdout } = new Deno.Command(program, { args, stderr: "null" }).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

export function snugVersion(): string {
  const git = (...args: string[]) => programVersion("git", "-C", import.meta.dirname!, ...args);
  const commit = git("rev-parse", "--short", "HEAD");
  if (!commit) return `Snug ${VERSION}`;
  const isChanged = git("status", "--porcelain", "--", "../src", "../main.ts") !== "";
  return `Snug ${VERSION} (${commit}${isChanged ? ", changed" : ""})`;
}

/** The machine, and the disk below a folder, in one line. */
export function describeMachine(folder: string): string {
  const cpu = /model name\s*: (.*)/.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1];
  const files = programVersion("df", "--output=fstype", folder)?.split("\n").at(-1) ?? "disk";
  return [
    cpu ?? Deno.build.arch,
    `${navigator.hardwareConcurrency} cores`,
    `Linux ${Deno.osRelease()}`,
    `${files} with ${syncMs(folder).toFixed(2)} ms for a write of 4 KiB and its sync`,
  ].join(", ");
}

/** What a durable commit costs at least: the median of a hundred. */
function syncMs(folder: string): number {
  const path = `${folder}/sync`;
  using file = Deno.openSync(path, { create: true, write: true });
  const times = Array.from({ length: 100 }, () => {
    const begin = performance.now();
    file.writeSync(new Uint8Array(4096));
    file.syncDataSync();
    return performance.now() - begin;
  });
  Deno.removeSync(path);
  return times.toSorted((a, b) => a - b)[50]!;
}
