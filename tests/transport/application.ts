// A tiny application behind a real listener of a transport: it lets everybody in who comes by
// WebSocket, and keeps what it is told. Disposing of it stops the listener and asserts that every
// socket was told its end exactly once, and that no fault was left unread.
import { assertEquals } from "@std/assert";
import { Batch } from "../../src/batch.ts";
import type { Incoming, Socket, SocketHandlers, UpgradeOptions } from "../../src/socket.ts";
import type { Abilities, Listening, ListenOptions } from "../../src/transport/transport.ts";
import { Inbox } from "../harness/inbox.ts";
import { HANDSHAKE, openRaw, type Raw } from "../harness/raw.ts";
import { within } from "../harness/within.ts";

/** For what comes at once, on a machine that is loaded. */
export const LIMIT_MS = 10_000;

export interface Transport {
  abilities: Abilities;
  listen(options: ListenOptions): Listening | Promise<Listening>;
}

/** How the application differs from one that keeps what it hears and says nothing. */
export type Behaviour = Partial<
  & Pick<ListenOptions, "maxFrameBytes" | "idleTimeoutSeconds">
  & Pick<UpgradeOptions, "isBatched" | "protocol">
  & {
    /** Answers in place of an upgrade, or after a while. */
    fetch(request: Request, upgrade: () => Response): Response | Promise<Response>;
    opened(visit: Visit): void;
    heard(visit: Visit, data: string | Uint8Array): void;
    closed(visit: Visit): void;
  }
>;

/** One connection as the application sees it. */
export class Visit implements SocketHandlers {
  readonly inbox = new Inbox<string | Uint8Array>();
  readonly ended = Promise.withResolvers<void>();
  /** Every end that was told. */
  readonly ends: { code: number; reason: string }[] = [];
  socket!: Socket;
  readonly #behaviour: Behaviour;

  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
  }

  text(frame: string) {
    this.#hear(frame);
  }

  binary(frame: Uint8Array<ArrayBuffer>) {
    this.#hear(frame);
  }

  send(...lines: string[]) {
    this.socket.send(Batch.join(lines.map((line) => Batch.of(line))));
  }

  /** What it heard next. */
  next(): Promise<string | Uint8Array> {
    return this.inbox.take(LIMIT_MS);
  }

  /** Waits for the end that is told. */
  async end(limitMs = LIMIT_MS): Promise<{ code: number; reason: string }> {
    await within(limitMs, "the end of a connection that is told", this.ended.promise);
    return this.ends[0]!;
  }

  #hear(data: string | Uint8Array) {
    this.inbox.push(data);
    this.#behaviour.heard?.(this, data);
  }
}

export async function openApplication(
  transport: Transport,
  behaviour: Behaviour = {},
): Promise<Application> {
  const application = new Application(behaviour);
  application.listening = await transport.listen({
    host: "127.0.0.1",
    port: 0,
    maxFrameBytes: behaviour.maxFrameBytes ?? 200_000,
    idleTimeoutSeconds: behaviour.idleTimeoutSeconds ?? 30,
    fetch: (request, incoming) => application.fetch(request, incoming),
    fault: (error) => application.faults.push(String(error)),
  });
  return application;
}

export class Application {
  listening!: Listening;
  /** What the transport called a bug; a test that expects one takes it out. */
  readonly faults: string[] = [];
  /** Where every request that came this far came from. */
  readonly addresses: string[] = [];
  /** Everybody who was upgraded. */
  readonly visits: Visit[] = [];
  readonly #arrived = new Inbox<Visit>();
  readonly #behaviour: Behaviour;
  #isStopped = false;

  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
  }

  get url(): string {
    return `http://127.0.0.1:${this.listening.port}`;
  }

  fetch(request: Request, incoming: Incoming): Response | Promise<Response> {
    this.addresses.push(incoming.address);
    const upgrade = () => incoming.upgrade(this.#upgrade());
    if (this.#behaviour.fetch) return this.#behaviour.fetch(request, upgrade);
    const isUpgrade = request.headers.get("upgrade")?.toLowerCase() === "websocket";
    return isUpgrade ? upgrade() : new Response("here");
  }

  /** A peer that was upgraded, and the connection as the application sees it. */
  async connect(): Promise<{ peer: Raw; visit: Visit }> {
    const peer = await this.knock();
    return { peer, visit: await this.arrived() };
  }

  /** A peer that was upgraded, and may have sent something in the same segment. */
  async knock(ahead?: Uint8Array): Promise<Raw> {
    const peer = await openRaw(this.url);
    const { status, body } = await peer.request("/", HANDSHAKE, "GET", ahead);
    if (status !== 101) throw new Error(`not upgraded: ${status} ${body}`);
    return peer;
  }

  /** The next who came in. */
  arrived(): Promise<Visit> {
    return this.#arrived.take(LIMIT_MS);
  }

  async stop() {
    this.#isStopped = true;
    await within(LIMIT_MS, "the stop of a listener", this.listening.stop());
  }

  async [Symbol.asyncDispose]() {
    if (!this.#isStopped) await this.stop();
    for (const visit of this.visits) await visit.end();
    assertEquals(this.visits.map(({ ends }) => ends.length), this.visits.map(() => 1));
    assertEquals(this.faults, []);
  }

  #upgrade(): UpgradeOptions {
    const { isBatched = false, protocol } = this.#behaviour;
    const visit = new Visit(this.#behaviour);
    this.visits.push(visit);
    return {
      isBatched,
      ...(protocol !== undefined && { protocol }),
      opened: (socket) => {
        visit.socket = socket;
        this.#arrived.push(visit);
        this.#behaviour.opened?.(visit);
        return visit;
      },
      closed: (code, reason) => {
        visit.ends.push({ code, reason });
        visit.ended.resolve();
        this.#behaviour.closed?.(visit);
      },
    };
  }
}
