// What a schedule steers of an instance's store over the Redis that several share.
import type { Entry, RoomName } from "../../src/protocol.ts";
import type { RedisStore } from "../../src/store/redis.ts";
import type { Page } from "../../src/store/store.ts";
import type { Dice } from "./dice.ts";
import type { RedisEnd } from "./redis_end.ts";
import { allOf, type Call, type Disk } from "./store.ts";

export class SharedDisk implements Disk {
  readonly #store: RedisStore;
  readonly #end: RedisEnd;
  readonly #dice: Dice;
  isFailing = false;

  constructor(store: RedisStore, end: RedisEnd, dice: Dice) {
    this.#store = store;
    this.#end = end;
    this.#dice = dice;
  }

  get calls(): ReadonlySet<Call> {
    return this.#end.calls;
  }

  async all(room: RoomName): Promise<{ entries: Entry[]; page: Page }> {
    const { isPrompt } = this.#end;
    this.#end.hurry();
    const all = await allOf(this.#store, room);
    this.#end.isPrompt = isPrompt;
    return all;
  }

  async die(): Promise<void> {
    this.#end.lose(this.#dice.below(this.#end.calls.size + 1));
    await this.#store.close();
  }
}
