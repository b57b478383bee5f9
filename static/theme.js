// @ts-check
// The chosen theme, before anything is painted: so it is no module and imports nothing.
try {
  const theme = localStorage.getItem("snug.theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Without a storage it is as the system has it.
}
