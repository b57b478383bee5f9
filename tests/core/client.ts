// The test's end of a session: sends frames, reads what its socket was given.
import { assert, assertEquals } from "@std/assert";
import type { ClientMessage } from "../../src/client_message.ts";
import type { ServerMessage } from "../../src/protocol.ts";
import type { Session } from "../../src/session.ts";
import type { FakeSocket, Frame } from "./fake_socket.ts";

export type Type = ServerMessage["type"];
export type Of<T extends Type> = Extract<ServerMessage, { type: T }>;
/** A client message as a test writes it down: names are plain strings, fields may be wrong. */
export type Sent = { type: ClientMessage["type"] } & Record<string, unknown>;

export class Client {
  readonly session: Session;
  readonly socket: FakeSocket;
  #isClosed = false;

  constructor(session: Session, socket: FakeSocket) {
    this.session = session;
    this.socket = socket;
  }

  /** Sends each message in a frame of its own. */
  send(...messages: Sent[]): void {
    for (const message of messages) this.session.text(JSON.stringify(message));
  }

  /** Sends all messages in one frame. */
  sendTogether(...messages: Sent[]): void {
    this.session.text(messages.map((message) => JSON.stringify(message)).join("\n"));
  }

  /** Delivers what waits in the socket, as frames. */
  takeFrames(): Frame[] {
    return this.socket.deliver();
  }

  /** Delivers what waits in the socket, as messages. */
  take(): ServerMessage[] {
    return this.takeFrames().flatMap((frame) => {
      assert(typeof frame === "string", "a binary frame came");
      return messagesOf(frame);
    });
  }

  /** Delivers what waits in the socket: exactly one message, of this type. */
  takeOne<T extends Type>(type: T): Of<T> {
    const messages = this.take();
    assertEquals(messages.map((message) => message.type), [type]);
    return messages[0] as Of<T>;
  }

  /** Delivers what waits in the socket, and of that the messages of this type. */
  takeAll<T extends Type>(type: T): Of<T>[] {
    return this.take().filter((message): message is Of<T> => message.type === type);
  }

  /** The connection ends; 1006 is a lost one. */
  drop(code = 1006): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { closedWith } = this.socket;
    this.socket.close(code, "");
    this.session.closed(closedWith?.code ?? code, closedWith?.reason ?? "");
  }
}

/** The messages of a frame. */
export function messagesOf(frame: string): ServerMessage[] {
  return frame.split("\n").map((line) => JSON.parse(line) as ServerMessage);
}
