// What a client knows of one room, by the rules of W5; throws where the server breaks them.
import { assert, assertEquals } from "@std/assert";
import type { Entry, Position } from "../../src/protocol.ts";
import type { Of } from "./client.ts";

export class Timeline {
  isMember = false;
  /** Without a gap between them. */
  entries: Entry[] = [];
  #epoch = "";
  /** The seq of the newest entry that is known, or of the head where none is. */
  #head = 0;

  /** What a join may say to get only what is missing. */
  get position(): Position | undefined {
    return this.#epoch === "" ? undefined : { epoch: this.#epoch, seq: this.#head };
  }

  joined(message: Of<"joined">, since: Position | undefined): void {
    const { messages, gap, seq, epoch, first, more } = message;
    if (this.isMember) assert(this.#head <= seq, "a joined is behind the live entries");
    if (since && !gap) {
      assertEquals(epoch, since.epoch);
      assertEquals(messages.length, seq - since.seq);
      assert(!more);
      this.entries = this.entries.filter((entry) => entry.seq <= since.seq);
      this.#head = since.seq;
    } else {
      assertEquals(gap, since !== undefined);
      assertEquals(more, messages.length > 0 && messages[0]!.seq > first);
      this.entries = [];
      this.#head = seq - messages.length;
    }
    this.#epoch = epoch;
    this.isMember = true;
    for (const entry of messages) this.#add(entry);
    assertEquals(this.#head, seq);
  }

  live(entry: Entry): void {
    assert(this.isMember, "an entry came before the joined or after the left");
    this.#add(entry);
  }

  #add(entry: Entry): void {
    assertEquals(entry.seq, this.#head + 1, "a gap, or an entry twice");
    this.entries.push(entry);
    this.#head = entry.seq;
  }
}
