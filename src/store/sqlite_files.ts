// What an SQLite file knows of files (W19). Synchronous, as all that runs in the worker.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { RoomName, SharedFile, UserId } from "../protocol.ts";
import { type KeptFile, LEAST_BYTES, type Upload } from "./file_store.ts";

/** Files that are given as waste at once. */
const WASTE = 256;

type Row = { room: RoomName; uid: UserId; info: string; at: number; said: number | null };

/** `entry` is the id of a row of the log; null: it is in no message yet; 0: it is waste. */
export class SqliteFiles {
  readonly #sql: ReturnType<typeof statements>;

  constructor(db: DatabaseSync) {
    this.#sql = statements(db);
  }

  addFile({ room, uid, at, ...file }: Upload): void {
    this.#sql.add.run(file.id, room, uid, JSON.stringify(file), file.bytes, at, null);
  }

  findFile(id: string): KeptFile | undefined {
    const row = this.#sql.find.get(id) as unknown as Row | undefined;
    if (!row) return undefined;
    const { room, uid, info, at, said } = row;
    return { room, uid, at, ...JSON.parse(info), ...(said !== null && { said }) };
  }

  dropFile(id: string, room: RoomName, by: UserId): boolean {
    return this.#sql.drop.run(id, room, by).changes === 1;
  }

  dropFiles(by: UserId): void {
    this.#sql.dropAll.run(by);
  }

  waitingFiles(ids: readonly string[]): string[] {
    return this.#sql.listWaiting.all(JSON.stringify(ids)).map(({ id }) => id as string);
  }

  wasteOfFiles(before: number): Pick<SharedFile, "id" | "bytes">[] {
    this.#sql.expire.run(before);
    return this.#sql.waste.all() as unknown as Pick<SharedFile, "id" | "bytes">[];
  }

  forgetFiles(ids: readonly string[]): void {
    this.#sql.forget.run(JSON.stringify(ids));
  }

  unknownFiles(ids: readonly string[]): string[] {
    return this.#sql.unknown.all(JSON.stringify(ids)).map(({ id }) => id as string);
  }

  bytesOfFiles(): number {
    return (this.#sql.bytes.get() as { bytes: number }).bytes;
  }

  /** What may go into a message of that room and user, or undefined: not all of these may. */
  claimable(ids: readonly string[], room: RoomName, uid: UserId): SharedFile[] | undefined {
    const files = ids.flatMap((id) => {
      const row = this.#sql.waiting.get(id, room, uid) as { info: string } | undefined;
      return row ? [JSON.parse(row.info) as SharedFile] : [];
    });
    return files.length === ids.length ? files : undefined;
  }

  /** Within a commit: they are in the message of that row now. */
  claim(ids: readonly string[], entry: number): void {
    for (const id of ids) this.#sql.claim.run(entry, id);
  }

  /** Within a commit: brings in those of a message from elsewhere. */
  bring(uploads: readonly Upload[], entry: number): void {
    for (const { room, uid, at, ...file } of uploads) {
      this.#sql.add.run(file.id, room, uid, JSON.stringify(file), file.bytes, at, entry);
    }
  }

  /** Within a commit: these rows, a list as JSON, have none any more. */
  release(entries: string): void {
    this.#sql.release.run(entries);
  }
}

function statements(db: DatabaseSync) {
  const sql = (text: string): StatementSync => db.prepare(text);
  const listed = "select value from json_each(?)";
  return {
    add: sql(
      `insert or ignore into file (id, room, uid, info, bytes, at, entry)
       values (?, ?, ?, ?, ?, ?, ?)`,
    ),
    find: sql(
      `select file.room, file.uid, info, at, log.ts as said
       from file left join log on log.id = entry where file.id = ? and entry is not 0`,
    ),
    drop: sql(
      "update file set entry = 0 where id = ? and room = ? and uid = ? and entry is null",
    ),
    dropAll: sql("update file set entry = 0 where uid = ? and entry is null"),
    listWaiting: sql(`select id from file where id in (${listed}) and entry is null`),
    expire: sql("update file set entry = 0 where entry is null and at < ?"),
    waste: sql(`select id, bytes from file where entry = 0 limit ${WASTE}`),
    forget: sql(`delete from file where id in (${listed}) and entry = 0`),
    unknown: sql(
      "select value as id from json_each(?) where value not in (select id from file)",
    ),
    bytes: sql(`select coalesce(sum(max(bytes, ${LEAST_BYTES})), 0) as bytes from file`),
    waiting: sql("select info from file where id = ? and room = ? and uid = ? and entry is null"),
    claim: sql("update file set entry = ? where id = ?"),
    release: sql(`update file set entry = 0 where entry in (${listed})`),
  };
}
