// The snippets of docs/SECURITY.md, run as they stand there by what they are written for.
import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { JwtVerifier } from "../src/gate/jwt.ts";

const SECRET = 'a secret with spaces, quotes " and ü, of more than 32 bytes';
const PAGE = await Deno.readTextFile(new URL("../docs/SECURITY.md", import.meta.url));

const RUNS: [language: string, command: string, argument: string][] = [
  ["python", "python3", "-c"],
  ["js", "node", "-e"],
  ["sh", "sh", "-c"],
];

function snippet(language: string): string {
  const found = PAGE.split(`\`\`\`${language}\n`)[1]?.split("\n```")[0];
  if (found === undefined) throw new Error(`docs/SECURITY.md has no snippet in ${language}`);
  return found;
}

function isThere(command: string): boolean {
  try {
    return new Deno.Command(command, {
      args: [command === "openssl" ? "version" : "--version"],
      stdout: "null",
      stderr: "null",
    })
      .outputSync().success;
  } catch {
    return false;
  }
}

describe("W15.8 docs/SECURITY.md signs a token that is good", () => {
  for (const [language, command, argument] of RUNS) {
    const ignore = !isThere(command === "sh" ? "openssl" : command) &&
      Deno.env.get("REQUIRE_ALL") !== "1";
    it(`in ${language}`, { ignore }, async () => {
      const { success, stdout, stderr } = await new Deno.Command(command, {
        args: [argument, snippet(language)],
        env: { JWT_SECRET: SECRET },
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      const token = new TextDecoder().decode(stdout).trim();
      const now = Date.now();
      const verifier = new JwtVerifier({ key: SECRET, issuer: "", audience: "" });
      const verified = await verifier.verify(token, now);
      assert(verified.ok, JSON.stringify(verified));
      const { uid, name, expires, issuedAt } = verified.identity;
      assertEquals([uid, name, expires! - issuedAt!], ["u-17", "Ada", 600_000]);
    });
  }
});

/** The rows of the table of threats: what is done, and what shows it. */
const ROWS = PAGE.split("\n").filter((line) => line.startsWith("| ") && line.includes(".ts`"))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, threat, defence, shown, transports]) => ({ threat, defence, shown, transports }));

/** Whether the tests of this text cite the rule, and not only one whose number begins so. */
function shows(text: string, rule: string): boolean {
  return new RegExp(`\\b${rule.replace(".", "\\.")}(?!\\d)`).test(text);
}

describe("the table of docs/SECURITY.md", () => {
  for (const { threat, defence = "", shown = "", transports } of ROWS) {
    it(`shows: ${threat}`, async () => {
      const files = [...shown.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
      const texts = await Promise.all(
        files.map((name) => Deno.readTextFile(new URL(name, import.meta.url))),
      );
      const rules = [...defence.matchAll(/\b[WP]\d+(?:\.\d+)?/g)].map(([rule]) => rule);
      const missing = rules.filter((rule) => !texts.some((text) => shows(text, rule)));
      assertEquals([files.length > 0, missing], [true, []]);
      assert(transports?.startsWith("both") || transports?.startsWith("`"), transports);
    });
  }

  it("is there", () => assert(ROWS.length > 30, `${ROWS.length} rows`));
});
