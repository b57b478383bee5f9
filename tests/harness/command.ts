// A command of Snug that ends by itself, and what it said.
import { type Env, startMain } from "./server.ts";
import { within } from "./within.ts";

const LIMIT_MS = 60_000;

export type Ended = { code: number; out: string; err: string };

/** Runs `snug <args>` on the database of that path; `input` is what it can read. */
export async function command(
  database: string,
  args: string[],
  { env = {}, input }: { env?: Env; input?: string } = {},
): Promise<Ended> {
  const cwd = database.replace(/[^/]*$/, "");
  const STORE_URL = `sqlite:${database}`;
  const options = { args, cwd, env: { STORE_URL, ...env } };
  await using process = startMain(options);
  if (input !== undefined) await process.write(input);
  if (input !== undefined) await process.end();
  const { code } = await within(LIMIT_MS, `snug ${args.join(" ")}`, process.exited);
  return { code, out: process.stdout(), err: process.stderr() };
}

/** As `command`, and it must do what it is told. */
export async function succeed(...given: Parameters<typeof command>): Promise<Ended> {
  const ended = await command(...given);
  if (ended.code !== 0) throw new Error(`snug ${given[1].join(" ")}: ${JSON.stringify(ended)}`);
  return ended;
}

/** As `command`, and it must end with 1 and say why in one line, which this is. */
export async function refused(...given: Parameters<typeof command>): Promise<string> {
  const { code, out, err } = await command(...given);
  if (code !== 1 || out !== "" || !/^.+\n$/.test(err) || /^\s+at |Error:/.test(err)) {
    throw new Error(`snug ${given[1].join(" ")} ended with ${code}: ${out}${err}`);
  }
  return err.trimEnd();
}
