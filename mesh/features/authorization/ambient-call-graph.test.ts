import assert from "node:assert/strict";
import fc from "fast-check";
import { readStackFile } from "../../load/load.ts";
import { accessMatrix, type AccessEdge } from "../../../analysis/access/matrix.ts";
import { partiesOf } from "../../../analysis/access/parties.ts";
import type { AuthorizationPolicyObject, KubernetesObject, NetworkPolicyObject } from "../../kubernetes/objects.ts";
import { decide } from "../../../analysis/authorization/authorize.ts";
import { connects, type Endpoint } from "../../../analysis/authorization/network.ts";
import { ambientNamespaces, policiesAtWaypoint } from "../../../analysis/authorization/waypoint.ts";
import { policiesAtZtunnel } from "../../../analysis/authorization/ztunnel.ts";
import { servicePort } from "../../kubernetes/service-port.ts";
import type { StackData } from "../../stack/stack.ts";
import {
  expected,
  GATEWAY,
  isSaid,
  meaning,
  type Request,
  said,
  SAMPLES,
  worldOf,
} from "../../../tests/support/call-graph.ts";
import { catalogFiles } from "../../../tests/support/catalogs.ts";
import { randomCatalog, randomRequest } from "../../../tests/support/random-catalog.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import { PROJECT_DIRECTORY } from "../../../tests/support/stacks.ts";

const DOMAINS = ["cluster.local"];
const TUNNEL = 15008;

function ambient(stack: StackData): StackData {
  return { ...stack, config: { ...stack.config, mesh: { ...stack.config.mesh, mode: "ambient" } } };
}

/** Every ordered pair of those who call and the services, as waypoint, ztunnel and network decide, and in the matrix. */
function checkPairs(stack: StackData, requests: readonly Request[]): void {
  const world = worldOf(stack);
  const { objects } = world;
  const policies = objects.filter(
    (object): object is AuthorizationPolicyObject => object.kind === "AuthorizationPolicy",
  );
  const network = {
    policies: objects.filter((object): object is NetworkPolicyObject => object.kind === "NetworkPolicy"),
    namespaceLabels: new Map<string, Record<string, string>>(),
  };
  const { namespace, services } = stack.catalog;
  const waypoint = ambientNamespaces(objects, "cluster.local").get(namespace)?.waypoint;
  assert.ok(waypoint !== undefined);
  const proxy: Endpoint = { pod: waypoint.workload };
  const matrix = accessMatrix(world);
  // The rate limit service has no waypoint; it has a test of its own.
  const everybody = partiesOf(world).filter(({ name }) => name === GATEWAY || name in services);
  for (const callee of everybody.filter(({ kind }) => kind === "service")) {
    for (const caller of everybody.filter(({ kind, name }) => kind === "service" || name === GATEWAY)) {
      const [target, source, principal] = [callee.workload, caller.workload, caller.principal];
      assert.ok(target !== undefined && source !== undefined && principal !== undefined);
      if (caller.name === callee.name) {
        continue;
      }
      const pair = `${caller.name} -> ${callee.name}`;
      const service = services[callee.name];
      assert.ok(service !== undefined);
      const atWaypoint = policiesAtWaypoint(policies, waypoint, { kind: "Service", name: callee.name });
      const atZtunnel = policiesAtZtunnel(policies, target, "istio-system");
      for (const request of requests) {
        const asked: Request & { port: number } = { ...request, port: servicePort(service) };
        assert.equal(
          decide(atWaypoint, DOMAINS, { ...asked, principal }).allowed,
          isSaid(stack.catalog, caller.name, callee.name, request),
          `${pair} ${JSON.stringify(request)}`,
        );
        const own = { ...request, port: service.port };
        assert.ok(decide(atZtunnel, DOMAINS, { ...own, principal: waypoint.principal }).allowed, `waypoint, ${pair}`);
        assert.ok(!decide(atZtunnel, DOMAINS, { ...own, principal }).allowed, `${pair} past the waypoint`);
        assert.ok(!decide(atZtunnel, DOMAINS, own).allowed, `${pair} without a certificate`);
      }
      const opens = (from: Endpoint, to: Endpoint, port: number) => connects(network, from, to, port).allowed;
      assert.ok(opens({ pod: source }, proxy, TUNNEL), `${caller.name} to the waypoint`);
      assert.ok(opens(proxy, { pod: target }, TUNNEL), `the waypoint to ${callee.name}`);
      for (const port of [TUNNEL, service.port, 22]) {
        assert.ok(!opens({ pod: source }, { pod: target }, port), `${pair} past the waypoint on port ${port}`);
      }
      const edge = matrix.find(({ from, to }) => from === caller.name && to === callee.name);
      assert.deepEqual(meaning(edge), expected(stack.catalog, caller.name, callee.name), `${pair} in the matrix`);
      const enforcers = edge?.by.filter((name) => name.endsWith("/from-waypoint")).length;
      assert.equal(
        enforcers,
        said(stack.catalog, caller.name, callee.name).length > 0 ? 1 : 0,
        `${pair}, its enforcers`,
      );
    }
  }
}

function matrix(stack: StackData, more: readonly KubernetesObject[] = [], without: readonly string[] = []) {
  const world = worldOf(stack);
  const kept = world.objects.filter(({ kind, metadata }) => !without.includes(`${kind} ${metadata.name}`));
  return accessMatrix({ ...world, objects: [...kept, ...more] });
}

function pair(edges: readonly AccessEdge[], from: string, to: string): AccessEdge {
  const edge = edges.find((candidate) => candidate.from === from && candidate.to === to);
  assert.ok(edge !== undefined, `${from} -> ${to}`);
  return edge;
}

function policy(name: string, spec: AuthorizationPolicyObject["spec"]): AuthorizationPolicyObject {
  const metadata = { name, namespace: "ecommerce" };
  return { apiVersion: "security.istio.io/v1", kind: "AuthorizationPolicy", metadata, spec };
}

const shop = ambient(stackData());

describe("the reach of each caller in an ambient mesh", () => {
  it("follows the call graph, for every ordered pair of random catalogs, at the waypoint, past it, by network and in the matrix", () => {
    fc.assert(
      fc.property(randomCatalog, fc.array(randomRequest, { minLength: 1, maxLength: 6 }), (catalog, requests) => {
        checkPairs(ambient({ ...stackData(), catalog }), requests);
      }),
      { numRuns: 40 },
    );
  });

  for (const catalog of catalogFiles()) {
    it(`follows the catalog ${catalog}`, () => {
      checkPairs(ambient(readStackFile(PROJECT_DIRECTORY, "local", catalog)), SAMPLES);
    });
  }

  it("lets the gateway alone ask the rate limit service, which has no waypoint", () => {
    const edges = matrix(ambient(readStackFile(PROJECT_DIRECTORY, "local", "ecommerce")));
    assert.deepEqual(
      edges.filter(({ to, allowed }) => to === "ratelimit" && allowed).map(({ from, by }) => [from, by[0]]),
      [[GATEWAY, "AuthorizationPolicy rate-limit/ratelimit-from-ingress-gateway"]],
    );
    assert.deepEqual(
      edges.filter(({ from, allowed }) => from === "ratelimit" && allowed).map(({ to }) => to),
      [],
    );
  });

  it("names the policy at the waypoint, the one that lets the waypoint in, and the network's", () => {
    assert.deepEqual(pair(matrix(shop), "order", "payment").by, [
      "AuthorizationPolicy ecommerce/payment-from-order",
      "AuthorizationPolicy ecommerce/from-waypoint",
      "NetworkPolicy ecommerce/tunnel",
      "NetworkPolicy ecommerce/waypoint",
      "NetworkPolicy ecommerce/payment",
    ]);
    const refused = pair(matrix(shop), "cart", "payment");
    assert.deepEqual([refused.allowed, refused.by], [false, ["AuthorizationPolicy ecommerce/deny-all-at-waypoint"]]);
  });

  it("is made from the objects: each that is taken away or added shows", () => {
    const without = (...names: string[]) => matrix(shop, [], names);
    const allowed = (edges: readonly AccessEdge[], from = "order") => pair(edges, from, "payment").allowed;
    assert.ok(!allowed(without("AuthorizationPolicy from-waypoint")), "ztunnel refuses the waypoint");
    assert.ok(!allowed(without("AuthorizationPolicy payment-from-order")));
    assert.ok(!allowed(without("NetworkPolicy tunnel")));
    assert.ok(!allowed(without("NetworkPolicy waypoint")));
    assert.ok(!allowed(without("NetworkPolicy payment")));
    // Past the waypoint: ztunnel and network both close that way, and one of them is enough.
    const open = policy("open", { rules: [{}] });
    assert.ok(!allowed(matrix(shop, [open]), "cart"));
    assert.ok(
      allowed(
        matrix({ ...shop, config: { ...shop.config, security: { ...shop.config.security, networkPolicies: false } } }, [
          open,
        ]),
        "cart",
      ),
    );
    const byPath = policy("by-path", { rules: [{ to: [{ operation: { paths: ["/*"] } }] }] });
    const noNetwork = {
      ...shop,
      config: { ...shop.config, security: { ...shop.config.security, networkPolicies: false } },
    };
    assert.ok(!allowed(matrix(noNetwork, [byPath]), "cart"), "ztunnel reads no path");
    const atWaypoint = policy("x", {
      targetRefs: [{ group: "", kind: "Service", name: "payment" }],
      rules: [{ from: [{ source: { namespaces: ["ecommerce"] } }] }],
    });
    assert.ok(allowed(matrix(shop, [atWaypoint]), "cart"));
  });

  it("lets callers of other namespaces in through the waypoint, and networks straight to a port", () => {
    const user = {
      mtls: { ports: { 9090: "PERMISSIVE" } },
      extraPorts: { "http-metrics": 9090 },
      access: {
        viewer: { from: { principals: ["cluster.local/ns/ops/sa/viewer"] }, methods: ["GET"], paths: ["/static/*"] },
        scraper: { from: { addresses: ["10.7.0.0/16"] }, port: 9090, paths: ["/*"] },
      },
    };
    const stack = ambient(stackData({}, { services: { user } }));
    const edges = matrix(stack);
    const viewer = pair(edges, "ops/viewer", "user");
    assert.deepEqual([viewer.allowed, viewer.methods, viewer.paths], [true, ["GET"], ["/static/*"]]);
    assert.equal(pair(edges, "ops/viewer", "cart").allowed, false);
    const outside = pair(edges, "outside", "user");
    assert.deepEqual(
      [outside.allowed, outside.grants.map(({ ports, addresses }) => [ports, addresses])],
      [true, [[["9090"], ["10.7.0.0/16"]]]],
    );
    assert.equal(pair(edges, "outside", "cart").allowed, false);
  });

  it("sees the Service's port at the waypoint, where it differs from the pod's", () => {
    const product = { servicePort: 80, extraPorts: { "http-admin": 9901 } };
    const stack = ambient(stackData({}, { services: { product } }));
    const rules = worldOf(stack).objects.flatMap((object) =>
      object.kind === "AuthorizationPolicy" && object.metadata.name === "product-from-cart"
        ? (object.spec.rules ?? [])
        : [],
    );
    assert.deepEqual(rules[0]?.to?.[0]?.operation?.ports, ["80"]);
    assert.ok(pair(matrix(stack), "cart", "product").allowed);
  });

  it("lets services call outside what they declare, through the waypoint alone", () => {
    const externalServices = { bank: { host: "bank.example.org" }, mail: { host: "mail.example.org" } };
    const services = { payment: { externalCalls: ["bank"] } };
    const stack = ambient(stackData({}, { externalServices, services }));
    const edges = matrix(stack);
    const out = pair(edges, "payment", "outside");
    assert.deepEqual(
      [out.allowed, out.grants.map(({ conditions }) => conditions)],
      [true, [["host bank.example.org"]]],
    );
    assert.ok(out.by.includes("AuthorizationPolicy ecommerce/bank-egress"));
    assert.equal(pair(edges, "order", "outside").allowed, false);
    const open = ambient(stackData({ mesh: { outboundTraffic: "ALLOW_ANY" } }, { externalServices, services }));
    assert.equal(pair(matrix(open), "order", "outside").allowed, true);
  });

  it("lets the kubelet's probes in as istio-cni sends them, and the waypoint ask an authorizer", () => {
    const externalAuthorization = { host: "opa.opa.svc.cluster.local", port: 9191, services: ["cart"] };
    const objects = worldOf(ambient(stackData({ security: { externalAuthorization } }))).objects;
    const network = {
      policies: objects.filter((object): object is NetworkPolicyObject => object.kind === "NetworkPolicy"),
      namespaceLabels: new Map<string, Record<string, string>>(),
    };
    const pod = (labels: Record<string, string>, namespace = "ecommerce"): Endpoint => ({ pod: { namespace, labels } });
    const waypoint = pod({ "gateway.networking.k8s.io/gateway-name": "waypoint" });
    const opens = (from: Endpoint, to: Endpoint, port: number) => connects(network, from, to, port).allowed;
    assert.ok(opens({ address: "169.254.7.127" }, pod({ app: "cart" }), 8080));
    assert.ok(!opens({ address: "169.254.7.128" }, pod({ app: "cart" }), 8080));
    assert.ok(opens(waypoint, pod({}, "opa"), 9191));
    assert.ok(!opens(pod({ app: "cart" }), pod({}, "opa"), 9191));
    assert.ok(!opens(pod({ app: "stranger" }, "other"), waypoint, TUNNEL));
    assert.ok(!opens(waypoint, { address: "203.0.113.1" }, 443), "nothing outside is declared");
  });
});
