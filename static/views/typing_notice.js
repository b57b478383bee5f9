// @ts-check
// When the others are told that one types, and that one no longer does.

/** It is told at most so often. */
const EVERY_MS = 3_000;

export class TypingNotice {
  #tell;
  #toldAt = 0;
  /** It was told, and not yet that it is over. */
  #isTyping = false;

  /** @param {(on: boolean) => void} tell */
  constructor(tell) {
    this.#tell = tell;
  }

  /** Another text was begun. */
  reset() {
    this.#toldAt = 0;
    this.#isTyping = false;
  }

  /** The text as it is now. @param {string} text */
  follow(text) {
    // Nobody is told of a command before it is done.
    const isSpeech = text.trim() !== "" && !/^\/(?!\/|me\s)/.test(text);
    const now = Date.now();
    if (isSpeech && now - this.#toldAt >= EVERY_MS) {
      this.#tell(true);
      this.#toldAt = now;
      this.#isTyping = true;
    } else if (!isSpeech && this.#isTyping) {
      this.#tell(false);
      this.#isTyping = false;
    }
  }
}
