// @ts-check
// The rooms that are open: joined, told of all that comes from the client, read as far as they
// were read. Knows nothing of the page but that somebody looks.
import { Listing } from "./listing.js";
import { directWith, mayBeOf, Nicks, otherIn } from "./nicks.js";
import { Room } from "./room.js";
/** @import {Entry, ListedRoom} from "../../src/protocol.ts" */
/** @import {Chat, ChatError, Joined, Outgoing} from "../chat.js" */
/** @import {Memory} from "./memory.js" */
/** @import {Reader} from "./room.js" */

/**
 * Who looks: told that a room has changed, or its log was replaced.
 * @typedef {object} Onlooker
 * @property {() => void} changed
 * @property {(room: Room) => void} startedOver
 * @property {() => Reader} reader
 */

/**
 * A room as the list of rooms shows it, joined or not.
 * @typedef {{name: string, title: string, isPrivate: boolean, unread: number, mentions: number}} Standing
 */

export class OpenRooms {
  #chat;
  #memory;
  #onlooker;
  /** @type {Map<string, Room>} */
  #rooms = new Map();
  #listing;
  nicks = new Nicks();
  /** Messages from others so far. */
  heard = 0;

  /** @param {Chat} chat @param {Memory} memory @param {Onlooker} onlooker */
  constructor(chat, memory, onlooker) {
    this.#chat = chat;
    this.#memory = memory;
    this.#onlooker = onlooker;
    this.#listing = new Listing(chat, (rooms) => this.#told(rooms));
  }

  start() {
    const chat = this.#chat;
    const { changed } = this.#onlooker;
    chat.on("welcome", () => {
      // Those restored, now that it is known whose they are.
      for (const outgoing of chat.unsent) this.say(outgoing);
      for (const room of this.all) {
        room.loadFailed = false;
        this.#entitle(room);
      }
      this.#listing.ask();
    });
    chat.on("joined", (joined) => this.#joined(joined));
    chat.on("left", ({ room, reason, by }) => {
      this.get(room).leave(reason, by);
      changed();
    });
    chat.on("outgoing", (outgoing) => this.say(outgoing));
    chat.on("entry", (entry) => this.#entry(entry));
    chat.on("direct", (entry) => {
      this.#learn([entry]);
      if (entry.uid !== this.#me) this.heard += 1;
      if (!this.has(entry.room)) this.#memory.openRoom(entry.room, "last");
      this.join(this.get(entry.room));
    });
    chat.on("presence", (presence) => {
      this.#learn(presence.joined);
      this.get(presence.room).presence(presence, this.#me);
      changed();
    });
    chat.on("nick", (nick) => {
      this.#learn([nick]);
      if (nick.room !== undefined) this.get(nick.room).rename(nick);
      changed();
    });
    chat.on("muted", ({ room, uid, until, by }) => {
      this.get(room).mute({ uid, until, by });
      changed();
    });
    chat.on("mention", ({ room }) => {
      this.#listing.mention(room);
      if (!this.#rooms.get(room)?.isJoined) this.#listing.askSoon();
      changed();
    });
    chat.on("read", ({ room: name, seq }) => {
      const room = this.#rooms.get(name);
      if (room) room.read = Math.max(room.read, seq);
      // What is unread where one is not, and how often one is mentioned, only the server can count.
      this.#listing.askSoon();
      changed();
    });
    chat.on("system", (told) => told.room && this.get(told.room).greet(told));
    chat.on("typing", (typing) => this.get(typing.room).typists.hear(typing));
    chat.on("error", (refusal) => {
      const room = this.#rooms.get(refusal.room ?? "");
      // What was on its way when one had to leave is refused too, and says nothing of why.
      if (room && !room.isJoined && refusal.code !== "NOT_JOINED") room.refusal = refusal;
      changed();
    });
    for (const name of this.#memory.rooms) this.get(name);
    for (const outgoing of chat.unsent) this.say(outgoing);
    for (const room of this.all) this.join(room);
  }

  get all() {
    return [...this.#rooms.values()];
  }

  /** The server's first, in its order, then one's other ones; direct conversations too. */
  get names() {
    const listed = this.#listing.names;
    const others = [...this.#rooms.keys()].filter((name) =>
      !listed.includes(name) && mayBeOf(name, this.#me)
    );
    return [...listed, ...others.sort()];
  }

  /** A room as the list of rooms shows it. @param {string} name @returns {Standing} */
  standing(name) {
    const room = this.#rooms.get(name);
    const listed = this.#listing.get(name);
    const unread = (room?.isJoined ? room.unread : listed?.unread) ?? 0;
    return {
      name,
      title: room?.title ?? this.nicks.titleOf(name, this.#me),
      isPrivate: listed?.private === true,
      unread,
      mentions: unread > 0 ? this.#listing.mentions(name) : 0,
    };
  }

  /** @param {string} name */
  has(name) {
    return this.#rooms.has(name);
  }

  /** The room of that name, opened if it is not. @param {string} name */
  get(name) {
    const known = this.#rooms.get(name);
    if (known) return known;
    const room = new Room(name, this.#onlooker.changed);
    this.#entitle(room);
    this.#rooms.set(name, room);
    return room;
  }

  /** @param {Room} room */
  async join(room) {
    try {
      await this.#chat.join(room.name);
    } catch (error) {
      // Then it is joined when there is a connection again.
      if (this.#chat.state.status === "stopped") return;
      room.refusal = /** @type {ChatError} */ (error);
      this.#onlooker.changed();
    }
  }

  /** Puts one's own message, or what became of it, in its room. @param {Outgoing} outgoing */
  say(outgoing) {
    // What was said to somebody by name has no room yet, or one that is not open.
    if (outgoing.to !== undefined && !this.has(outgoing.room)) return;
    const me = this.#chat.me ?? { uid: "", user: this.#memory.name };
    this.get(outgoing.room).timeline.say(outgoing, me);
    this.#onlooker.changed();
  }

  /** Leaves it; throws where something that was said there is not sent. @param {Room} room */
  close({ name }) {
    if (this.#chat.unsent.some(({ room }) => room === name)) {
      throw new Error("What you said here is not sent yet.");
    }
    this.#chat.leave(name);
    this.#rooms.delete(name);
    this.#memory.closeRoom(name);
    this.#onlooker.changed();
  }

  /** The reader has seen all of it. @param {Room} room */
  markRead(room) {
    const { head } = room.timeline;
    if (!room.isJoined || (room.read >= head && room.toldRead >= head)) return;
    room.read = room.toldRead = head;
    this.#listing.read(room.name);
    this.#chat.read(room.name, head);
  }

  /** Has the server list the rooms anew, and count in them. */
  ask() {
    return this.#listing.ask();
  }

  get #me() {
    return this.#chat.me?.uid ?? "";
  }

  /** @param {Entry} entry */
  #entry(entry) {
    const room = this.get(entry.room);
    const isMine = entry.uid === this.#me;
    const isChat = entry.type === "chat";
    if (isChat && !isMine) this.heard += 1;
    this.#learn([entry]);
    if (entry.type === "topic") room.topic = entry.text;
    room.typists.stop(entry.uid);
    const isRead = room.unread === 0;
    room.timeline.add(entry, isMine);
    // What is no message does not make a room unread.
    if ((isMine || !isChat) && isRead) room.read = entry.seq;
    room.timeline.trim(this.#onlooker.reader().farEnd(room));
    this.#onlooker.changed();
  }

  /** @param {Joined} joined */
  #joined(joined) {
    const room = this.get(joined.room);
    const { head, generation } = room.timeline;
    if (room.isJoined && !joined.resumed) this.heard += Math.max(0, joined.seq - head);
    this.#learn([...joined.messages, ...joined.members]);
    room.join(joined, this.#me, this.#onlooker.reader().hasPlaceIn(room));
    if (room.timeline.generation === generation) this.#onlooker.changed();
    else this.#onlooker.startedOver(room);
  }

  /** @param {readonly ListedRoom[]} listed */
  #told(listed) {
    for (const { room, user } of listed) {
      const uid = otherIn(room, this.#me);
      if (uid !== null && user !== undefined) this.#learn([{ uid, user }]);
    }
    this.#onlooker.changed();
  }

  /** @param {readonly {uid: string, user: string}[]} members */
  #learn(members) {
    this.nicks.learn(members);
    for (const { uid } of members) {
      const room = this.#rooms.get(directWith(this.#me, uid));
      if (room) this.#entitle(room);
    }
  }

  /** @param {Room} room */
  #entitle(room) {
    room.title = this.nicks.titleOf(room.name, this.#me);
  }
}
