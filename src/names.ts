// The names of the users who are connected now (W8.2): no two guests have the same one, and none has
// that of a token user who was there before. No user has one of the server's own bots and hooks (W20.1).
import { isGuest, isProgram } from "./identity.ts";
import type { UserId } from "./protocol.ts";
import { MAX_NAME_CHARACTERS } from "./user_name.ts";

interface Held {
  user: string;
  /** Since when it is theirs, in milliseconds since 1970. */
  since: number;
  connections: number;
  /** Where its name has a number: of which name, folded. */
  numbered?: { key: string; number: number };
}

/** The numbers behind a name that many wish for. */
interface Series {
  taken: number;
  /** From here on none was ever given. */
  next: number;
  /** Those that were given back. */
  free: number[];
}

/** The names of those who are connected to other instances (W21.3). */
export interface NamesElsewhere {
  /** What the user goes by there. */
  of(uid: UserId): { user: string; since: number } | undefined;
  /** Whose folded name it is there. */
  find(name: string): readonly UserId[];
}

export class Names {
  readonly #elsewhere: NamesElsewhere | undefined;
  readonly #byUid = new Map<UserId, Held>();
  /** Folded names, each with the users who have it. */
  readonly #taken = new Map<string, readonly UserId[]>();
  /** Folded names that no user may have, and of how many programs each is. */
  readonly #reserved = new Map<string, number>();
  /** By folded name: thousands may wish for the same one, so nobody counts through them. */
  readonly #series = new Map<string, Series>();

  constructor(elsewhere?: NamesElsewhere) {
    this.#elsewhere = elsewhere;
  }

  /**
   * A connection of the user came. Returns the name it goes by: the one its other connections have,
   * else the wished one, else, for a guest, that with `-2`, `-3` … behind it. A token user has the
   * name of its token, whoever else has it: it was given it by somebody.
   */
  take(uid: UserId, wished: string, now = 0): string {
    const held = this.#byUid.get(uid);
    if (held) {
      held.connections++;
      return held.user;
    }
    const isGiven = isProgram(uid) || !isGuest(uid) && !this.#reserved.has(fold(wished));
    const given = this.#elsewhere?.of(uid) ?? (isGiven ? { user: wished } : this.#free(wished));
    this.#byUid.set(uid, { since: now, ...given, connections: 1 });
    this.#hold(given.user, uid);
    return given.user;
  }

  /** A connection of the user went; with the last one its name is free. */
  release(uid: UserId): void {
    const held = this.#byUid.get(uid)!;
    held.connections--;
    if (held.connections > 0) return;
    this.#byUid.delete(uid);
    this.#untake(held, uid);
  }

  /** Gives a connected guest another name. False: somebody else has it. */
  change(uid: UserId, wished: string, now = 0): boolean {
    if (this.#reserved.has(fold(wished))) return false;
    if (this.find(wished).some((owner) => owner !== uid)) return false;
    this.#rename(uid, { user: wished }, this.#later(uid, now));
    return true;
  }

  /** A connected guest has this name from now on, whoever else has it: it was given it elsewhere. */
  follow(uid: UserId, user: string, since: number): void {
    this.#rename(uid, { user }, since);
  }

  /** Gives a connected guest a name with a number behind it. Returns that. */
  evade(uid: UserId, now: number): string {
    const given = this.#free(this.#byUid.get(uid)!.user);
    this.#rename(uid, given, this.#later(uid, now));
    return given.user;
  }

  /** Since when a connected user has their name, in milliseconds since 1970. */
  since(uid: UserId): number {
    return this.#byUid.get(uid)?.since ?? 0;
  }

  /** Keeps a name for a program, others may have it too. False: a user who is connected here has it. */
  reserve(name: string): boolean {
    const key = fold(name);
    if (!this.#reserved.has(key) && this.#taken.has(key)) return false;
    this.keep(name);
    return true;
  }

  /** The same, whoever has it. */
  keep(name: string): void {
    const key = fold(name);
    this.#reserved.set(key, (this.#reserved.get(key) ?? 0) + 1);
  }

  /** A program is no more; with the last one its name is free. */
  unreserve(name: string): void {
    const key = fold(name);
    const programs = this.#reserved.get(key)! - 1;
    if (programs > 0) this.#reserved.set(key, programs);
    else this.#reserved.delete(key);
  }

  /** Who has this name: several, where they are token users. */
  find(name: string): readonly UserId[] {
    return this.findFolded(fold(name));
  }

  /** The same of a name that is folded already. */
  findFolded(name: string): readonly UserId[] {
    const here = this.#taken.get(name) ?? [];
    const elsewhere = this.#elsewhere?.find(name);
    return elsewhere?.length ? [...new Set([...here, ...elsewhere])] : here;
  }

  /** Of those, who is connected here. */
  findHere(name: string): readonly UserId[] {
    return this.#taken.get(fold(name)) ?? [];
  }

  /** Users connected now. */
  get count(): number {
    return this.#byUid.size;
  }

  /** Now, and after the name before, whatever the clocks say: the later name of a user holds. */
  #later(uid: UserId, now: number): number {
    return Math.max(now, this.since(uid) + 1);
  }

  #hold(user: string, uid: UserId): void {
    this.#taken.set(fold(user), [...this.findHere(user), uid]);
  }

  #rename(uid: UserId, given: Pick<Held, "user" | "numbered">, since: number): void {
    const held = this.#byUid.get(uid)!;
    this.#untake(held, uid);
    const { connections } = held;
    this.#byUid.set(uid, { since, connections, ...given });
    this.#hold(given.user, uid);
  }

  #has(key: string): boolean {
    return this.findFolded(key).length > 0 || this.#reserved.has(key);
  }

  #untake({ user, numbered }: Held, uid: UserId): void {
    const others = this.findHere(user).filter((owner) => owner !== uid);
    if (others.length > 0) this.#taken.set(fold(user), others);
    else this.#taken.delete(fold(user));
    if (!numbered) return;
    const { key, number } = numbered;
    const series = this.#series.get(key)!;
    series.free.push(number);
    if (--series.taken === 0) this.#series.delete(key);
  }

  #free(wished: string): Pick<Held, "user" | "numbered"> {
    const key = fold(wished);
    if (!this.#has(key)) return { user: wished };
    const series = this.#series.get(key) ?? { taken: 0, next: 2, free: [] };
    for (;;) {
      const number = series.free.pop() ?? series.next++;
      const suffix = `-${number}`;
      const cut = [...wished].slice(0, MAX_NAME_CHARACTERS - suffix.length).join("");
      if (this.#has(fold(cut + suffix))) continue;
      series.taken++;
      this.#series.set(key, series);
      return { user: cut + suffix, numbered: { key, number } };
    }
  }
}

const ASCII = /^[\0-\x7f]*$/;

/** What makes two names the same to a reader. Both ways, because ß and ς fold only upwards. */
export function fold(name: string): string {
  if (ASCII.test(name)) return name.toUpperCase();
  return name.normalize("NFKC").toLowerCase().toUpperCase();
}
