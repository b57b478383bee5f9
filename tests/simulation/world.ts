// Everything in one schedule: the server's lives, the people, the lines between them, what the disk
// keeps, the time. Does nothing by itself; steps.ts and heal.ts say what happens.
import type { RoomName, UserId } from "../../src/protocol.ts";
import type { ClientSocket } from "./client_socket.ts";
import { SimClock } from "./clock.ts";
import type { Dice } from "./dice.ts";
import { ADMIN_TOKEN, Life } from "./life.ts";
import { Pair } from "./pair.ts";
import { Person } from "./person.ts";
import { drawProfile, type Profile } from "./profile.ts";
import { SimStore } from "./store.ts";
import type { Tab } from "./tab.ts";
import { type Log, Truth } from "./truth.ts";
import type { Owners } from "./wire_rules.ts";

/** A plain request of an SDK that waits for its answer. */
export interface Fetch {
  tab: Tab;
  answer(): void;
}

/** What a server finds when it starts. */
export type Found = "all" | "lost tail" | "backup" | "nothing";

/** What a step did, for the trace, or undefined: there was nothing to do. */
export type Done = string | undefined;

const NAMES = ["ada", "bob", "cyd", "dan", "eve", "fay"];
/** A sweep is due this often. */
const SWEEP_MS = 250;

export class World {
  readonly dice: Dice;
  readonly profile: Profile;
  readonly clock = new SimClock();
  readonly truth = new Truth();
  readonly people: Person[];
  readonly pairs = new Set<Pair>();
  readonly fetches = new Set<Fetch>();
  life: Life | undefined;
  violation: string | undefined;
  /** How often each thing happened that is worth being met. */
  readonly met = new Map<string, number>();
  /** Older states of the logs. */
  readonly backups: Map<RoomName, Log>[] = [];
  /** Whose entries an administrator takes back just now. */
  retracting: UserId | undefined;
  readonly trace: (line: string) => void;
  /** Whether anybody reads the trace. */
  readonly isTraced: boolean;
  readonly #owners: Owners = new Map();
  readonly #names = new Map<string, number>();
  #secret = "secret";

  constructor(dice: Dice, trace: ((line: string) => void) | undefined) {
    this.dice = dice;
    this.trace = trace ?? (() => {});
    this.isTraced = trace !== undefined;
    this.profile = drawProfile(dice);
    const { people, plain, isModerated } = this.profile;
    this.people = NAMES.slice(0, people).map((name, index) =>
      new Person(this, {
        name,
        isPlain: dice.below(10) < plain,
        token: isModerated && index === 0 ? ADMIN_TOKEN : undefined,
        address: `10.0.0.${index + 1}`,
      })
    );
  }

  get tabs(): Tab[] {
    return this.people.flatMap(({ tabs }) => tabs);
  }

  readonly meet = (what: string): void => {
    this.met.set(what, (this.met.get(what) ?? 0) + 1);
  };

  /** A name that nothing has had before. */
  name(kind: string): string {
    const count = (this.#names.get(kind) ?? 0) + 1;
    this.#names.set(kind, count);
    return `${kind}${count}`;
  }

  readonly violated = (what: string): void => {
    this.trace(`VIOLATED ${what}`);
    this.violation ??= what;
  };

  /** Lets every promise go as far as it can, then looks whether all is well. */
  async settle(): Promise<void> {
    await new Promise((done) => setImmediate(done));
    this.life?.check();
    if (this.violation !== undefined) throw new Error(this.violation);
  }

  /** An SDK makes a WebSocket. */
  connect(
    tab: Tab,
    target: { url: URL; protocols: string[]; client: ClientSocket },
  ): Pair {
    const { address } = tab.person;
    const pair = new Pair(this.name(`${tab.name}#`), { ...target, address }, (pair) => {
      if (this.life) this.life.accept(pair);
      else pair.refuse();
    });
    pair.isSlow = this.dice.chance(0.2);
    for (const old of this.pairs) if (old.isOver) this.pairs.delete(old);
    this.pairs.add(pair);
    return pair;
  }

  /** An SDK asks why it was refused. */
  fetch(tab: Tab, url: URL, { headers, signal }: RequestInit): Promise<Partial<Response>> {
    const { promise, resolve, reject } = Promise.withResolvers<Partial<Response>>();
    const waiting: Fetch = {
      tab,
      answer: () => {
        this.fetches.delete(waiting);
        if (!this.life) return reject(new TypeError("connection refused"));
        const { status, body } = this.life.probe(
          new Request(url, { headers: headers ?? {} }),
          tab.person.address,
        );
        resolve({ status, text: () => Promise.resolve(JSON.stringify(body)) });
      },
    };
    this.fetches.add(waiting);
    signal?.addEventListener("abort", () => {
      this.fetches.delete(waiting);
      reject(signal.reason);
    });
    return promise;
  }

  /** Starts a server over what the disk has. */
  async start(found: Found): Promise<void> {
    const { dice, truth } = this;
    this.meet(`a start with ${found}`);
    const epochs = new Map<string, string>();
    const renew = (old: string) => {
      if (!epochs.has(old)) epochs.set(old, this.name("epoch"));
      return epochs.get(old)!;
    };
    const logs = found === "backup" ? dice.find(this.backups) : truth.copy();
    if (found === "lost tail") {
      for (const { entries, drafts, first, disowned } of logs!.values()) {
        const length = Math.max(first - 1, entries.length - dice.below(4));
        entries.splice(length);
        drafts.splice(length);
        // Names go last, so they are the first that come back.
        disowned.clear();
      }
    }
    if (found === "nothing") this.#secret = this.name("secret");
    if (found !== "all") truth.replace(found === "nothing" ? new Map() : logs ?? new Map(), renew);
    this.life = new Life({
      clock: this.clock,
      dice,
      store: await SimStore.open(truth, this.profile, dice, this.violated),
      settings: this.profile.settings,
      truth,
      owners: this.#owners,
      secret: this.#secret,
      canAbort: this.profile.canAbort,
      name: (kind) => this.name(kind),
      violated: this.violated,
      meet: this.meet,
    });
    await this.life.hub.sanctions.restore(this.clock.now());
  }

  /** The server ends at once. What the store was about to do may or may not be done. */
  async kill(hears: () => { frames: boolean; end: boolean }): Promise<void> {
    const { life } = this;
    if (!life) return;
    this.life = undefined;
    this.retracting = undefined;
    for (const call of life.store.calls) {
      if (call.name === "append" && !call.isDone && this.dice.chance(0.5)) await call.do();
    }
    await life.store.close();
    for (const pair of life.pairs) pair.serverDied(hears());
  }

  /** Lets time pass: timers ring when they are due, or all too late. */
  async pass(ms: number, isLate = false): Promise<void> {
    const until = this.clock.nowMs + ms;
    if (isLate) this.clock.nowMs = until;
    for (let sweptAt = this.clock.nowMs;;) {
      const next = Math.min(this.clock.nextAt, until);
      this.clock.nowMs = Math.max(this.clock.nowMs, next);
      if (this.clock.nowMs - sweptAt >= SWEEP_MS) {
        sweptAt = this.clock.nowMs;
        this.life?.hub.sweep();
      }
      const rang = this.clock.ring();
      await this.settle();
      if (!rang && this.clock.nowMs >= until) return;
    }
  }
}
