import { dataPlaneOf } from "./data-plane-of.ts";
import assert from "node:assert/strict";
import { parse } from "yaml";
import { applicationObjects } from "../../application.ts";
import { nodeDaemons } from "../../capacity/cluster-pods.ts";
import { podDemand } from "../../capacity/demand.ts";
import { checkStack } from "../../checks/index.ts";
import type { AuthorizationPolicyObject, KubernetesObject } from "../../kubernetes/objects.ts";
import { stackReleases } from "../../inventory.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import type { PlainObject } from "../../stack/plain-object.ts";

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
      const name = `${kind} ${metadata.name}: see mesh/features/data-plane/attach.ts`;
      assert.notEqual(kind, "Sidecar", name);
      assert.equal(workloadSelector, undefined, name);
      // ztunnel reads the selector of a PeerAuthentication; a Gateway's names the gateway.
      assert.ok(selector === undefined || ["PeerAuthentication", "Gateway"].includes(kind), name);
    }
  });

  it("lets nobody pass the waypoint by, and nobody through it that no policy names", () => {
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
    const kept = (rule: object) => dataPlaneOf(ambient).attach([policy(rule)])[0]?.spec.selector !== undefined;
    assert.ok(kept(strangers));
    assert.ok(kept({ ...strangers, to: [{ operation: { ports: ["9090"] } }] }));
    assert.ok(!kept({ ...strangers, to: [{ operation: { paths: ["/"] } }] }));
    assert.ok(kept({ ...strangers, to: [{ operation: { ports: ["9090"], paths: ["/*"] } }] }), "every path");
    assert.ok(!kept({ from: [{ source: { principals: ["a"] } }] }), "its caller arrives as the waypoint");
    assert.ok(!kept({ to: [{ operation: { ports: ["9090"] } }] }));
  });

  it("has the gateway hand on to the waypoint, which alone shares out, retries, mirrors and injects faults", () => {
    const routes = (stack: typeof ambient) =>
      applicationObjects(stack)
        .filter((object) => object.kind === "VirtualService")
        .filter(({ spec }) => (spec.gateways ?? []).some((gateway) => gateway !== "mesh"))
        .flatMap(({ spec }) => spec.http ?? []);
    const [with_, without] = [routes(sidecars), routes(ambient)];
    assert.ok(without.length > 3);
    const terms = (all: typeof without) => all.map((one) => ({ ...one, route: undefined, delegate: undefined }));
    assert.deepEqual(terms(without), terms(with_));
    without.forEach(({ delegate, route = [] }, index) => {
      assert.equal(delegate, undefined);
      const host = `${with_[index]?.delegate?.name ?? ""}.ecommerce.svc.cluster.local`;
      assert.deepEqual(route, [{ destination: { host, port: { number: 8080 } } }]);
    });
  });

  it("calls outside from the waypoint, not through an egress gateway, and only for who declares it", () => {
    const externalServices = { bank: { host: "bank.example.org" } };
    const services = { payment: { externalCalls: ["bank"] } };
    const all = applicationObjects(stackData(AMBIENT, { externalServices, services }));
    assert.ok(!all.some(({ kind, metadata }) => kind === "Gateway" && metadata.name.includes("egress")));
    assert.ok(!all.some(({ metadata }) => metadata.namespace === "istio-egress"));
    const rule = named(all, "DestinationRule", "bank");
    assert.ok(rule.kind === "DestinationRule");
    assert.equal(rule.spec.trafficPolicy?.portLevelSettings?.[0]?.tls?.mode, "SIMPLE");
    const policy = named(all, "AuthorizationPolicy", "bank-egress");
    assert.ok(policy.kind === "AuthorizationPolicy");
    assert.deepEqual(policy.spec, {
      targetRefs: [{ group: "networking.istio.io", kind: "ServiceEntry", name: "bank" }],
      action: "ALLOW",
      rules: [{ from: [{ source: { principals: ["cluster.local/ns/ecommerce/sa/payment"] } }] }],
    });
  });

  it("attaches a service's telemetry to the waypoint", () => {
    const stack = stackData(AMBIENT, { services: { product: { telemetry: { samplingPercent: 50 } } } });
    const telemetry = named(applicationObjects(stack), "Telemetry", "product");
    assert.ok(telemetry.kind === "Telemetry");
    assert.deepEqual(telemetry.spec.targetRefs, [{ group: "", kind: "Service", name: "product" }]);
    assert.equal(telemetry.spec.selector, undefined);
  });

  it("counts ztunnel on every node and the waypoint, and no sidecar", () => {
    assert.ok(nodeDaemons(ambient).some(({ name, request }) => name === "ztunnel" && request.milliCpu === 200));
    assert.ok(!nodeDaemons(sidecars).some(({ name }) => name === "ztunnel"));
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
});

/** A caller without a certificate, on a port that takes plain text. */
const plainCallers = (paths: string[], more: PlainObject = {}): PlainObject => ({
  services: {
    product: {
      extraPorts: { "http-metrics": 9090 },
      mtls: { ports: { 9090: "PERMISSIVE" } },
      access: { scraper: { from: { addresses: ["10.7.0.0/16"] }, port: 9090, paths, ...more } },
    },
  },
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
    [
      "with other clusters",
      { network: "eu", multiCluster: { remoteClusters: ["other"], certificateAuthority: "existingSecret" } },
      {},
      "mesh.multiCluster.remoteClusters",
      /only as an alpha feature/,
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

  it("with callers by address that may ask for less than all of a port", () => {
    const problems = (mode: string, paths: string[], more: PlainObject = {}) =>
      checkStack(stackData({ mesh: { mode }, security: { profile: "development" } }, plainCallers(paths, more)));
    assert.deepEqual(problems("ambient", ["/*"]), []);
    for (const [paths, more] of [
      [["/metrics"], {}],
      [["/*"], { methods: ["GET"] }],
      [["/*"], { hosts: ["metrics.example.com"] }],
    ] as const) {
      const [problem, ...others] = problems("ambient", [...paths], more);
      assert.deepEqual([problem?.path, others], ["services.product.access.scraper.from.addresses", []]);
      assert.match(problem?.message ?? "", /ztunnel reads no method, path, host or token; got addresses$/);
      assert.match(problem?.remediation ?? "", /mesh\.mode: sidecar/);
      assert.deepEqual(problems("sidecar", [...paths], more), []);
    }
  });

  it("where only the mesh's word would keep services from calling unknown hosts, which ztunnel does not take", () => {
    const security = { networkPolicies: false };
    const paths = (mesh: PlainObject) => checkStack(stackData({ mesh, security })).map(({ path }) => path);
    assert.deepEqual(paths({ mode: "ambient" }), ["security.networkPolicies"]);
    assert.deepEqual(paths({ mode: "ambient", outboundTraffic: "ALLOW_ANY" }), []);
    assert.deepEqual(paths({}), []);
  });

  it("for its own settings where the mode is another: nobody would read them", () => {
    const [problem, ...others] = checkStack(
      stackData({ mesh: { ambient: { waypoint: { replicas: { min: 3, max: 6 } } } } }),
    );
    assert.deepEqual([problem?.path, others], ["mesh.ambient.waypoint", []]);
    assert.match(problem?.message ?? "", /mesh\.mode is sidecar and there is no waypoint/);
    assert.match(problem?.remediation ?? "", /mesh\.mode: ambient/);
  });

  it("with a service of the waypoint's name", () => {
    const { product } = stackData().catalog.services;
    const stack = { ...ambient, catalog: { ...ambient.catalog, services: { waypoint: product } } } as typeof ambient;
    assert.ok(checkStack(stack).some(({ path }) => path === "services.waypoint"));
  });

  it("never as it is", () => {
    assert.deepEqual(checkStack(ambient), []);
  });
});
