// What is in an SQLite file, and what is wrong with it. Only reads; a server may be at work.
import { openToRead } from "./sqlite_schema.ts";

/** Problems that are told at most. */
const MOST = 20;

/** What was found. Counts are undefined where the damage hides them. */
export interface Findings {
  problems: string[];
  rooms: number | undefined;
  directs: number | undefined;
  entries: number | undefined;
  /** The times of the first and the last entry, in milliseconds since 1970. */
  first: number | null | undefined;
  last: number | null | undefined;
  bytes: number | undefined;
  /** The ids of the files that messages have. */
  files: string[] | undefined;
}

/** Looks through the whole file. Throws where it is none of Snug's. */
export function findings(path: string): Findings {
  const problems = new Set<string>();
  const found: Findings = {
    problems: [],
    ...{ rooms: undefined, directs: undefined, entries: undefined },
    ...{ first: undefined, last: undefined, bytes: undefined, files: undefined },
  };
  const attempt = (what: () => void) => {
    try {
      what();
    } catch (error) {
      problems.add((error as Error).message);
    }
  };
  const { db, version } = openToRead(path);
  try {
    // All of one moment.
    db.exec("begin");
    const rows = (sql: string) => db.prepare(sql).all() as Record<string, unknown>[];
    const count = (sql: string) => rows(sql)[0] as Partial<Findings>;
    attempt(() => {
      for (const row of rows(`pragma integrity_check(${MOST})`)) {
        for (const line of String(row.integrity_check).split("\n")) {
          if (line !== "ok" && !line.startsWith("***")) problems.add(line);
        }
      }
    });
    attempt(() => {
      for (const row of rows(version < 3 ? HOLES.replaceAll("cut", "0") : HOLES)) {
        problems.add(`entries are missing in ${row.name}`);
      }
    });
    attempt(() => Object.assign(found, count(ROOMS)));
    attempt(() => Object.assign(found, count(ENTRIES)));
    attempt(() => Object.assign(found, count(BYTES)));
    attempt(() => found.files = version < 7 ? [] : rows(FILES).map(({ id }) => id as string));
  } catch (error) {
    problems.add((error as Error).message);
  } finally {
    db.close();
  }
  return { ...found, problems: [...problems].slice(0, MOST) };
}

const ROOMS = `select count(*) filter (where name not glob '@*') as rooms,
  count(*) filter (where name glob '@*') as directs from room`;
const ENTRIES = "select count(*) as entries, min(ts) as first, max(ts) as last from log";
const BYTES = "select page_count * page_size as bytes from pragma_page_count, pragma_page_size";
const FILES = "select id from file where entry > 0";
/** A log is gapless, from where retention cut it on. */
const HOLES = `select name from room join
  (select room, min(seq) as low, max(seq) as high, count(*) as count from log group by room) as log
  on log.room = room.id where low <> cut + 1 or high - cut <> count limit ${MOST}`;
