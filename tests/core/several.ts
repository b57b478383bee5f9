// Several cores that are one chat: one clock, one store, one bus.
import { SWEEP_MS } from "../../src/hub.ts";
import type { RoomName } from "../../src/protocol.ts";
import { Core, type CoreOptions, microtasks } from "./core.ts";
import { HeldStore } from "./held_store.ts";
import { LocalBus } from "./local_bus.ts";
import { SteeredClock } from "./steered_clock.ts";

/**
 * A test's body on so many cores, of which it is given the first ones, after which nothing may be left
 * over in any that did not crash.
 */
export function withSeveral(
  count: number,
  run: (several: Several, one: Core, two: Core, three: Core) => unknown,
  options: CoreOptions = {},
) {
  return async () => {
    const several = new Several(options);
    for (let index = 0; index < count; index++) await several.start();
    const [one, two, three] = several.cores as [Core, Core, Core];
    await run(several, one, two, three);
    await several.assertNothingLeft();
  };
}

export class Several {
  readonly bus = new LocalBus();
  readonly clock = new SteeredClock();
  readonly store = new HeldStore();
  /** Those that run, in the order of their start. */
  readonly cores: Core[] = [];
  readonly #options: CoreOptions;
  readonly #names = new Map<Core, string>();

  constructor(options: CoreOptions = {}) {
    this.#options = options;
  }

  /** Starts one more, by a clock of its own if there is one, which learns who is there. Named i1, i2 … */
  async start(clock = this.clock): Promise<Core> {
    const name = `i${this.#names.size + 1}`;
    const { store } = this;
    const core = new Core({ ...this.#options, bus: this.bus.end(name), clock, store });
    this.#names.set(core, name);
    this.cores.push(core);
    await core.hub.instances!.open();
    await this.settle();
    return core;
  }

  nameOf(core: Core): string {
    return this.#names.get(core)!;
  }

  /** It is gone without a word, and its connections with it. */
  crash(core: Core): void {
    this.bus.cut(this.nameOf(core));
    this.cores.splice(this.cores.indexOf(core), 1);
  }

  /** Turns every loop, and delivers, until nothing happens any more. */
  async settle(): Promise<void> {
    do {
      for (const core of this.cores) await core.settle();
    } while (this.bus.turn());
  }

  /** Lets time pass for all, with a sweep wherever one is due. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= SWEEP_MS) {
      const clocks = new Set([this.clock, ...this.cores.map(({ clock }) => clock)]);
      for (const clock of clocks) clock.advance(Math.min(left, SWEEP_MS));
      await microtasks();
      for (const core of this.cores) {
        core.scheduler.elapse(Math.min(left, SWEEP_MS));
        core.hub.sweep();
      }
      await this.settle();
    }
  }

  /** Who is in a room, as each instance where it is open sees it: uids in order. */
  membersOf(room: string): string[][] {
    return this.cores.flatMap(({ hub }) => {
      const presence = hub.rooms.get(room as RoomName)?.presence;
      return presence ? [presence.first(Infinity).map(({ uid }) => uid as string).sort()] : [];
    });
  }

  async assertNothingLeft(): Promise<void> {
    this.bus.fate = () => "arrives";
    for (const core of this.cores) for (const client of core.clients) client.drop();
    await this.pass(30_000);
    for (const core of this.cores) await core.assertNothingLeft();
  }
}
