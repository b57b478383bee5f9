// @ts-check
// The log of the room in view with all that is done in it: its pages, going to a place, answering,
// changing, reacting. Knows of the rest of the page only what the scene tells.
import { Deeds } from "./deeds.js";
import { Pages } from "./model/pages.js";
import { Sources } from "./model/sources.js";
import { Actions } from "./views/actions.js";
import { Context } from "./views/context.js";
import { Log } from "./views/log.js";
/** @import {Chat} from "./chat.js" */
/** @import {Room} from "./model/room.js" */
/** @import {Said} from "./model/said.js" */
/** @import {Company} from "./views/speech.js" */
/** @import {Cure} from "./views/wording.js" */

/**
 * @typedef {object} Scene
 * @property {() => Room} room in view
 * @property {() => string[]} rooms whose names are links
 * @property {() => void} paint at once
 * @property {() => void} paintSoon
 * @property {() => void} write puts the focus where one writes
 * @property {(text: string) => void} rewrite takes a text back there
 * @property {() => void} rejoin the room in view
 * @property {(room: string, seq: number | null) => void} enter
 */

export class Conversation {
  #chat;
  #scene;
  #pages;
  #deeds;
  #actions;
  context = new Context();
  log;

  /** @param {Chat} chat @param {Scene} scene */
  constructor(chat, scene) {
    this.#chat = chat;
    this.#scene = scene;
    this.#pages = new Pages(chat, (room) => this.#pagePut(room));
    const sources = new Sources(chat, () => scene.paintSoon());
    this.log = new Log({
      apply: (cure, said) => this.#cure(cure, said),
      maxBytes: () => chat.limits?.messageBytes ?? 0,
      company: () => this.#company(),
      react: (...what) => this.#deeds.react(...what),
      chooseReaction: (...what) => this.#deeds.chooseReaction(...what),
      save: (...what) => this.#deeds.save(...what),
      cancel: (said) => this.#deeds.cancel(said),
      dismiss: (said) => this.#deeds.dismiss(said),
      wishAgain: (said) => this.#deeds.wishAgain(said),
    }, {
      older: (room) => this.#pages.older(room),
      newer: (room) => this.#pages.newer(room),
      latest: (room) => this.latest(room),
      seen: () => scene.paintSoon(),
      source: (room, seq) => sources.want(room, seq),
      go: ({ room, seq }) => scene.enter(room, seq),
    });
    this.#deeds = new Deeds(chat, this.#pages, this.log, this.context, scene);
    this.#actions = new Actions({
      offers: (said) => this.#deeds.offers(said),
      act: (...what) => this.#deeds.act(...what),
      menu: (...what) => this.#deeds.menu(...what),
      leave: () => scene.write(),
    });
  }

  start() {
    this.log.start();
    this.#actions.start();
    this.context.start(() => this.#scene.write());
    this.#chat.on("system", ({ room, text }) => {
      if (room !== undefined) return;
      this.#scene.room().timeline.tell({ type: "system", text });
      this.#scene.paintSoon();
    });
  }

  /** Another room is in view. */
  open() {
    this.log.show(this.#scene.room());
  }

  /** The log of the room in view was replaced. */
  startOver() {
    this.log.startOver();
    this.#deeds.arrived();
  }

  /** @param {boolean} counts whether to say how many messages wait */
  update(counts) {
    this.log.update(counts);
    this.#actions.follow();
    this.context.open(this.#scene.room());
  }

  /** Goes to a message of the room in view. @param {number} seq */
  goTo(seq) {
    return this.#deeds.goTo(seq);
  }

  /** Opens the last own message to be written anew: in its place, or where one writes if it failed. */
  editLast() {
    const me = this.#chat.me?.uid;
    const last = this.#scene.room().timeline.lines.findLast((line) => {
      return line.kind === "said" && line.uid === me && !line.deleted;
    });
    if (last?.kind === "said" && last.status === "failed") this.#cure("edit", last);
    else this.#deeds.editLast();
  }

  /** Goes to the newest end. @param {Room} room */
  async latest(room) {
    await this.#pages.latest(room);
    if (room === this.#scene.room()) this.log.toEnd();
  }

  /** @param {Room} room */
  #pagePut(room) {
    if (room !== this.#scene.room()) return;
    this.log.quiet();
    this.#scene.paint();
  }

  /** @param {Cure | "delete"} cure @param {Said} said */
  #cure(cure, { key, text }) {
    switch (cure) {
      case "rejoin":
        this.#scene.rejoin();
        /* falls through */
      case "retry":
        this.#chat.resend(key);
        break;
      case "edit":
        this.#chat.discard(key);
        return this.#scene.rewrite(text);
      case "delete":
        this.#chat.discard(key);
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
