// The worker that owns the SQLite file: does one call after the other, and moves the write-ahead
// log into the file between them.
import { SqliteLog } from "./sqlite_log.ts";

/** How often the write-ahead log is moved into the file, in milliseconds. */
const CHECKPOINT_MS = 200;

/** A call of a method of the log. */
export interface Call {
  id: number;
  method: "open" | Exclude<keyof SqliteLog, "checkpoint">;
  args: unknown[];
}
/** Its answer. Errors travel as a sentence. */
export type Answer = { id: number; value: unknown } | { id: number; error: string };

const worker = self as unknown as {
  onmessage: (event: MessageEvent<Call>) => void;
  postMessage(answer: Answer): void;
};
let log: SqliteLog | undefined;
let timer: ReturnType<typeof setInterval> | undefined;

worker.onmessage = ({ data: { id, method, args } }) => {
  try {
    worker.postMessage({ id, value: call(method, args) });
  } catch (error) {
    worker.postMessage({ id, error: sentence(error) });
  }
};

function call(method: Call["method"], args: unknown[]): unknown {
  if (method === "open") {
    log = SqliteLog.open(...args as Parameters<typeof SqliteLog.open>);
    timer = setInterval(checkpoint, CHECKPOINT_MS);
    return;
  }
  if (!log) throw new Error("the database could not be opened");
  if (method === "close") clearInterval(timer);
  return (log[method] as (...args: unknown[]) => unknown)(...args);
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
