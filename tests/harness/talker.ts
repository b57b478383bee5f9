// A client that talks as fast as it is answered, comes back after every end, and keeps account of
// what it was told: what the promises P1 to P4 are held against. Throws where one is broken.
import type { Entry, ServerMessage } from "../../src/protocol.ts";
import { type Client, openClient } from "./client.ts";
import { within } from "./within.ts";

/** Messages of one talker that wait for their ack. */
const IN_FLIGHT = 16;
/** How often, while it talks, a talker goes in the middle of everything: once in so many messages. */
const MESSAGES_PER_DROP = 300;
/** How long a server may say nothing at all, in milliseconds. */
const SILENCE_MS = 20_000;

type Of<T extends ServerMessage["type"]> = Extract<ServerMessage, { type: T }>;
type Said = { type: "chat"; room: string; text: string; ref: string };

/** What one talker saw of one room, put together over all its connections. */
export type Seen = { epoch: string; entries: Entry[] };

export class Talker {
  readonly rooms = new Map<string, Seen>();
  /** Every ref that was acknowledged, and what was said with it. */
  readonly acked = new Map<string, { said: Said; ack: Of<"ack"> }>();
  readonly unacked = new Map<string, Said>();
  /** Whether it says new things, or only what is not acknowledged yet. */
  isTalking = true;
  readonly #name: string;
  readonly #happened: () => void;
  readonly #random: () => number;
  #me: Of<"welcome"> | undefined;
  #awaited = new Set<string>();
  #count = 0;
  #isSettled = Promise.withResolvers<void>();

  /** `happened` is called after everything that comes in. */
  constructor(name: string, rooms: string[], random: () => number, happened: () => void) {
    this.#name = name;
    this.#random = random;
    this.#happened = happened;
    for (const room of rooms) this.rooms.set(room, { epoch: "", entries: [] });
  }

  /** When it is back in all rooms and everything it said is acknowledged. */
  get settled(): Promise<void> {
    return this.#isSettled.promise;
  }

  /** Comes, and comes back after every end, until the server is over; `url` may be another each time. */
  async visit(url: string | (() => string), isOver: () => boolean): Promise<void> {
    this.#isSettled = Promise.withResolvers();
    while (!isOver()) await this.#connect(typeof url === "string" ? url : url());
  }

  /** Talks on one connection until it ends, or goes by itself, so that acks on their way are lost. */
  async #connect(url: string): Promise<void> {
    const protocols = ["snug.v1", ...(this.#me ? [`auth.${this.#me.session}`] : [])];
    const wished = `${url}?username=${this.#name}`;
    const client = await openClient(wished, { protocols }).catch(() => undefined);
    if (!client) return;
    this.#awaited = new Set(this.rooms.keys());
    const joins = [...this.rooms].map(([room, { epoch, entries }]) => ({
      type: "join",
      room,
      ...(entries.length > 0 && { since: { epoch, seq: entries.length } }),
    }));
    sendAll(client, joins);
    for (let message; (message = await nextOrEnd(client));) {
      this.#take(client, message);
      this.#happened();
      if (!this.isTalking || this.#random() * MESSAGES_PER_DROP > 1) continue;
      client.close();
      return void await within(SILENCE_MS, "the end of a connection", client.closed);
    }
  }

  #take(client: Client, message: ServerMessage): void {
    if (message.type === "welcome") this.#meet(message);
    else if (message.type === "joined") this.#resume(client, message);
    else if (message.type === "chat") this.#append(message);
    else if (message.type === "ack") this.#acknowledge(client, message);
    else if (message.type === "closing") this.#awaited.add("nothing more");
    else if (message.type === "error") {
      // What could not be stored is said again when it is back.
      if (message.code === "UNAVAILABLE") return client.close();
      throw new Error(`${this.#name}: ${JSON.stringify(message)}`);
    }
  }

  #meet(welcome: Of<"welcome">): void {
    if (this.#me && this.#me.uid !== welcome.uid) throw new Error(`${this.#name} is another now`);
    this.#me = welcome;
  }

  #resume(client: Client, joined: Of<"joined">): void {
    const seen = this.rooms.get(joined.room)!;
    if (seen.entries.length === 0) seen.epoch = joined.epoch;
    const isWhole = !joined.gap && !joined.more && joined.epoch === seen.epoch;
    if (!isWhole) {
      const told = JSON.stringify({ ...joined, members: [], messages: joined.messages.length });
      throw new Error(`not whole after ${seen.entries.length} of ${seen.epoch}: ${told}`);
    }
    for (const entry of joined.messages) this.#append(entry);
    if (joined.seq !== seen.entries.length) throw new Error(`joined at ${joined.seq}`);
    this.#awaited.delete(joined.room);
    if (this.#awaited.size > 0) return;
    sendAll(client, [...this.unacked.values()]);
    this.#talk(client);
  }

  #append(entry: Entry): void {
    const { entries } = this.rooms.get(entry.room)!;
    if (entry.seq === entries.length + 1) entries.push(entry);
    else throw new Error(`${entry.room}: ${entry.seq} came after ${entries.length}`);
  }

  #acknowledge(client: Client, ack: Of<"ack">): void {
    const said = this.unacked.get(ack.ref);
    if (said) this.acked.set(ack.ref, { said, ack });
    const { seq, ts } = this.acked.get(ack.ref)!.ack;
    if (seq !== ack.seq || ts !== ack.ts) throw new Error(`${ack.ref}: ${seq}, now ${ack.seq}`);
    this.unacked.delete(ack.ref);
    if (this.#awaited.size === 0) this.#talk(client);
  }

  /** Fills up what is in flight, half of it at once. */
  #talk(client: Client): void {
    if (!this.isTalking && this.unacked.size === 0) this.#isSettled.resolve();
    if (!this.isTalking || this.unacked.size > IN_FLIGHT / 2) return;
    const fresh: Said[] = [];
    const rooms = [...this.rooms.keys()];
    while (this.unacked.size < IN_FLIGHT) {
      const ref = `${this.#name}-${++this.#count}`;
      const room = rooms[Math.floor(this.#random() * rooms.length)]!;
      const said: Said = { type: "chat", room, text: `${ref} says é`, ref };
      this.unacked.set(ref, said);
      fresh.push(said);
    }
    sendAll(client, fresh);
  }
}

function sendAll(client: Client, messages: object[]): void {
  if (messages.length === 0) return;
  client.sendRaw(messages.map((message) => JSON.stringify(message)).join("\n"));
}

/** The next message, or undefined when the connection has ended and all of it is read. */
async function nextOrEnd(client: Client): Promise<ServerMessage | undefined> {
  try {
    return await client.next(undefined, SILENCE_MS);
  } catch {
    await within(SILENCE_MS, "the end of a connection", client.closed);
    return undefined;
  }
}
