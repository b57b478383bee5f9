// A reader of Server-Sent Events for tests: it parses as the standard says, and shows every event as
// it came. Everything that waits has a time limit.
import type { Entry, ServerMessage } from "../../src/protocol.ts";
import { Inbox } from "./inbox.ts";
import type { Server } from "./server.ts";

const LIMIT_MS = 10_000;

export type Event = { event: string; id?: string; data: ServerMessage & { reason?: string } };
type Joined = Extract<ServerMessage, { type: "joined" }>;

/** Opens the events of "general", or another room, and reads up to `joined`. */
export async function openEvents(
  server: Pick<Server, "url">,
  { room = "general", query = "", headers = {} }: {
    room?: string;
    query?: string;
    headers?: Record<string, string>;
  } = {},
): Promise<Events> {
  const url = `${server.url}/api/rooms/${room}/events${query}`;
  const response = await fetch(url, { headers });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  const events = new Events(response);
  events.joined = await events.until("joined") as Event & { data: Joined };
  return events;
}

export class Events {
  readonly headers: Headers;
  readonly retries: number[] = [];
  /** Every event that came. */
  readonly all: Event[] = [];
  joined!: Event & { data: Joined };
  /** When the server has ended the stream, or this side has. */
  readonly ended: Promise<void>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #inbox = new Inbox<Event>();
  readonly #comments = new Inbox<string>();

  constructor(response: Response) {
    this.headers = response.headers;
    this.#reader = response.body!.getReader();
    this.ended = this.#read();
  }

  /** The next comment. */
  comment(): Promise<string> {
    return this.#comments.take(LIMIT_MS);
  }

  /** The next event of this type, whatever comes before it. */
  async until(type: string, isIts: (data: ServerMessage) => boolean = () => true): Promise<Event> {
    for (;;) {
      const event = await this.#inbox.take(LIMIT_MS);
      if (event.event === type && isIts(event.data)) return event;
    }
  }

  /** The entries that came as events, in order. */
  get entries(): Entry[] {
    return this.all.filter(({ event, id }) => id !== undefined && event !== "joined")
      .map(({ data }) => data as Entry);
  }

  async [Symbol.asyncDispose]() {
    await this.#reader.cancel().catch(() => {});
    await this.ended;
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    let text = "";
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) break;
        text += decoder.decode(value, { stream: true });
        const parts = text.split("\n\n");
        text = parts.pop()!;
        for (const part of parts) this.#take(part);
      }
    } catch {
      // Cut, by whomever.
    }
    const end = `the stream ended after ${JSON.stringify(this.all.at(-1))?.slice(0, 200)}`;
    this.#inbox.end(end);
    this.#comments.end(end);
  }

  #take(part: string): void {
    const fields = new Map<string, string>();
    for (const line of part.split("\n")) {
      const colon = line.indexOf(": ");
      fields.set(line.slice(0, colon), line.slice(colon + 2));
      if (line.startsWith(":")) this.#comments.push(line);
    }
    if (fields.has("retry")) this.retries.push(Number(fields.get("retry")));
    if (!fields.has("data")) return;
    const id = fields.get("id");
    const event: Event = {
      event: fields.get("event")!,
      ...(id !== undefined && { id }),
      data: JSON.parse(fields.get("data")!),
    };
    this.all.push(event);
    this.#inbox.push(event);
  }
}
