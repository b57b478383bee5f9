// A connection as a room sees it: keeps what it is given.
import type { Batch } from "../../src/batch.ts";
import type { Kind } from "../../src/outbox.ts";
import type { ServerMessage, UserId } from "../../src/protocol.ts";
import type { Occupant } from "../../src/room.ts";
import { messagesOf } from "./client.ts";

export class FakeOccupant implements Occupant {
  readonly uid: UserId;
  readonly user: string;
  readonly isBatched: boolean;
  overflows = 0;
  #pushed: { batch: Batch; kind: Kind }[] = [];
  #binaries: Uint8Array[] = [];

  constructor(name: string, { isBatched = true, uid = `guest:${name}` } = {}) {
    this.uid = uid as UserId;
    this.user = name;
    this.isBatched = isBatched;
  }

  push(batch: Batch, kind: Kind): void {
    this.#pushed.push({ batch, kind });
  }

  pushBinary(data: Uint8Array<ArrayBuffer>): void {
    this.#binaries.push(data);
  }

  may(): boolean {
    return false;
  }

  expel(): void {
    throw new Error("nobody is expelled here");
  }

  overflow(): void {
    this.overflows++;
  }

  /** What came since the last look. */
  takeBatches(): { batch: Batch; kind: Kind }[] {
    return this.#pushed.splice(0);
  }

  take(): ServerMessage[] {
    return this.takeBatches().flatMap(({ batch }) => messagesOf(batch.text));
  }

  takeBinaries(): Uint8Array[] {
    return this.#binaries.splice(0);
  }
}
