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
  protected readonly host: Host;
  /** Set when it is open. */
  socket!: Socket;
  readonly #release: () => void;

  constructor(host: Host, { identity, address, release }: Admitted) {
    this.host = host;
    this.hub = host.hub;
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
    const handlers = this.open();
    this.host.gate.opened(this.identity);
    return handlers;
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
  #session: Session | undefined;

  constructor(
    host: Host,
    admitted: Admitted,
    isBatched: boolean,
    hasHeartbeat: boolean,
    path: RoomName | undefined,
  ) {
    super(host, admitted);
    this.limit = admitted.limit;
    this.isBatched = isBatched;
    this.hasHeartbeat = hasHeartbeat;
    this.path = path;
  }

  get protocol(): string | undefined {
    return this.isBatched ? SUBPROTOCOL : undefined;
  }

  ended(life: Life): void {
    this.host.ended(life, this.address);
  }

  protected open(): SocketHandlers {
    return this.#session = Session.open(this);
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

  constructor(host: Host, admitted: Admitted, offersBatches: boolean) {
    super(host, admitted);
    this.protocol = offersBatches ? SUBPROTOCOL : undefined;
  }

  protected open(): SocketHandlers {
    return this.#echo = Echo.open(this);
  }

  protected end(): void {
    this.#echo?.closed();
  }
}
