import assert from "node:assert/strict";
import { accessMatrix } from "../../../analysis/access/matrix.ts";
import { applicationObjects, securityObjects, trafficObjects } from "../../application.ts";
import { checkStack } from "../../checks/index.ts";
import { explain } from "../../../analysis/explain/explain.ts";
import { parseRequest } from "../../../analysis/explain/request.ts";
import { worldOf } from "../../../cli/stack/stack-world.ts";
import type { Explanation } from "../../../analysis/explain/types.ts";
import { judge } from "../../../analysis/policy/index.ts";
import { noWildcardPrincipal } from "../../../analysis/policy/rules/principals.ts";
import { stackObjects, stackReleases } from "../../inventory.ts";
import { platformNetworkPolicies } from "../network-policies/platform.ts";
import type { StackData } from "../../stack/stack.ts";
import { itRefuses, type Refused } from "../../../tests/support/refusals.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import { httpRoutesOf, objectNamed } from "../../../tests/support/traffic-objects.ts";
import type { PlainObject } from "../../stack/plain-object.ts";

const SERVICE = "istio-internalgateway.istio-ingress.svc.cluster.local";
const NAMES = ["istio-internalgateway.istio-ingress", "istio-internalgateway.istio-ingress.svc", SERVICE];
const CALLERS = { services: ["cart"], clients: [{ addresses: ["10.0.64.0/18"], namespaces: ["batch"] }] };
const ADMIN = { prefix: "/admin", gateways: ["internal"], allow: { methods: ["GET"] } };

/** The shop whose orders have a path for the internal gateway alone. */
function shop(internalGateway: PlainObject = { callers: CALLERS }, config: PlainObject = {}, order: PlainObject = {}) {
  return stackData(
    {
      mesh: { internalGateway: { enabled: true } },
      traffic: { internalGateway },
      cluster: { workloadPool: { desired: 6, max: 6 }, systemPool: { desired: 6, max: 6 } },
      ...config,
    },
    { services: { order: { routes: [{ prefix: "/orders" }, ADMIN], ...order } } },
  );
}

describe("the internal gateway", () => {
  const objects = trafficObjects(shop());

  it("leads its own paths to the services' splits, and the ingress gateway does not have them", () => {
    const { hosts, gateways } = objectNamed(objects, "VirtualService", "ecommerce-internal").spec;
    assert.deepEqual([hosts, gateways], [NAMES, ["ecommerce-internal"]]);
    assert.deepEqual(
      httpRoutesOf(objects, "ecommerce-internal").map(({ name, delegate }) => [name, delegate?.name]),
      [["order-admin", "order"]],
    );
    assert.ok(!JSON.stringify(httpRoutesOf(objects, "ecommerce")).includes("/admin"));
  });

  it("has a path on both gateways where the route says so", () => {
    const both = trafficObjects(
      shop(undefined, {}, { routes: [{ prefix: "/orders", gateways: ["ingress", "internal"] }] }),
    );
    for (const name of ["ecommerce", "ecommerce-internal"]) {
      assert.ok(
        httpRoutesOf(both, name).some((route) => route.name === "order-orders"),
        name,
      );
    }
  });

  it("listens plainly for clients, by mutual TLS for services, and with a certificate for its hosts", () => {
    const { spec } = objectNamed(objects, "Gateway", "ecommerce-internal");
    assert.deepEqual(spec, {
      selector: { istio: "internalgateway" },
      servers: [
        { port: { number: 80, name: "http", protocol: "HTTP" }, hosts: NAMES },
        { port: { number: 443, name: "https-mesh", protocol: "HTTPS" }, hosts: NAMES, tls: { mode: "ISTIO_MUTUAL" } },
      ],
    });
    const host = "admin.internal.example.com";
    const named = trafficObjects(shop({ hosts: [host], credentialName: "admin-cert", callers: CALLERS }));
    const servers = objectNamed(named, "Gateway", "ecommerce-internal").spec.servers ?? [];
    assert.deepEqual(servers[0]?.hosts, [...NAMES, host]);
    assert.deepEqual(servers[2], {
      port: { number: 443, name: "https", protocol: "HTTPS" },
      hosts: [host],
      tls: { mode: "SIMPLE", credentialName: "admin-cert", minProtocolVersion: "TLSV1_2" },
    });
    assert.deepEqual(objectNamed(named, "VirtualService", "ecommerce-internal").spec.hosts, [...NAMES, host]);
  });

  it("has no server for a host that nobody names", () => {
    const servers = (callers: PlainObject) =>
      objectNamed(trafficObjects(shop({ callers })), "Gateway", "ecommerce-internal").spec.servers?.map(
        ({ port }) => port.name,
      );
    assert.deepEqual(servers({ services: ["cart"] }), ["https-mesh"]);
    assert.deepEqual(servers({ clients: CALLERS.clients }), ["http"]);
  });

  it("is asked by the callers' sidecars with their certificate", () => {
    assert.deepEqual(objectNamed(objects, "DestinationRule", "ecommerce-internal").spec, {
      host: SERVICE,
      exportTo: ["."],
      subsets: [{ name: "mesh", trafficPolicy: { tls: { mode: "ISTIO_MUTUAL", sni: SERVICE } } }],
    });
    assert.deepEqual(
      httpRoutesOf(objects, "ecommerce-internal-callers").map(({ match, route }) => [match, route?.[0]?.destination]),
      [[[{ port: 80 }], { host: SERVICE, subset: "mesh", port: { number: 443 } }]],
    );
  });

  it("takes requests of the callers that are named, and of nobody else", () => {
    assert.deepEqual(objectNamed(objects, "AuthorizationPolicy", "ecommerce-internal-deny-all").spec, {
      selector: { matchLabels: { istio: "internalgateway" } },
      action: "ALLOW",
    });
    assert.deepEqual(objectNamed(objects, "AuthorizationPolicy", "ecommerce-internal-callers").spec.rules, [
      {
        from: [
          { source: { principals: ["cluster.local/ns/ecommerce/sa/cart"] } },
          { source: { notPrincipals: ["*"], ipBlocks: ["10.0.64.0/18"] } },
        ],
      },
    ]);
  });

  it("is let through to a service for its routes alone, and by the network", () => {
    const security = securityObjects(shop());
    const policy = security.find(({ metadata }) => metadata.name === "order-from-internal-gateway");
    assert.ok(policy?.kind === "AuthorizationPolicy");
    assert.deepEqual(policy.spec.rules, [
      {
        from: [{ source: { principals: ["cluster.local/ns/istio-ingress/sa/istio-internalgateway"] } }],
        to: [{ operation: { methods: ["GET"], paths: ["/admin", "/admin/*"] } }],
      },
    ]);
    assert.ok(!security.some(({ metadata }) => metadata.name === "cart-from-internal-gateway"));
    const network = security.find(({ kind, metadata }) => kind === "NetworkPolicy" && metadata.name === "order");
    assert.match(JSON.stringify(network), /"app":"istio-internalgateway"/);
  });

  it("is reached by the network from the callers alone, each on the ports that are for it", () => {
    const inNamespace = (name: string) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });
    const ingressOf = (stack: StackData) =>
      platformNetworkPolicies(stack).find(({ metadata }) => metadata.name === "istio-internalgateway")?.spec.ingress;
    assert.deepEqual(ingressOf(shop())?.slice(0, -1), [
      {
        from: [{ namespaceSelector: inNamespace("ecommerce"), podSelector: { matchLabels: { app: "cart" } } }],
        ports: [{ port: 8443, protocol: "TCP" }],
      },
      {
        from: [{ namespaceSelector: inNamespace("batch") }],
        ports: [
          { port: 8080, protocol: "TCP" },
          { port: 8443, protocol: "TCP" },
        ],
      },
    ]);
    const anyPod = shop({ callers: { clients: [{ addresses: ["10.50.0.0/16"] }] } });
    assert.deepEqual(ingressOf(anyPod)?.[0]?.from, [{ ipBlock: { cidr: "10.50.0.0/16" } }]);
  });

  it("is told to the proxies of its callers, and opened to their pods", () => {
    const all = applicationObjects(shop());
    const hostsOf = (service: string) =>
      JSON.stringify(all.find(({ kind, metadata }) => kind === "Sidecar" && metadata.name === service));
    assert.ok(hostsOf("cart").includes(`istio-ingress/${SERVICE}`));
    assert.ok(!hostsOf("user").includes(SERVICE));
    const outOf = (service: string) =>
      JSON.stringify(all.find(({ kind, metadata }) => kind === "NetworkPolicy" && metadata.name === service));
    assert.match(outOf("cart"), /"egress":.*istio-internalgateway/);
    assert.doesNotMatch(outOf("user"), /istio-internalgateway/);
  });

  it("hands on to the services in an ambient mesh, whose waypoint shares out and lets the gateway in", () => {
    const clients = { callers: { clients: CALLERS.clients } };
    const stack = shop(clients, { mesh: { internalGateway: { enabled: true }, mode: "ambient" } });
    assert.deepEqual(checkStack(stack), []);
    const [route] = httpRoutesOf(trafficObjects(stack), "ecommerce-internal");
    assert.equal(route?.route?.[0]?.destination.host, "order.ecommerce.svc.cluster.local");
    const waypoint = applicationObjects(stack).find(
      ({ kind, metadata }) => kind === "NetworkPolicy" && metadata.name === "waypoint",
    );
    assert.match(JSON.stringify(waypoint), /istio-internalgateway/);
  });

  it("is nothing without a route, and where it is not installed", () => {
    const withoutRoutes = trafficObjects(shop(undefined, {}, { routes: [{ prefix: "/orders" }] }));
    const notInstalled = trafficObjects(shop(undefined, { mesh: {} }));
    for (const stack of [withoutRoutes, notInstalled]) {
      assert.ok(!JSON.stringify(stack).includes("internalgateway"));
    }
  });

  it("names who is allowed, as the policy pack asks", () => {
    const resources = objects
      .filter(({ kind }) => kind === "AuthorizationPolicy")
      .map(({ metadata, ...object }) => ({
        type: "kubernetes:security.istio.io/v1:AuthorizationPolicy",
        urn: metadata.name,
        name: metadata.name,
        props: { ...object, metadata },
      }));
    assert.ok(resources.length > 1);
    assert.deepEqual(judge(resources, [noWildcardPrincipal]), []);
  });

  it("is in the matrix of callers and callees", () => {
    const stack = shop();
    const matrix = accessMatrix({
      objects: stackObjects(stack, "c"),
      releases: stackReleases(stack, "c"),
      trustDomain: "cluster.local",
    });
    const allowed = (from: string, to: string) =>
      matrix.find((edge) => edge.from === from && edge.to === to)?.allowed ?? "no such pair";
    assert.deepEqual(
      ["cart", "user", "outside", "istio-ingressgateway"].map((from) => allowed(from, "istio-internalgateway")),
      [true, false, false, false],
    );
    const onward = matrix.find(({ from, to }) => from === "istio-internalgateway" && to === "order");
    assert.deepEqual([onward?.methods, onward?.paths], [["GET"], ["/admin", "/admin/*"]]);
    assert.equal(allowed("istio-internalgateway", "cart"), false);
  });
});

describe("explain: the internal gateway", () => {
  const world = worldOf(shop());
  const url = "http://istio-internalgateway.istio-ingress";
  const ask = (text: string, options: { from?: string; gateway?: string; address?: string } = {}): Explanation => {
    const { from, ...rest } = options;
    return explain(world, { ...parseRequest(text, [], from), ...rest }, 0);
  };
  const within = { gateway: "istio-internalgateway", address: "10.0.64.9" };

  it("answers a client at a named address, on its own paths, with what the route allows", () => {
    const { answers, trace } = ask(`GET ${url}/admin/7`, within);
    assert.deepEqual(
      answers.map(({ service }) => service),
      ["order"],
    );
    assert.ok(trace.some(({ object }) => object === "AuthorizationPolicy istio-ingress/ecommerce-internal-callers"));
    assert.equal(ask(`POST ${url}/admin/7`, within).status, 403);
    assert.equal(ask(`GET ${url}/orders`, within).status, 404);
  });

  it("refuses a client at another address, or at one that is not said", () => {
    for (const address of [{ address: "10.9.0.1" }, {}]) {
      const { denied, status } = ask(`GET ${url}/admin`, { gateway: "istio-internalgateway", ...address });
      assert.deepEqual([denied, status], [true, 403]);
    }
  });

  it("answers a caller in the mesh by its certificate, and is unknown to the others", () => {
    const { answers, trace } = ask(`GET ${url}/admin`, { from: "cart" });
    assert.equal(answers[0]?.service, "order");
    assert.ok(trace.some(({ rule }) => rule === "servers https-mesh"));
    assert.equal(ask(`GET ${url}/admin`, { from: "user" }).status, null);
  });

  it("does not let a proxy that passes on what it does not know past its policies", () => {
    const open = worldOf(
      shop(undefined, { mesh: { internalGateway: { enabled: true }, outboundTraffic: "ALLOW_ANY" } }),
    );
    assert.equal(explain(open, parseRequest(`GET ${url}/admin`, [], "user"), 0).status, 403);
  });

  it("is not reached from outside of the cluster, and its paths not through the ingress gateway", () => {
    assert.equal(ask(`GET ${url}/admin`, { address: "10.0.64.9" }).status, 404);
    assert.equal(ask("GET https://ecommerce.example.com/admin").status, 404);
    assert.throws(() => ask(`GET ${url}/admin`, { gateway: "istio-eastwestgateway" }), /runs no gateway named/);
  });
});

describe("checks of the internal gateway", () => {
  const refused: readonly Refused[] = [
    [
      "a route through a gateway that is not there",
      shop({}, { mesh: {} }),
      "services.order.routes[1].gateways",
      /because mesh.internalGateway.enabled is false; got internal/,
    ],
    [
      "callers of a gateway that is not there",
      stackData({ traffic: { internalGateway: { callers: { services: ["cart"] } } } }),
      "traffic.internalGateway.callers.services",
      /expected nothing, because mesh.internalGateway.enabled is false/,
    ],
    ["routes that nobody may ask", shop({}), "traffic.internalGateway.callers", /somebody who may ask.*got nobody/],
    [
      "a caller that is not there",
      shop({ callers: { services: ["crt"] } }),
      "traffic.internalGateway.callers.services[0]",
      /a service of the catalog; got "crt"/,
    ],
    [
      "a caller twice",
      shop({ callers: { services: ["cart", "cart"] } }),
      "traffic.internalGateway.callers.services[1]",
      /each once; got "cart" again/,
    ],
    [
      "everybody as a client",
      shop({ callers: { clients: [{ addresses: ["0.0.0.0/0"] }] } }),
      "traffic.internalGateway.callers.clients[0].addresses[0]",
      /networks that are known; got 0\.0\.0\.0\/0/,
    ],
    [
      "namespaces that nothing tells apart",
      shop(undefined, {
        security: { networkPolicies: false },
      }),
      "traffic.internalGateway.callers.clients[0].namespaces",
      /security.networkPolicies is false/,
    ],
    [
      "hosts of the ingress gateway on a route for the internal one",
      shop(undefined, {}, { routes: [{ ...ADMIN, hosts: ["ecommerce.example.com"] }] }),
      "services.order.routes[0].hosts",
      /for the internal gateway alone/,
    ],
    [
      "a certificate without hosts",
      shop({ credentialName: "c", callers: CALLERS }),
      "traffic.internalGateway.credentialName",
      /expected hosts beside it/,
    ],
    [
      "no port to encrypt on",
      shop(undefined, {
        mesh: { internalGateway: { enabled: true, ports: [{ name: "http2", port: 80, targetPort: 8080 }] } },
      }),
      "mesh.internalGateway.ports",
      /a port named https, because there is something to encrypt/,
    ],
    [
      "no plain port",
      shop(undefined, {
        mesh: { internalGateway: { enabled: true, ports: [{ name: "https", port: 443, targetPort: 8443 }] } },
      }),
      "mesh.internalGateway.ports",
      /a port named http2, which callers ask/,
    ],
    [
      "services as callers in an ambient mesh",
      shop(undefined, { mesh: { internalGateway: { enabled: true }, mode: "ambient" } }),
      "traffic.internalGateway.callers.services",
      /mesh.mode is ambient/,
    ],
    [
      "one prefix of the internal gateway for two services",
      stackData(
        { mesh: { internalGateway: { enabled: true } }, traffic: { internalGateway: { callers: CALLERS } } },
        { services: { cart: { routes: [ADMIN] }, order: { routes: [ADMIN] } } },
      ),
      "services.order.routes[0].prefix",
      /"\/admin", which leads to cart already/,
    ],
    [
      "an external host that the internal gateway answers",
      stackData(
        {
          mesh: { internalGateway: { enabled: true } },
          traffic: { internalGateway: { hosts: ["a.example.org"], callers: CALLERS } },
        },
        { externalServices: { a: { host: "a.example.org" } } },
      ),
      "externalServices.a.host",
      /which is inside/,
    ],
  ];

  it("take a good one", () => {
    assert.deepEqual(checkStack(shop()), []);
  });

  it("take one prefix for two services on different gateways", () => {
    const stack = shop(undefined, {}, { routes: [{ prefix: "/orders" }, { ...ADMIN, prefix: "/cart" }] });
    assert.deepEqual(checkStack(stack), []);
  });

  itRefuses(refused);
});
