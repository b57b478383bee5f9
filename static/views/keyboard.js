// @ts-check
// Keeps the page above a phone's keyboard where the browser lays that over the page (iOS). Others
// make the window smaller by themselves, as the viewport in index.html wishes.

/** Lets `--screen` be the height that can be seen. */
export function followKeyboard() {
  const viewport = visualViewport;
  viewport?.addEventListener("resize", () => {
    const { style } = document.documentElement;
    const isCovered = viewport.scale === 1 && viewport.height < innerHeight;
    // Zoomed in one sees less too, and nothing is covered.
    if (isCovered) style.setProperty("--screen", `${viewport.height}px`);
    else style.removeProperty("--screen");
    // Such a browser also scrolls the window, to what the keyboard would have covered.
    if (isCovered) scrollTo(0, 0);
  });
}
