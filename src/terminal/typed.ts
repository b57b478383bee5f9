// What becomes of a line that somebody typed: a message, a command, or the end.
import { type Chat, ChatError } from "../../static/chat.js";
import { isDirect, otherIn } from "../../static/model/nicks.js";
import { messageIn } from "../../static/model/slash.js";
import { commandsFor, runCommand } from "../../static/views/commands.js";
import { roomRefusal } from "../../static/views/refusals.js";
import { sentence } from "../../static/views/wording.js";
import { quiet } from "./entry_line.ts";
import type { Outlet } from "./outlet.ts";
import type { Rooms } from "./rooms.ts";

const LEAVES = /^\/?(exit|quit)\s*$/;

export class Typed {
  readonly #chat: Chat;
  readonly #rooms: Rooms;
  readonly #out: Outlet;
  readonly #moved: () => void;
  readonly #end: () => void;

  /** `moved`: another room is written to; `end`: there is nothing more to do. */
  constructor(chat: Chat, rooms: Rooms, out: Outlet, moved: () => void, end: () => void) {
    this.#chat = chat;
    this.#rooms = rooms;
    this.#out = out;
    this.#moved = moved;
    this.#end = end;
  }

  async take(line: string) {
    const text = line.trimEnd();
    if (text === "") return;
    if (LEAVES.test(text)) return this.#end();
    try {
      const message = messageIn(text);
      if (message !== null) return this.#say(this.#rooms.current, message);
      const told = await runCommand(this.#scene(), text);
      if (told) this.#out.tell([quiet(told)]);
      if (/^\/help\b/i.test(text)) this.#out.tell([quiet("exit: leave")]);
    } catch (error) {
      const { message } = error as Error;
      const words = error instanceof ChatError ? sentence(message) : message;
      this.#out.complain([{ text: words, style: "trouble" }]);
    }
  }

  /** How the last word may go on: a command, or somebody's name. @returns as readline wants it */
  complete(line: string): [string[], string] {
    const [, word = ""] = /(\S*)$/.exec(line) ?? [];
    const begins = (name: string) => name.toLowerCase().startsWith(word.toLowerCase());
    if (line === word && word.startsWith("/")) {
      const names = commandsFor(this.#scene()).map(({ name }) => `/${name} `);
      return [names.filter(begins), word];
    }
    if (word === "") return [[], word];
    const at = word.startsWith("@") ? "@" : "";
    const names = this.#rooms.people().map(({ user }) => `${at}${user} `);
    return [names.filter(begins), word];
  }

  #scene() {
    const rooms = this.#rooms;
    let to = rooms.current;
    return {
      chat: this.#chat,
      room: () => rooms.current,
      people: () => rooms.people(),
      met: () => rooms.met(),
      mayModerate: () => rooms.get(rooms.current)?.mayModerate ?? false,
      say: (text: string) => this.#say(to, text),
      // One writes to somebody by /msg each time, so that nothing private lands in a room.
      enter: (room: string) => isDirect(room) ? void (to = room) : this.#enter(room),
      leave: () => this.#leave(),
    };
  }

  #say(room: string, text: string) {
    const other = otherIn(room, this.#rooms.me);
    try {
      if (other === null) this.#chat.say(room, text);
      else this.#chat.direct(other, text);
    } catch {
      throw new Error("Too many messages wait already. This one was not taken.");
    }
  }

  #enter(room: string) {
    const before = this.#rooms.current;
    this.#rooms.current = room;
    this.#moved();
    this.#chat.join(room).catch((error) => {
      if (!(error instanceof ChatError)) throw error;
      const [title, text] = roomRefusal(`#${room}`, error);
      this.#out.complain([{ text: `${title}. ${text}`, style: "trouble" }]);
      if (this.#rooms.current !== room) return;
      this.#rooms.current = before;
      this.#moved();
    });
  }

  #leave() {
    const { current } = this.#rooms;
    this.#chat.leave(current);
    this.#rooms.delete(current);
    const next = this.#rooms.names.at(-1);
    if (next === undefined) return this.#end();
    this.#out.tell([quiet(`You left #${current}.`)]);
    this.#rooms.current = next;
    this.#moved();
  }
}
