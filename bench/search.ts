// How long searches of a large log take, and how long appends wait while they run. Makes its own
// file: `deno run -A bench/search.ts [messages] [rooms]`.
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { openStore } from "../src/store/open.ts";
import type { Found } from "../src/store/search.ts";
import { SqliteLog } from "../src/store/sqlite_log.ts";
import { Searches } from "../src/store/sqlite_searches.ts";
import type { Draft, Store } from "../src/store/store.ts";

const [messages = 1_000_000, rooms = 20] = Deno.args.map(Number);
/** In one message of a million, in all of them, and in every second one. */
const RARE = "needleinhay";
const COMMON = "everywhere";
const HALVES = ["oddone", "evenone"];
const QUERIES = [
  ...[RARE, `${RARE.slice(0, -2)}*`, "nowhere", COMMON, "e", "e*"],
  ...[HALVES.join(" "), `"${COMMON} ${HALVES[0]}"`, "ev* oddo* evenon*"],
];
/** Entries in a call while the file is made. */
const CALL = 1000;
const VOCABULARY = 50_000;

let seed = 1;
function random(): number {
  seed = Math.imul(seed, 1_103_515_245) + 12_345 >>> 0;
  return seed / 2 ** 32;
}

const vocabulary = Array.from({ length: VOCABULARY }, () => {
  const letters = Array.from({ length: 2 + Math.floor(random() * 8) }, () => {
    return "etaoinshrdlucmfwypvbgkjqxz"[Math.floor(random() ** 1.7 * 26)];
  });
  return letters.join("");
});

function draft(at: number): Draft {
  const words = [COMMON, HALVES[at % 2]!];
  // A few words are in most texts, and most are in few.
  const count = 3 + Math.floor(random() * 14);
  for (let n = 0; n < count; n++) words.push(vocabulary[Math.floor(random() ** 4 * VOCABULARY)]!);
  if (at === 500) words.push(RARE);
  const room = `room-${Math.floor(random() * rooms)}`;
  const text = words.join(" ");
  const sender = { epoch: "e", ts: at + 1, uid: `guest:${at % 50}`, user: "x", ref: `r-${at}` };
  return { type: "chat", room, text, ...sender };
}

async function fill(store: Store) {
  for (let at = 0; at < messages; at += CALL) {
    await store.append(Array.from({ length: CALL }, (_, n) => draft(at + n)));
  }
}

/** Appends one after the other until told to stop; gives how long each took, in milliseconds. */
async function appending(store: Store, stop: AbortSignal): Promise<number[]> {
  const took: number[] = [];
  for (let at = messages; !stop.aborted; at++) {
    const start = performance.now();
    await store.append([draft(at)]);
    took.push(performance.now() - start);
  }
  return took.toSorted((a, b) => a - b);
}

async function whileAppending<T>(store: Store, work: () => Promise<T>): Promise<[T, number[]]> {
  const stop = new AbortController();
  const took = appending(store, stop.signal);
  const result = await work();
  stop.abort();
  return [result, await took];
}

function search(store: Pick<Store, "search">, text: string): Promise<Found> {
  const reach = { uid: "guest:1", rules: [{ pattern: "*", from: 0 }] };
  return store.search!.search({ text, reach, size: { limit: 20, bytes: 1_000_000 } });
}

/** Up to which row there are filters, or nearly. */
function filled(path: string): number {
  const db = new DatabaseSync(path, { readOnly: true });
  const { last } = db.prepare("select max(last) + 256 as last from word_filter").get()!;
  db.close();
  return Number(last);
}

/** Milliseconds of the processor that were spent so far, whatever else this machine does. */
function spent(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What a search costs, and the longest that the store is busy with it at a time. */
async function weigh(log: SqliteLog, text: string) {
  const costs: number[] = [];
  const step = new Searches((...args) => {
    const start = spent();
    const part = log.find(...args);
    costs.push(spent() - start);
    return Promise.resolve(part);
  });
  await search({ search: step }, text);
  const sum = costs.reduce((all, cost) => all + cost, 0);
  const [all, longest] = [sum, Math.max(...costs)].map((ms) => ms.toFixed(1));
  console.log(
    `${text.padEnd(22)} ${all} ms of the processor in ${costs.length} steps, longest ${longest}`,
  );
}

function row(name: string, took: number[], more: string) {
  const at = (share: number) => took[Math.floor(took.length * share)]?.toFixed(1) ?? "–";
  console.log(
    `${name.padEnd(22)} appends p50 ${at(0.5)} p99 ${at(0.99)} max ${at(0.9999)} ms ${more}`,
  );
}

const folder = await Deno.makeTempDir();
try {
  const path = `${folder}/snug.db`;
  let start = performance.now();
  let store = await openStore(`sqlite:${path}`, "full");
  await fill(store);
  console.log(
    `${messages} messages in ${rooms} rooms: ${Math.round(performance.now() - start)} ms`,
  );
  await store.close();
  const before = Deno.statSync(path).size;
  start = performance.now();
  store = await openStore(`sqlite:${path}`, "full");
  const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));
  const [, catching] = await whileAppending(store, () => wait(2000));
  row("while it catches up", catching, "");
  while (filled(path) < messages) await wait(1000);
  console.log(`it has caught up after ${Math.round(performance.now() - start)} ms`);
  const idle = await whileAppending(store, () => wait(2000));
  row("without a search", idle[1], "");
  for (const text of QUERIES) {
    start = performance.now();
    const [{ hits, before }, took] = await whileAppending(store, () => search(store, text));
    const ms = Math.round(performance.now() - start);
    const more = before === undefined ? "" : `, more before ${before}`;
    row(text, took, `| ${hits.length} hits in ${ms} ms${more}`);
  }
  await store.close();
  const log = SqliteLog.open(path, "full");
  for (const text of QUERIES) await weigh(log, text);
  log.close();
  console.log(`the file: ${before} bytes, then ${Deno.statSync(path).size}`);
} finally {
  await Deno.remove(folder, { recursive: true });
}
