import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { startCluster } from "../../bench/cluster.ts";
import { SEVERAL } from "../../bench/servers.ts";
import { needs } from "../harness/needs.ts";
import { enter, say } from "../harness/visitor.ts";
import { tempFolder } from "../harness/temp.ts";

const main = new URL("../../bench/instances.ts", import.meta.url).pathname;

const refused: [what: string, args: string[], env: Record<string, string>, said: string][] = [
  ["an unknown option", ["--wriet"], {}, "usage: deno task bench:instances [--write]"],
  ["to write a part of a run", ["--write"], { BENCH_ONLY: "20" }, "--write is for whole runs"],
  ["an unknown scenario", [], { BENCH_ONLY: "moon" }, "BENCH_ONLY is part of: 1 room of 100 |"],
];

describe("the bench of several instances", () => {
  for (const [what, args, env, said] of refused) {
    it(`refuses ${what}, and says what it expects`, async () => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", main, ...args],
        env: { BENCH_ONLY: "", ...env, NO_COLOR: "1" },
      }).output();
      assertEquals([code, new TextDecoder().decode(stdout)], [1, ""]);
      assertStringIncludes(new TextDecoder().decode(stderr), said);
    });
  }

  needs("nginx", "redis-server")("measures one chat, and every process of it", async () => {
    await using folder = await tempFolder();
    const setup = { server: SEVERAL[0]!, instances: 2, redis: "nothing" as const };
    await using cluster = await startCluster(setup, folder.path);
    assertEquals(cluster.parts, ["servers", "servers", "Redis", "nginx"]);
    const names = await Promise.all(
      cluster.pids.map((pid) => Deno.readTextFile(`/proc/${pid}/comm`)),
    );
    assertMatch(names.join(""), /^(deno\n){2}redis-server\nnginx\n$/);
    const at = { wsUrl: `ws://127.0.0.1:${cluster.port}/ws` };
    await using ada = await enter(at);
    await using bob = await enter(at);
    await say(ada, "hi");
    assertEquals((await bob.until("chat")).text, "hi");
  });
});
