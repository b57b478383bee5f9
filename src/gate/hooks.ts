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
  /** By the hash of the id. Kept whole, so that a wrong id costs the store nothing. */
  readonly #hooks = new Map<string, Hook>();

  private constructor(records: Records, names: Names) {
    this.#records = records;
    this.#names = names;
  }

  /** Before anybody is connected, or a hook could lose its name. Rejects with a `StoreError`. */
  static async open(records: Records, names: Names, now: number): Promise<Hooks> {
    const hooks = new Hooks(records, names);
    for (const { key, value } of await records.list(KIND, now)) {
      const { room, name } = JSON.parse(value);
      names.reserve(name);
      hooks.#hooks.set(key, toHook(key, room, name));
    }
    return hooks;
  }

  /** Makes one, or says why there can't be one now. Rejects with a `StoreError`. */
  async make(room: RoomName, name: string): Promise<Made> {
    if (this.#hooks.size >= MAX_HOOKS) {
      return { ok: false, message: `there are ${MAX_HOOKS} hooks already; revoke one` };
    }
    if (!this.#names.reserve(name)) {
      return { ok: false, message: "name must be one that no user has now" };
    }
    const id = randomBytes(ID_BYTES).toString("base64url");
    const key = hash(id);
    try {
      await this.#records.put(KIND, key, JSON.stringify({ room, name }), null);
    } catch (error) {
      this.#names.unreserve(name);
      throw error;
    }
    const hook = toHook(key, room, name);
    this.#hooks.set(key, hook);
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
    // Of two who revoke it at once, the second finds it gone.
    if (this.#hooks.delete(key)) this.#names.unreserve(hook.name);
    return hook;
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
