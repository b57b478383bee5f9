// The files of deploy/ for several servers on one Redis.
import { assert, assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { parse, parseAllDocuments } from "yaml";
import { needs } from "../harness/needs.ts";

import { RedisServer } from "../harness/redis.ts";
import { startServer } from "../harness/server.ts";
import { ROOT } from "./dockerfile.ts";
import { CLOSING_MS, given, inImage, ofContainer, text } from "./settings.ts";

const compose = await text("compose.redis.yaml");
describe("deploy/compose.redis.yaml", () => {
  const { services, networks, volumes } = parse(compose, { merge: true });
  const { redis, nginx } = services;
  const snugs = ["snug-1", "snug-2"].map((name) => services[name]);

  it("sets what Snug knows, and trusts nobody but those of its own network", () => {
    for (const snug of snugs) {
      const config = inImage(given(snug.environment));
      assertEquals(config.STORE_URL, "redis://redis:6379");
      const [{ subnet }] = networks.default.ipam.config;
      assertEquals([config.TRUSTED_PROXIES, snug.ports], [[subnet], undefined]);
      const graceMs = Number(snug.stop_grace_period.match(/^(\d+)s$/)[1]) * 1000;
      assertGreater(graceMs, config.DRAIN_MS + CLOSING_MS);
      assertEquals([snug.read_only, snug.cap_drop], [true, ["ALL"]]);
      assertEquals(snug.networks.default.aliases, ["snug"]);
      const [volume, path] = snug.volumes[0].split(":");
      assertEquals([volume in volumes, `${path}/files`], [true, config.FILES_DIR]);
    }
  });

  needs("redis-server")("keeps in Redis what is acknowledged, and Snug agrees", async () => {
    const [program, ...args] = redis.command.split(" ");
    assertEquals(program, "redis-server");
    const [volume, path] = redis.volumes[0].split(":");
    assertEquals([volume in volumes, path], [true, "/data"]);
    await using server = await RedisServer.start(args);
    await using snug = await startServer({ STORE_URL: server.url });
    await snug.said(/on its disk before it is acknowledged \(appendfsync always\)/);
    assertEquals(
      await server.cli("CONFIG", "GET", "maxmemory-policy"),
      "maxmemory-policy\nnoeviction",
    );
  });

  it("gives nginx its own configuration, with all servers as the upstream", async () => {
    const [, , script] = nginx.command;
    const conf = new URL("nginx.conf", ROOT).pathname;
    const folder = await Deno.makeTempDir();
    try {
      const made = script.replaceAll("/tmp/nginx.conf", `${folder}/nginx.conf`)
        .replace("/etc/nginx/snug.conf", conf).replace(/exec nginx.*/, "");
      const { success } = await new Deno.Command("sh", { args: ["-euc", made] }).output();
      assert(success);
      const [before, after] = await Promise.all(
        [conf, `${folder}/nginx.conf`].map((path) => Deno.readTextFile(path)),
      );
      assertStringIncludes(after!, "server snug:8000 resolve max_fails=0;");
      assertStringIncludes(after!, "zone snug ");
      assertEquals(after!.split("\n").length, before!.split("\n").length);
      assertEquals(after!.includes("127.0.0.1:8000"), false);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    assertEquals(nginx.volumes, ["../nginx.conf:/etc/nginx/snug.conf:ro"]);
    assertEquals(nginx.ports, ["80:80"]);
  });
});

const SECRETS = { STORE_URL: "rediss://user:password@redis:6379/0" };
const manifest = await text("kubernetes.redis.yaml");
const alone = await text("kubernetes.yaml");
describe("deploy/kubernetes.redis.yaml", () => {
  const read = (yaml: string) => parseAllDocuments(yaml).map((it) => it.toJS());
  const documents = read(manifest);
  const single = read(alone);
  const of = (kind: string, among = documents) => among.find((it) => it.kind === kind);
  const deployment = of("Deployment");
  const pod = deployment.spec.template.spec;
  const [container] = pod.containers;

  it("sets what Snug knows, the Redis from a secret because its password is in there", () => {
    const env = ofContainer(container.env, SECRETS);
    const { HOST, PORT, TRANSPORT, DRAIN_MS } = inImage(env);
    assertEquals([HOST, PORT, TRANSPORT], ["0.0.0.0", container.ports[0].containerPort, "ws"]);
    const url = container.env.find(({ name }: { name: string }) => name === "STORE_URL");
    assertEquals(url.valueFrom.secretKeyRef, { name: "snug", key: "STORE_URL" });
    const preStopMs = container.lifecycle.preStop.sleep.seconds * 1000;
    const graceMs = pod.terminationGracePeriodSeconds * 1000;
    assertGreater(graceMs, preStopMs + DRAIN_MS + CLOSING_MS);
  });

  it("has a folder for the files of all, which they may write to", () => {
    const [{ name, mountPath }] = container.volumeMounts;
    const [volume] = pod.volumes;
    const claim = of("PersistentVolumeClaim");
    assertEquals([volume.name, volume.persistentVolumeClaim.claimName], [
      name,
      claim.metadata.name,
    ]);
    assertEquals(claim.spec.accessModes, ["ReadWriteMany"]);
    assertEquals(pod.securityContext.fsGroup, pod.securityContext.runAsGroup);
    const { FILES_DIR, MAX_FILES_BYTES } = inImage(ofContainer(container.env, SECRETS));
    assertEquals(FILES_DIR, `${mountPath}/files`);
    const gib = Number(claim.spec.resources.requests.storage.match(/^(\d+)Gi$/)[1]);
    assertGreater(gib * 2 ** 30, MAX_FILES_BYTES);
  });

  it("takes one at a time, whoever wants to", () => {
    assertGreater(deployment.spec.replicas, 1);
    assertEquals(deployment.spec.strategy.rollingUpdate, { maxUnavailable: 0, maxSurge: 1 });
    const budget = of("PodDisruptionBudget").spec;
    assertEquals(budget.maxUnavailable, 1);
    const labels = deployment.spec.template.metadata.labels;
    for (
      const selector of [
        budget.selector,
        deployment.spec.selector,
        pod.topologySpreadConstraints[0].labelSelector,
      ]
    ) assertEquals(selector.matchLabels, labels);
  });

  it("is else what one alone is: its probes, its rights, its way from outside", () => {
    const one = of("StatefulSet", single).spec.template.spec;
    for (const what of ["readinessProbe", "livenessProbe", "lifecycle", "securityContext"]) {
      assertEquals(container[what], one.containers[0][what], what);
    }
    assertEquals(of("Service"), of("Service", single));
    assertEquals(of("Ingress").spec, of("Ingress", single).spec);
    const more = Object.entries(of("Ingress").metadata.annotations)
      .filter(([name]) => !(name in of("Ingress", single).metadata.annotations));
    assertEquals(more, [[
      "nginx.ingress.kubernetes.io/proxy-next-upstream",
      "error timeout http_503",
    ]]);
  });
});
