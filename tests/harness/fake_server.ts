// A server that the SDK can't tell from a real one, in which nothing happens unless a test says so:
// sockets that deliver when told, a fetch that answers when told, a clock that stands still.
import { assert, assertEquals, assertExists } from "@std/assert";
import type { Refusal, ServerMessage } from "../../src/protocol.ts";
import { type Chat, connect, type ConnectOptions } from "../../static/chat.js";

type Of<T extends ServerMessage["type"]> = Extract<ServerMessage, { type: T }>;

/** Lets every promise that can go on go on. */
export async function settle() {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

/** Time that passes only in `pass`. `random` gives `chance` until that is changed. */
export class FakeClock {
  chance = 0.5;
  timers = new Map<number, { at: number; action: () => void }>();
  #now = 1_000_000;
  #last = 0;

  now = () => this.#now;
  random = () => this.chance;
  setTimeout = (action: () => void, ms: number) => {
    this.timers.set(++this.#last, { at: this.#now + ms, action });
    return this.#last;
  };
  clearTimeout = (timer: number) => void this.timers.delete(timer);

  /** Lets time pass, with every timer that is due on the way. */
  async pass(ms: number) {
    const until = this.#now + ms;
    for (;;) {
      const due = [...this.timers].filter(([, { at }]) => at <= until)
        .sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.timers.delete(due[0]);
      this.#now = Math.max(this.#now, due[1].at);
      due[1].action();
      await settle();
    }
    this.#now = until;
  }
}

/** One end of a WebSocket; the test is the other. */
export class FakeSocket {
  readyState = 0;
  protocol = "";
  binaryType = "";
  onopen?: () => void;
  onmessage?: (event: { data: unknown }) => void;
  onclose?: (event: { code: number }) => void;
  /** Frames that came from the SDK, and with which code it closed. */
  frames: unknown[] = [];
  closedWith: number | undefined;
  readonly url: URL;
  readonly offered: string[];

  constructor(url: string | URL, protocols: string[] = []) {
    this.url = new URL(url);
    this.offered = protocols;
  }

  send(frame: unknown) {
    assertEquals(this.readyState, 1, "sent on a socket that is not open");
    this.frames.push(frame);
  }

  close(code = 1005) {
    this.readyState = 3;
    this.closedWith ??= code;
  }

  open() {
    this.readyState = 1;
    this.protocol = this.offered.includes("snug.v1") ? "snug.v1" : "";
    this.onopen?.();
  }

  /** Delivers messages, in one frame where the client takes that. */
  tell(...messages: ServerMessage[]) {
    const lines = messages.map((message) => JSON.stringify(message));
    const frames = this.protocol ? [lines.join("\n")] : lines;
    for (const data of frames) this.onmessage?.({ data });
  }

  /** Ends it from the other side. */
  end(code: number) {
    this.readyState = 3;
    this.onclose?.({ code });
  }

  /** Takes the messages that came since the last time. */
  heard(): Record<string, unknown>[] {
    return this.frames.splice(0).flatMap((frame) => String(frame).split("\n"))
      .map((line) => JSON.parse(line));
  }
}

/** Everything around one Chat. Disposing closes it and asserts that nothing is left. */
export class FakeServer {
  clock = new FakeClock();
  sockets: FakeSocket[] = [];
  /** What the next probe by fetch hears; null: it fails. */
  answer: { status: number; body?: Partial<Refusal> | string } | null = null;
  probes: { url: URL; authorization: string | null }[] = [];
  stored = new Map<string, string>();
  chats: Chat[] = [];

  get options(): ConnectOptions {
    // deno-lint-ignore no-this-alias
    const server = this;
    class WebSocket extends FakeSocket {
      constructor(url: string | URL, protocols?: string[]) {
        super(url, protocols);
        server.sockets.push(this);
      }
    }
    return {
      clock: this.clock,
      WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
      fetch: ((url, init) => this.#fetch(url as URL, init)) as typeof fetch,
    };
  }

  get storage() {
    return {
      getItem: (key: string) => this.stored.get(key) ?? null,
      setItem: (key: string, value: string) => void this.stored.set(key, value),
      removeItem: (key: string) => void this.stored.delete(key),
    };
  }

  /** A Chat that has just begun to connect. */
  connect(options: ConnectOptions = {}, url = "https://chat.example"): Chat {
    const chat = connect(url, { ...this.options, ...options });
    this.chats.push(chat);
    return chat;
  }

  /** A Chat that was welcomed. */
  async welcomed(options: ConnectOptions = {}, changes: Partial<Of<"welcome">> = {}) {
    const chat = this.connect(options);
    return { chat, socket: await this.welcome(changes) };
  }

  /** A Chat that is in the room "general", whose log is empty. */
  async joined(options: ConnectOptions = {}, changes: Partial<Of<"welcome">> = {}) {
    const { chat, socket } = await this.welcomed(options, changes);
    const promise = chat.join("general");
    await this.join(socket);
    await promise;
    return { chat, socket };
  }

  /** The newest socket. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    assertExists(socket);
    return socket;
  }

  /** Opens the newest socket and welcomes it. */
  async welcome(changes: Partial<Of<"welcome">> = {}): Promise<FakeSocket> {
    this.socket.open();
    this.socket.tell({ ...WELCOME, ...changes });
    await settle();
    return this.socket;
  }

  /** Refuses the newest socket's upgrade. */
  async refuse(status?: number, body: Partial<Refusal> | string = {}) {
    this.answer = status === undefined ? null : { status, body };
    this.socket.end(1006);
    await settle();
  }

  /** Answers the join that the newest socket heard. */
  async join(socket: FakeSocket, changes: Partial<Of<"joined">> = {}) {
    await settle();
    const join = socket.heard().find(({ type }) => type === "join");
    assertExists(join, "no join came");
    const { room, ref } = join as { room: string; ref: string };
    socket.tell({ ...JOINED, room, ref, ...changes });
    await settle();
    return join;
  }

  [Symbol.dispose]() {
    for (const chat of this.chats) chat.close();
    assertEquals(this.clock.timers.size, 0, "timers are left after close()");
    assert(this.sockets.every(({ readyState }) => readyState === 3), "sockets are left");
  }

  #fetch(url: URL, init?: RequestInit) {
    this.probes.push({ url, authorization: new Headers(init?.headers).get("authorization") });
    if (!this.answer) return Promise.reject(new TypeError("no network"));
    const { status, body } = this.answer;
    const text = typeof body === "string" ? body : JSON.stringify(body ?? {});
    return Promise.resolve({ status, text: () => Promise.resolve(text) });
  }
}

export const WELCOME: Of<"welcome"> = {
  type: "welcome",
  user: "ada",
  uid: "guest:1",
  session: null,
  expires: null,
  heartbeatMs: 25_000,
  graceMs: 10_000,
  limits: {
    messageBytes: 16_384,
    fileBytes: 10_485_760,
    rooms: 50,
    messagesPerSecond: 5,
    burst: 20,
    historyPage: 50,
    resume: 1000,
  },
  version: "0.1.0",
};

export const JOINED: Of<"joined"> = {
  type: "joined",
  room: "general",
  epoch: "e1",
  seq: 0,
  first: 1,
  topic: "",
  may: "write",
  read: 0,
  count: 1,
  members: [],
  messages: [],
  gap: false,
  more: false,
};

/** A chat entry of "general". */
export function entry(seq: number, text = `message ${seq}`): Of<"chat"> {
  return { type: "chat", room: "general", seq, ts: seq, uid: "guest:2", user: "bob", text };
}
