// @ts-check
// What one does with a message: answering, reacting, changing and deleting it, copying it, going to
// one. Knows the views by what it asks of them; what may be done stands in offers.js.
import { Begun } from "./model/begun.js";
import { wordsIn } from "./model/file_words.js";
import { shownOf } from "./model/said.js";
import { Wishes } from "./model/wishes.js";
import { Actions } from "./views/actions.js";
import { Context } from "./views/context.js";
import { Editor } from "./views/editor.js";
import { offersOf } from "./views/offers.js";
import { linkTo } from "./views/place.js";
import { speak, tell } from "./views/spoken.js";
import { tellTrouble } from "./views/trouble.js";
/** @import {Chat} from "./chat.js" */
/** @import {Scene} from "./conversation.js" */
/** @import {Pages} from "./model/pages.js" */
/** @import {Room} from "./model/room.js" */
/** @import {Said} from "./model/said.js" */
/** @import {Editing} from "./views/editor.js" */
/** @import {Log} from "./views/log.js" */
/** @import {Deed} from "./views/offers.js" */
/** @import {Spot} from "./views/popup.js" */

export class Deeds {
  #chat;
  #pages;
  #log;
  #context;
  #actions;
  #scene;
  #wishes;
  #begun;
  /** The message to go to as soon as its room is joined. @type {{room: string, seq: number} | null} */
  #destination = null;

  /** @param {Chat} chat @param {Pages} pages @param {Log} log @param {Scene} scene @param {(room: Room, seq: number) => void} source asks for what is answered and not held */
  constructor(chat, pages, log, scene, source) {
    this.#chat = chat;
    this.#pages = pages;
    this.#log = log;
    this.#scene = scene;
    this.#begun = new Begun(scene.memory);
    this.#context = new Context(this.#begun, source, scene.write);
    this.#actions = new Actions({
      offers: (said) => this.offers(said),
      act: (...what) => this.act(...what),
      menu: (...what) => this.menu(...what),
      leave: scene.write,
    });
    this.follow();
    this.#wishes = new Wishes(chat, scene.memory, (refused) => {
      this.prepare();
      if (refused) tellTrouble(refused, chat, scene);
      scene.paint();
    });
    this.#wishes.start();
  }

  /** What happens in the log. @param {Event} event */
  hear(event) {
    this.#actions.hear(event);
  }

  /** The room in view is about to be shown: as one wants it, and as one has begun to. */
  prepare() {
    const room = this.#scene.room();
    this.#wishes.show(room);
    this.#begun.open(room);
  }

  /** The log has changed, or another is in view. */
  follow() {
    this.#actions.follow();
    this.#context.open(this.#scene.room());
  }

  /** What a message is written anew in. @param {string} text @param {Editing} editing */
  editor(text, editing) {
    return new Editor(text, editing);
  }

  /** @param {Said} said */
  offers(said) {
    const room = this.#scene.room();
    const writes = room.isJoined && room.may !== "read";
    const me = this.#chat.me?.uid ?? "";
    return offersOf(said, { me, writes, moderates: room.may === "moderate" });
  }

  /** @param {Said} said @param {HTMLElement} row @param {Spot} spot */
  async menu(said, row, spot) {
    const offers = this.offers(said);
    if (offers.length === 0) return;
    const doing = {
      act: this.#here((/** @type {Deed} */ deed) => this.act(deed, said, row)),
      react: this.#here((/** @type {string} */ emoji) => this.react(said, emoji, true)),
    };
    const { openMessageMenu } = await import("./views/message_menu.js");
    openMessageMenu(said, offers, spot, doing);
  }

  /** @param {Deed} deed @param {Said} said @param {HTMLElement} opener */
  act(deed, said, opener) {
    const room = this.#scene.room();
    switch (deed) {
      case "reply":
        this.#context.answer(room, said);
        return this.#scene.write();
      case "react":
        return this.chooseReaction(said, opener);
      case "edit":
        return this.edit(said);
      case "text":
        return copy(wordsIn({ ...said, ...shownOf(said) }), "The text is copied.");
      case "link": {
        const link = new URL(linkTo(room.name, said.seq), location.href).href;
        return copy(link, "The link to the message is copied.");
      }
      case "unread":
        room.markUnreadFrom(said.seq);
        speak("Unread from here.");
        return this.#scene.paint();
      case "delete":
        return this.#delete(room, said);
    }
  }

  /** Opens the message to be written anew, in its place. @param {Said} said */
  edit(said) {
    this.draft(said, said.draft ?? shownOf(said).text);
    this.#scene.paint();
    this.#log.focusEditor(said.key);
  }

  /** Opens the last own message that can be changed. */
  editLast() {
    const { lines } = this.#scene.room().timeline;
    const last = lines.findLast((line) =>
      line.kind === "said" && this.offers(line).some(({ deed }) => deed === "edit")
    );
    if (last?.kind === "said") this.edit(last);
  }

  /** What it is to become, so far; undefined: it stays as it is. @param {Said} said @param {string | undefined} text */
  draft(said, text) {
    this.#begun.edit(this.#scene.room(), said, text);
  }

  /** @param {Said} said @param {string} text */
  save(said, text) {
    const room = this.#scene.room();
    const written = text.trimEnd();
    this.draft(said, undefined);
    const isChanged = written !== shownOf(said).text;
    if (!written && isChanged) {
      this.#scene.paint();
      return this.#delete(room, said);
    }
    if (isChanged) this.#wishes.wish(room, said, { type: "edit", text: written, at: Date.now() });
    this.#scene.paint();
    this.#scene.write();
  }

  /** @param {Said} said */
  cancel(said) {
    this.draft(said, undefined);
    this.#scene.paint();
  }

  /** @param {Said} said @param {string} emoji @param {boolean} on */
  react(said, emoji, on) {
    if (this.offers(said).some(({ deed }) => deed === "react")) {
      this.#wishes.wish(this.#scene.room(), said, { type: "react", emoji, on });
    }
  }

  /** @param {Said} said @param {HTMLElement} opener */
  async chooseReaction(said, opener) {
    const { left, right, bottom } = opener.getBoundingClientRect();
    // A row is as wide as the room: then beside its end, where the buttons stand.
    const x = opener.matches(".speech-row") ? right : left;
    const react = this.#here((/** @type {string} */ emoji) => this.react(said, emoji, true));
    const { openEmoji } = await import("./views/emoji_grid.js");
    openEmoji("React with", { x, y: bottom }, react);
  }

  /** The refusal was read. @param {Said} said */
  dismiss(said) {
    this.#wishes.dismiss(this.#scene.room().name, said);
    this.#scene.paint();
  }

  /** What was refused is tried again; a text is first looked at. @param {Said} said */
  wishAgain(said) {
    const wish = said.trouble?.wish;
    const room = this.#scene.room();
    this.#wishes.dismiss(room.name, said);
    if (wish?.type === "edit") {
      this.draft(said, wish.text);
      this.edit(said);
    } else if (wish) this.#wishes.wish(room, said, wish);
  }

  /** Goes to a message of the room in view, now or as soon as it is joined. @param {number} seq */
  async goTo(seq) {
    const room = this.#scene.room();
    this.#destination = { room: room.name, seq };
    if (!room.isJoined) return;
    if (!room.timeline.said(seq)) await this.#pages.around(room, seq);
    const isStill = this.#destination?.room === room.name && this.#destination.seq === seq;
    if (!isStill || room !== this.#scene.room() || room.loadFailed) return;
    this.#destination = null;
    this.#scene.paint();
    const said = room.timeline.said(seq);
    if (said) this.#log.light(said.key);
    else tell("This message is no longer kept.");
  }

  /** The room in view was joined. */
  arrived() {
    const { name } = this.#scene.room();
    if (this.#destination?.room === name) this.goTo(this.#destination.seq);
  }

  /** @param {Room} room @param {Said} said */
  async #delete(room, said) {
    const remove = this.#here(() => this.#wishes.wish(room, said, { type: "delete" }));
    const { askToDelete } = await import("./views/deletion.js");
    if (!await askToDelete(room, said, said.uid === this.#chat.me?.uid)) return;
    remove();
    this.#scene.write();
  }

  /** For later, where the same log is in view then: in another there is another message. @template {unknown[]} What @param {(...what: What) => void} act */
  #here(act) {
    const room = this.#scene.room();
    const { epoch } = room.timeline;
    return (/** @type {What} */ ...what) => {
      if (room === this.#scene.room() && room.timeline.epoch === epoch) act(...what);
      else tell("This message is no longer in view.");
    };
  }
}

/** @param {string} text @param {string} told */
async function copy(text, told) {
  await navigator.clipboard.writeText(text);
  tell(told);
}
