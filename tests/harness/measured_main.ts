// The program as it is, which tells on SIGUSR2 how many bytes of its heap are in use: all that
// nothing holds is collected before.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");
let count = 0;
Deno.addSignalListener("SIGUSR2", () => {
  collect();
  console.log(`heap ${++count}: ${Deno.memoryUsage().heapUsed} bytes`);
});

await import("../../main.ts");
