// A bus within one process, whose messages wait until the test delivers them, and may be lost, come
// twice or come late, as the test says.
import type { Bus } from "../../src/bus.ts";

/** What becomes of a message on its way to one instance. */
export type Fate = "arrives" | "lost" | "twice" | "late";

export interface Letter {
  from: string;
  to: string;
  text: string;
}

export class LocalBus {
  readonly #ears = new Map<string, (from: string, text: string) => void>();
  readonly #deaf = new Set<string>();
  #waiting: Letter[] = [];
  #late: Letter[] = [];
  /** All that was said to each instance, by whom it was said. */
  readonly sent: Letter[] = [];
  fate: (letter: Letter) => Fate = () => "arrives";

  /** The end of one instance. */
  end(self: string): Bus {
    return {
      self,
      say: (text, to) => {
        for (const name of to === undefined ? this.#ears.keys() : [to]) {
          if (name !== self) this.#post({ from: self, to: name, text });
        }
      },
      listen: (hear) => {
        this.#ears.set(self, hear);
        return Promise.resolve();
      },
    };
  }

  /** An instance neither hears nor is heard any more, until `mend`. */
  cut(self: string): void {
    this.#deaf.add(self);
  }

  mend(self: string): void {
    this.#deaf.delete(self);
  }

  /** Says something that none of the instances would. */
  forge(from: string, to: string, text: string): void {
    this.#waiting.push({ from, to, text });
  }

  /** Delivers what waits. False: nothing did. */
  turn(): boolean {
    const letters = this.#waiting;
    this.#waiting = [];
    for (const { from, to, text } of letters) {
      if (!this.#deaf.has(from) && !this.#deaf.has(to)) this.#ears.get(to)?.(from, text);
    }
    return letters.length > 0;
  }

  /** What is late comes with the next turn. */
  catchUp(): void {
    this.#waiting.push(...this.#late);
    this.#late = [];
  }

  /** The types of what was said to an instance since the last call, those of every second aside. */
  takeTypes(to: string): string[] {
    const types = this.sent.filter((letter) => letter.to === to)
      .map(({ text }) => JSON.parse(text).type as string);
    this.sent.splice(0);
    return types.filter((type) => type !== "alive");
  }

  #post(letter: Letter): void {
    this.sent.push(letter);
    const fate = this.fate(letter);
    if (fate === "late") this.#late.push(letter);
    else if (fate !== "lost") this.#waiting.push(letter);
    if (fate === "twice") this.#waiting.push(letter);
  }
}
