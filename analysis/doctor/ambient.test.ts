import assert from "node:assert/strict";
import { notLookedAt } from "../../cli/output/doctor.ts";
import { declaredCalls } from "../../cli/stack/declared-calls.ts";
import { diagnose } from "./diagnose.ts";
import type { ClusterView, PodView, ServiceView } from "./view.ts";
import type { AuthorizationPolicyObject, NamespaceObject } from "../../mesh/kubernetes/objects.ts";
import { stackObjects } from "../../mesh/inventory.ts";
import { EMPTY_CLUSTER } from "../../tests/support/empty-cluster.ts";
import { stackData } from "../../tests/support/stack-data.ts";

const STACK = stackData({ mesh: { mode: "ambient" } });
const OBJECTS = stackObjects(STACK, "test");

function pod(name: string, change: Partial<PodView> = {}): PodView {
  return {
    name: `${name}-1`,
    namespace: "ecommerce",
    labels: { app: name },
    annotations: { "ambient.istio.io/redirection": "enabled" },
    containers: [{ name, image: "shop/app:1" }],
    serviceAccount: name,
    hostNetwork: false,
    alive: true,
    ready: true,
    node: "node-1",
    ...change,
  };
}

const ISTIOD = pod("istiod", {
  namespace: "istio-system",
  containers: [{ name: "discovery", image: "istio/pilot:1.30.7" }],
});
const ZTUNNEL = pod("ztunnel", {
  namespace: "kube-system",
  containers: [{ name: "istio-proxy", image: "istio/ztunnel:1.30.7" }],
});
const WAYPOINT = pod("waypoint", {
  labels: { "gateway.networking.k8s.io/gateway-name": "waypoint" },
  annotations: {},
  containers: [{ name: "istio-proxy", image: "istio/proxyv2:1.30.7" }],
});
const APPLICATION = Object.keys(STACK.catalog.services).map((name) => pod(name));

function service(name: string): ServiceView {
  return {
    name,
    namespace: "ecommerce",
    type: "ClusterIP",
    selector: { app: name },
    ports: [{ port: 8080, targetPort: "http" }],
    addresses: [],
    readyEndpoints: 1,
  };
}

/** The stack's own objects, and the pods that would run of it. */
const HEALTHY: ClusterView = {
  ...EMPTY_CLUSTER,
  namespaces: OBJECTS.filter((object): object is NamespaceObject => object.kind === "Namespace").map(
    ({ metadata }) => ({ name: metadata.name, labels: metadata.labels ?? {} }),
  ),
  pods: [ISTIOD, ZTUNNEL, WAYPOINT, ...APPLICATION],
  services: Object.keys(STACK.catalog.services).map(service),
  authorizationPolicies: OBJECTS.filter(
    (object): object is AuthorizationPolicyObject => object.kind === "AuthorizationPolicy",
  ),
  declared: declaredCalls(STACK),
};

function codes(change: Partial<ClusterView>): string[] {
  return diagnose({ ...HEALTHY, ...change }).map(({ code, object }) => `${code} ${object}`);
}

describe("the doctor in an ambient mesh", () => {
  it("finds nothing wrong with a healthy one: no pod has a sidecar, and policies hold at the waypoint", () => {
    assert.ok((HEALTHY.declared?.calls.length ?? 0) > 5);
    assert.deepEqual(codes({}), []);
  });

  it("names a node whose ztunnel is missing or not ready, where pods of the mesh run", () => {
    const others = [ISTIOD, WAYPOINT, ...APPLICATION];
    assert.deepEqual(codes({ pods: others }), ["node-without-ztunnel Node node-1"]);
    assert.deepEqual(codes({ pods: [...others, { ...ZTUNNEL, ready: false }] }), ["node-without-ztunnel Node node-1"]);
    const elsewhere = pod("cart", { name: "cart-2", node: "node-2" });
    assert.deepEqual(codes({ pods: [...HEALTHY.pods, elsewhere] }), ["node-without-ztunnel Node node-2"]);
    const quiet = [
      { ...elsewhere, node: undefined },
      { ...elsewhere, alive: false },
      { ...elsewhere, hostNetwork: true },
      { ...elsewhere, namespace: "other" },
      { ...elsewhere, labels: { ...elsewhere.labels, "istio.io/dataplane-mode": "none" } },
    ];
    assert.deepEqual(codes({ pods: [...HEALTHY.pods, ...quiet] }), []);
  });

  it("names the stack's namespace when it has lost its label, and only for a stack in that mode", () => {
    const namespaces = [{ name: "ecommerce", labels: {} }];
    const found = codes({ namespaces });
    assert.ok(found.includes("namespace-outside-ambient Namespace ecommerce"), found.join());
    const declared = declaredCalls(stackData());
    assert.ok(!codes({ namespaces, declared }).some((one) => one.startsWith("namespace-outside")));
  });

  it("names pods that istio-cni has passed over, and a waypoint without pods", () => {
    const passedOver = pod("cart", { name: "cart-2", annotations: {} });
    assert.deepEqual(codes({ pods: [...HEALTHY.pods, passedOver] }), ["pod-outside-ambient Pod ecommerce/cart-2"]);
    assert.deepEqual(codes({ pods: [ISTIOD, ZTUNNEL, ...APPLICATION] }), [
      "waypoint-without-pods Gateway ecommerce/waypoint",
    ]);
  });

  it("does not look for marks that nobody makes where a placeholder stands for istio-cni, and says so", () => {
    const cni = pod("istio-cni-node", { labels: { "k8s-app": "istio-cni-node" }, isPlaceholder: true });
    const unmarked = APPLICATION.map((one) => ({ ...one, annotations: {} }));
    const pods = [...HEALTHY.pods.filter((one) => !APPLICATION.includes(one)), ...unmarked, cni];
    assert.deepEqual(codes({ pods }), []);
    assert.match(notLookedAt({ ...HEALTHY, pods }).join(), /whether ztunnel has every pod/);
    assert.deepEqual(notLookedAt(HEALTHY), []);
  });

  it("does not look for a waypoint's pods where no istiod runs that would start them, and says so", () => {
    const pods = [{ ...ISTIOD, isPlaceholder: true }, ZTUNNEL, ...APPLICATION];
    assert.deepEqual(codes({ pods }), []);
    assert.match(notLookedAt({ ...HEALTHY, pods }).join(), /pods of waypoints/);
  });

  it("asks waypoint and ztunnel about the calls of the catalog", () => {
    const without = (name: string) =>
      codes({ authorizationPolicies: HEALTHY.authorizationPolicies.filter(({ metadata }) => metadata.name !== name) });
    assert.deepEqual(without("payment-from-order"), ["declared-call-denied Service ecommerce/payment"]);
    const called = new Set(HEALTHY.declared?.calls.map(({ to }) => to));
    assert.deepEqual(
      without("from-waypoint"),
      [...called].sort().map((name) => `declared-call-denied Service ecommerce/${name}`),
    );
  });

  it("takes no rule about TLS for a fault: the tunnel has its own", () => {
    const rule = (mode: "DISABLE" | "ISTIO_MUTUAL") => ({
      apiVersion: "networking.istio.io/v1" as const,
      kind: "DestinationRule" as const,
      metadata: { name: "cart", namespace: "ecommerce" },
      spec: { host: "cart", trafficPolicy: { tls: { mode } } },
    });
    assert.deepEqual(codes({ destinationRules: [rule("DISABLE"), rule("ISTIO_MUTUAL")] }), []);
  });
});
