// How much a process holds: as the kernel counts it, on Linux only, and in its own heap.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** The bytes in use in this process's own heap, after all that nothing holds was collected. */
export function heapBytes(): number {
  collect();
  return Deno.memoryUsage().heapUsed;
}

/** The memory that a process has in use now, in bytes. */
export function residentBytes(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}

/** How many files and sockets a process has open. */
export function openFiles(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}
