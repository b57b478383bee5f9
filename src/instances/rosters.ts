// The rosters of all other instances, and what they say together. Pure: hears nobody.
import type { RoomName, UserId } from "../protocol.ts";
import { isLater, type Known, Roster } from "./roster.ts";

export class Rosters {
  readonly #byInstance = new Map<string, Roster>();

  get size(): number {
    return this.#byInstance.size;
  }

  get entries(): Iterable<[string, Roster]> {
    return this.#byInstance;
  }

  [Symbol.iterator](): Iterator<Roster> {
    return this.#byInstance.values();
  }

  get(instance: string): Roster | undefined {
    return this.#byInstance.get(instance);
  }

  /** That of an instance, an empty one where it is heard for the first time. */
  at(instance: string, now: number): Roster {
    let roster = this.#byInstance.get(instance);
    if (!roster) this.#byInstance.set(instance, roster = new Roster(now));
    return roster;
  }

  delete(instance: string): void {
    this.#byInstance.delete(instance);
  }

  /** The instances whose roster is so. */
  where(isSo: (roster: Roster) => boolean): string[] {
    const found: string[] = [];
    for (const [instance, roster] of this.#byInstance) if (isSo(roster)) found.push(instance);
    return found;
  }

  /** A user, by the name that holds. */
  of(uid: UserId): Known | undefined {
    let held: Known | undefined;
    for (const { users } of this) {
      const known = users.get(uid);
      if (known && (!held || isLater(known, held))) held = known;
    }
    return held;
  }

  isAdmin(uid: UserId): boolean {
    return [...this].some(({ users }) => users.get(uid)?.isAdmin);
  }

  /** Whose folded name it is. */
  find(folded: string): readonly UserId[] {
    let found: readonly UserId[] = [];
    for (const roster of this) {
      const more = roster.find(folded);
      if (more.length > 0) found = found.length > 0 ? [...new Set([...found, ...more])] : more;
    }
    return found;
  }

  /** Users in a room, each once. */
  countIn(room: RoomName): number {
    const present = [...this].flatMap(({ rooms }) => rooms.get(room) ?? []);
    if (present.length <= 1) return present[0]?.size ?? 0;
    return new Set(present.flatMap((users) => [...users.keys()])).size;
  }

  /** Whether somebody is in a room. */
  hasIn(room: RoomName): boolean {
    for (const { rooms } of this) if (rooms.has(room)) return true;
    return false;
  }

  /** The rooms that somebody is in; one may come more than once. */
  *rooms(): Iterable<RoomName> {
    for (const { rooms } of this) yield* rooms.keys();
  }
}
