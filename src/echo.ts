// `/ws/echo` (W15.2): sends every frame back as it came, to check what stands in between.
import { Batch } from "./batch.ts";
import { CLOSE, type Close } from "./close.ts";
import type { Guest, Hub } from "./hub.ts";
import type { Identity } from "./identity.ts";
import { Outbox } from "./outbox.ts";
import { utf8Length } from "./protocol.ts";
import type { Socket, SocketHandlers } from "./socket.ts";

/** Silence after which an echo ends, in milliseconds. */
const SILENCE_MS = 60_000;

export interface EchoOptions {
  hub: Hub;
  socket: Socket;
  identity: Identity;
  address: string;
}

export class Echo implements SocketHandlers, Guest {
  readonly identity: Identity;
  readonly address: string;
  readonly outbox: Outbox;
  readonly #hub: Hub;
  readonly #socket: Socket;
  #endsAt: number;

  private constructor({ hub, socket, identity, address }: EchoOptions) {
    this.identity = identity;
    this.address = address;
    this.#hub = hub;
    this.#socket = socket;
    this.outbox = new Outbox(socket, hub.flusher, hub.settings.outboxBytes, {
      overflow: () => this.close(CLOSE.tooSlow),
      space: () => {},
    });
    this.#endsAt = hub.now() + SILENCE_MS;
  }

  static open(options: EchoOptions): Echo {
    const { hub, identity, address } = options;
    const echo = new Echo(options);
    hub.sessions.add(echo);
    // The handshake may have outlived a ban, or the moment when everyone was sent home.
    if (hub.isBanned(identity, address, hub.now())) echo.close(CLOSE.banned);
    else if (hub.isDraining) echo.drain();
    return echo;
  }

  text(frame: string): void {
    this.#endsAt = this.#hub.now() + SILENCE_MS;
    if (this.#isTooBig(utf8Length(frame))) return;
    this.outbox.push(Batch.of(frame), "entry");
  }

  binary(frame: Uint8Array<ArrayBuffer>): void {
    this.#endsAt = this.#hub.now() + SILENCE_MS;
    if (this.#isTooBig(frame.length)) return;
    this.outbox.pushBinary(frame, "entry");
  }

  sweep(now: number): void {
    if (now >= (this.identity.expires ?? Infinity)) this.close(CLOSE.expired);
    else if (now >= this.#endsAt) this.close(CLOSE.bye);
  }

  drain(): void {
    this.close(CLOSE.restarting);
  }

  closed(): void {
    this.outbox.close();
    this.#hub.sessions.delete(this);
  }

  #isTooBig(bytes: number): boolean {
    if (bytes <= this.#hub.settings.limits.messageBytes) return false;
    this.close(CLOSE.tooBig);
    return true;
  }

  close(close: Close): void {
    this.outbox.close();
    this.#socket.close(close.code, close.reason);
  }
}
