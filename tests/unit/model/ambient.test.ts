import assert from "node:assert/strict";
import { parse } from "yaml";
import type { PlainObject } from "../../../config/merge.ts";
import { attachToWaypoint } from "../../../model/ambient/attach.ts";
import { applicationObjects } from "../../../model/application.ts";
import { nodeDaemons } from "../../../model/capacity/cluster-pods.ts";
import { podDemand } from "../../../model/capacity/demand.ts";
import { checkStack } from "../../../model/checks/index.ts";
import { explain } from "../../../model/explain/explain.ts";
import { worldOf } from "../../../model/explain/stack-world.ts";
import type { AuthorizationPolicyObject, KubernetesObject } from "../../../model/objects.ts";
import { stackReleases } from "../../../model/render.ts";
import { stackData } from "../../support/stack-data.ts";

const AMBIENT = { mesh: { mode: "ambient" } };
const ambient = stackData(AMBIENT);
const sidecars = stackData();

function named(objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  assert.ok(found, `${kind} ${name}`);
  return found;
}

function policies(objects: readonly KubernetesObject[]): AuthorizationPolicyObject[] {
  return objects.filter((object) => object.kind === "AuthorizationPolicy");
}

describe("an ambient mesh", () => {
  const objects = applicationObjects(ambient);

  it("installs the Gateway API's definitions and ztunnel beside the node agent, and none of them with sidecars", () => {
    const added = (stack: typeof ambient) =>
      stackReleases(stack, "shop")
        .filter(({ name }) => /gateway-api|cni|ztunnel|istiod/.test(name))
        .map(({ name, chart, version, namespace }) => `${name} ${chart}-${version} ${namespace}`);
    assert.deepEqual(added(ambient), [
      "gateway-api-crds gateway-api-crds-1.5.1 kube-system",
      "istio-cni cni-1.30.7 kube-system",
      "istiod istiod-1.30.7 istio-system",
      "ztunnel ztunnel-1.30.7 kube-system",
    ]);
    assert.deepEqual(added(sidecars), ["istio-cni cni-1.30.7 kube-system", "istiod istiod-1.30.7 istio-system"]);
    assert.ok(
      !added(stackData({ mesh: { mode: "ambient", gatewayApiCrds: { install: false } } })).some((name) =>
        name.startsWith("gateway-api"),
      ),
    );
  });

  it("tells agent, istiod and gateways of it, and istiod which node proxies to trust", () => {
    const values = (name: string) =>
      JSON.stringify(stackReleases(ambient, "shop").find((release) => release.name === name)?.values);
    assert.match(values("istio-cni"), /"ambient":{"enabled":true}/);
    assert.match(values("istiod"), /"PILOT_ENABLE_AMBIENT":"true"/);
    assert.match(values("istiod"), /"ISTIO_META_ENABLE_HBONE":"true"/);
    assert.match(values("istiod"), /"trustedZtunnelNamespace":"kube-system"/);
    const before = JSON.stringify(stackReleases(sidecars, "shop"));
    assert.doesNotMatch(before, /AMBIENT|HBONE|[zZ]tunnel|waypoint/);
  });

  it("has ztunnel ask the control plane of the tag stable", () => {
    const mesh = {
      mode: "ambient",
      revisions: [{ version: "1.30.7" }, { version: "1.31.2" }],
      tags: { stable: "1-30-7" },
    };
    const releases = stackReleases(stackData({ mesh }), "shop");
    assert.equal(releases.find(({ name }) => name === "ztunnel")?.values["revision"], "1-30-7");
    const waypoint = named(applicationObjects(stackData({ mesh })), "Gateway", "waypoint");
    assert.equal(waypoint.metadata.labels?.["istio.io/rev"], "stable");
  });

  it("labels the namespace for ztunnel and the waypoint, in place of injection", () => {
    const { name } = ambient.catalog;
    const labels = named(objects, "Namespace", ambient.catalog.namespace).metadata.labels;
    assert.ok(name);
    assert.equal(labels?.["istio.io/dataplane-mode"], "ambient");
    assert.equal(labels["istio.io/use-waypoint"], "waypoint");
    assert.equal(labels["istio.io/ingress-use-waypoint"], "true");
    assert.equal(labels["istio-injection"], undefined);
    assert.equal(labels["istio.io/rev"], undefined);
  });

  it("has a waypoint of at least two pods that never locks a drain", () => {
    const waypoint = named(objects, "Gateway", "waypoint");
    assert.ok(waypoint.kind === "Gateway" && "gatewayClassName" in waypoint.spec);
    assert.equal(waypoint.spec.gatewayClassName, "istio-waypoint");
    assert.deepEqual(waypoint.spec.listeners, [{ name: "mesh", port: 15008, protocol: "HBONE" }]);
    const options = named(objects, "ConfigMap", waypoint.spec.infrastructure.parametersRef.name);
    assert.ok(options.kind === "ConfigMap");
    const scaler = parse(options.data["horizontalPodAutoscaler"] ?? "") as PlainObject;
    const budget = parse(options.data["podDisruptionBudget"] ?? "") as PlainObject;
    assert.deepEqual(scaler["spec"], {
      minReplicas: 2,
      maxReplicas: 5,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
      ],
    });
    assert.deepEqual(budget["spec"], { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" });
  });

  it("attaches to its Service every policy that a sidecar would have enforced, with the same rules", () => {
    const before = new Map(policies(applicationObjects(sidecars)).map((policy) => [policy.metadata.name, policy.spec]));
    const own = ["deny-all", "from-waypoint", "deny-all-at-waypoint"];
    const attached = policies(objects).filter(({ metadata }) => !own.includes(metadata.name));
    assert.equal(attached.length, before.size - 1);
    for (const { metadata, spec } of attached) {
      const former = before.get(metadata.name);
      assert.equal(spec.selector, undefined, metadata.name);
      assert.deepEqual(spec.targetRefs, [
        { group: "", kind: "Service", name: former?.selector?.matchLabels?.["app"] ?? "" },
      ]);
      assert.deepEqual(spec.rules, former?.rules);
      assert.ok(spec.targetRefs[0]?.name !== undefined && spec.targetRefs[0].name in ambient.catalog.services);
    }
  });

  it("has no object of Istio's that only a sidecar would read", () => {
    const ofIstio = objects.filter(({ apiVersion }) => apiVersion.includes(".istio.io/"));
    assert.ok(ofIstio.length > 10);
    for (const { kind, metadata, ...rest } of ofIstio) {
      const { selector, workloadSelector } = (rest as { readonly spec: Readonly<Record<string, unknown>> }).spec;
      const name = `${kind} ${metadata.name}: see model/ambient/attach.ts`;
      assert.notEqual(kind, "Sidecar", name);
      assert.equal(workloadSelector, undefined, name);
      // ztunnel reads the selector of a PeerAuthentication; a Gateway's names the gateway.
      assert.ok(selector === undefined || ["PeerAuthentication", "Gateway"].includes(kind), name);
    }
  });

  it("lets nobody pass the waypoint by, and nobody through it whom no policy names", () => {
    const specs = Object.fromEntries(policies(objects).map(({ metadata, spec }) => [metadata.name, spec]));
    const { namespace } = ambient.catalog;
    assert.deepEqual(specs["deny-all"], {});
    assert.deepEqual(specs["from-waypoint"], {
      action: "ALLOW",
      rules: [{ from: [{ source: { principals: [`cluster.local/ns/${namespace}/sa/waypoint`] } }] }],
    });
    assert.deepEqual(specs["deny-all-at-waypoint"], {
      targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "waypoint" }],
    });
  });

  it("leaves with ztunnel what is said of connections without a certificate, as those never meet the waypoint", () => {
    const policy = (rule: object): AuthorizationPolicyObject => ({
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: { name: "x", namespace: "shop" },
      spec: { selector: { matchLabels: { app: "product" } }, action: "ALLOW", rules: [rule] },
    });
    const strangers = { from: [{ source: { notPrincipals: ["*"], ipBlocks: ["10.0.0.0/8"] } }] };
    const kept = (rule: object) => attachToWaypoint(ambient, [policy(rule)])[0]?.spec.selector !== undefined;
    assert.ok(kept(strangers));
    assert.ok(kept({ ...strangers, to: [{ operation: { ports: ["9090"] } }] }));
    assert.ok(!kept({ ...strangers, to: [{ operation: { paths: ["/"] } }] }));
    assert.ok(!kept({ from: [{ source: { principals: ["a"] } }] }), "its caller arrives as the waypoint");
    assert.ok(!kept({ to: [{ operation: { ports: ["9090"] } }] }));
  });

  it("attaches a service's telemetry to the waypoint", () => {
    const stack = stackData(AMBIENT, { services: { product: { telemetry: { samplingPercent: 50 } } } });
    const telemetry = named(applicationObjects(stack), "Telemetry", "product");
    assert.ok(telemetry.kind === "Telemetry");
    assert.deepEqual(telemetry.spec.targetRefs, [{ group: "", kind: "Service", name: "product" }]);
    assert.equal(telemetry.spec.selector, undefined);
  });

  it("counts ztunnel on every node and the waypoint, and no sidecar", () => {
    const { config } = ambient;
    assert.ok(nodeDaemons(config).some(({ name, request }) => name === "ztunnel" && request.milliCpu === 200));
    assert.ok(!nodeDaemons(sidecars.config).some(({ name }) => name === "ztunnel"));
    assert.equal(podDemand(ambient).system.find(({ name }) => name === "the waypoint")?.pods, 5);
    const cpu = (stack: typeof ambient) => podDemand(stack).workload[0]?.request.milliCpu ?? 0;
    assert.equal(cpu(sidecars) - cpu(ambient), 10);
  });

  it("does not restart pods for another version of Istio, as no pod has a proxy", () => {
    const annotations = objects.flatMap((object) =>
      object.kind === "Deployment" ? Object.keys(object.spec.template.metadata.annotations) : [],
    );
    assert.deepEqual(annotations, []);
  });

  it("answers as the same catalog with sidecars does", () => {
    assert.equal(typeof explain, "function");
    assert.deepEqual(worldOf(ambient), worldOf(sidecars));
  });
});

describe("an ambient mesh is refused", () => {
  const REFUSED: readonly (readonly [
    rule: string,
    mesh: PlainObject,
    catalog: PlainObject,
    path: string,
    says: RegExp,
  ])[] = [
    ["without the node agent", { cni: { enabled: false } }, {}, "mesh.cni.enabled", /leads the pods' traffic/],
    [
      "with settings of a sidecar",
      { proxy: { resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } } } },
      {},
      "mesh.proxy.resources",
      /no pod has a sidecar/,
    ],
    [
      "with an east-west gateway",
      {
        network: "eu",
        multiCluster: { eastWestGateway: { enabled: true }, certificateAuthority: "existingSecret" },
      },
      {},
      "mesh.multiCluster.eastWestGateway.enabled",
      /only as an alpha feature/,
    ],
    [
      "with rate limits, which are EnvoyFilters",
      {},
      { services: { product: { rateLimits: { local: [{ requests: 5, per: "second" }] } } } },
      "services.product.rateLimits.local",
      /waypoints silently ignore the EnvoyFilter/,
    ],
  ];

  for (const [rule, mesh, catalog, path, says] of REFUSED) {
    it(rule, () => {
      const problems = checkStack(stackData({ mesh: { mode: "ambient", ...mesh } }, catalog));
      assert.deepEqual(
        problems.map((problem) => problem.path),
        [path],
      );
      assert.match(problems[0]?.message ?? "", says);
      assert.ok(!checkStack(stackData({ mesh }, catalog)).some((problem) => /ambient/.test(problem.message)));
    });
  }

  it("with a service of the waypoint's name", () => {
    const { product } = stackData().catalog.services;
    const stack = { ...ambient, catalog: { ...ambient.catalog, services: { waypoint: product } } } as typeof ambient;
    assert.ok(checkStack(stack).some(({ path }) => path === "services.waypoint"));
  });

  it("never as it is", () => {
    assert.deepEqual(checkStack(ambient), []);
  });
});
