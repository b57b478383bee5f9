// Which of several named things are meant.

/** Those of which a part of the pattern (parts are split by `|`) is the name, else within it. */
export function picked<Thing extends { name: string }>(things: Thing[], pattern: string): Thing[] {
  const parts = pattern.toLowerCase().split("|").map((part) => part.trim());
  const names = new Set(things.map(({ name }) => name.toLowerCase()));
  return things.filter(({ name }) =>
    parts.some((part) =>
      names.has(part) ? name.toLowerCase() === part : name.toLowerCase().includes(part)
    )
  );
}
