// @ts-check
// What goes out and when, and what becomes of what comes in: joins, questions and messages at the
// server's pace, answers to whom they belong, entries in order. The connection below it may come
// and go.
import { packBinary, unpackBinary } from "./frames.js";
import { Pace } from "./pace.js";
import { retryMs } from "./reconnect.js";
import { ChatError, Requests } from "./requests.js";
import { Rooms } from "./rooms.js";
/** @import {Entry, Refusal, ServerMessage} from "../../src/protocol.ts" */
/** @import {Alarm, Clock} from "./alarm.js" */
/** @import {ChatEvents} from "../chat.js" */
/** @import {Connection} from "./connection.js" */
/** @import {ConnectionState} from "./reconnect.js" */
/** @import {Emitter} from "./events.js" */
/** @import {Question} from "./requests.js" */
/** @import {JoinedMessage, Room} from "./rooms.js" */
/** @import {Outgoing, Unsent} from "./unsent.js" */

/** Refusals of a join that may not be any more a little later. */
const PASSING = ["RATE_LIMITED", "UNAVAILABLE", "ROOM_FULL", "INTERNAL"];
/** Answers that tell of more than what was asked. */
const TELLING = ["welcome", "nick", "muted"];

export class Traffic {
  #connection;
  #unsent;
  #events;
  #alarm;
  #clock;
  #nextRef;
  #rooms = new Rooms();
  #requests = new Requests();
  #pace = new Pace();

  /**
   * @param {Connection} connection
   * @param {Unsent} unsent
   * @param {Emitter<ChatEvents>} events
   * @param {Alarm} alarm
   * @param {Clock} clock
   * @param {() => string} nextRef
   */
  constructor(connection, unsent, events, alarm, clock, nextRef) {
    this.#connection = connection;
    this.#unsent = unsent;
    this.#events = events;
    this.#alarm = alarm;
    this.#clock = clock;
    this.#nextRef = nextRef;
  }

  /** @param {string} room */
  join(room) {
    const joined = this.#rooms.join(room);
    const { status } = this.#connection.state;
    if (status === "closed") this.#rooms.close();
    else if (status === "stopped") this.#rooms.stopped();
    this.#pump();
    return joined;
  }

  /** @param {string} room */
  leave(room) {
    this.#rooms.leave(room);
    this.#stayOut(room);
    this.#events.emit("left", { type: "left", room });
  }

  /** @param {string} room */
  position(room) {
    return this.#rooms.position(room);
  }

  /** @param {Question} question @returns {Promise<any>} */
  ask(question) {
    const answer = this.#requests.ask({ ...question, ref: question.ref ?? this.#nextRef() });
    const { status } = this.#connection.state;
    if (status === "stopped" || status === "closed") this.#requests.ended({ all: true });
    this.#pump();
    return answer;
  }

  /** @param {Pick<Outgoing, "room" | "to" | "text" | "replyTo" | "files">} what */
  say(what) {
    const stamp = { ref: this.#nextRef(), at: this.#clock.now() };
    const outgoing = this.#unsent.add({ ...stamp, ...what, status: "waiting" });
    this.#pump();
    return outgoing;
  }

  /** @param {string} ref */
  resend(ref) {
    this.#unsent.resend(ref);
    this.#pump();
  }

  /** @param {string} room @param {boolean} on */
  typing(room, on) {
    if (this.#rooms.isIn(room)) this.#connection.send({ type: "typing", room, on });
  }

  /** @param {string} room @param {Uint8Array} data */
  sendBinary(room, data) {
    const frame = packBinary(room, data, this.#connection.welcome?.limits.messageBytes);
    if (this.#rooms.isIn(room)) this.#connection.sendBinary(frame);
  }

  /** @param {ConnectionState} state */
  onState(state) {
    const { welcome } = this.#connection;
    if (state.status === "connected" && welcome) {
      this.#pace.reset(welcome.limits, this.#clock.now());
      this.#unsent.limit(welcome.limits.messageBytes);
    } else if (state.status === "stopped") {
      this.#requests.ended({ all: true });
      this.#rooms.stopped();
    } else if (state.status === "closed") {
      this.#requests.ended({ all: true });
      this.#rooms.close();
      this.#alarm.stop();
    }
    this.#events.emit("state", state);
  }

  /** The connection has ended; the state follows. @param {number} code */
  onEnded(code) {
    if (code === 1009) this.#unsent.giveUpLarge();
    this.#unsent.ended();
    this.#rooms.ended();
    this.#requests.ended({ all: false });
  }

  /** @param {ArrayBuffer} frame */
  onBinary(frame) {
    const binary = unpackBinary(frame);
    if (binary) this.#events.emit("binary", binary);
  }

  /** @param {ServerMessage} message */
  onMessage(message) {
    const isAnswer = message.type !== "error" && this.#requests.answer(message);
    if (isAnswer && !TELLING.includes(message.type)) return;
    switch (message.type) {
      case "welcome":
        this.#events.emit("welcome", message);
        return this.#pump();
      case "joined":
        return this.#joined(message);
      case "left":
        // With a ref it answers a `leave`, which was told already.
        if (message.ref !== undefined) return;
        this.#rooms.leave(message.room);
        if (message.reason) this.#unsent.removed(message.room, message.reason);
        return this.#events.emit("left", message);
      case "ack":
        return this.#unsent.acknowledged(message);
      case "error":
        return this.#refused(message);
      case "nick":
      case "muted":
      case "presence":
      case "system":
      case "typing":
      case "read":
      case "mention":
        return this.#events.emit(message.type, /** @type {any} */ (message));
      default:
        // Any other kind with a place in the log is an entry too, also one yet to be invented.
        if ("seq" in message && "uid" in message) this.#entry(message);
    }
  }

  /** @param {JoinedMessage} message */
  #joined(message) {
    const joined = this.#rooms.joined(message);
    if (!joined) return this.#stayOut(message.room);
    this.#events.emit("joined", joined);
    if (joined.resumed) joined.messages.forEach((entry) => this.#entry(entry));
    this.#pump();
  }

  /** Who is put out while a join is on its way is in again, and does not know. @param {string} room */
  #stayOut(room) {
    if (this.#rooms.wants(room)) return;
    this.#connection.send({ type: "leave", room, ref: this.#nextRef() });
  }

  /** @param {Entry} entry */
  #entry(entry) {
    if (this.#rooms.isNext(entry)) this.#events.emit("entry", entry);
    else if (!this.#rooms.wants(entry.room)) this.#events.emit("direct", entry);
    else this.#pump();
  }

  /** @param {{type: "error"} & Refusal} message */
  #refused({ type: _, ...refusal }) {
    const { code, ref } = refusal;
    const room = this.#rooms.asked(ref);
    const tries = this.#unsent.refuse(refusal);
    if (code === "RATE_LIMITED" || (code === "UNAVAILABLE" && tries !== null)) {
      this.#pace.hold(this.#clock.now() + retryMs(refusal, tries ?? 0, this.#clock.random()));
    }
    if (room) this.#joinRefused(room, refusal);
    else if (tries === null && !this.#requests.refuse(refusal)) {
      this.#events.emit("error", refusal);
    }
    this.#pump();
  }

  /** @param {Room} room @param {Refusal} refusal */
  #joinRefused(room, refusal) {
    const { code } = refusal;
    const { name, caller } = room;
    const passes = PASSING.includes(code);
    if (code === "RATE_LIMITED") return this.#rooms.wantAgain(room);
    if (caller || !passes) this.#rooms.forget(name);
    if (caller) caller.reject(new ChatError(refusal));
    // What passes is told once; that it will not, in any case.
    else if (!passes || room.tries === 0) {
      this.#events.emit("error", { ...refusal, room: name });
    }
    if (!passes) return this.#unsent.refuseRoom(name, refusal);
    if (caller) return;
    this.#rooms.refuse(room);
    this.#alarm.set(`join ${name}`, retryMs(refusal, room.tries, this.#clock.random()), () => {
      // It may have been joined or asked for meanwhile, on another connection.
      if (room.phase === "refused") this.#rooms.wantAgain(room);
      this.#pump();
    });
  }

  /** Sends what may be sent now: joins, which are not paced, then questions, then messages. */
  #pump() {
    if (!this.#connection.isConnected) return;
    const now = this.#clock.now();
    for (;;) {
      const join = this.#pace.isHeld(now) ? null : this.#rooms.next(this.#nextRef);
      const waitMs = this.#pace.waitMs(now);
      if (!join && waitMs > 0) return this.#alarm.set("pump", waitMs, () => this.#pump());
      const message = join ?? this.#requests.next() ??
        this.#unsent.next((room) => this.#rooms.isIn(room));
      if (!message) return;
      if (!join) this.#pace.take();
      this.#connection.send(message);
    }
  }
}
