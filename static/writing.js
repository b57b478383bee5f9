// @ts-check
// What becomes of what somebody writes: a message, or a command that is done. The composer shows it.
import { kept } from "./model/kept.js";
import { isDirect } from "./model/nicks.js";
import { messageIn } from "./model/slash.js";
import { NOT_LOADED } from "./views/later.js";
import { sentence, tooLong } from "./views/wording.js";
import { ChatError } from "./sdk/requests.js";
/** @import {SharedFile} from "../src/protocol.ts" */
/** @import {Chat, Outgoing} from "./chat.js" */
/** @import {OpenRooms} from "./model/open_rooms.js" */
/** @import {Room} from "./model/room.js" */
/** @import {Scene} from "./views/commands.js" */

/**
 * The page around it.
 * @typedef {object} Surroundings
 * @property {() => Room} room the one in view
 * @property {(room: string) => void} enter
 * @property {() => void} leave the room in view; throws where one can't
 * @property {() => void} editLast
 * @property {() => void} stay keeps the log where it is read
 * @property {() => number | undefined} replyTo the message that is being answered there
 * @property {() => readonly SharedFile[]} files that go with it
 * @property {() => void} said something was, in the room in view
 * @property {(text: string, why: string) => void} unsaid it could not be, and is to be written anew
 */

// A list that follows each letter must be there before the next key.
const roster = kept(() => import("./model/roster.js"));
const commands = kept(() => import("./views/commands.js"));

export class Writing {
  #chat;
  #rooms;
  #around;
  /** What commands act on, as it is now. @type {() => Promise<Scene>} */
  #scene;
  sources;
  editLast;
  stay;

  /** @param {Chat} chat @param {OpenRooms} rooms @param {Surroundings} around */
  constructor(chat, rooms, around) {
    const { room, enter, leave } = around;
    this.#chat = chat;
    this.#rooms = rooms;
    this.#around = around;
    const people = async () => {
      const { rosterOf } = await roster();
      return rosterOf(room(), chat.me?.uid ?? "");
    };
    this.#scene = async () => {
      const persons = await people();
      const { metIn } = await roster();
      return {
        chat,
        room: () => room().name,
        people: () => persons,
        met: () => metIn(rooms.all, chat.me?.uid ?? ""),
        mayModerate: () => room().may === "moderate",
        say: (text) => this.#send(text),
        enter,
        leave,
      };
    };
    this.sources = {
      people,
      rooms: () => rooms.names.filter((name) => !isDirect(name)),
      commands: async () => {
        const { commandsFor } = await commands();
        return commandsFor(await this.#scene());
      },
    };
    this.editLast = around.editLast;
    this.stay = around.stay;
  }

  start() {
    for (const outgoing of this.#chat.unsent) this.#direct(outgoing);
    this.#chat.on("outgoing", (outgoing) => this.#direct(outgoing));
  }

  /** @param {string} text */
  say(text) {
    if (this.bytesLeft(text) < 0) throw new Error(tooLong(this.maxBytes()));
    const message = messageIn(text);
    if (message === null) return this.#told(text);
    this.#send(message);
  }

  /** @param {boolean} on */
  typing(on) {
    this.#chat.typing(this.#around.room().name, on);
  }

  /** @param {string} room @param {string} text */
  draft(room, text) {
    this.#chat.keepDraft(room, text);
  }

  /** @param {string} text */
  bytesLeft(text) {
    const { room, files } = this.#around;
    return this.#chat.bytesLeft(room().name, text, files().length);
  }

  maxBytes() {
    return this.#chat.limits?.messageBytes ?? 0;
  }

  /** Does a command. What the server refuses is told as a sentence. @param {string} text */
  async #told(text) {
    const needed = Promise.all([commands(), this.#scene()]);
    const [{ runCommand }, scene] = await needed.catch(() => {
      throw new Error(NOT_LOADED);
    });
    try {
      return await runCommand(scene, text);
    } catch (error) {
      throw error instanceof ChatError ? new Error(sentence(error.message)) : error;
    }
  }

  /** What is for somebody has no room to stand in until it is sent. @param {Outgoing} outgoing */
  #direct({ ref, to, room, text, status, refusal }) {
    if (to === undefined) return;
    if (status === "sent") this.#around.enter(room);
    if (status !== "failed") return;
    this.#chat.discard(ref);
    const why = refusal?.code === "NOT_FOUND"
      ? `Nobody called ${to} is here.`
      : sentence(refusal?.message ?? "");
    this.#around.unsaid(`/msg ${to} ${text}`, why);
  }

  /** @param {string} text */
  #send(text) {
    const { name } = this.#around.room();
    try {
      const replyTo = this.#around.replyTo();
      const files = this.#around.files();
      this.#rooms.say(this.#chat.say(name, text, { replyTo, files }));
    } catch {
      throw new Error("Too many messages wait already. This one stays in the box.");
    }
    this.#around.said();
  }
}
