// Incoming hooks (W20.5): each lets who knows its id say something in one room under one name. An id is
// told once, when it is made; of it only the SHA-256 is stored.
import { createHash, randomBytes } from "node:crypto";
import type { Identity } from "../identity.ts";
import type { Names } from "../names.ts";
import type { RoomName, UserId } from "../protocol.ts";
import type { Records } from "../store/store.ts";

const KIND = "hook";
const ID_BYTES = 16;
/** Of the hash so many characters are what a hook is called by. */
const HANDLE_LENGTH = 12;
const MAX_HOOKS = 1000;

export interface Hook {
  /** What it is called by, which is no secret. */
  handle: string;
  uid: UserId;
  room: RoomName;
  name: string;
}

export type Made = { ok: true; id: string; hook: Hook } | { ok: false; message: string };

export class Hooks {
  readonly #records: Records;
  readonly #names: Names;
  readonly #changed: () => void;
  /** How often something changed here. */
  #changes = 0;
  /** By the hash of the id. Kept whole, so that a wrong id costs the store nothing. */
  readonly #hooks = new Map<string, Hook>();

  /** `changed` hears of every hook that is made or revoked here. */
  constructor(records: Records, names: Names, changed: () => void = () => {}) {
    this.#records = records;
    this.#names = names;
    this.#changed = changed;
  }

  /**
   * Reads what there is: before anybody is connected, or a hook could lose its name, and when another
   * instance changed something. Rejects with a `StoreError`.
   */
  async read(now: number): Promise<void> {
    const changes = this.#changes;
    const found = await this.#records.list(KIND, now);
    // What changed meanwhile may not have been found.
    if (changes !== this.#changes) return this.read(now);
    const keys = new Set(found.map(({ key }) => key));
    for (const key of this.#hooks.keys()) if (!keys.has(key)) this.#drop(key);
    for (const { key, value } of found) {
      if (this.#hooks.has(key)) continue;
      const { room, name } = JSON.parse(value);
      this.#names.keep(name);
      this.#hooks.set(key, toHook(key, room, name));
    }
  }

  /** Makes one, or says why there can't be one now. Rejects with a `StoreError`. */
  async make(room: RoomName, name: string): Promise<Made> {
    if (this.#hooks.size >= MAX_HOOKS) {
      return { ok: false, message: `there are ${MAX_HOOKS} hooks already; revoke one` };
    }
    if (this.#names.find(name).length > 0) {
      return { ok: false, message: "name must be one that no user has now" };
    }
    const id = randomBytes(ID_BYTES).toString("base64url");
    const key = hash(id);
    // Nobody takes it while it is written.
    this.#names.keep(name);
    try {
      await this.#records.put(KIND, key, JSON.stringify({ room, name }), null);
    } catch (error) {
      this.#names.unreserve(name);
      throw error;
    }
    this.#changes++;
    const hook = toHook(key, room, name);
    // Who looked into the store may have found it, and kept its name too.
    if (this.#hooks.has(key)) this.#names.unreserve(name);
    else this.#hooks.set(key, hook);
    this.#changed();
    return { ok: true, id, hook };
  }

  find(id: string): Hook | undefined {
    return this.#hooks.get(hash(id));
  }

  get all(): Hook[] {
    return [...this.#hooks.values()];
  }

  /** Revokes one, and gives what it was. Rejects with a `StoreError`: then it is as before. */
  async revoke(handle: string): Promise<Hook | undefined> {
    const [key, hook] = [...this.#hooks].find(([, one]) => one.handle === handle) ?? [];
    if (!key || !hook) return undefined;
    await this.#records.remove(KIND, key);
    this.#changes++;
    this.#drop(key);
    this.#changed();
    return hook;
  }

  /** Of two who revoke it at once, the second finds it gone. */
  #drop(key: string): void {
    const hook = this.#hooks.get(key);
    if (hook && this.#hooks.delete(key)) this.#names.unreserve(hook.name);
  }
}

/** Who speaks by a hook: somebody who may write in its room. */
export function identityOf({ uid, name, room }: Hook): Identity {
  const grants = [{ pattern: room, permissions: ["read", "write"] as const, from: 0 }];
  return { uid, name, expires: null, seal: null, grants };
}

function toHook(key: string, room: RoomName, name: string): Hook {
  const handle = key.slice(0, HANDLE_LENGTH);
  return { handle, uid: `hook:${handle}`, room, name };
}

function hash(id: string): string {
  return createHash("sha256").update(id).digest("base64url");
}
