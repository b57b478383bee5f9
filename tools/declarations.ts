// Writes static/protocol.d.ts: the types of the wire as src/protocol.ts has them, for who embeds the
// SDK and has nothing of src/ (`deno task declarations`). A test holds that it is up to date.

/** A type of the top level with the comment above it; ends where a line begins that is not part of it. */
const TYPE =
  /^(?:\/\*\*(?:(?!\*\/)[^])*\*\/\n)?(?:declare const brand|(?:export )?type \w+)[^]*?;\n(?![ }])/gm;
/** What the server alone makes of a name. */
const UNSAID = /^export type ParsedRoom/m;

/** What is declared of a source text. */
export function declarations(source: string): string {
  const types = [...source.matchAll(TYPE)].map(([type]) => type.trim());
  return [
    "// The messages of the wire, as docs/PROTOCOL.md has them. Made from the server's own types:\n" +
    "// change those, and run `deno task declarations`.",
    ...types.filter((type) => !UNSAID.test(type)),
    "export {};\n",
  ].join("\n\n");
}

if (import.meta.main) {
  const source = await Deno.readTextFile(new URL("../src/protocol.ts", import.meta.url));
  const into = new URL("../static/protocol.d.ts", import.meta.url);
  await Deno.writeTextFile(into, declarations(source));
}
