// What is asked for on the command line.
import { parseArgs } from "node:util";
import { VERSION } from "./version.ts";

/** How the program is used. */
export const USAGE = `Snug ${VERSION}, a chat server in one file.

usage: snug [serve]         serve; settings come from the environment and from .env
       snug serve --processes N
                            several of it, at the ports from PORT on, on one Redis, behind a proxy
       snug backup FILE     copy the database to a new file, while it is in use or not
       snug restore FILE    put a backup in its place, while no server uses it
       snug renew           give all rooms new epochs, after Redis was put back to a backup
       snug check [FILE]    look whether the database, or a backup, is sound, and what is in it
       snug export [ROOM]   write a room's log, or all, as lines of JSON
       snug import [FILE]   bring such lines in, while no server uses the database
       snug chat URL        talk in a room, from a terminal or a pipe; snug chat --help says how
       snug health          ask the server of this machine whether it is ready
       snug --help          this text
       snug --version       the version

The settings are listed in README.md, and docs/OPERATIONS.md says more of the rest.`;

/** Its words: how many arguments each takes at least and at most. */
const WORDS = {
  serve: [0, 0],
  backup: [1, 1],
  restore: [1, 1],
  renew: [0, 0],
  check: [0, 1],
  export: [0, 1],
  import: [0, 1],
  health: [0, 0],
} as const;

type Word = keyof typeof WORDS;

const PROCESSES = "--processes needs a whole number from 1 to 999";

/** `argument` is a file's path, or a room. */
export type Command =
  | { name: "help" | "version" | "health" }
  | { name: "serve"; processes?: number }
  | { name: "chat"; args: string[] }
  | { name: "backup" | "restore"; argument: string }
  | { name: "renew" | "check" | "export" | "import"; argument?: string };

/** The command, or why there is none, in words. */
export function parseCommand(args: string[]): Command | string {
  // It has options of its own.
  if (args[0] === "chat") return { name: "chat", args: args.slice(1) };
  const unknown = `unknown: ${args.join(" ")}`;
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h" },
        version: { type: "boolean", short: "V" },
        processes: { type: "string" },
      },
    });
    if (values.help) return { name: "help" };
    if (values.version) return { name: "version" };
    const [name = "serve", ...given] = positionals;
    if (!Object.hasOwn(WORDS, name)) return unknown;
    const [least, most] = WORDS[name as Word];
    if (given.length < least) return `${name} needs a file`;
    if (given.length > most) return unknown;
    const { processes } = values;
    if (processes !== undefined) {
      if (name !== "serve") return unknown;
      if (!/^[1-9]\d{0,2}$/.test(processes)) return PROCESSES;
      return { name, processes: Number(processes) };
    }
    const [argument] = given;
    return { name, ...(argument !== undefined && { argument }) } as Command;
  } catch (error) {
    // The number was forgotten: the task ends in this option.
    return (error as Error).message.startsWith("Option '--processes ") ? PROCESSES : unknown;
  }
}
