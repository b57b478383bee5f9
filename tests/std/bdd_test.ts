import { assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";

const happened: string[] = [];
const take = () => happened.splice(0);

describe("bdd", () => {
  beforeEach(() => void happened.push("outer before"));
  afterEach(() => void happened.push("outer after"));

  describe("a suite inside", () => {
    beforeEach(() => Promise.resolve().then(() => void happened.push("inner before")));
    afterEach(() => void happened.push("inner after"));

    it("runs the outer beforeEach first and is named after its suites", (t) => {
      assertEquals(take(), ["outer before", "inner before"]);
      assertEquals(t.name, `bdd > a suite inside > ${NAMED}`);
    });
  });

  it("ran the inner afterEach first and leaves a suite's hooks to it", () => {
    assertEquals(take(), ["inner after", "outer after", "outer before"]);
  });

  it("refuses an async describe", () => {
    assertThrows(() => describe("async", async () => {}), TypeError, "must not be async");
  });
});

const NAMED = "runs the outer beforeEach first and is named after its suites";

Deno.test("a failure, a leak, a failed hook and what is ignored are reported, and afterEach runs", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const bdd = new URL("./bdd.ts", import.meta.url).href;
    await Deno.writeTextFile(
      `${folder}/made_test.ts`,
      `import { afterEach, beforeEach, describe, it } from ${JSON.stringify(bdd)};
      describe("made", () => {
        afterEach(() => console.log("cleaned up"));
        it("fails", () => { throw new Error("on purpose"); });
        it("leaks", () => { setInterval(() => {}, 1000); });
        describe("hooked", () => {
          beforeEach(() => { throw new Error("hook broke"); });
          it("never runs", () => console.log("it ran"));
        });
        it.ignore("is ignored", () => console.log("it ran"));
        it("is ignored too", { ignore: true }, () => console.log("it ran"));
      });`,
    );
    await Deno.writeTextFile(`${folder}/deno.json`, `{ "test": ${await sanitizers()} }`);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-check", "made_test.ts"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertNotEquals(code, 0);
    assertMatch(output, /made > fails \.\.\. FAILED/);
    assertMatch(output, /made > leaks \.\.\. FAILED/);
    assertMatch(output, /made > hooked > never runs \.\.\. FAILED/);
    assertMatch(output, /0 passed \| 3 failed \| 2 ignored/);
    assertEquals(output.match(/cleaned up/g)?.length, 3);
    assertEquals(output.match(/it ran/g), null);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** What our own deno.json says, so that this fails when the sanitizers are turned off there. */
async function sanitizers(): Promise<string> {
  const config = await Deno.readTextFile(new URL("../../deno.json", import.meta.url));
  return JSON.stringify(JSON.parse(config).test);
}
