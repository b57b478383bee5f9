// Where what is told goes: a screen, or standard output and standard error.
import { type Line, written } from "./ink.ts";

export interface Outlet {
  /** Something happened, or was asked for. */
  tell(line: Line): void;
  /** Something did not work. */
  complain(line: Line): void;
  /** What is so just now and leaves no trace, or "". */
  passing(words: string): void;
}

/** What nobody wants to read is not written. */
export class Plain implements Outlet {
  readonly #isTold: boolean;
  readonly #isColoured: boolean;

  constructor({ isTold, isColoured }: { isTold: boolean; isColoured: boolean }) {
    this.#isTold = isTold;
    this.#isColoured = isColoured;
  }

  tell(line: Line) {
    if (this.#isTold) writeLine(written(line, this.#isColoured));
  }

  complain(line: Line) {
    console.error(written(line, false));
  }

  passing() {}
}

/** Writes to standard output; where nobody reads it any more, the program ends. */
export function writeLine(text: string) {
  const bytes = new TextEncoder().encode(`${text}\n`);
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    Deno.exit(1);
  }
}
