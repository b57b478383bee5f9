// Everything in one schedule: the server's lives, the people, the lines between them, what the disk
// keeps, the time. Does nothing by itself; steps.ts and heal.ts say what happens.
import type { RoomName, UserId } from "../../src/protocol.ts";
import type { Redis } from "../../src/store/redis_client.ts";
import { RedisStore } from "../../src/store/redis.ts";
import type { ClientSocket } from "./client_socket.ts";
import { SimClock } from "./clock.ts";
import type { Dice } from "./dice.ts";
import { ADMIN_TOKEN, Life } from "./life.ts";
import { Pair } from "./pair.ts";
import { Person } from "./person.ts";
import { drawProfile, type Profile } from "./profile.ts";
import { RedisEnd } from "./redis_end.ts";
import { RedisServer } from "./redis_server.ts";
import { SharedDisk } from "./shared_disk.ts";
import { SimStore } from "./store.ts";
import type { Tab } from "./tab.ts";
import { type Log, Truth } from "./truth.ts";
import type { Owners } from "./wire_questions.ts";

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
  /** The servers that run; at most one where there are not several. */
  readonly lives: Life[] = [];
  /** What several instances share. */
  readonly redis: RedisServer | undefined;
  /** The Redis has lost something once. */
  hasLost = false;
  /** Nothing breaks any more, and everybody who is in a room stays there. */
  isCalm = false;
  violation: string | undefined;
  /** How often each thing happened that is worth being met. */
  readonly met = new Map<string, number>();
  /** Older states of the logs. */
  readonly backups: Map<RoomName, Log>[] = [];
  /** Whose entries an administrator takes back just now, and where. */
  retracting: { uid: UserId; life: Life } | undefined;
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
    const { people, plain, isModerated, instances } = this.profile;
    if (instances > 1) this.redis = new RedisServer(this.truth, this.violated);
    this.people = NAMES.slice(0, people).map((name, index) =>
      new Person(this, {
        name,
        isPlain: dice.below(10) < plain,
        token: isModerated && index === 0 ? ADMIN_TOKEN : undefined,
        address: `10.0.0.${index + 1}`,
      })
    );
  }

  /** One of the servers. */
  get life(): Life | undefined {
    return this.lives.length > 1 ? this.dice.pick(this.lives) : this.lives[0];
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
    for (const life of this.lives) {
      life.end?.tick();
      life.check();
    }
    if (this.violation !== undefined) throw new Error(this.violation);
  }

  /** An SDK makes a WebSocket. */
  connect(
    tab: Tab,
    target: { url: URL; protocols: string[]; client: ClientSocket },
  ): Pair {
    const { address } = tab.person;
    const pair = new Pair(this.name(`${tab.name}#`), { ...target, address }, (pair) => {
      const life = this.dice.find(this.lives, ({ isDraining }) => !isDraining) ?? this.life;
      if (life) life.accept(pair);
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
        const { life } = this;
        if (!life) return reject(new TypeError("connection refused"));
        const { status, body } = life.probe(
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

  /** Starts a server over what the disk has; another instance, where there are several. */
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
    const end = this.redis && new RedisEnd(this.redis, this.clock.now);
    const store = end
      ? new RedisStore(end as unknown as Redis, [])
      : await SimStore.open(truth, this.profile, dice, this.violated);
    const disk = store instanceof SimStore ? store : new SharedDisk(store, end!, dice);
    const { isCut, maxText, settings } = this.profile;
    const life = new Life({
      clock: this.clock,
      dice,
      name: this.name("server"),
      store,
      disk,
      ...(end && { end }),
      settings,
      truth,
      owners: this.#owners,
      secret: this.#secret,
      canAbort: this.profile.canAbort,
      makeName: (kind) => this.name(kind),
      violated: this.violated,
      meet: this.meet,
      // What is missing may have been cut, or be too much to be read.
      maySendHome: () =>
        this.hasLost || isCut || maxText > 200 || settings.limits.resume < 1000 ||
        settings.outboxBytes < 300_000,
      isSurelyIn: (room, uid) => this.isCalm && this.#isIn(room, uid),
    });
    this.lives.push(life);
    await life.open();
    if (end) end.isPrompt = this.profile.isPrompt;
  }

  /** A server ends at once. What the store was about to do may or may not be done. */
  async kill(life: Life, hears: () => { frames: boolean; end: boolean }): Promise<void> {
    this.lives.splice(this.lives.indexOf(life), 1);
    if (this.retracting?.life === life) this.retracting = undefined;
    await life.disk.die();
    for (const pair of life.pairs) pair.serverDied(hears());
  }

  /** A server that was drained ends. */
  async stop(life: Life): Promise<void> {
    if (life.end) {
      life.end.hurry();
      await life.close().catch(() => {});
    }
    await this.kill(life, () => ({ frames: true, end: true }));
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
        for (const { hub } of this.lives) hub.sweep();
      }
      const rang = this.clock.ring();
      await this.settle();
      if (!rang && this.clock.nowMs >= until) return;
    }
  }

  #isIn(room: RoomName, uid: UserId): boolean {
    return this.tabs.some(({ chat, rooms }) => chat.me?.uid === uid && rooms.has(room));
  }
}
