// A connection from its admission to its end, and what it leads to. One object for all of that, which
// holds nothing of the request: there are thousands.
import { Echo, type EchoOptions } from "../echo.ts";
import type { Admission, Gate } from "../gate/gate.ts";
import type { Hub } from "../hub.ts";
import type { Identity } from "../identity.ts";
import { type RoomName, SUBPROTOCOL } from "../protocol.ts";
import type { Limit } from "../rates.ts";
import type { Life } from "../life.ts";
import { Session, type SessionOptions } from "../session.ts";
import type { Socket, SocketHandlers, UpgradeOptions } from "../socket.ts";

/** What the gate says of somebody it lets in. */
export type Admitted = Extract<Admission, { ok: true }>;

abstract class Visit implements UpgradeOptions {
  readonly hub: Hub;
  readonly identity: Identity;
  readonly address: string;
  /** Set when it is open. */
  socket!: Socket;
  readonly #release: () => void;

  constructor(hub: Hub, { identity, address, release }: Admitted) {
    this.hub = hub;
    this.identity = identity;
    this.address = address;
    this.#release = release;
  }

  abstract readonly isBatched: boolean;
  abstract readonly protocol: string | undefined;
  protected abstract open(): SocketHandlers;
  protected abstract end(code: number, reason: string): void;

  opened(socket: Socket): SocketHandlers {
    this.socket = socket;
    return this.open();
  }

  closed(code: number, reason: string): void {
    this.#release();
    this.end(code, reason);
  }
}

/** Where visits lead to, and who hears of their end. */
export interface Host {
  hub: Hub;
  gate: Gate;
  ended(life: Life, address: string): void;
}

export class SessionVisit extends Visit implements SessionOptions {
  readonly isBatched: boolean;
  readonly hasHeartbeat: boolean;
  readonly path: RoomName | undefined;
  readonly limit: Limit | undefined;
  readonly #host: Host;
  #session: Session | undefined;

  constructor(
    host: Host,
    admitted: Admitted,
    isBatched: boolean,
    hasHeartbeat: boolean,
    path: RoomName | undefined,
  ) {
    super(host.hub, admitted);
    this.#host = host;
    this.limit = admitted.limit;
    this.isBatched = isBatched;
    this.hasHeartbeat = hasHeartbeat;
    this.path = path;
  }

  get protocol(): string | undefined {
    return this.isBatched ? SUBPROTOCOL : undefined;
  }

  ended(life: Life): void {
    this.#host.ended(life, this.address);
  }

  protected open(): SocketHandlers {
    this.#session = Session.open(this);
    this.#host.gate.opened(this.identity);
    return this.#session;
  }

  protected end(code: number, reason: string): void {
    this.#session?.closed(code, reason);
  }
}

export class EchoVisit extends Visit implements EchoOptions {
  /** What came as several frames goes back as several, whatever the client speaks. */
  readonly isBatched = false;
  readonly protocol: string | undefined;
  #echo: Echo | undefined;

  constructor(hub: Hub, admitted: Admitted, offersBatches: boolean) {
    super(hub, admitted);
    this.protocol = offersBatches ? SUBPROTOCOL : undefined;
  }

  protected open(): SocketHandlers {
    return this.#echo = Echo.open(this);
  }

  protected end(): void {
    this.#echo?.closed();
  }
}
