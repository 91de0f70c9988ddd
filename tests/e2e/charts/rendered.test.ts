import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStackFile } from "../../../mesh/load/load.ts";
import type { Resources } from "../../../mesh/schema/common.ts";
import { podDemand } from "../../../mesh/capacity/demand.ts";
import { podRequest, type PodSet } from "../../../mesh/kubernetes/pod-requests.ts";
import { certificateAddress } from "../../../mesh/features/certificates/workload-certificates.ts";
import type { HelmRelease } from "../../../mesh/kubernetes/objects.ts";
import {
  jaegerOtlp,
  jaegerQueryUrl,
  grafanaUrl,
  prometheusUrl,
} from "../../../mesh/features/observability/addons/addresses.ts";
import { redisAddress } from "../../../mesh/features/rate-limits/service/redis.ts";
import { stackReleases } from "../../../mesh/inventory.ts";
import type { StackData } from "../../../mesh/stack/stack.ts";
import { isIstioChart, layOutCharts } from "../../../sandbox/charts/layout.ts";
import { listAt, numberAt, objectAt, stringAt, type JsonObject } from "../../../mesh/kubernetes/fields.ts";
import { renderReleases, type RenderedObject } from "../../support/chart-template.ts";
import { stackData } from "../../support/stack-data.ts";
import { PROJECT_DIRECTORY, STACKS } from "../../support/stacks.ts";
import { toolchainForTests } from "../control-plane/support.ts";

interface Rendered extends HelmRelease {
  readonly objects: readonly RenderedObject[];
}

const ARN = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/0d9c1f6e";

/** Private CA signs for the gateway and for workloads. */
const CERTIFICATES = {
  traffic: { tls: { mode: "certManager" } },
  certificates: { issuer: "privateCa", privateCa: { arn: ARN } },
  mesh: { istioCsr: { enabled: true, issuer: "privateCa" } },
};

/** The shipped stacks, and what none of them has. */
const VARIANTS: Readonly<Record<string, () => StackData>> = {
  ...Object.fromEntries(STACKS.map((name) => [name, () => readStackFile(PROJECT_DIRECTORY, name)])),
  ambient: () => stackData({ mesh: { mode: "ambient" } }),
  revisions: () =>
    stackData({ mesh: { revisions: [{ version: "1.30.7" }, { version: "1.31.2" }], tags: { stable: "1-30-7" } } }),
  certificates: () => stackData(CERTIFICATES),
  server: () => stackData({ observability: { prometheus: { kind: "server" } } }),
};

describe("the charts that the sandbox lays out", function () {
  this.timeout(60_000);
  const rendered = new Map<string, readonly Rendered[]>();

  before(async function () {
    this.timeout(900_000);
    const files = await toolchainForTests();
    const directory = mkdtempSync(join(tmpdir(), "mesh-charts-"));
    try {
      for (const [variant, stack] of Object.entries(VARIANTS)) {
        const releases = stackReleases(stack(), "cluster");
        layOutCharts(directory, releases, files);
        const objects = await renderReleases(
          releases.map((release) => ({ ...release, chart: join(directory, `${release.chart}-${release.version}`) })),
        );
        rendered.set(
          variant,
          releases.map((release, index) => ({ ...release, objects: objects[index] ?? [] })),
        );
      }
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  const placeholders = () => [...rendered.values()].flat().filter(({ chart }) => !isIstioChart(chart));
  const releasesOf = (variant: string) => rendered.get(variant) ?? [];
  const objectsOf = (variant: string) => releasesOf(variant).flatMap(({ objects }) => objects);

  it("take the values of every stack: each release has objects, and names each of them once", () => {
    for (const [variant, releases] of rendered) {
      assert.ok(releases.length > 5, variant);
      for (const { name, objects } of releases) {
        assert.ok(objects.length > 0, `${variant}: ${name}`);
        const ids = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
        assert.deepEqual(ids, [...new Set(ids)], `${variant}: ${name}`);
      }
    }
  });

  it("are placeholders that say so of each object of theirs, pods included, and whose images nobody can pull", () => {
    for (const { chart, version, objects } of placeholders()) {
      for (const { kind, metadata, spec } of objects.filter((one) => !isDefinition(one) && !isGatewayApi(one))) {
        const what = `${chart}: ${kind} ${metadata.name}`;
        assert.equal(stringAt(metadata, ...REPRESENTS), `${chart}-${version}`, what);
        if (kind !== "Service" && kind !== "ServiceAccount" && kind !== "PodDisruptionBudget") {
          assert.equal(stringAt(spec, "template", "metadata", ...REPRESENTS), `${chart}-${version}`, what);
          assert.ok(
            listAt(spec, "template", "spec", "containers").every((one) =>
              /^sandbox\.invalid\//.test(stringAt(one, "image") ?? ""),
            ),
            what,
          );
        }
      }
    }
  });

  it("have Services and budgets that select pods of the same release, at ports that a container declares", () => {
    for (const { name, objects } of placeholders()) {
      const workloads = objects.filter(isWorkload);
      for (const { kind, metadata, spec } of objects) {
        const selector = kind === "Service" ? objectAt(spec, "selector") : objectAt(spec, "selector", "matchLabels");
        if (["Service", "PodDisruptionBudget", "Deployment", "StatefulSet"].includes(kind)) {
          const selected = workloads.find((one) => selects(selector, one));
          assert.ok(selected !== undefined, `${name}: ${kind} ${metadata.name}`);
          const declared = portsOf(selected);
          const targets = kind === "Service" ? listAt(spec, "ports").map((port) => objectAt(port)["targetPort"]) : [];
          assert.deepEqual(
            targets.filter((target) => !declared.includes(target)),
            [],
            `${name}: ${metadata.name}`,
          );
        }
      }
    }
  });

  it("answer at the addresses that the stack's other parts use", () => {
    for (const variant of ["dev", "prod", "local", "server", "certificates"]) {
      const { config } = VARIANTS[variant]?.() ?? stackData();
      const { observability, traffic } = config;
      const otlp = jaegerOtlp(observability);
      const { url } = redisAddress(traffic.rateLimitService.redis.replicas);
      const redis = objectsOf(variant).some(({ metadata }) => metadata.name === "redis-server")
        ? url.split(",").slice(-3)
        : [];
      const addresses = [
        ...[prometheusUrl(observability), jaegerQueryUrl(observability), grafanaUrl(observability)],
        otlp === undefined ? undefined : `${otlp.host}:${otlp.port}`,
        certificateAddress(config),
        ...redis.filter((address) => address.includes(":")),
      ].flatMap((address) => address?.replace("http://", "") ?? []);
      assert.ok(addresses.length >= 4, variant);
      const served = objectsOf(variant)
        .filter(({ kind }) => kind === "Service")
        .flatMap(({ metadata, spec }) =>
          listAt(spec, "ports").map(
            (port) => `${metadata.name}.${stringAt(metadata, "namespace") ?? ""}.svc:${numberAt(port, 0, "port")}`,
          ),
        );
      for (const address of addresses) {
        const [host = "", port = "80"] = address.split(":");
        assert.ok(served.includes(`${host.replace(".cluster.local", "")}:${port}`), `${variant}: ${address}`);
      }
    }
  });

  it("ask the scheduler for what the check of capacity counts", () => {
    for (const variant of Object.keys(VARIANTS)) {
      const stack = VARIANTS[variant]?.() ?? stackData();
      const demand = podDemand(stack).system.filter(({ name }) => !MANAGED_ADDONS.has(name) && name !== "the waypoint");
      const sets = releasesOf(variant)
        .filter(({ chart }) => chart !== "redis-ha")
        .flatMap(({ objects }) => objects.filter(isWorkload).flatMap((one) => podSet(one, objects)));
      assert.deepEqual(sets.map(describePods).sort(), demand.map(describePods).sort(), variant);
    }
  });

  it("have pods that pass the restricted Pod Security Standard where their namespace enforces it", () => {
    const enforced = placeholders().filter(({ namespace }) => ["cert-manager", "rate-limit"].includes(namespace));
    assert.ok(enforced.length >= 6);
    for (const { name, objects } of enforced) {
      for (const one of objects.filter(isWorkload)) {
        const pod = objectAt(one, "spec", "template", "spec");
        for (const container of listAt(pod, "containers")) {
          const own = objectAt(container, "securityContext");
          const both = { ...objectAt(pod, "securityContext"), ...own };
          assert.equal(both["runAsNonRoot"], true, name);
          assert.deepEqual(both["seccompProfile"], { type: "RuntimeDefault" }, name);
          assert.equal(own["allowPrivilegeEscalation"], false, name);
          assert.deepEqual(own["capabilities"], { drop: ["ALL"] }, name);
        }
      }
    }
  });

  it("run Redis as its chart would: one leader, and a Sentinel for each pod where there are several", () => {
    const redis = (variant: string) => objectsOf(variant).find(({ metadata }) => metadata.name === "redis-server");
    assert.equal(numberAt(redis("dev"), 0, "spec", "replicas"), 1);
    assert.equal(numberAt(redis("prod"), 0, "spec", "replicas"), 3);
    const [server, sentinel] = listAt(redis("prod"), "spec", "template", "spec", "containers").map((one) =>
      String(listAt(one, "args")[0]),
    );
    assert.match(server ?? "", /^maxmemory \d+mb$/m);
    assert.match(server ?? "", /^save ""$/m);
    assert.match(server ?? "", /replicaof redis-announce-0 6379/);
    assert.match(sentinel ?? "", /^sentinel monitor mymaster redis-announce-0 6379 2$/m);
  });
});

const REPRESENTS = ["annotations", "sandbox.ecommerce-mesh.dev/represents"] as const;

/** Add-ons of EKS, which are no charts. */
const MANAGED_ADDONS = new Set(["coredns", "metrics-server", "ebs-csi-controller"]);

function isDefinition({ kind }: RenderedObject): boolean {
  return kind === "CustomResourceDefinition";
}

/** The real definitions come with the policy that keeps older ones away. */
function isGatewayApi({ kind }: RenderedObject): boolean {
  return kind.startsWith("ValidatingAdmissionPolicy");
}

function isWorkload({ kind }: RenderedObject): boolean {
  return kind === "Deployment" || kind === "StatefulSet";
}

/** The StatefulSet's controller gives each pod a label with its name. */
function selects(selector: JsonObject, { spec }: RenderedObject): boolean {
  const labels = objectAt(spec, "template", "metadata", "labels");
  return Object.entries(selector).every(
    ([key, value]) => key === "statefulset.kubernetes.io/pod-name" || labels[key] === value,
  );
}

function portsOf({ spec }: RenderedObject): unknown[] {
  return listAt(spec, "template", "spec", "containers")
    .flatMap((container) => listAt(container, "ports"))
    .flatMap((port) => [objectAt(port)["name"], objectAt(port)["containerPort"]]);
}

/** A workload's pods at the top of its autoscaler. */
function podSet({ metadata, spec }: RenderedObject, objects: readonly RenderedObject[]): PodSet[] {
  const scaler = objects.find(
    (one) => one.kind === "HorizontalPodAutoscaler" && stringAt(one.spec, "scaleTargetRef", "name") === metadata.name,
  );
  const requests = listAt(spec, "template", "spec", "containers").map(
    (one) => objectAt(one, "resources", "requests") as unknown as Resources["requests"],
  );
  const pods = numberAt(scaler?.spec, numberAt(spec, 1, "replicas"), "maxReplicas");
  return [{ name: metadata.name, pods, request: podRequest(...requests) }];
}

function describePods({ pods, request: { milliCpu, memoryMiB } }: PodSet): string {
  return `${pods} pods of ${milliCpu}m, ${memoryMiB}Mi`;
}
