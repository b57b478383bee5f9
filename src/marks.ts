// How far users have read (W10.10), on its way to the store: many markers in one call, each user's
// of a room at most once a second. Who is where, and has read how far, is known to the rooms.
import type { RoomName, UserId } from "./protocol.ts";
import type { Mark, MarkStore } from "./store/store.ts";

/** How often markers are stored, in milliseconds. */
const SAVE_MS = 1000;

export class Marks {
  readonly #store: MarkStore;
  /** By room and uid. */
  #unsaved = new Map<string, Mark>();
  #saving: { marks: Map<string, Mark>; done: Promise<void> } | undefined;
  #savedAt = -Infinity;

  constructor(store: MarkStore) {
    this.#store = store;
  }

  /** Whether all is stored. */
  get isIdle(): boolean {
    return this.#unsaved.size === 0 && !this.#saving;
  }

  /** A marker that grew. */
  add(mark: Mark): void {
    this.#unsaved.set(keyOf(mark.room, mark.uid), mark);
  }

  /** How far the user has read the room, as far as the store does not know it yet; 0: it does. */
  pending(room: RoomName, uid: UserId): number {
    const key = keyOf(room, uid);
    return (this.#unsaved.get(key) ?? this.#saving?.marks.get(key))?.seq ?? 0;
  }

  /** How far the user has read the room; 0: unknown. Rejects with a `StoreError`. */
  async find(room: RoomName, uid: UserId): Promise<number> {
    const pending = this.pending(room, uid);
    return pending || Math.max(await this.#store.marker(uid, room), this.pending(room, uid));
  }

  /** Stores what waits, if it is time. Rejects with a `StoreError`. */
  async sweep(now: number): Promise<void> {
    if (this.isIdle || this.#saving || now - this.#savedAt < SAVE_MS) return;
    this.#savedAt = now;
    await this.save();
  }

  /** Stores what waits; what could not be stored waits again. Rejects with a `StoreError`. */
  async save(): Promise<void> {
    while (this.#saving) await this.#saving.done.catch(() => {});
    if (this.#unsaved.size === 0) return;
    const marks = this.#unsaved;
    this.#unsaved = new Map();
    const done = this.#store.mark([...marks.values()]);
    this.#saving = { marks, done };
    try {
      await done;
    } catch (error) {
      this.#unsaved = new Map([...marks, ...this.#unsaved]);
      throw error;
    } finally {
      this.#saving = undefined;
    }
  }
}

/** No room's name holds a line break. */
function keyOf(room: RoomName, uid: UserId): string {
  return `${room}\n${uid}`;
}
