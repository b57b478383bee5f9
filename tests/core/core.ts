// The whole core on fakes: a hub whose clock, loop, store and sockets do only what the test says.
import { assert, assertEquals } from "@std/assert";
import type { Bus } from "../../src/bus.ts";
import { Counts } from "../../src/counts.ts";
import { type Audited, Hub, type HubSettings, SWEEP_MS } from "../../src/hub.ts";
import type { Limits, Refusal, RoomName, UserId } from "../../src/protocol.ts";
import type { Identity } from "../../src/identity.ts";
import type { Limit } from "../../src/rates.ts";
import type { Life } from "../../src/life.ts";
import { Session } from "../../src/session.ts";
import { Client } from "./client.ts";
import { FakeSocket } from "./fake_socket.ts";
import { HeldStore } from "./held_store.ts";
import { ManualScheduler } from "./manual_scheduler.ts";
import { SteeredClock } from "./steered_clock.ts";

export interface CoreOptions extends Partial<Omit<HubSettings, "limits">> {
  limits?: Partial<Limits>;
  /** What several share. */
  bus?: Bus;
  clock?: SteeredClock;
  store?: HeldStore;
}

export interface ConnectOptions extends Partial<Identity> {
  isBatched?: boolean;
  path?: string;
  hasHeartbeat?: boolean;
  address?: string;
  limit?: Limit;
}

/** The defaults of the configuration, but rates that no test meets by chance. */
const LIMITS: Limits = {
  messageBytes: 16384,
  fileBytes: 10_485_760,
  rooms: 50,
  messagesPerSecond: 10_000,
  burst: 10_000,
  historyPage: 50,
  resume: 1000,
};

const NOBODY: Refusal = { code: "UNAUTHORIZED", message: "this token is not valid" };

/** A test's body on a core of its own, after which nothing may be left over. */
export function withCore(run: (core: Core) => unknown, options: CoreOptions = {}) {
  return async () => {
    const core = new Core(options);
    await run(core);
    await core.assertNothingLeft();
  };
}

export class Core {
  readonly clock: SteeredClock;
  readonly scheduler = new ManualScheduler();
  readonly store: HeldStore;
  readonly counts = new Counts();
  readonly hub: Hub;
  readonly clients: Client[] = [];
  readonly faults: unknown[] = [];
  readonly storeTries: unknown[] = [];
  readonly lives: Life[] = [];
  readonly audited: Audited[] = [];
  /** Whose the credentials are that are shown on the way. */
  readonly credentials = new Map<string, Identity | Refusal>();
  /** What the hub's dice show, from 0 to below 1. */
  random = 0.5;
  #epochs = 0;

  constructor({ limits, bus, clock, store, ...settings }: CoreOptions = {}) {
    this.clock = clock ?? new SteeredClock();
    this.store = store ?? new HeldStore();
    this.hub = new Hub({
      settings: {
        limits: { ...LIMITS, ...limits },
        version: "1.2.3",
        rooms: [],
        joinPolicy: "open",
        maxRooms: 10_000,
        maxRoomMembers: 10_000,
        outboxBytes: 1_048_576,
        heartbeatMs: 25_000,
        heartbeatGraceMs: 10_000,
        presenceGraceMs: 10_000,
        ...settings,
      },
      store: this.store,
      scheduler: this.scheduler,
      counts: this.counts,
      now: this.clock.now,
      random: () => this.random,
      makeEpoch: () => `epoch-${++this.#epochs}`,
      authenticate: (credential) => Promise.resolve(this.credentials.get(credential) ?? NOBODY),
      audit: (event) => this.audited.push(event),
      storeTried: (error) => this.storeTries.push(error),
      fault: (error) => this.faults.push(error),
      bus,
    });
  }

  /** Opens a connection. Its `welcome` waits in the outbox. Without a heartbeat unless asked. */
  connect(name: string, options: ConnectOptions = {}): Client {
    const { isBatched = true, path, hasHeartbeat = false, limit, ...rest } = options;
    const { address = "192.0.2.1", ...identity } = rest;
    const socket = new FakeSocket(isBatched);
    const session = Session.open({
      hub: this.hub,
      socket,
      identity: { uid: `guest:${name}` as UserId, name, expires: null, seal: null, ...identity },
      address,
      isBatched,
      hasHeartbeat,
      ended: (life) => this.lives.push(life),
      ...(path !== undefined && { path: path as RoomName }),
      ...(limit && { limit }),
    });
    const client = new Client(session, socket);
    this.clients.push(client);
    return client;
  }

  /** Opens a connection that has joined these rooms and read all of it. */
  async enter(name: string, rooms: string | string[], options: ConnectOptions = {}) {
    const client = this.connect(name, options);
    for (const room of [rooms].flat()) client.send({ type: "join", room });
    await this.settle();
    const types = client.take().map(({ type }) => type);
    assertEquals(types, ["welcome", ...[rooms].flat().map(() => "joined")]);
    return client;
  }

  /** Turns the loop until nothing happens any more. Nothing held back or scheduled later is done. */
  async settle(): Promise<void> {
    do await microtasks(); while (this.scheduler.turn());
  }

  /** Lets time pass, with a sweep wherever one is due. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= SWEEP_MS) {
      this.clock.advance(Math.min(left, SWEEP_MS));
      // Promises that can settle do so between one timer and the next.
      await microtasks();
      this.scheduler.elapse(Math.min(left, SWEEP_MS));
      await microtasks();
      this.hub.sweep();
      await this.settle();
    }
  }

  /** Looks again at sockets that were full. */
  async retry(): Promise<void> {
    this.scheduler.elapse(10);
    await this.settle();
  }

  /** Everybody goes, graces end: then no room, name, session or task may be there. */
  async assertNothingLeft(): Promise<void> {
    this.store.recover();
    for (const client of this.clients) client.drop();
    await this.settle();
    await this.pass(this.hub.settings.presenceGraceMs + 2 * SWEEP_MS);
    assertEquals(this.faults, []);
    assertEquals([...this.hub.rooms.keys()], []);
    assertEquals(this.hub.sessions.size, 0);
    assertEquals(this.hub.names.count, 0);
    assertEquals(this.hub.allowances.size, 0);
    assert(this.hub.isIdle, "something waits to be stored");
    assert(this.scheduler.isIdle, "something is scheduled");
    assertEquals(this.lives.length, this.clients.length);
    for (const { session, socket } of this.clients) {
      assertEquals(socket.sentTooLate, 0);
      assertEquals(session.rooms.size, 0);
      assert(session.outbox.isDone());
    }
  }
}

/** Waits until all promises that can settle have: a turn of the real loop, not a time. */
export function microtasks(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}
