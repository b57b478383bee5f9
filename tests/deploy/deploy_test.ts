import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { parse, parseAllDocuments } from "yaml";
import { startFlags } from "../../tools/compile.ts";
import { startServer } from "../harness/server.ts";
import { all, readStages, ROOT } from "./dockerfile.ts";
import { CLOSING_MS, configured, type Env, given, inImage, ofContainer, text } from "./settings.ts";
import { readUnit } from "./unit.ts";

const compose = await text("compose.yaml");
describe("deploy/compose.yaml", () => {
  const { services, volumes } = parse(compose);
  const { snug, nginx } = services;
  const env = given(snug.environment);

  it("sets what Snug knows, and trusts the nginx that is on its own loopback address", async () => {
    const config = inImage(env);
    assertEquals(config.TRUSTED_PROXIES, ["127.0.0.1"]);
    assert("METRICS_TOKEN" in env, "behind that proxy nobody reads the metrics without a token");
    assertEquals([nginx.network_mode, config.PORT], ["service:snug", 8000]);
    assertEquals(snug.ports, ["80:80"]);
    assertEquals(nginx.volumes, ["../nginx.conf:/etc/nginx/nginx.conf:ro"]);
    const conf = await Deno.readTextFile(new URL("nginx.conf", ROOT));
    assertMatch(
      conf,
      new RegExp(`server ${config.TRUSTED_PROXIES[0]}:${config.PORT} max_fails=0`),
    );
    assertMatch(conf, new RegExp(`listen ${snug.ports[0].split(":")[1]} `));
  });

  it("builds the image, keeps its data, and writes nowhere else", async () => {
    await Deno.stat(new URL(`deploy/${snug.build.context}/Dockerfile`, ROOT));
    const [stage] = (await readStages()).slice(-1);
    const [name, path] = snug.volumes[0].split(":");
    assertEquals(all(stage!, "VOLUME"), [path]);
    assert(name in volumes);
    assertEquals([snug.read_only, snug.cap_drop], [true, ["ALL"]]);
  });

  it("gives everybody the time to be sent home, and nginx a Snug that is ready", () => {
    const graceMs = Number(snug.stop_grace_period.match(/^(\d+)s$/)[1]) * 1000;
    assertGreater(graceMs, inImage(env).DRAIN_MS + CLOSING_MS);
    assertEquals(nginx.depends_on.snug.condition, "service_healthy");
  });
});

const source = await text("snug.service");
describe("deploy/snug.service", () => {
  const unit = readUnit(source);
  const only = (key: string) => {
    const values = unit.get(key)!;
    assertEquals(values.length, 1, key);
    return values[0]!;
  };
  const env: Env = Object.fromEntries(
    only("Service.Environment").split(" ").map((pair) => pair.split(/=(.*)/s).slice(0, 2)),
  );

  it("sets what Snug knows, for the address that nginx asks", () => {
    const { HOST, PORT, STORE_URL } = configured(env);
    assertEquals([HOST, PORT], ["127.0.0.1", 8000]);
    assertEquals(STORE_URL, `sqlite:/var/lib/${only("Service.StateDirectory")}/snug.db`);
  });

  it("starts the program itself, with no more than the start task may do", () => {
    assertEquals(only("Service.ExecStart"), "/usr/local/bin/snug serve");
    const [, fromSource] = source.match(/^# ExecStart=(.*)$/m)!;
    const flags = fromSource!.split(" ").filter((word) => word.startsWith("--"));
    const narrowed = startFlags().map((it) =>
      it === "--allow-write" ? "--allow-write=/var/lib/snug" : it
    );
    assertEquals(flags.toSorted(), ["--cached-only", "--frozen", ...narrowed].toSorted());
  });

  it("gives everybody the time to be sent home, and comes back whatever happens", () => {
    assertGreater(
      Number(only("Service.TimeoutStopSec")) * 1000,
      configured(env).DRAIN_MS + CLOSING_MS,
    );
    assertEquals(only("Service.Restart"), "always");
    // SIGTERM, to the one process there is.
    for (const key of ["KillSignal", "KillMode", "SendSIGKILL"]) {
      assert(!unit.has(`Service.${key}`));
    }
  });

  it("takes from it what it does not need, and leaves the engine its compiler", () => {
    assertEquals([only("Service.User"), only("Service.CapabilityBoundingSet")], ["snug", ""]);
    assertEquals(only("Service.ProtectSystem"), "strict");
    assertEquals(only("Service.NoNewPrivileges"), "yes");
    assert(!unit.has("Service.MemoryDenyWriteExecute"));
    assert(only("Service.RestrictAddressFamilies").startsWith("AF_INET AF_INET6"));
  });
});

const manifest = await text("kubernetes.yaml");
describe("deploy/kubernetes.yaml", () => {
  const documents = parseAllDocuments(manifest).map((it) => it.toJS());
  const [set, service, ingress] = ["StatefulSet", "Service", "Ingress"].map((kind) =>
    documents.find((it) => it.kind === kind)
  );
  const pod = set.spec.template.spec;
  const [container] = pod.containers;
  const env = ofContainer(container.env);

  it("sets what Snug knows", () => {
    const { HOST, PORT, STORE_URL, METRICS_TOKEN } = inImage(env);
    assertEquals(METRICS_TOKEN, "secret-METRICS_TOKEN");
    assertEquals([HOST, PORT], ["0.0.0.0", container.ports[0].containerPort]);
    assertEquals(STORE_URL, `sqlite:${container.volumeMounts[0].mountPath}/snug.db`);
  });

  it("asks for paths that there are", async () => {
    await using server = await startServer();
    for (const name of ["startupProbe", "readinessProbe", "livenessProbe"]) {
      const { path, port } = container[name].httpGet;
      assertEquals(port, container.ports[0].name);
      const answer = await fetch(server.url + path);
      assertEquals([answer.status, (await answer.json()).status !== undefined], [200, true]);
    }
    assertEquals(container.readinessProbe.httpGet.path, "/readyz");
    assertEquals(
      container.livenessProbe.httpGet.path,
      "/healthz",
      "a full disk is no reason to kill it",
    );
  });

  it("gives everybody the time to be sent home", () => {
    const preStopMs = container.lifecycle.preStop.sleep.seconds * 1000;
    const graceMs = pod.terminationGracePeriodSeconds * 1000;
    assertGreater(graceMs, preStopMs + inImage(env).DRAIN_MS + CLOSING_MS);
  });

  it("has one pod for the one database, which only it mounts", () => {
    assertEquals(set.spec.replicas, 1);
    const [claim] = set.spec.volumeClaimTemplates;
    assertEquals(claim.metadata.name, container.volumeMounts[0].name);
    assertEquals(claim.spec.accessModes, ["ReadWriteOncePod"]);
  });

  it("runs as the image's user, on a file system that nobody can write", async () => {
    const [stage] = (await readStages()).slice(-1);
    const { runAsNonRoot, runAsUser, runAsGroup, fsGroup } = pod.securityContext;
    assertEquals([`${runAsUser}:${runAsGroup}`], all(stage!, "USER"));
    assertEquals([runAsNonRoot, fsGroup], [true, runAsGroup]);
    const { allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities } =
      container.securityContext;
    assertEquals([allowPrivilegeEscalation, readOnlyRootFilesystem], [false, true]);
    assertEquals(capabilities, { drop: ["ALL"] });
  });

  it("leads from the ingress to the pod, and cuts no connection that Snug holds", () => {
    const [rule] = ingress.spec.rules;
    const { backend } = rule.http.paths[0];
    assertEquals(backend.service.name, service.metadata.name);
    assertEquals(backend.service.port.name, service.spec.ports[0].name);
    assertEquals(service.spec.ports[0].targetPort, container.ports[0].name);
    assertEquals(service.spec.selector, set.spec.template.metadata.labels);
    assertEquals(set.spec.selector.matchLabels, set.spec.template.metadata.labels);
    assertEquals([rule.host], ingress.spec.tls[0].hosts);
    const { HEARTBEAT_MS, HEARTBEAT_GRACE_MS } = inImage(env);
    for (const what of ["read", "send"]) {
      const name = `nginx.ingress.kubernetes.io/proxy-${what}-timeout`;
      assertGreater(
        Number(ingress.metadata.annotations[name]) * 1000,
        HEARTBEAT_MS + HEARTBEAT_GRACE_MS,
      );
    }
  });
});
