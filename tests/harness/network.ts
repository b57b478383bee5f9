// Two machines with a cable between them, as two network namespaces of the kernel. Nothing of them is
// in this machine's own network: a Unix socket leads in. Only root may make them; disposing of it
// ends what runs in them and removes them.
import { find } from "./needs.ts";
import { type Process, type ProcessOptions, startProcess } from "./process.ts";
import { type Address, Relay } from "./relay.ts";
import { passedOn } from "./server.ts";
import { tempFolder } from "./temp.ts";

const MAIN = new URL("./relay_main.ts", import.meta.url).pathname;
const PREFIX = `snug-test-${Deno.pid}`;

/** Whether they can be made here: containers often may not. */
export async function mayMakeNetworks(): Promise<boolean> {
  if (!find("ip")) return false;
  try {
    await using network = await Network.make();
    await using process = network.run("left", ["true"]);
    return (await process.exited).success;
  } catch {
    return false;
  }
}

export type Side = "left" | "right";

export class Network implements AsyncDisposable {
  /** Where the left machine is, for the right one. */
  readonly address = "10.0.0.1";
  readonly #owned: AsyncDisposableStack;
  readonly #folder: string;

  private constructor(owned: AsyncDisposableStack, folder: string) {
    this.#owned = owned;
    this.#folder = folder;
  }

  static async make(): Promise<Network> {
    await using stack = new AsyncDisposableStack();
    const { path } = stack.use(await tempFolder());
    for (const side of ["left", "right"] as const) {
      await ip("netns", "add", nameOf(side));
      stack.defer(() => ip("netns", "delete", nameOf(side)));
    }
    const [left, right] = [nameOf("left"), nameOf("right")];
    const veth = ["link", "add", "cable", "netns", left, "type", "veth"];
    await ip(...veth, "peer", "name", "cable", "netns", right);
    for (const [name, address] of [[left, "10.0.0.1/30"], [right, "10.0.0.2/30"]] as const) {
      await ip("-n", name, "address", "add", address, "dev", "cable");
      for (const device of ["lo", "cable"]) await ip("-n", name, "link", "set", device, "up");
    }
    return new Network(stack.move(), path);
  }

  /** A process on one of the machines. */
  run(side: Side, command: string[], options: ProcessOptions = {}): Process {
    const args = ["netns", "exec", nameOf(side), ...command];
    const env = { ...passedOn(), ...options.env };
    return this.#owned.use(startProcess(find("ip")!, { ...options, args, env }));
  }

  /** A port here that leads to one of a machine. */
  async lead(side: Side, port: number): Promise<number> {
    const path: Address = `${this.#folder}/${side}-${port}`;
    const command = [Deno.execPath(), "run", "--quiet", "-A", MAIN, path, String(port)];
    const inside = this.run(side, command);
    await inside.said(/it relays/);
    return this.#owned.use(Relay.start(path)).port;
  }

  /** What goes over the cable is lost, and neither side is told. */
  async cut() {
    await ip("-n", nameOf("left"), "link", "set", "cable", "down");
  }

  async heal() {
    await ip("-n", nameOf("left"), "link", "set", "cable", "up");
  }

  async [Symbol.asyncDispose]() {
    await this.#owned.disposeAsync();
  }
}

function nameOf(side: Side): string {
  return `${PREFIX}-${side}`;
}

async function ip(...args: string[]) {
  const { success, stderr } = await new Deno.Command(find("ip")!, { args }).output();
  if (!success) throw new Error(`ip ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
