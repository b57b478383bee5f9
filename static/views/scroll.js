// @ts-check
// Where the reader is in the log, and that nothing moves it: at the end it follows, anywhere else
// the row at the top stays where it is, whatever is put in, taken out or grows.

/** Nearer to the end than this counts as at the end. */
const END_PX = 30;
/** Nearer to an end of what is held than this asks for more. */
const NEAR_PX = 300;
/** So much of the view a page key moves, as in browsers: the rest of the last page stays in sight. */
const PAGE = 7 / 8;
/** What lies over the log has pages of its own, or none. */
const OVER = "dialog[open], [role=listbox]:not([hidden])";
/** A row that is gone to stands so far below the top edge. */
const REVEALED_PX = 80;

/** A row and how far below the top edge it stands. @typedef {{key: string, offsetPx: number}} Place */

export class Scroll {
  #view;
  #rows;
  #hasEnd;
  #moved;
  #follows = true;
  /** When the reader was last put or found somewhere: how far down one could scroll, in a view of what size. */
  #last = { endTop: NaN, size: "" };
  /** @type {Place | null} */
  #anchor = null;
  /** Where its row was then. */
  #anchorTop = NaN;

  /**
   * @param {HTMLElement} view that scrolls
   * @param {HTMLElement} rows what may hold the reader's place carries `data-key`
   * @param {() => boolean} hasEnd whether the last row is the newest that there is
   * @param {() => void} moved
   */
  constructor(view, rows, hasEnd, moved) {
    this.#view = view;
    this.#rows = rows;
    this.#hasEnd = hasEnd;
    this.#moved = moved;
  }

  start() {
    this.#view.addEventListener("scroll", () => {
      // Something has grown or shrunk since then, and moved the view: that was not the reader.
      const hasMoved = this.#last.endTop !== this.#endTop;
      if (this.#follows && hasMoved && !this.#hasLeft) return this.settle();
      this.#hold(this.#isAtEnd);
      this.#moved();
    }, { passive: true });
    addEventListener("keydown", (event) => this.#key(event));
    const sizes = new ResizeObserver(() => this.settle());
    sizes.observe(this.#view);
    sizes.observe(this.#rows);
  }

  /** Whether the reader sees the end, and follows it. */
  get follows() {
    return this.#follows;
  }
  get isNearTop() {
    return this.#view.scrollTop < NEAR_PX;
  }
  get isNearEnd() {
    return this.#toEndPx < NEAR_PX;
  }
  /** Whether more of what is held lies above than below. */
  get isInLowerHalf() {
    return this.#view.scrollTop > this.#toEndPx;
  }

  /** Where the reader is, to come back to; null at the end. */
  get place() {
    return this.#anchor;
  }

  /** Goes to a place, or to the end. @param {Place | null} place */
  goTo(place) {
    this.#anchor = place && this.#find(place.key) ? place : null;
    this.#anchorTop = this.#last.endTop = NaN;
    this.#follows = this.#anchor === null;
    this.settle();
  }

  /** Puts the reader back after something has moved the rows. */
  settle() {
    // Of a scroll the page hears with the next frame, and this may come before.
    if (this.#follows && this.#hasLeft) this.#hold(false);
    const hasMoved = this.#last.endTop !== this.#endTop;
    this.#note();
    // As long as all is where it was, only the reader moves, and may be on the way.
    if (this.#follows && hasMoved) this.#view.scrollTop = this.#endTop;
    const row = this.#anchor && this.#find(this.#anchor.key);
    // What they see the end of may have turned out to be all.
    if (row?.offsetTop === this.#anchorTop && this.#isAtEnd) this.#hold(true);
    if (!this.#anchor || !row || row.offsetTop === this.#anchorTop) return;
    this.#anchorTop = row.offsetTop;
    const top = row.offsetTop - this.#anchor.offsetPx;
    // Writing what it is already would end a flick of the finger.
    if (Math.abs(top - this.#view.scrollTop) >= 1) this.#view.scrollTop = top;
  }

  /** Goes to a row that lies above what is in view. @param {Element | null} row */
  reveal(row) {
    if (!(row instanceof HTMLElement) || row.offsetTop >= this.#view.scrollTop) return;
    this.#view.scrollTop = row.offsetTop - REVEALED_PX;
    this.#hold(false);
  }

  /** Brings a row into the upper part of what is in view. @param {string} key */
  bring(key) {
    const row = this.#find(key);
    if (!row) return;
    const { clientHeight } = this.#view;
    const spare = Math.max(REVEALED_PX / 2, (clientHeight - row.offsetHeight) / 3);
    this.#view.scrollTop = row.offsetTop - spare;
    this.#hold(this.#isAtEnd);
  }

  /** A page up or down, from anywhere in the room, also where one writes. @param {KeyboardEvent} event */
  #key(event) {
    const way = { PageUp: -1, PageDown: 1 }[event.key];
    const { target, shiftKey, ctrlKey, altKey, metaKey, isComposing, defaultPrevented } = event;
    if (!way || shiftKey || ctrlKey || altKey || metaKey || isComposing || defaultPrevented) return;
    if (!(target instanceof Element)) return;
    const isNear = target.contains(this.#view) || this.#view.closest("main")?.contains(target);
    if (!isNear || this.#view.closest("[inert]") || document.querySelector(OVER)) return;
    event.preventDefault();
    this.#view.scrollBy({ top: way * PAGE * this.#view.clientHeight, behavior: "instant" });
  }

  /** From here on the reader is to stay where they are. @param {boolean} follows the end */
  #hold(follows) {
    this.#follows = follows;
    this.#anchor = follows ? null : this.#top();
    this.#anchorTop = this.#anchor ? this.#anchor.offsetPx + this.#view.scrollTop : NaN;
    this.#note();
  }

  #note() {
    this.#last = { endTop: this.#endTop, size: this.#size };
  }

  /**
   * Whether a reader who followed the end has left it. A browser too may have scrolled up, where for
   * a moment there was less to scroll: it is at an end then, or the view has taken another size.
   */
  get #hasLeft() {
    const { endTop, size } = this.#last;
    const isUp = endTop - this.#view.scrollTop >= END_PX && this.#toEndPx >= END_PX;
    return isUp && size === this.#size;
  }

  get #isAtEnd() {
    return this.#toEndPx < END_PX && this.#hasEnd();
  }

  get #size() {
    return `${this.#view.clientWidth} ${this.#view.clientHeight}`;
  }

  get #toEndPx() {
    return this.#endTop - this.#view.scrollTop;
  }

  /** How far down one can scroll. */
  get #endTop() {
    return this.#view.scrollHeight - this.#view.clientHeight;
  }

  /** The topmost row in view. @returns {Place | null} */
  #top() {
    const { scrollTop } = this.#view;
    const rows = [...this.#rows.children].filter((row) => row instanceof HTMLElement);
    // Asked of each row at each step, it would cost more than all else that scrolling does.
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const { offsetTop = 0, offsetHeight = 0 } = rows[middle] ?? {};
      if (offsetTop + offsetHeight <= scrollTop) low = middle + 1;
      else high = middle;
    }
    const row = rows.slice(low).find(({ dataset }) => dataset.key);
    return row ? { key: `${row.dataset.key}`, offsetPx: row.offsetTop - scrollTop } : null;
  }

  /** @param {string} key */
  #find(key) {
    for (const row of this.#rows.children) {
      if (row instanceof HTMLElement && row.dataset.key === key) return row;
    }
  }
}
