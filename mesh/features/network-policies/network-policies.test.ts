import assert from "node:assert/strict";
import { serviceNetworkPolicies, namespaceNetworkPolicies } from "./application.ts";
import { platformNetworkPolicies } from "./platform.ts";
import { connects, type Endpoint } from "../../../analysis/authorization/network.ts";
import type { NetworkPolicyObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { stackData } from "../../../tests/support/stack-data.ts";

function pod(namespace: string, labels: Record<string, string>): Endpoint {
  return { pod: { namespace, labels } };
}

const CART = pod("ecommerce", { app: "cart" });
const STRANGER = pod("ecommerce", { app: "stranger" });
const ISTIOD = pod("istio-system", { app: "istiod" });
const PROMETHEUS = pod("observability", { app: "prometheus" });
const DNS = pod("kube-system", { "k8s-app": "kube-dns" });
const OUTSIDE: Endpoint = { address: "203.0.113.9" };

function policiesOf(stack: StackData): NetworkPolicyObject[] {
  return [...namespaceNetworkPolicies(stack), ...serviceNetworkPolicies(stack), ...platformNetworkPolicies(stack)];
}

function can(
  from: Endpoint,
  to: Endpoint,
  port: number,
  stack = stackData(),
  protocol: "TCP" | "UDP" = "TCP",
): boolean {
  return connects({ policies: policiesOf(stack), namespaceLabels: new Map() }, from, to, port, protocol).allowed;
}

describe("the network below the mesh", () => {
  it("lets every pod look up names, fetch its certificate, send its spans and be scraped", () => {
    for (const self of [CART, STRANGER]) {
      assert.equal(can(self, DNS, 53, stackData(), "UDP"), true);
      assert.equal(can(self, DNS, 53), true);
      assert.equal(can(self, ISTIOD, 15012), true);
      assert.equal(can(self, pod("observability", { app: "jaeger" }), 4317), true);
      assert.equal(can(PROMETHEUS, self, 15020), true);
      assert.equal(can(PROMETHEUS, self, 15090), true);
    }
  });

  it("lets a pod that is in no catalog reach nobody and be reached by nobody", () => {
    assert.equal(can(STRANGER, CART, 8080), false);
    assert.equal(can(CART, STRANGER, 8080), false);
    assert.equal(can(STRANGER, OUTSIDE, 443), false);
    assert.equal(can(OUTSIDE, CART, 8080), false);
    assert.equal(can(PROMETHEUS, CART, 8080), false);
    assert.equal(can(CART, pod("kube-system", { app: "other" }), 53), false);
  });

  it("lets the API server call the webhooks, and Prometheus and Kiali read from istiod", () => {
    assert.equal(can({ address: "10.0.5.5" }, ISTIOD, 15017), true);
    assert.equal(can(PROMETHEUS, ISTIOD, 15014), true);
    assert.equal(can(PROMETHEUS, ISTIOD, 8080), true);
    assert.equal(can(CART, ISTIOD, 15014), false);
    assert.equal(can(CART, ISTIOD, 8080), false);
  });

  it("opens the ingress gateway to the world and the egress gateway to the application", () => {
    const ingress = pod("istio-ingress", { app: "istio-ingressgateway" });
    const egress = pod("istio-egress", { app: "istio-egressgateway" });
    assert.deepEqual(
      [8080, 8443, 15021, 15020].map((port) => can(OUTSIDE, ingress, port)),
      [true, true, true, false],
    );
    assert.equal(can(OUTSIDE, egress, 8443), false);
    assert.equal(can(PROMETHEUS, egress, 15020), true);
    const open = stackData({ mesh: { outboundTraffic: "ALLOW_ANY" } });
    assert.equal(can(pod("other", {}), egress, 8443, open), false);
  });

  it("lets services out of the cluster only where the mesh does, and never to other private networks or the node's credentials", () => {
    const open = stackData({ mesh: { outboundTraffic: "ALLOW_ANY" } });
    assert.equal(can(CART, OUTSIDE, 443), false);
    assert.equal(can(CART, OUTSIDE, 443, open), true);
    for (const address of ["10.0.3.4", "172.20.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254"]) {
      assert.equal(can(CART, { address }, 80, open), false, address);
    }
    assert.equal(can(STRANGER, OUTSIDE, 443, open), false);
  });

  it("lets the callers of external services out by the egress gateway, or straight to the one port", () => {
    const externalServices = {
      bank: { host: "bank.example.org" },
      mail: { host: "mail.example.org", port: 465, egressGateway: false },
    };
    const services = { payment: { externalCalls: ["bank"] }, order: { externalCalls: ["mail"] } };
    const stack = stackData({}, { externalServices, services });
    const egress = pod("istio-egress", { app: "istio-egressgateway" });
    const [payment, order] = ["payment", "order"].map((app) => pod("ecommerce", { app }));
    assert.ok(payment !== undefined && order !== undefined);
    assert.equal(can(payment, egress, 8443, stack), true);
    assert.equal(can(order, egress, 8443, stack), false);
    assert.equal(can(order, OUTSIDE, 465, stack), true);
    assert.equal(can(order, OUTSIDE, 443, stack), false);
    assert.equal(can(order, { address: "169.254.169.254" }, 465, stack), false);
    assert.equal(can(payment, OUTSIDE, 443, stack), false);
  });

  it("keeps the VPC closed where its addresses are public", () => {
    const open = stackData({ mesh: { outboundTraffic: "ALLOW_ANY" }, network: { cidr: "198.18.0.0/16" } });
    assert.equal(can(CART, { address: "198.18.1.1" }, 80, open), false);
  });

  it("opens what callers from outside of the catalog, migrations and authorizers need", () => {
    const access = { viewer: { from: { principals: ["cluster.local/ns/ops/sa/viewer"] }, paths: ["/x"] } };
    const scraper = { scraper: { from: { addresses: ["10.7.0.0/16"] }, port: 9090, paths: ["/metrics"] } };
    const stack = stackData(
      {
        security: {
          migration: [{ service: "cart", plainTextFrom: ["10.9.0.0/16"] }],
          externalAuthorization: { host: "opa.opa.svc.cluster.local", port: 9191, services: ["cart"] },
        },
      },
      { services: { user: { access: { ...access, ...scraper }, extraPorts: { "http-metrics": 9090 } } } },
    );
    const user = pod("ecommerce", { app: "user" });
    assert.equal(can(pod("ops", {}), user, 8080, stack), true);
    assert.equal(can(pod("ops", {}), user, 9090, stack), false);
    assert.equal(can({ address: "10.7.1.1" }, user, 9090, stack), true);
    assert.equal(can({ address: "10.7.1.1" }, user, 8080, stack), false);
    assert.equal(can({ address: "10.9.1.1" }, CART, 8080, stack), true);
    assert.equal(can({ address: "10.9.1.1" }, user, 8080, stack), false);
    assert.equal(can(CART, pod("opa", {}), 9191, stack), true);
    assert.equal(can(user, pod("opa", {}), 9191, stack), false);
  });

  it("lets a Prometheus and a collector of one's own in and out by their namespaces", () => {
    const observability = {
      prometheus: { address: "http://prom.monitoring.svc.cluster.local:9090" },
      collector: { enabled: false },
      jaeger: { address: "http://collector.tracing.svc:4317" },
    };
    const stack = stackData({ observability });
    assert.equal(can(pod("monitoring", {}), CART, 15020, stack), true);
    assert.equal(can(PROMETHEUS, CART, 15020, stack), false);
    assert.equal(can(CART, pod("tracing", {}), 4317, stack), true);
  });

  it("is open where it is switched off", () => {
    assert.deepEqual(policiesOf(stackData({ security: { networkPolicies: false } })), []);
  });
});

describe("the evaluation of NetworkPolicies", () => {
  const policy = (spec: NetworkPolicyObject["spec"]): NetworkPolicyObject => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "p", namespace: "a" },
    spec,
  });
  const passes = (policies: NetworkPolicyObject[], from: Endpoint, to: Endpoint, labels: Record<string, string> = {}) =>
    connects({ policies, namespaceLabels: new Map([["b", labels]]) }, from, to, 80).allowed;
  const [inA, inB] = [pod("a", { app: "x" }), pod("b", { app: "x" })];

  it("takes an end without policies for open, and an Ingress policy for no limit on the way out", () => {
    const closed = policy({ podSelector: {}, policyTypes: ["Ingress"] });
    assert.equal(passes([], inB, inA), true);
    assert.equal(passes([closed], inB, inA), false);
    assert.equal(passes([closed], inA, inB), true);
    assert.equal(passes([policy({ podSelector: {} })], inB, inA), false);
  });

  it("reads a rule without peers as everybody, and without ports as every port", () => {
    assert.equal(passes([policy({ podSelector: {}, ingress: [{}] })], inB, inA), true);
    assert.equal(passes([policy({ podSelector: {}, ingress: [] })], inB, inA), false);
  });

  it("joins namespace and pod selector, and takes a pod selector alone for the policy's own namespace", () => {
    const from = (peer: object) => [policy({ podSelector: {}, ingress: [{ from: [peer] }] })];
    const podSelector = { matchLabels: { app: "x" } };
    assert.equal(passes(from({ podSelector }), inB, inA), false);
    assert.equal(passes(from({ podSelector }), inA, inA), true);
    const namespaceSelector = { matchLabels: { team: "b" } };
    assert.equal(passes(from({ namespaceSelector, podSelector }), inB, inA, { team: "b" }), true);
    assert.equal(passes(from({ namespaceSelector, podSelector }), inB, inA), false);
    assert.equal(
      passes(from({ namespaceSelector, podSelector: { matchLabels: { app: "y" } } }), inB, inA, { team: "b" }),
      false,
    );
  });

  it("knows ranges of ports, and does not pass over what it cannot evaluate", () => {
    const ports = [{ port: 70, endPort: 90, protocol: "TCP" }];
    assert.equal(passes([policy({ podSelector: {}, ingress: [{ ports }] })], inB, inA), true);
    const podSelector = { matchExpressions: [{ key: "app", operator: "Exists" }] };
    assert.throws(() => passes([policy({ podSelector })], inB, inA), /not evaluated/);
  });
});
