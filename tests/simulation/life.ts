// One life of the server, or of one instance of several, from its start to its end: the real gate, hub
// and sessions over a store and a loop that do only what they are told.
import { Counts } from "../../src/counts.ts";
import { Authenticator } from "../../src/gate/authenticator.ts";
import { offersBatches } from "../../src/gate/credential.ts";
import { type Admission, Gate } from "../../src/gate/gate.ts";
import { GuestSessions } from "../../src/gate/guest.ts";
import { AddressLimits } from "../../src/gate/limit.ts";
import { Proxies } from "../../src/gate/proxies.ts";
import type { HttpRefusal } from "../../src/gate/refusal.ts";
import { hashToken } from "../../src/gate/token.ts";
import { Revocations } from "../../src/gate/revocations.ts";
import { SharedCredentials } from "../../src/gate/shared.ts";
import { SignIns } from "../../src/gate/sign_ins.ts";
import { Hub, type HubSettings } from "../../src/hub.ts";
import { type RoomName, SUBPROTOCOL, type UserId } from "../../src/protocol.ts";
import { Session } from "../../src/session.ts";
import type { Store } from "../../src/store/store.ts";
import type { SimClock } from "./clock.ts";
import type { Dice } from "./dice.ts";
import { Loop } from "./loop.ts";
import type { Pair } from "./pair.ts";
import type { RedisEnd } from "./redis_end.ts";
import { type Disk, SimStore } from "./store.ts";
import type { Truth } from "./truth.ts";
import { watched } from "./watched.ts";
import type { Owners } from "./wire_questions.ts";
import { WireRules } from "./wire_rules.ts";

/** Who shows it may do everything. */
export const ADMIN_TOKEN = "the moderator's";
/** How long a server that goes down waits for its clients. */
const DRAIN_MS = 10_000;
/** How long a session that is sent home has at least to take all that is for it. */
const FLUSH_MS = 5000;

export interface LifeOptions {
  clock: SimClock;
  dice: Dice;
  name: string;
  store: Store;
  disk: Disk;
  /** What connects it with the other instances. */
  end?: RedisEnd;
  settings: HubSettings;
  truth: Truth;
  owners: Owners;
  secret: string;
  /** The transport can cut a connection. */
  canAbort: boolean;
  makeName(kind: string): string;
  violated(what: string): void;
  meet(what: string): void;
  /** Whether a room's members may have to start over though this server goes on (W5.4). */
  maySendHome(): boolean;
  /** Whether a user is somewhere in the room, and nothing keeps instances from knowing it. */
  isSurelyIn(room: RoomName, uid: UserId): boolean;
}

export class Life {
  readonly name: string;
  readonly hub: Hub;
  readonly gate: Gate;
  readonly loop: Loop;
  readonly store: Store;
  readonly disk: Disk;
  readonly end: RedisEnd | undefined;
  readonly pairs = new Set<Pair>();
  readonly #options: LifeOptions;
  #drainedAt = Infinity;

  constructor(options: LifeOptions) {
    const { clock, dice, store, settings, secret, makeName } = options;
    this.#options = options;
    this.name = options.name;
    this.store = store;
    this.disk = options.disk;
    this.end = options.end;
    if (this.disk instanceof SimStore) {
      this.disk.onStored = (room, bytes) => {
        for (const { rules } of this.pairs) rules?.stored(room, bytes);
      };
    }
    this.loop = new Loop(clock);
    this.hub = new Hub({
      settings,
      store,
      scheduler: this.loop,
      counts: new Counts(),
      now: clock.now,
      random: dice.next,
      makeEpoch: () => makeName("epoch"),
      bus: store.bus,
      authenticate: () => Promise.resolve({ code: "UNAUTHORIZED", message: "nobody has tokens" }),
      audit: () => {},
      storeTried: () => {},
      fault: (error) => options.violated(`fault: ${(error as Error).stack}`),
    });
    const signIns = new SignIns(store);
    const revocations = new Revocations(store);
    const limits = new AddressLimits({ connects: 10_000, limits: settings.limits });
    const { instances, live } = this.hub;
    if (instances) {
      const parts = { revocations, signIns, limits, live, now: clock.now };
      instances.records.credentials = new SharedCredentials(parts);
    }
    this.gate = new Gate({
      authenticator: new Authenticator({
        accesses: [
          { tokenHash: undefined, guests: new GuestSessions(secret, "open") },
          {
            tokenHash: hashToken(ADMIN_TOKEN),
            guests: new GuestSessions(secret, "admin"),
            isAdmin: true,
          },
        ],
        jwt: undefined,
        signIns,
        revocations,
        makeGuestId: () => makeName("g"),
      }),
      signIns,
      proxies: new Proxies([], () => {}),
      limits,
      live,
      isLocalOnly: false,
      allowedOrigins: [],
      authHeader: "",
      maxConnections: 1000,
      maxConnectionsPerIp: 64,
      now: clock.now,
      penalized: () => {},
      guessed: () => {},
    });
  }

  /** Reads what is kept, and meets the other instances. */
  async open(): Promise<void> {
    await this.hub.sanctions.restore(this.#options.clock.now());
    await this.hub.instances?.open();
  }

  /** As a server that goes down: says goodbye, and stores what waits. */
  async close(): Promise<void> {
    this.hub.instances?.close();
    await this.hub.marks.save();
  }

  get isDraining(): boolean {
    return this.#drainedAt < Infinity;
  }

  /** Whether a server that goes down has nothing more to wait for. */
  get isDone(): boolean {
    const { nowMs } = this.#options.clock;
    return this.isDraining && (this.hub.isIdle || nowMs >= this.#drainedAt + DRAIN_MS);
  }

  drain(): void {
    this.#drainedAt = this.#options.clock.nowMs;
    this.gate.close();
    this.hub.drain();
  }

  /** What a plain request hears of the gate. */
  probe(
    request: Request,
    address: string,
  ): { status: number; body: Partial<HttpRefusal["refusal"]> } {
    const admission = this.#admit(request, address);
    if (!admission.ok) return { status: admission.status, body: admission.refusal };
    admission.release();
    return { status: 426, body: {} };
  }

  /** An upgrade arrives. */
  accept(pair: Pair): void {
    const headers = new Headers({ host: pair.url.host });
    if (pair.protocols.length > 0) headers.set("sec-websocket-protocol", pair.protocols.join(", "));
    const request = new Request(pair.url.href.replace(/^ws/, "http"), { headers });
    const admission = this.#admit(request, pair.address);
    if (!admission.ok) return pair.refuse();
    const isBatched = offersBatches(request);
    pair.socket.isOpen = true;
    pair.open(isBatched ? SUBPROTOCOL : "");
    this.#open(pair, isBatched, admission);
  }

  /** What must hold of every session between two steps (P5). */
  check(): void {
    const { outboxBytes } = this.#options.settings;
    for (const { served, rules, name } of this.pairs) {
      if (!served?.session.isServing) continue;
      const { bytes } = served.session.outbox;
      const held = rules?.heldBytes ?? 0;
      if (held > 1.3 * outboxBytes) {
        this.#options.violated(`P5: ${name} has ${held} bytes held back`);
      }
      // Joined to frames, lines are a byte longer.
      if (bytes > outboxBytes * 1.02) {
        this.#options.violated(`P5: ${name} has ${bytes} bytes in its outbox`);
      }
    }
  }

  /** Guests are let in at once. */
  #admit(request: Request, address: string): Admission {
    const admission = this.gate.admit(request, address);
    if (admission instanceof Promise) throw new Error("the gate took its time");
    return admission;
  }

  #open(pair: Pair, isBatched: boolean, { identity, release }: Admission & { ok: true }): void {
    const { truth, owners, settings, violated, meet, canAbort, clock, maySendHome } = this.#options;
    const session = Session.open({
      hub: watched(this.hub, pair, violated),
      socket: pair.socket,
      identity,
      address: pair.address,
      isBatched,
      hasHeartbeat: true,
      ended: () => {},
    });
    pair.rules = new WireRules({
      name: pair.name,
      uid: identity.uid,
      isAdmin: identity.isAdmin === true,
      isShared: this.end !== undefined,
      life: this,
      limits: settings.limits,
      truth,
      owners,
      violated,
      meet,
    });
    // Until its `joined` or an error is pushed, the room holds entries back for it.
    const push = session.push.bind(session);
    session.push = (batch, kind) => {
      const isRefused = batch.lines[0]!.startsWith('{"type":"error"');
      if (kind === "answer" || isRefused) pair.rules?.released();
      this.#holdPresence(pair, batch.lines[0]!);
      push(batch, kind);
    };
    this.pairs.add(pair);
    let drainedAt = Infinity;
    const drain = session.drain.bind(session);
    session.drain = (reconnectAfterMs) => {
      drainedAt = Math.min(drainedAt, clock.nowMs);
      if (!this.isDraining && !maySendHome()) violated(`W5.4: ${pair.name} is sent home`);
      drain(reconnectAfterMs);
    };
    pair.served = {
      session,
      canAbort,
      closing: (code) => pair.rules?.closed(code, clock.nowMs < drainedAt + FLUSH_MS),
      closed: (code, reason) => {
        this.pairs.delete(pair);
        release();
        session.closed(code, reason);
      },
    };
  }

  /** Nobody is told of as gone who is there (W9.4, W21.1). */
  #holdPresence(pair: Pair, line: string): void {
    if (!line.startsWith('{"type":"presence"')) return;
    const { room, left } = JSON.parse(line) as { room: RoomName; left: { uid: UserId }[] };
    for (const { uid } of left) {
      const isHere = this.hub.rooms.get(room)?.presence.isHere(uid);
      if (!isHere && !this.#options.isSurelyIn(room, uid)) continue;
      this.#options.violated(`W9.4: ${pair.name} is told that ${uid} left ${room}`);
    }
  }
}
