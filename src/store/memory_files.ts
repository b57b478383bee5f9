// What the memory store knows of files (W19).
import type { RoomName, SharedFile, UserId } from "../protocol.ts";
import { type FileStore, type KeptFile, LEAST_BYTES, type Upload } from "./file_store.ts";

export class MemoryFiles implements FileStore {
  readonly #kept = new Map<string, KeptFile>();
  readonly #waste = new Map<string, number>();

  add(upload: Upload): Promise<void> {
    this.#kept.set(upload.id, { ...upload });
    return Promise.resolve();
  }

  find(id: string): Promise<KeptFile | undefined> {
    const kept = this.#kept.get(id);
    return Promise.resolve(kept && { ...kept });
  }

  drop(id: string, room: RoomName, by: UserId): Promise<boolean> {
    const isThere = this.claimable([id], room, by) !== undefined;
    if (isThere) this.release([{ id }]);
    return Promise.resolve(isThere);
  }

  dropAll(by: UserId): Promise<void> {
    this.#letGo(({ uid }) => uid === by);
    return Promise.resolve();
  }

  waiting(ids: readonly string[]): Promise<string[]> {
    const isWaiting = (file?: KeptFile) => file !== undefined && file.said === undefined;
    return Promise.resolve(ids.filter((id) => isWaiting(this.#kept.get(id))));
  }

  waste(before: number): Promise<Pick<SharedFile, "id" | "bytes">[]> {
    this.#letGo(({ at }) => at < before);
    return Promise.resolve([...this.#waste].map(([id, bytes]) => ({ id, bytes })));
  }

  forget(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#waste.delete(id);
    return Promise.resolve();
  }

  unknown(ids: readonly string[]): Promise<string[]> {
    return Promise.resolve(ids.filter((id) => !this.#kept.has(id) && !this.#waste.has(id)));
  }

  bytes(): Promise<number> {
    let sum = 0;
    for (const { bytes } of this.#kept.values()) sum += Math.max(bytes, LEAST_BYTES);
    for (const bytes of this.#waste.values()) sum += Math.max(bytes, LEAST_BYTES);
    return Promise.resolve(sum);
  }

  /** What may go into a message of that room and user, or undefined: not all of these may. */
  claimable(ids: readonly string[], room: RoomName, uid: UserId): SharedFile[] | undefined {
    const files = ids.flatMap((id) => {
      const kept = this.#kept.get(id);
      if (!kept || kept.said !== undefined || kept.room !== room || kept.uid !== uid) return [];
      const { room: _, uid: __, at: ___, ...file } = kept;
      return [file];
    });
    return files.length === ids.length ? files : undefined;
  }

  /** They are in a message of that time now. */
  claim(ids: readonly string[], said: number): void {
    for (const id of ids) this.#kept.get(id)!.said = said;
  }

  /** Their message is gone. */
  release(files: readonly Pick<SharedFile, "id">[]): void {
    for (const { id } of files) {
      this.#waste.set(id, this.#kept.get(id)!.bytes);
      this.#kept.delete(id);
    }
  }

  /** Lets go of those of a kind that are in no message. */
  #letGo(isMeant: (file: KeptFile) => boolean): void {
    for (const file of this.#kept.values()) {
      if (file.said === undefined && isMeant(file)) this.release([file]);
    }
  }
}
