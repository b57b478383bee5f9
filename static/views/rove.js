// @ts-check
// The keyboard in a list or grid of buttons, which is one tab stop: arrows, Home, End, the first letter.

/** Moves the focus among the buttons in an element; they may change. @param {HTMLElement} list */
export function rove(list, columns = 1) {
  list.addEventListener("focusin", ({ target }) => {
    for (const button of buttonsIn(list)) button.tabIndex = button === target ? 0 : -1;
  });
  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = nextOf(buttonsIn(list), event.key, columns);
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
}

/** Sees that the list can be reached, once its buttons have changed. @param {HTMLElement} list */
export function makeReachable(list) {
  const buttons = buttonsIn(list);
  const first = buttons[0];
  if (first && buttons.every(({ tabIndex }) => tabIndex < 0)) first.tabIndex = 0;
}

/** @param {HTMLElement} list @returns {HTMLButtonElement[]} */
function buttonsIn(list) {
  return [...list.querySelectorAll("button")].filter(({ disabled }) => !disabled);
}

/** @param {HTMLButtonElement[]} buttons @param {string} key @param {number} columns */
function nextOf(buttons, key, columns) {
  const at = buttons.findIndex((button) => button === document.activeElement);
  switch (key) {
    case "ArrowDown":
      return buttons[(at + columns) % buttons.length];
    case "ArrowUp":
      return buttons.at((at - columns) % buttons.length);
    case "ArrowRight":
      return columns > 1 ? buttons[(at + 1) % buttons.length] : undefined;
    case "ArrowLeft":
      return columns > 1 ? buttons.at(at - 1) : undefined;
    case "Home":
      return buttons[0];
    case "End":
      return buttons.at(-1);
  }
  if ([...key].length !== 1 || key === " ") return;
  const letter = key.toLowerCase();
  return [...buttons.slice(at + 1), ...buttons.slice(0, at + 1)]
    .find(({ textContent }) => textContent.trim().toLowerCase().startsWith(letter));
}
