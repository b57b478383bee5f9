// REPLIES_FILE: read at the start, and again whenever what is in it is something else, however an
// editor puts it there. A bad one is told once, and what was good before stays.
import type { Logger } from "@logtape/logtape";
import { Bot } from "./bot.ts";
import type { Config } from "./config.ts";
import type { Hub } from "./hub.ts";
import { readReplies, type Replies } from "./replies.ts";

/** How often the file is looked at, in milliseconds. */
const REPLIES_MS = 2000;

/**
 * Lets the bot of the file answer, where there is one. Rejects with what is wrong, a line to each
 * problem. What comes back ends the looking.
 */
export async function openReplies(config: Config, hub: Hub, log: Logger): Promise<() => void> {
  if (config.REPLIES_FILE === "") return () => {};
  const file = new RepliesFile(config);
  const bot = new Bot(hub);
  bot.use(await file.read());
  hub.listener = bot;
  const look = async () => {
    try {
      const replies = await file.readChanged();
      if (!replies) return;
      if (!bot.use(replies)) throw file.wrong("name: expected one that no user has now");
      log.info("REPLIES_FILE has changed: the bot answers by it");
    } catch (error) {
      const problems = (error as Error).message.replaceAll("\n", "; ");
      log.error("the old replies stay: {problems}", { problems });
    }
  };
  const looking = setInterval(look, REPLIES_MS);
  return () => clearInterval(looking);
}

/** The file, and what was in it. */
export class RepliesFile {
  readonly #path: string;
  readonly #maxTextBytes: number;
  /** What was in the file when it was read last, or why it could not be. */
  #seen = "";

  constructor(
    { REPLIES_FILE, MAX_MESSAGE_BYTES }: Pick<Config, "REPLIES_FILE" | "MAX_MESSAGE_BYTES">,
  ) {
    this.#path = REPLIES_FILE;
    this.#maxTextBytes = MAX_MESSAGE_BYTES;
  }

  /** What is in it. Throws with every problem, a line each. */
  async read(): Promise<Replies> {
    let json: string;
    try {
      this.#seen = json = await Deno.readTextFile(this.#path);
    } catch (error) {
      this.#seen = (error as Error).message;
      throw this.wrong(`can't be read: ${this.#seen}`);
    }
    const read = readReplies(json, this.#maxTextBytes);
    if (read.ok) return read.replies;
    throw this.wrong(...read.problems);
  }

  /** As `read`, or undefined while it is as it was; what is wrong is told once. */
  async readChanged(): Promise<Replies | undefined> {
    const before = this.#seen;
    try {
      const replies = await this.read();
      return this.#seen === before ? undefined : replies;
    } catch (error) {
      if (this.#seen === before) return undefined;
      throw error;
    }
  }

  wrong(...problems: string[]): Error {
    return new Error(problems.map((it) => `REPLIES_FILE=${this.#path}: ${it}`).join("\n"));
  }
}
