// @ts-check
// The door: name, room, and a token where one is needed.
import { find } from "./element.js";
import { nameIn, WRONG_NAME } from "./nick.js";
import { roomIn } from "./place.js";

/** @typedef {{name: string, room: string, token: string}} Wish */
/** @typedef {"name" | "room" | "token"} Field */

const WRONG_ROOM = "Write letters, digits, . _ or -, beginning with a letter or a digit.";
const NO_TOKEN = "Write the token that whoever runs this server gave you.";

export class Door {
  #goIn;
  #door = find("#door", HTMLElement);
  #form = find("#door-form", HTMLFormElement);
  #tokenField = find("#door-token-field", HTMLElement);
  #tokenShow = find("#door-token-show", HTMLButtonElement);
  #foot = find("#door-foot", HTMLElement);
  #trouble = "";
  /** @type {Record<Field, HTMLInputElement>} */
  #inputs = {
    name: find("#door-name", HTMLInputElement),
    room: find("#door-room", HTMLInputElement),
    token: find("#door-token", HTMLInputElement),
  };
  /** @type {Record<Field, HTMLElement>} */
  #helps = {
    name: find("#door-name-help", HTMLElement),
    room: find("#door-room-help", HTMLElement),
    token: find("#door-token-help", HTMLElement),
  };
  /** What stands under each field as long as it is not wrong. @type {Record<Field, string>} */
  #words = {
    name: this.#helps.name.textContent ?? "",
    room: "",
    token: this.#helps.token.textContent ?? "",
  };

  /** @param {(wish: Wish) => void} goIn */
  constructor(goIn) {
    this.#goIn = goIn;
  }

  start() {
    find("#door-host", HTMLElement).textContent = location.host;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#tokenShow.addEventListener("click", () => {
      const isHidden = this.#inputs.token.type === "password";
      this.#inputs.token.type = isHidden ? "text" : "password";
      this.#tokenShow.textContent = isHidden ? "Hide" : "Show";
    });
    for (const field of /** @type {const} */ (["name", "room", "token"])) {
      this.#inputs[field].addEventListener("input", () => this.#say(field, ""));
    }
  }

  /** @param {string} name @param {string} room @param {boolean} needsToken */
  open(name, room, needsToken) {
    this.#inputs.name.value = name;
    this.#inputs.room.value = room;
    this.#needToken(needsToken);
    this.#door.hidden = false;
    this.#inputs.name.focus();
  }

  close() {
    this.#door.hidden = true;
  }

  /** Asks for a token too; `wrong` says what was the matter with the last one. @param {string} [wrong] */
  askToken(wrong) {
    this.#needToken(true);
    if (wrong) this.refuse("token", wrong);
    else if (this.#inputs.name.value) this.#inputs.token.focus();
  }

  /** One may come in without. */
  spareToken() {
    this.#needToken(false);
  }

  /** Says what is wrong under its field, and goes there. @param {Field} field @param {string} wrong */
  refuse(field, wrong) {
    this.#say(field, wrong);
    this.#inputs[field].focus();
  }

  /** @param {string[]} rooms */
  showOpenRooms(rooms) {
    this.#words.room = rooms.length ? `Open now: ${rooms.join(", ")}` : "";
    if (this.#inputs.room.ariaInvalid !== "true") this.#say("room", "");
  }

  /** Says why the server can't be reached, or with nothing that it can. @param {string} words */
  tellTrouble(words) {
    this.#trouble = words;
    this.#showFoot();
  }

  #submit() {
    const name = nameIn(this.#inputs.name.value);
    const room = roomIn(this.#inputs.room.value);
    const token = this.#inputs.token.value.trim();
    if (!name) this.refuse("name", WRONG_NAME);
    else if (!room) this.refuse("room", WRONG_ROOM);
    else if (!this.#tokenField.hidden && !token) this.refuse("token", NO_TOKEN);
    else this.#goIn({ name, room, token });
  }

  /** @param {boolean} isNeeded */
  #needToken(isNeeded) {
    this.#tokenField.hidden = !isNeeded;
    this.#showFoot();
  }

  #showFoot() {
    const promise = this.#tokenField.hidden
      ? "No account to make. Your name stays in this browser."
      : "The token stays in this browser and is never part of a link.";
    this.#foot.textContent = this.#trouble || promise;
  }

  /** @param {Field} field @param {string} wrong */
  #say(field, wrong) {
    this.#inputs[field].ariaInvalid = wrong ? "true" : "false";
    this.#helps[field].textContent = wrong || this.#words[field];
  }
}
