// Tests that talk to a real program. Where it is not installed they are skipped and say so; with
// REQUIRE_ALL=1, as in CI, they fail instead.
import { it, type Options } from "@std/testing/bdd";

type Program =
  | "cc"
  | "chromium"
  | "curl"
  | "ip"
  | "nginx"
  | "openssl"
  | "promtool"
  | "python3-websockets"
  | "redis-server"
  | "tmux"
  | "valkey-server";
type Body = (t: Deno.TestContext) => unknown;

const PYTHON = "/usr/bin/python3";
const WEBSOCKETS = "/usr/lib/python3/dist-packages/websockets/__init__.py";

/** An `it` for tests that need these programs: `const it = needs("chromium")`. */
export function needs(
  ...programs: [Program, ...Program[]]
): (name: string, ...rest: [Body] | [Options, Body]) => void {
  const missing = programs.filter((program) => !find(program)).join(" and ");
  if (missing === "") return it;
  return (name, ...rest) => {
    const options = rest.length === 2 ? rest[0] : {};
    if (Deno.env.get("REQUIRE_ALL") === "1") {
      it(name, options, () => {
        throw new Error(`${missing} is not installed, and REQUIRE_ALL=1`);
      });
    } else {
      const ignored = { ...options, ignore: true };
      it(`${name} (skipped: ${missing} is not installed)`, ignored, () => {});
    }
  };
}

/** Where a program is. */
export function find(program: Program): string | undefined {
  // A package of Debian's own Python, which need not be the first on the PATH.
  if (program === "python3-websockets") return isFile(WEBSOCKETS) ? PYTHON : undefined;
  // Debian keeps servers in /usr/sbin, which is not on every user's PATH.
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin"];
  return folders.map((folder) => `${folder}/${program}`).find(isFile);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
