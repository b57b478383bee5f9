// Tells in words what happens in the rooms that one is in, and how the connection does. Keeps the
// rooms as they are told.
import type { Chat, ConnectionState, Joined, Of, Outgoing } from "../../static/chat.js";
import { momentOf } from "../../static/views/clock.js";
import { failureOf, roomRefusal } from "../../static/views/refusals.js";
import {
  announcement,
  counted,
  sentence,
  stageSentence,
  typingSentence,
} from "../../static/views/wording.js";
import type { Entry, Member, Message } from "../protocol.ts";
import { lineOf, quiet, quote } from "./entry_line.ts";
import type { Outlet } from "./outlet.ts";
import type { Room } from "./room.ts";
import type { Rooms } from "./rooms.ts";

/** Messages of the past that are told when one comes in. */
const PAST = 20;
/** Comings and goings are told in rooms of up to so many, and so many are named. */
const TOLD_UP_TO = 50;

export class Narrator {
  readonly #chat: Chat;
  readonly #rooms: Rooms;
  readonly #out: Outlet;
  #isAway = false;
  #tick: ReturnType<typeof setInterval> | undefined;

  constructor(chat: Chat, rooms: Rooms, out: Outlet) {
    this.#chat = chat;
    this.#rooms = rooms;
    this.#out = out;
  }

  start() {
    const chat = this.#chat;
    chat.on("state", (state) => this.#state(state));
    chat.on("joined", (joined) => this.#joined(joined));
    chat.on("entry", (entry) => this.#entry(entry));
    chat.on("direct", (entry) => this.#direct(entry));
    chat.on("outgoing", (outgoing) => this.#outgoing(outgoing));
    chat.on("presence", (presence) => this.#presence(presence));
    chat.on("typing", (typing) => this.#rooms.get(typing.room)?.typists.hear(typing));
    chat.on("nick", (nick) => this.#nick(nick));
    chat.on("mention", (mention) => this.#mention(mention));
    chat.on("muted", (muted) => this.#muted(muted));
    chat.on("left", (left) => this.#left(left));
    chat.on("system", (told) => this.#system(told));
    chat.on("error", ({ message }) => this.#out.complain([sentence(message)]));
  }

  /** Says who types in the current room, unless the connection is to be spoken of. */
  typing() {
    if (this.#isAway) return;
    const names = this.#rooms.get(this.#rooms.current)?.typists.names ?? [];
    this.#out.passing(typingSentence(names));
  }

  /** Says what a room is like that one writes to from now on. */
  introduce({ label, count, members }: Room, topic: string) {
    const people = [...members].map(([uid, user]) => uid === this.#rooms.me ? "you" : user);
    const names = people.length === count && count <= TOLD_UP_TO ? `: ${people.join(", ")}` : "";
    const about = topic === "" ? "" : ` ${sentence(`it is about: ${topic}`)}`;
    this.#out.tell([{ text: label, style: "strong" }, quiet(`, ${count} here${names}.${about}`)]);
  }

  #state(state: ConnectionState) {
    clearInterval(this.#tick);
    if (state.status === "waiting") {
      const again = () => `Reconnecting in ${secondsTo(state.retryAt)} s`;
      if (!this.#isAway) {
        const words = `${sentence(state.message)} Messages wait and go out by themselves.`;
        this.#out.complain([quiet(`${again()}. ${words}`)]);
      }
      this.#isAway = true;
      const tell = () => this.#out.passing(`${again()}. Try ${state.attempt}.`);
      this.#tick = setInterval(tell, 1000);
      tell();
    } else if (state.status === "connecting" && this.#isAway) this.#out.passing("Trying now.");
    else if (state.status === "connected" && this.#isAway) {
      this.#isAway = false;
      this.#out.complain([quiet("Connected again.")]);
      this.typing();
    }
  }

  #joined(joined: Joined) {
    const room = this.#rooms.of(joined.room);
    const { told } = room;
    const isNew = !room.isJoined && !room.isDirect;
    const missed = joined.messages.filter(({ type, uid }) =>
      type === "chat" && uid !== this.#rooms.me
    );
    room.join(joined);
    if (joined.resumed) {
      if (missed.length === 0) return;
      const words = `${counted(missed.length, "message")} came into ${room.label} meanwhile.`;
      return this.#out.tell([quiet(words)]);
    }
    if (isNew) this.introduce(room, joined.topic);
    else if (joined.gap) {
      this.#out.tell([quiet(`Not all that was said in ${room.label} meanwhile can be shown.`)]);
    }
    const isAll = isNew || joined.gap;
    const messages = joined.messages.filter(({ type, seq }) =>
      type === "chat" && (isAll || seq > told)
    );
    for (const message of messages.slice(-PAST)) this.#tell(message as Message, room);
  }

  #entry(entry: Entry) {
    const room = this.#rooms.of(entry.room);
    if (entry.seq <= room.told) return;
    room.told = entry.seq;
    room.typists.stop(entry.uid);
    this.#tell(entry, room);
    room.follow(entry);
  }

  /** A direct conversation is joined when it begins: so nothing of it is missed. */
  #direct(entry: Entry) {
    const isNew = this.#rooms.get(entry.room) === undefined;
    const room = this.#rooms.of(entry.room);
    if (entry.uid !== this.#rooms.me) room.title = entry.user;
    this.#entry(entry);
    // Where there are too many already, its entries come all the same.
    if (isNew) this.#chat.join(entry.room).catch(() => {});
  }

  #tell(entry: Entry | Message, room: Room) {
    const isElsewhere = room.name !== this.#rooms.current;
    this.#out.tell(lineOf(entry, room, { me: this.#rooms.me, isElsewhere }));
  }

  #outgoing({ ref, to, text, status, refusal }: Outgoing) {
    if (status !== "failed") return;
    this.#chat.discard(ref);
    const why = to !== undefined && refusal?.code === "NOT_FOUND"
      ? `Not sent. Nobody called ${to} is here.`
      : failureOf(refusal, this.#chat.limits?.messageBytes ?? 0).sentence;
    this.#out.complain([{ text: why, style: "trouble" }, quiet(` ${quote(text)}`)]);
  }

  #presence({ room: name, joined, left, count }: Of<"presence">) {
    const room = this.#rooms.of(name);
    const { came, gone } = room.meet(joined, left, count);
    if (room.isDirect || count > TOLD_UP_TO) return;
    const stage = {
      kind: "stage" as const,
      key: "",
      ts: 0,
      came: this.#names(came),
      left: this.#names(gone),
    };
    const words = stageSentence(stage, true);
    if (words) this.#elsewhere(room, words);
  }

  #names(people: Member[]): Map<string, string> {
    const others = people.filter(({ uid }) => uid !== this.#rooms.me);
    return new Map(others.map(({ uid, user }) => [uid, user]));
  }

  #nick({ room: name, uid, user, was }: Of<"nick">) {
    const room = name === undefined ? undefined : this.#rooms.get(name);
    if (!room) return;
    room.members.set(uid, user);
    if (uid === this.#rooms.me) return;
    const words = `${was} is now ${user}.`;
    if (!room.isDirect) return this.#elsewhere(room, words);
    room.title = user;
    // Where they are in a room too, it is told there.
    if (!this.#rooms.meets(uid)) this.#out.tell([quiet(words)]);
  }

  #mention({ room: name, user }: Of<"mention">) {
    const room = this.#rooms.get(name);
    const where = room ? room.label : `#${name}; /join ${name} opens it`;
    this.#out.tell([{ text: `${user} mentioned you in ${where}.`, style: "strong" }]);
  }

  #muted({ room: name, uid, until, by }: Of<"muted">) {
    const room = this.#rooms.of(name);
    const isMe = uid === this.#rooms.me;
    if (!isMe && by === this.#chat.me?.user) return;
    const who = isMe ? "you" : room.people.get(uid) ?? uid;
    const isOver = until !== null && until <= Date.now();
    const words = isOver
      ? `${who} may write in ${room.label} again.`
      : `${by} muted ${who} in ${room.label}${until === null ? "" : ` until ${momentOf(until)}`}.`;
    this.#out.tell([quiet(sentence(words))]);
  }

  #system({ room, user = "", text }: Of<"system">) {
    if (room !== undefined) return this.#elsewhere(this.#rooms.of(room), `${user}: ${text}`);
    this.#out.tell([{ text: announcement(text), style: "strong" }]);
  }

  #left({ room: name, reason, by }: Of<"left">) {
    if (reason === undefined) return;
    const { label } = this.#rooms.of(name);
    this.#rooms.delete(name);
    const [title, text] = roomRefusal(label, { code: "NOT_JOINED", message: reason, by });
    this.#out.complain([{ text: `${title}. ${text}`, style: "trouble" }]);
  }

  #elsewhere(room: Room, words: string) {
    const where = room.name === this.#rooms.current ? "" : `${room.label} `;
    this.#out.tell([quiet(where + words)]);
  }
}

function secondsTo(at: number): number {
  return Math.max(1, Math.ceil((at - Date.now()) / 1000));
}
