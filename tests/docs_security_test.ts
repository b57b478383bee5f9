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

  it("and names every test file that shows a defence", async () => {
    const named = [...PAGE.matchAll(/`((?:\w+\/)?\w+_test\.ts)`/g)].map(([, name]) => name!);
    assert(named.length > 20);
    for (const name of new Set(named)) await Deno.stat(new URL(name, import.meta.url));
  });
});
