// @ts-check
// How far one has read (W10.10): tells the server once a second at most, and again after a
// reconnect what it did not hear. Knows of rooms only what `joined`, `left` and `read` say.
/** @import {ClientMessage} from "../../src/client_message.ts" */
/** @import {Alarm} from "./alarm.js" */
/** @import {ChatEvents} from "../chat.js" */
/** @import {Emitter} from "./events.js" */

/** `wanted` is how far one has read, `told` how far the server knows that. */
/** @typedef {{epoch: string, wanted: number, told: number}} Mark */

const INTERVAL_MS = 1000;

export class ReadMarks {
  #alarm;
  #send;
  /** @type {Map<string, Mark>} */
  #marks = new Map();
  #isWaiting = false;

  /** @param {Alarm} alarm @param {(message: ClientMessage) => void} send */
  constructor(alarm, send) {
    this.#alarm = alarm;
    this.#send = send;
  }

  /** @param {Emitter<ChatEvents>} events */
  follow(events) {
    events.on("joined", ({ room, epoch, read }) => {
      const before = this.#marks.get(room);
      const wanted = before?.epoch === epoch ? before.wanted : 0;
      this.#marks.set(room, { epoch, wanted, told: read });
      this.#tell();
    });
    events.on("left", ({ room }) => void this.#marks.delete(room));
    events.on("read", ({ room, seq }) => {
      const mark = this.#marks.get(room);
      if (mark) mark.told = Math.max(mark.told, seq);
    });
  }

  /** Nothing in a room that one is not in. @param {string} room @param {number} seq */
  read(room, seq) {
    const mark = this.#marks.get(room);
    if (!mark) return;
    mark.wanted = Math.max(mark.wanted, seq);
    this.#tell();
  }

  /** Tells at once what waits for its second. */
  flush() {
    const due = [...this.#marks].filter(([, { wanted, told }]) => wanted > told);
    if (due.length === 0) return;
    for (const [room, mark] of due) {
      this.#send({ type: "read", room, seq: mark.wanted });
      // If it was lost with the connection, the next `joined` says so.
      mark.told = mark.wanted;
    }
    this.#isWaiting = true;
    this.#alarm.set("read", INTERVAL_MS, () => {
      this.#isWaiting = false;
      this.flush();
    });
  }

  #tell() {
    if (!this.#isWaiting) this.flush();
  }
}
