// Which turn of the loop it is, so that a transport knows what one connection brought in it.
import { setImmediate } from "node:timers";

let turn = 0;
let isAwaited = false;

/** A number that is another one in each turn of the loop. */
function currentTurn(): number {
  if (!isAwaited) {
    isAwaited = true;
    setImmediate(() => {
      isAwaited = false;
      turn++;
    });
  }
  return turn;
}

/** Counts what comes in, in each turn anew. */
export class TurnCount {
  #turn = -1;
  #count = 0;

  /** How many it is in this turn, this one included. */
  add(): number {
    const turn = currentTurn();
    if (turn !== this.#turn) {
      this.#turn = turn;
      this.#count = 0;
    }
    return ++this.#count;
  }
}
