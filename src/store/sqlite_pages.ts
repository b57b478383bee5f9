// Messages in present form, as pages and one by one. Synchronous, as all that runs in the worker.
import { entryBytes, type Message, type RoomName, type UserId } from "../protocol.ts";
import type { SqliteChanges } from "./sqlite_changes.ts";
import type { SqliteEntries } from "./sqlite_entries.ts";
import type { Page, PageSize } from "./store.ts";

export class SqlitePages {
  readonly #entries: SqliteEntries;
  readonly #changes: SqliteChanges;

  constructor(entries: SqliteEntries, changes: SqliteChanges) {
    this.#entries = entries;
    this.#changes = changes;
  }

  /** The newest messages of a room with `seq < before`. */
  page(
    id: number,
    room: RoomName,
    before: number,
    size: PageSize,
    uid?: UserId,
  ): Pick<Page, "messages" | "more"> {
    const found: Message[] = [];
    // One more, which says whether there are more.
    for (const message of this.#entries.falling(id, room, before)) {
      if (found.push(message) > size.limit) break;
    }
    const messages = found.slice(0, size.limit).reverse();
    this.#changes.apply(id, messages, uid);
    let bytes = 0;
    const tooMuch = messages.findLastIndex((message, index) =>
      (bytes += entryBytes(message)) > size.bytes && index < messages.length - 1
    );
    messages.splice(0, tooMuch + 1);
    return { messages, more: messages.length < found.length };
  }

  /** The message with that seq, where it is kept. */
  one(id: number, room: RoomName, seq: number, uid: UserId): Message | undefined {
    const [message] = this.#entries.rising(id, room, seq - 1, seq) as Iterable<Message>;
    if (message) this.#changes.apply(id, [message], uid);
    return message;
  }
}
