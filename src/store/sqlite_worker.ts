// The worker that owns the SQLite file: does one call after the other, and between them moves the
// write-ahead log into the file and makes what searches are made fast by.
import type { SqliteAuthors } from "./sqlite_authors.ts";
import type { SqliteFiles } from "./sqlite_files.ts";
import { SqliteLog } from "./sqlite_log.ts";
import type { SqliteMarks } from "./sqlite_marks.ts";
import type { SqliteRecords } from "./sqlite_records.ts";

/** How often the write-ahead log is moved into the file, in milliseconds. */
const CHECKPOINT_MS = 200;
/** How long the search waits with its next block of the log while anything else is asked, in ms. */
const FILL_MS = 25;
/** Above this part of the time spent on what is asked, the search waits: it finds without, only slower. */
const BUSY = 0.25;
/** How often records that have expired are dropped, in milliseconds. */
const SWEEP_MS = 600_000;

/** What the worker does: methods of the log and of its parts. */
export type Calls =
  & Omit<SqliteLog, "records" | "marks" | "authors" | "files" | "checkpoint" | "fill">
  & Omit<SqliteAuthors, "disown">
  & Omit<SqliteFiles, "claimable" | "claim" | "bring" | "release">
  & Omit<SqliteMarks, "begin" | "mention" | "sweep">
  & Omit<SqliteRecords, "sweep">;

/** A call of one of them. */
export interface Call {
  id: number;
  method: "open" | keyof Calls;
  args: unknown[];
}
/** Its answer. Errors travel as a sentence. */
export type Answer = { id: number; value: unknown } | { id: number; error: string };

const worker = self as unknown as {
  onmessage: (event: MessageEvent<Call>) => void;
  postMessage(answer: Answer): void;
};
let log: SqliteLog | undefined;
const timers: ReturnType<typeof setInterval>[] = [];
/** Set while there may be something to fill. */
let filling: ReturnType<typeof setTimeout> | undefined;
/** What was asked took so long since then, in milliseconds. */
let busyMs = 0;
let busySince = performance.now();

worker.onmessage = ({ data: { id, method, args } }) => {
  const startedAt = performance.now();
  try {
    worker.postMessage({ id, value: call(method, args) });
  } catch (error) {
    worker.postMessage({ id, error: sentence(error) });
  }
  busyMs += performance.now() - startedAt;
};

function call(method: Call["method"], args: unknown[]): unknown {
  if (method === "open") {
    log = SqliteLog.open(...args as Parameters<typeof SqliteLog.open>);
    timers.push(setInterval(checkpoint, CHECKPOINT_MS), setInterval(sweep, SWEEP_MS));
    filling = setTimeout(fill, FILL_MS);
    return;
  }
  if (!log) throw new Error("the database could not be opened");
  if (method === "append") filling ??= setTimeout(fill, FILL_MS);
  if (method === "close") [...timers, filling].forEach(clearTimeout);
  const { records, marks, authors, files } = log;
  const owner = [records, marks, log, authors, files].find((part) => method in part);
  return (owner as unknown as Record<string, Method>)[method]!(...args);
}

type Method = (...args: unknown[]) => unknown;

function sweep(): void {
  try {
    log!.records.sweep(Date.now());
    log!.marks.sweep(Date.now());
  } catch {
    // They are not found any more as it is; the next sweep drops them.
  }
}

/** A block at once where nothing else is asked, a few a second beside that, none where there is much. */
function fill(): void {
  const now = performance.now();
  const isBusy = busyMs > BUSY * (now - busySince);
  const waitMs = busyMs > 0 ? FILL_MS : 0;
  busyMs = 0;
  busySince = now;
  filling = undefined;
  try {
    if (isBusy || log!.fill()) filling = setTimeout(fill, waitMs);
  } catch {
    // As with a checkpoint; what has no filter is found too, only slower.
  }
}

function checkpoint(): void {
  try {
    log!.checkpoint();
  } catch {
    // A full or failing disk: the write-ahead log keeps everything, and the next append says it.
  }
}

/** SQLite's own words name the cause ("database or disk is full"), never what was being written. */
function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
