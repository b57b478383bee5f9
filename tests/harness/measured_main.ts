// The program as it is, which tells on SIGUSR2 how many bytes of its heap are in use.
import { heapBytes } from "./memory.ts";

let count = 0;
Deno.addSignalListener("SIGUSR2", () => console.log(`heap ${++count}: ${heapBytes()} bytes`));

await import("../../main.ts");
