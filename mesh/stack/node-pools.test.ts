import assert from "node:assert/strict";
import { workloadObjects } from "../application.ts";
import { controlPlanes } from "../features/control-plane/revisions/control-planes.ts";
import type { HelmRelease } from "../kubernetes/objects.ts";
import { poolLabels, poolTaints, poolTolerations } from "./node-pools.ts";
import { addonReleases } from "../features/observability/releases.ts";
import { gatewayReleases } from "../features/gateways/releases.ts";
import { istiod } from "../features/control-plane/istiod.ts";
import type { StackData } from "./stack.ts";
import { stackData } from "../../tests/support/stack-data.ts";

const NODE_SELECTOR = { "ecommerce-mesh.dev/pool": "system" };
const TOLERATIONS = [{ key: "ecommerce-mesh.dev/pool", operator: "Equal", value: "system", effect: "NoSchedule" }];

/** Where each chart takes the fields of its pods from, and how it calls the node selector. */
const PLACES: Readonly<Record<string, { readonly below?: readonly string[]; readonly selector?: string }>> = {
  istiod: {},
  "istio-ingressgateway": {},
  "istio-egressgateway": {},
  prometheus: { below: ["prometheus", "prometheusSpec"] },
  jaeger: { below: ["jaeger"] },
  "opentelemetry-collector": {},
  grafana: {},
  kiali: { below: ["deployment"], selector: "node_selector" },
};

function platformReleases(stack: StackData): HelmRelease[] {
  const planes = controlPlanes(stack.config.mesh).map((plane) => istiod(stack, "x", plane));
  return [...planes, ...gatewayReleases(stack), ...addonReleases(stack)];
}

function existingCluster(): StackData {
  const stack = stackData();
  const nodes = { count: 3, cpu: "4", memory: "8Gi", zones: 1 };
  return { ...stack, config: { ...stack.config, platform: { kind: "kubeconfig", nodes } } };
}

describe("node pools", () => {
  it("taint the system pool and not the workload pool, and tolerate exactly that taint", () => {
    assert.deepEqual(poolTaints("workload"), []);
    assert.deepEqual(
      poolTaints("system").map(({ key, value, effect }) => ({ key, value, effect })),
      [{ key: "ecommerce-mesh.dev/pool", value: "system", effect: "NO_SCHEDULE" }],
    );
    assert.deepEqual(poolTolerations("system"), TOLERATIONS);
    assert.deepEqual(poolTolerations("workload"), []);
    assert.deepEqual(poolLabels("workload"), { "ecommerce-mesh.dev/pool": "workload" });
  });

  it("take istiod, gateways and addons onto the system pool, each by its chart's own keys", () => {
    const releases = platformReleases(stackData());
    assert.deepEqual(releases.map(({ name }) => name).sort(), Object.keys(PLACES).sort());
    for (const { name, values } of releases) {
      const { below = [], selector = "nodeSelector" } = PLACES[name] ?? {};
      const place = below.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, values);
      assert.deepEqual(place[selector], NODE_SELECTOR, name);
      assert.deepEqual(place["tolerations"], TOLERATIONS, name);
    }
  });

  it("take the application onto the workload pool", () => {
    const pods = workloadObjects(stackData()).filter(({ kind }) => kind === "Deployment");
    assert.equal(pods.length, 6);
    for (const deployment of pods) {
      assert.match(JSON.stringify(deployment), /"nodeSelector":\{"ecommerce-mesh\.dev\/pool":"workload"\}/);
      assert.doesNotMatch(JSON.stringify(deployment), /tolerations/);
    }
  });

  it("mean nothing on a cluster that exists", () => {
    const stack = existingCluster();
    const everything = JSON.stringify([...platformReleases(stack), ...workloadObjects(stack)]);
    assert.doesNotMatch(everything, /ecommerce-mesh\.dev\/pool|node_?selector|tolerations/i);
  });
});
