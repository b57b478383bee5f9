// A relay in a process of its own: from the path of a Unix socket to a port.
import { Relay } from "./relay.ts";

const [path, port] = Deno.args;
Relay.start(Number(port), path!);
console.log("it relays");
