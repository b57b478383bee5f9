import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { aboutOf, between, pagesOf } from "../../bench/pages.ts";

const root = new URL("../../", import.meta.url).pathname;
const read = (path: string) => Deno.readTextFileSync(root + path);

describe("a text between markers", () => {
  const page = "before\n<!-- bench:x -->\nold\n<!-- /bench:x -->\nafter\n";

  it("is replaced, and nothing else", () => {
    const filled = between(page, "x", "new $& text\n", "README.md");
    assertEquals(filled, page.replace("old", () => "new $& text"));
    assertEquals(between(filled, "x", "old", "README.md"), page);
  });

  for (
    const [what, wrong] of [
      ["missing", "before"],
      ["the wrong way round", "<!-- /bench:x --><!-- bench:x -->"],
      ["begun twice", "<!-- bench:x -->" + page],
      ["ended twice", page + "<!-- /bench:x -->"],
    ] as const
  ) {
    it(`is refused where the markers are ${what}, with the page's name`, () => {
      const error = assertThrows(() => between(wrong, "x", "new", "docs/page.md"), Error);
      assertStringIncludes(error.message, "docs/page.md must have <!-- bench:x -->");
    });
  }
});

describe("what is said of a run", () => {
  it("has a version once, and names what was not run", () => {
    const versions = { Snug: "Snug 1", "Snug ws": "Snug 1", "Node ws": "ws 8" };
    const about = { machine: "a machine", command: "bench", versions, notRun: ["nats-server"] };
    assertEquals(
      aboutOf(about),
      "- a machine\n- `bench`\n- Snug, Snug ws: Snug 1\n- Node ws: ws 8\n" +
        "- not run, because not installed: nats-server",
    );
  });
});

describe("the pages", () => {
  const pages = pagesOf(JSON.parse(read("bench/results.json")), read);
  for (const [path, text] of pages) {
    it(`${path} has the figures of bench/results.json`, () => assertEquals(read(path), text));
  }
});
