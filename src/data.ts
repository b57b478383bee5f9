// The commands that deal with the database as a whole, and what they say.
import * as v from "valibot";
import type { Command } from "./command.ts";
import { ROOM_NAME_EXPECTED, type RoomName, roomName } from "./protocol.ts";
import { type Database, databaseOf, type Findings, renewStore } from "./store/open.ts";
import { StoreError } from "./store/store.ts";

/** Bytes of lines that are put together before they are written. */
const CHUNK_BYTES = 65_536;

type DataCommand = Extract<Command, { argument?: string }>;

/** Does it. Resolves with the code to end with; rejects with a `StoreError` where it can't. */
export async function runData(
  command: DataCommand,
  url: string,
  filesDir: string,
): Promise<number> {
  if (command.name === "renew") {
    const rooms = counted(await renewStore(url), "room");
    const [scheme] = url.split(":", 1);
    console.log(`${rooms} of the ${scheme}: store, and all to come, have new epochs.`);
    return 0;
  }
  const database = databaseOf(url, filesDir);
  const { path } = database;
  switch (command.name) {
    case "backup": {
      const found = await database.backUp(command.argument);
      console.log(`${command.argument} is a backup of ${path}: ${describe(found)}`);
      return 0;
    }
    case "restore": {
      const { found, kept } = await database.restore(command.argument);
      console.log(`${path} is what ${command.argument} was: ${describe(found)}`);
      if (kept !== undefined) console.log(`What was there is kept in ${kept}.`);
      return 0;
    }
    case "check":
      return check(database, command.argument);
    case "export":
      return exportFrom(database, command.argument);
    case "import": {
      const lines = linesOf(await openToRead(command.argument));
      const { rooms, entries, missing } = await database.importLogs(lines);
      console.log(`${path} has ${counted(rooms, "room")} more, with ${counted(entries, "entry")}.`);
      if (missing > 0) {
        console.log(`${counted(missing, "entry")} that the lines left out stand there as deleted.`);
      }
      return 0;
    }
  }
}

function check(database: Database, backup: string | undefined): number {
  const file = backup ?? database.path;
  let found: Findings;
  try {
    found = database.check(backup);
  } catch (error) {
    const { message } = error as Error;
    const advice = message.includes("malformed") ? "; snug export gives what can be read" : "";
    throw new StoreError(`can't check ${file}: ${message}${advice}`);
  }
  console.log(`${file}: ${describe(found)}`);
  if (found.problems.length === 0) {
    console.log("It is sound.");
    return 0;
  }
  console.log("It is damaged:");
  for (const problem of found.problems) console.log(`  ${problem}`);
  console.log(
    "Restore a backup; or save what can be read with snug export, and import it elsewhere.",
  );
  return 1;
}

function exportFrom(database: Database, name: string | undefined): number {
  const room = name === undefined ? undefined : roomOf(name);
  let waiting = "";
  const { entries, missing, isDamaged } = database.exportLogs(room, (line) => {
    waiting += `${JSON.stringify(line)}\n`;
    if (waiting.length < CHUNK_BYTES) return;
    write(waiting);
    waiting = "";
  });
  write(waiting);
  console.error(`${counted(entries, "entry")}.`);
  if (!isDamaged) return 0;
  console.error(
    "The database is damaged. The end of a room may be missing; and these entries are:",
  );
  for (const gap of missing) console.error(`  ${gap}`);
  return 1;
}

function roomOf(name: string): RoomName {
  const parsed = v.safeParse(roomName, name);
  if (!parsed.success) throw new StoreError(`${name}: expected ${ROOM_NAME_EXPECTED}`);
  return parsed.output;
}

function write(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

async function openToRead(file: string | undefined) {
  if (file === undefined) return Deno.stdin.readable;
  try {
    return (await Deno.open(file)).readable;
  } catch (error) {
    throw new StoreError(`can't read ${file}: ${(error as Error).message}`);
  }
}

function describe({ rooms, directs, entries, first, last, bytes, files }: Findings): string {
  const span = first && last ? ` from ${when(first)} to ${when(last)}` : "";
  return [
    counted(rooms, "room"),
    counted(directs, "direct conversation"),
    `${counted(entries, "entry")}${span}`,
    bytes === undefined ? "of an unknown size" : `${(bytes / 1e6).toFixed(1)} MB`,
    ...(files?.length === 0 ? [] : [`and ${counted(files?.length, "file")}`]),
  ].join(", ");
}

function when(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace("T", " ");
}

function counted(count: number | undefined, what: string): string {
  if (count === 1) return `1 ${what}`;
  return `${count ?? "an unknown number of"} ${what.replace(/y$/, "ie")}s`;
}

async function* linesOf(bytes: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream("utf-8", { fatal: true }))) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  yield rest;
}
