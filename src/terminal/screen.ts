// A terminal that somebody sits at: a line that is edited at the bottom, with its history, and what
// is told above it. Knows nothing of chats.
import * as readline from "node:readline";
import process from "node:process";
import { harmless } from "./harmless.ts";
import { type Line, written } from "./ink.ts";
import type { Outlet } from "./outlet.ts";

const HISTORY_LINES = 500;

/** What its owner is told. `wrote`: the line is another one now. */
export type ScreenHandlers = {
  line: (line: string) => void;
  wrote: (line: string) => void;
  complete: (line: string) => [string[], string];
  leave: () => void;
};

export class Screen implements Outlet {
  readonly #lines: readline.Interface;
  readonly #isColoured: boolean;
  /** Rows of the terminal above the last one of a line that was just entered. */
  #rows = 0;
  #passing = "";
  #prompt = "";

  constructor(handlers: ScreenHandlers, isColoured: boolean) {
    this.#isColoured = isColoured;
    const { stdin: input, stdout: output } = process;
    const completer = (line: string): [string[], string] => {
      const [found, word] = handlers.complete(line);
      return [found.map(harmless), word];
    };
    // The first to hear of a key: afterwards what was entered is gone.
    input.prependListener("keypress", (_, key) => {
      if (key?.name !== "return" && key?.name !== "enter") return;
      this.#lines.write(null, { ctrl: true, name: "e" });
      this.#rows = this.#lines.getCursorPos().rows;
    });
    this.#lines = readline.createInterface({
      input,
      output,
      completer,
      terminal: true,
      historySize: HISTORY_LINES,
      removeHistoryDuplicates: true,
    });
    input.on("keypress", () => handlers.wrote(this.#lines.line));
    this.#lines.on("line", (line) => {
      // It is told again when it was said.
      readline.moveCursor(output, 0, -this.#rows - 1);
      readline.clearScreenDown(output);
      this.#lines.prompt();
      handlers.line(line);
    });
    this.#lines.on("SIGINT", handlers.leave);
    // Deno hears no keys any more after `fg`: Ctrl-Z does nothing instead.
    this.#lines.on("SIGTSTP", () => {});
    this.#lines.on("close", handlers.leave);
  }

  tell(line: Line) {
    this.#around(() => process.stdout.write(`${written(line, this.#isColoured)}\n`));
  }

  complain(line: Line) {
    this.tell(line);
  }

  passing(words: string) {
    if (words === this.#passing) return;
    this.#around(() => this.#passing = words);
  }

  /** What stands before the line that is edited. */
  prompt(words: string) {
    this.#around(() => this.#prompt = `${words}> `);
  }

  /** Gives the terminal back as it was, without the line. */
  close() {
    this.#erase();
    this.#lines.removeAllListeners("close").close();
  }

  /** Does something to the screen while there is no line on it. */
  #around(change: () => void) {
    const rows = this.#erase();
    change();
    const passing = written([{ text: this.#passing, style: "quiet" }], this.#isColoured);
    const prompt = written([{ text: this.#prompt, style: "strong" }], this.#isColoured);
    this.#lines.setPrompt(passing === "" ? prompt : `${passing}\n${prompt}`);
    // readline goes up to where it believes that its line begins.
    process.stdout.write("\n".repeat(rows));
    this.#lines.prompt(true);
  }

  /** @returns the rows that the cursor stood below the line's first */
  #erase(): number {
    const { rows } = this.#lines.getCursorPos();
    readline.moveCursor(process.stdout, 0, -rows);
    readline.cursorTo(process.stdout, 0);
    readline.clearScreenDown(process.stdout);
    return rows;
  }
}
