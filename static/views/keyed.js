// @ts-check
// A list of elements that follows a list of rows: what stays is kept, so that focus, selection and
// what was read aloud stay too.

/** @template {{key: string}} Row @typedef {{element: HTMLElement, update(row: Row): void}} View */

/** @template {{key: string}} Row */
export class Keyed {
  #parent;
  #make;
  /** @type {Map<string, View<Row>>} */
  #views = new Map();

  /** @param {HTMLElement} parent @param {(row: Row) => View<Row>} make */
  constructor(parent, make) {
    this.#parent = parent;
    this.#make = make;
  }

  clear() {
    this.#views.clear();
    this.#parent.replaceChildren();
  }

  /** @param {readonly Row[]} rows */
  show(rows) {
    const keys = new Set(rows.map(({ key }) => key));
    for (const [key, { element }] of this.#views) {
      if (keys.has(key)) continue;
      element.remove();
      this.#views.delete(key);
    }
    let next = this.#parent.firstElementChild;
    for (const row of rows) {
      const view = this.#views.get(row.key) ?? this.#add(row);
      view.update(row);
      if (view.element === next) next = next.nextElementSibling;
      else this.#parent.insertBefore(view.element, next);
    }
  }

  /** @param {Row} row */
  #add(row) {
    const view = this.#make(row);
    this.#views.set(row.key, view);
    return view;
  }
}
