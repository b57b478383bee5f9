// @ts-check
// The rooms that are open: joined, told of all that comes from the client, read as far as they
// were read. Knows nothing of the page but that somebody looks.
import { Room } from "./room.js";
/** @import {Chat, ChatError, Joined, Outgoing} from "../chat.js" */
/** @import {Memory} from "./memory.js" */

/**
 * Who looks: told that a room has changed, or its log was replaced; says which end of a log may go.
 * @typedef {object} Onlooker
 * @property {() => void} changed
 * @property {(room: Room) => void} startedOver
 * @property {(room: Room) => "oldest" | "newest"} farEnd
 */

export class OpenRooms {
  #chat;
  #memory;
  #onlooker;
  /** @type {Map<string, Room>} */
  #rooms = new Map();
  /** The public ones in the server's order, as last told. @type {string[]} */
  public = [];
  /** Messages from others so far. */
  heard = 0;

  /** @param {Chat} chat @param {Memory} memory @param {Onlooker} onlooker */
  constructor(chat, memory, onlooker) {
    this.#chat = chat;
    this.#memory = memory;
    this.#onlooker = onlooker;
  }

  start() {
    const chat = this.#chat;
    const { changed } = this.#onlooker;
    chat.on("welcome", () => {
      // Those restored, now that it is known whose they are.
      for (const outgoing of chat.unsent) this.say(outgoing);
      for (const room of this.all) room.loadFailed = false;
      this.askPublic();
    });
    chat.on("joined", (joined) => this.#joined(joined));
    chat.on("left", ({ room, reason }) => {
      this.get(room).leave(reason);
      changed();
    });
    chat.on("outgoing", (outgoing) => this.say(outgoing));
    chat.on("entry", (entry) => {
      const room = this.get(entry.room);
      const isMine = entry.uid === chat.me?.uid;
      const isChat = entry.type === "chat";
      if (isChat && !isMine) this.heard += 1;
      // What is no message does not make a room unread.
      if (!isChat && room.unread === 0) room.read = entry.seq;
      room.typists.stop(entry.uid);
      if (entry.type === "topic") room.topic = entry.text;
      room.timeline.add(entry, isMine);
      room.timeline.trim(this.#onlooker.farEnd(room));
      changed();
    });
    chat.on("presence", (presence) => {
      this.get(presence.room).presence(presence, chat.me?.uid ?? "");
      changed();
    });
    chat.on("nick", (nick) => {
      if (nick.room !== undefined) this.#rooms.get(nick.room)?.rename(nick);
      changed();
    });
    chat.on("typing", (typing) => this.get(typing.room).typists.hear(typing));
    chat.on("error", (refusal) => {
      const room = this.#rooms.get(refusal.room ?? "");
      if (room && !room.isJoined) room.refusal = refusal;
      changed();
    });
    for (const name of this.#memory.rooms) this.get(name);
    for (const outgoing of chat.unsent) this.say(outgoing);
    for (const room of this.all) this.join(room);
  }

  get all() {
    return [...this.#rooms.values()];
  }

  /** Public rooms first, in the server's order, then one's other ones. */
  get names() {
    const others = [...this.#rooms.keys()].filter((name) => !this.public.includes(name));
    return [...this.public, ...others.sort()];
  }

  get unread() {
    return this.all.reduce((sum, { unread }) => sum + unread, 0);
  }

  /** @param {string} name */
  has(name) {
    return this.#rooms.has(name);
  }

  /** The room of that name, opened if it is not. @param {string} name */
  get(name) {
    const room = this.#rooms.get(name) ?? new Room(name, this.#onlooker.changed);
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
    const me = this.#chat.me ?? { uid: "", user: this.#memory.name };
    this.get(outgoing.room).timeline.say(outgoing, me);
    this.#onlooker.changed();
  }

  /** The reader has seen all of it. @param {Room} room */
  markRead(room) {
    const { epoch, head } = room.timeline;
    if (!room.isJoined || room.keptRead === head) return;
    room.read = room.keptRead = head;
    this.#memory.keepRead(room.name, { seq: head, epoch });
  }

  async askPublic() {
    try {
      const { rooms } = await this.#chat.rooms();
      this.public = rooms.map(({ room }) => room);
      this.#onlooker.changed();
    } catch {
      // The list as it was is good enough until the next time.
    }
  }

  /** @param {Joined} joined */
  #joined(joined) {
    const room = this.get(joined.room);
    const { head } = room.timeline;
    if (room.isJoined && !joined.resumed) this.heard += Math.max(0, joined.seq - head);
    room.join(joined, this.#memory.read(room.name));
    if (joined.resumed) this.#onlooker.changed();
    else this.#onlooker.startedOver(room);
  }
}
