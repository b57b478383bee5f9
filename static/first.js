// @ts-check
// What must be known before the first paint: the theme, and that somebody will go straight in. So it
// is no module and imports nothing.
try {
  const theme = localStorage.getItem("snug.theme");
  if (theme) document.documentElement.dataset.theme = theme;
  const inside = document.getElementById("inside");
  const isKnown = localStorage.getItem("snug.name") !== null;
  if (isKnown && inside instanceof HTMLTemplateElement) document.head.append(inside.content);
} catch {
  // Without a storage nobody is known, and the theme is the system's.
}
