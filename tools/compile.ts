// Makes the single executable: `deno task compile` for this machine, `deno task compile all` or
// `deno task compile <target>…` for others, into dist/. Its permissions are those of the start task.
import { fileURLToPath } from "node:url";
import project from "../deno.json" with { type: "json" };

const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
];
/** What the module graph of main.ts does not name: workers are started by their URLs. */
const INCLUDED = ["src/store/sqlite_worker.ts", "src/routes/brotli_worker.ts"];

/** Permissions and engine settings, as the start task has them. */
export function startFlags(command = project.tasks.start.command): string[] {
  return command.split(" ").filter((word) => /^--(allow|deny|v8-flags)/.test(word));
}

async function compile(target: string | undefined): Promise<boolean> {
  const output = target === undefined ? "snug" : `dist/snug-${target}`;
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["compile", "--no-check", "--frozen", "--exclude-unused-npm", ...startFlags()],
      ...["--config", fromRoot("deno.json"), "--output", output],
      ...INCLUDED.flatMap((path) => ["--include", fromRoot(path)]),
      ...(target === undefined ? [] : ["--target", target]),
      fromRoot("main.ts"),
    ],
  }).spawn().status;
  return success;
}

function fromRoot(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

/** What may be missing where it failed, in words. */
function advice(): string {
  const base = Deno.env.get("DENORT_BIN");
  if (base !== undefined) return `The base was DENORT_BIN=${base}: is it denort for that target?`;
  const { deno } = Deno.version;
  return `The base of every executable, denort, comes from https://dl.deno.land/release/v${deno}/.
Where that can't be reached: unpack denort-<target>.zip from there by other means, name the file in
DENORT_BIN and compile one target at a time.`;
}

if (import.meta.main) {
  const unknown = Deno.args.filter((arg) => arg !== "all" && !TARGETS.includes(arg));
  if (unknown.length > 0) {
    console.error(
      `unknown: ${unknown.join(" ")}\nexpected all, or of these:\n${TARGETS.join("\n")}`,
    );
    Deno.exit(2);
  }
  const targets = Deno.args.includes("all") ? TARGETS : Deno.args;
  for (const target of targets.length > 0 ? targets : [undefined]) {
    if (await compile(target)) continue;
    console.error(`${target ?? "snug"} was not made.\n${advice()}`);
    Deno.exit(1);
  }
}
