// @ts-check
// The log of the room in view with all that is done in it: its pages, going to a place, answering,
// changing, reacting. Knows of the rest of the page only what the scene tells.
import { find } from "./views/element.js";
import { Later } from "./views/later.js";
import { Log } from "./views/log.js";
/** @import {SharedFile} from "../src/protocol.ts" */
/** @import {Chat} from "./chat.js" */
/** @import {Deeds} from "./deeds.js" */
/** @import {Memory} from "./model/memory.js" */
/** @import {Pages} from "./model/pages.js" */
/** @import {Room} from "./model/room.js" */
/** @import {Said} from "./model/said.js" */
/** @import {Sources} from "./model/sources.js" */
/** @import {Cure} from "./views/refusals.js" */
/** @import {Files} from "./views/files.js" */
/** @import {Company} from "./views/speech.js" */

/**
 * @typedef {object} Scene
 * @property {Memory} memory
 * @property {() => Room} room in view
 * @property {() => string[]} rooms whose names are links
 * @property {() => void} paint at once
 * @property {() => void} paintSoon
 * @property {() => void} write puts the focus where one writes
 * @property {(text: string, files: readonly SharedFile[]) => void} rewrite takes a message back there
 * @property {() => void} rejoin the room in view
 * @property {(room: string, seq: number | null) => void} enter
 */

/** What the deeds hear of, and what they are fetched for where it happens to a message. */
const HEARD = ["focusout", "pointerleave", "pointermove", "pointerup", "pointercancel", "scroll"];
const WANTED = ["pointerover", "pointerdown", "contextmenu", "focusin", "keydown"];

export class Conversation {
  #chat;
  #scene;
  /** @type {Later<Pages>} */
  #pages;
  /** @type {Later<Deeds>} */
  #deeds;
  /** @type {Later<Files>} */
  #files;
  log;

  /** @param {Chat} chat @param {Scene} scene */
  constructor(chat, scene) {
    this.#chat = chat;
    this.#scene = scene;
    const pages = async () => {
      const { Pages } = await import("./model/pages.js");
      return new Pages(chat, (room) => this.#pagePut(room));
    };
    this.#pages = new Later(pages, undefined, () => {});
    /** Without them a quote says that there is one. @type {Later<Sources>} */
    const sources = new Later(
      async () => {
        const { Sources } = await import("./model/sources.js");
        return new Sources(chat, () => scene.paintSoon());
      },
      undefined,
      () => {},
    );
    /** @param {Room} room @param {number} seq */
    const source = (room, seq) => sources.do((sources) => sources.want(room, seq));
    this.log = new Log({
      apply: (cure, said) => this.#cure(cure, said),
      maxBytes: () => chat.limits?.messageBytes ?? 0,
      company: () => this.#company(),
      react: (...what) => this.#deeds.do((deeds) => deeds.react(...what)),
      chooseReaction: (...what) => this.#deeds.do((deeds) => deeds.chooseReaction(...what)),
      draft: (...what) => this.#deeds.do((deeds) => deeds.draft(...what)),
      save: (...what) => this.#deeds.do((deeds) => deeds.save(...what)),
      cancel: (said) => this.#deeds.do((deeds) => deeds.cancel(said)),
      editor: (...what) => this.#deeds.now?.editor(...what) ?? null,
      dismiss: (said) => this.#deeds.do((deeds) => deeds.dismiss(said)),
      wishAgain: (said) => this.#deeds.do((deeds) => deeds.wishAgain(said)),
      fill: (boxes, files) => {
        const { name } = scene.room();
        this.#files.do((part) => part.fill(boxes, files, name));
      },
    }, {
      older: (room) => this.#page(room, (pages) => pages.older(room)),
      newer: (room) => this.#page(room, (pages) => pages.newer(room)),
      latest: (room) => this.latest(room),
      renew: (room) => this.#page(room, (pages) => pages.renew(room)),
      seen: () => scene.paintSoon(),
      write: scene.write,
      source,
      go: ({ room, seq }) => scene.enter(room, seq),
    });
    this.#deeds = new Later(async () => {
      const [{ Deeds }, around] = await Promise.all([import("./deeds.js"), pages()]);
      return new Deeds(chat, around, this.log, scene, source);
    }, "/css/deeds.css");
    this.#files = new Later(async () => {
      const { Files } = await import("./views/files.js");
      return new Files(chat);
    }, "/css/files.css");
  }

  start() {
    this.log.start();
    this.#recall("wishes");
    const log = find("#log", HTMLElement);
    for (const type of [...HEARD, ...WANTED]) {
      log.addEventListener(type, (event) => this.#hear(event));
    }
    this.#chat.on("joined", ({ room }) => {
      // Where that failed at the start.
      if (!this.#deeds.isWanted) this.#recall("wishes");
      // What was missed is counted aloud, and not read.
      if (room === this.#scene.room().name) this.log.quiet();
    });
    this.#chat.on("system", ({ room, text }) => {
      if (room !== undefined) return;
      this.#scene.room().timeline.tell({ type: "system", text });
      this.#scene.paintSoon();
    });
  }

  /** Another room is in view. */
  open() {
    const room = this.#scene.room();
    const { name } = room;
    this.log.show(room);
    this.#recall(`reply.${name}`, `edits.${name}`);
  }

  /** The log of the room in view was replaced. */
  startOver() {
    this.#deeds.now?.prepare();
    this.log.startOver();
    this.#deeds.now?.arrived();
  }

  /** @param {boolean} counts whether to say how many messages wait */
  update(counts) {
    this.#deeds.now?.prepare();
    this.log.update(counts);
    this.#deeds.now?.follow();
  }

  /** Goes to a message of the room in view. @param {number} seq */
  goTo(seq) {
    const room = this.#scene.room();
    this.#deeds.do((deeds) => room === this.#scene.room() && deeds.goTo(seq));
  }

  /** The seq that what is said now in the room in view answers, once its log is known. */
  get answered() {
    const { name, timeline } = this.#scene.room();
    const [seq, epoch] = this.#scene.memory.read(`reply.${name}`).split(" ");
    return epoch === timeline.epoch ? Number(seq) : undefined;
  }

  /** Something was said in the room in view. */
  said() {
    const room = this.#scene.room();
    this.#scene.memory.keep(`reply.${room.name}`, "");
    if (room.timeline.hasNewer) this.latest(room);
    this.#scene.paint();
    this.log.toEnd();
  }

  /** Opens the last own message to be written anew: in its place, or where one writes if it failed. */
  editLast() {
    const me = this.#chat.me?.uid;
    const last = this.#scene.room().timeline.lines.findLast((line) => {
      return line.kind === "said" && line.uid === me && !line.deleted;
    });
    if (last?.kind === "said" && last.status === "failed") this.#cure("edit", last);
    else this.#deeds.do((deeds) => deeds.editLast());
  }

  /** Has what was left in the storage under these names shown, where something was. @param {string[]} keys */
  #recall(...keys) {
    const { memory, paint } = this.#scene;
    if (keys.some((key) => memory.read(key))) this.#deeds.do(paint);
  }

  /** Goes to the newest end. @param {Room} room */
  latest(room) {
    this.#page(room, async (pages) => {
      await pages.latest(room);
      if (room === this.#scene.room()) this.log.toEnd();
    });
  }

  /** @param {Room} room @param {(pages: Pages) => unknown} work */
  #page(room, work) {
    this.#pages.do(work, () => room.loadFailed = true);
  }

  /** @param {Event} event */
  #hear(event) {
    const { target, type } = event;
    const isAtMessage = target instanceof Element && target.closest(".speech-row") !== null;
    const isWanted = type === "keydown" || (isAtMessage && WANTED.includes(type));
    if (!isWanted && !this.#deeds.isWanted) return;
    // Later it would be too late for that.
    const isMenu = type === "contextmenu" && isAtMessage && !target.closest("a, textarea");
    if (isMenu && !this.#deeds.now) event.preventDefault();
    this.#deeds.do((deeds) => deeds.hear(event));
  }

  /** @param {Room} room */
  #pagePut(room) {
    if (room !== this.#scene.room()) return;
    this.log.quiet();
    this.#scene.paint();
  }

  /** @param {Cure | "delete"} cure @param {Said} said */
  #cure(cure, { key, text, files = [], refusal }) {
    const room = this.#scene.room().name;
    switch (cure) {
      case "rejoin":
        this.#scene.rejoin();
        /* falls through */
      case "retry":
        this.#chat.resend(key);
        break;
      case "edit":
        this.#chat.discard(key);
        // There is nothing of what the server no longer has.
        return this.#scene.rewrite(text, refusal?.code === "NOT_FOUND" ? [] : files);
      case "delete":
        this.#chat.discard(key);
        // What is not told now, the server finds out within the hour.
        for (const { id } of files) this.#chat.dropFile(room, id).catch(() => {});
    }
    this.#scene.write();
  }

  /** Whom and what the words of the room in view may name. @returns {Company & {room: string, version: string}} */
  #company() {
    const { name, names } = this.#scene.room();
    const me = this.#chat.me?.uid ?? "";
    const rooms = this.#scene.rooms();
    return {
      me,
      room: name,
      version: `${names.version} ${rooms.length}`,
      nameIn: (text) => names.find(text, me),
      isRoom: (room) => rooms.includes(room),
    };
  }
}
