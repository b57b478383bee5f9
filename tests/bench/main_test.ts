import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";

const main = new URL("../../bench/main.ts", import.meta.url).pathname;

const refused: [what: string, args: string[], env: Record<string, string>, said: string][] = [
  ["an unknown option", ["--wriet"], {}, "usage: deno task bench [--write | --render]"],
  ["to write a part of a run", ["--write"], { BENCH_ONLY: "start" }, "--write is for whole runs"],
  ["no runs", [], { BENCH_RUNS: "0" }, "BENCH_RUNS is a whole number from 1"],
  ["an unknown scenario", [], { BENCH_ONLY: "moon" }, "BENCH_ONLY is part of: room of 100 |"],
  ["an unknown server", [], { BENCH_SERVERS: "moon" }, "BENCH_SERVERS is part of: Deno loop |"],
];

describe("the bench", () => {
  for (const [what, args, env, said] of refused) {
    it(`refuses ${what}, and says what it expects`, async () => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", main, ...args],
        env: { BENCH_ONLY: "", BENCH_SERVERS: "", BENCH_RUNS: "1", ...env, NO_COLOR: "1" },
      }).output();
      assertEquals([code, new TextDecoder().decode(stdout)], [1, ""]);
      assertStringIncludes(new TextDecoder().decode(stderr), said);
    });
  }
});
