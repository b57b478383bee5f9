// @ts-check
// Notifications: of what the reader wants to hear of and does not see. What comes together is told
// together, so that a thousand missed messages are no thousand notifications.
import { wordsIn } from "../model/file_words.js";
import { isDirect } from "../model/nicks.js";
import { linkTo } from "./place.js";
import { counted } from "./wording.js";
/** @import {Chat as Said, Entry} from "../../src/protocol.ts" */
/** @import {Chat} from "../chat.js" */
/** @import {Memory} from "../model/memory.js" */

/** What the newest of them was, and how many there are. @typedef {{user: string, text: string, count: number}} News */

const GATHER_MS = 400;
/** News of more rooms than this at once is one notification. */
const MOST_ROOMS = 3;
const MAX_CHARACTERS = 200;

export class Notifier {
  #chat;
  #memory;
  #inView;
  #worker;
  /** What was heard last in each room. @type {Map<string, Said>} */
  #heard = new Map();
  /** @type {Map<string, News>} */
  #news = new Map();
  #timer = 0;

  /**
   * @param {Chat} chat
   * @param {Memory} memory
   * @param {() => string} inView the room that somebody looks at, or nothing
   * @param {ServiceWorkerRegistration} worker
   */
  constructor(chat, memory, inView, worker) {
    this.#chat = chat;
    this.#memory = memory;
    this.#inView = inView;
    this.#worker = worker;
  }

  start() {
    this.#chat.on("entry", (entry) => this.#entry(entry));
    this.#chat.on("direct", (entry) => this.#entry(entry));
    this.#chat.on("mention", ({ room, seq, user }) => {
      const entry = this.#heard.get(room);
      const isTold = this.#wantsAll(room) && (entry?.seq ?? 0) >= seq;
      if (!isTold) this.#tell(room, user, entry?.seq === seq ? wordsIn(entry) : "");
    });
  }

  /** @param {Entry} entry */
  #entry(entry) {
    if (entry.type !== "chat") return;
    const { room, uid, user } = entry;
    this.#heard.set(room, entry);
    const isWanted = isDirect(room) || this.#wantsAll(room);
    if (isWanted && uid !== this.#chat.me?.uid) this.#tell(room, user, wordsIn(entry));
  }

  /** @param {string} room */
  #wantsAll(room) {
    return this.#memory.notify === "all" && !this.#memory.isQuiet(room);
  }

  /** @param {string} room @param {string} user @param {string} text */
  #tell(room, user, text) {
    if (!this.#memory.notify || this.#inView() === room) return;
    const count = (this.#news.get(room)?.count ?? 0) + 1;
    this.#news.set(room, { user, text, count });
    this.#timer ||= setTimeout(() => this.#show(), GATHER_MS);
  }

  #show() {
    this.#timer = 0;
    const news = [...this.#news].filter(([room]) => room !== this.#inView());
    this.#news.clear();
    if (news.length <= MOST_ROOMS) {
      for (const [room, about] of news) this.#notify(room, titleOf(room, about), bodyOf(about));
      return;
    }
    const all = news.reduce((sum, [, { count }]) => sum + count, 0);
    this.#notify("", `${counted(all, "message")} in ${news.length} rooms`, "");
  }

  /** One for each room, which takes the place of the one before. @param {string} room @param {string} title @param {string} body */
  #notify(room, title, body) {
    const data = { room, path: room ? linkTo(room) : "/" };
    this.#worker.showNotification(title, {
      body,
      data,
      tag: room || "rooms",
      icon: "/app_icon.png",
    })
      .catch(() => {
        // The browser's permission was taken back.
      });
  }
}

/** @param {string} room @param {News} news */
function titleOf(room, { user, count }) {
  if (room.startsWith("@")) return count === 1 ? user : `${count} messages from ${user}`;
  return count === 1 ? `${user} in #${room}` : `${count} messages in #${room}`;
}

/** @param {News} news */
function bodyOf({ user, text, count }) {
  const cut = [...text].slice(0, MAX_CHARACTERS).join("");
  return count === 1 || !text ? cut : `${user}: ${cut}`;
}
