// The links of every page: to a file, to a heading, and to a rule of docs/PROTOCOL.md by its number.
import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";

const ROOT = new URL("../", import.meta.url);
/** What is shown as code. */
const BLOCK = /^```.*\n[^]*?^```$/gm;
const PAGES = await read(ROOT, /\.md$/);
const PROTOCOL = PAGES.get(new URL("docs/PROTOCOL.md", ROOT).href)!;

/** The files below a folder, by their URLs. */
async function read(folder: URL, names: RegExp): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (/^\.|^node_modules$/.test(name)) continue;
    const url = new URL(isDirectory ? `${name}/` : name, folder);
    if (isDirectory) { for (const one of await read(url, names)) found.set(...one); }
    else if (names.test(name)) found.set(url.href, await Deno.readTextFile(url));
  }
  return found;
}

/** What GitHub makes of the headings. */
function anchors(page: string): Set<string> {
  const headings = page.replace(BLOCK, "").matchAll(/^#+ (.+)$/gm);
  return new Set(
    headings.map(([, text]) =>
      text!.toLowerCase().replace(/[^\p{L}\p{N}\p{M} _-]/gu, "").replaceAll(" ", "-")
    ),
  );
}

function targets(page: string): string[] {
  const found = page.replace(BLOCK, "").replace(/`[^`\n]*`/g, "")
    .matchAll(/\]\(([^)\s]+)|(?:src|href|srcset)="([^"]+)"/g);
  return [...found].map(([, link, attribute]) => link ?? attribute!)
    .filter((target) => !/^(https?|mailto):/.test(target));
}

/** The rules that a text names and that there are not. */
function noRules(text: string): string[] {
  return [...text.matchAll(/\b(?:W\d+\.\d+|P[1-9]\b)/g)].map(([rule]) => rule)
    .filter((rule) => !new RegExp(`^- \\*\\*${rule}\\b`, "m").test(PROTOCOL));
}

describe("the links", () => {
  it("are looked at in all pages", () => {
    const paths = [...PAGES.keys()].map((url) => url.slice(ROOT.href.length));
    for (const path of ["README.md", "docs/SECURITY.md", "docs/decisions/store.md"]) {
      assert(paths.includes(path), `${paths}`);
    }
  });

  for (const folder of ["src", "static", "tests"]) {
    it(`of the code in ${folder} lead to rules that there are`, async () => {
      const files = await read(new URL(`${folder}/`, ROOT), /\.(ts|js|lua)$/);
      assert(files.size > 20);
      assertEquals(
        [...files].flatMap(([url, code]) => noRules(code).map((rule) => [url, rule])),
        [],
      );
    });
  }

  for (const [url, page] of PAGES) {
    it(`of ${url.slice(ROOT.href.length)} lead to files, headings and rules that there are`, async () => {
      const broken = [];
      for (const target of targets(page)) {
        const { href, hash } = new URL(target, url);
        const file = href.slice(0, href.length - hash.length);
        const isThere = await Deno.stat(new URL(file)).then(() => true, () => false);
        const heading = decodeURIComponent(hash.slice(1));
        const isGood = isThere && (hash === "" || anchors(PAGES.get(file) ?? "").has(heading));
        if (!isGood) broken.push(target);
      }
      assertEquals([...broken, ...noRules(page)], []);
    });
  }
});
