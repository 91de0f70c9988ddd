import assert from "node:assert/strict";
import { accessMatrix } from "../../../analysis/access/matrix.ts";
import { trafficObjects } from "../../application.ts";
import { checkStack } from "../../checks/index.ts";
import { explain } from "../../../analysis/explain/explain.ts";
import { parseRequest } from "../../../analysis/explain/request.ts";
import { worldOf } from "../../../cli/stack/stack-world.ts";
import { gatewayApiObjects } from "./objects.ts";
import type { HttpRouteObject, IngressGatewayObject, KubernetesObject } from "../../kubernetes/objects.ts";
import { stackObjects, stackReleases } from "../../inventory.ts";
import type { StackData } from "../../stack/stack.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import type { PlainObject } from "../../stack/plain-object.ts";

function shop(services: PlainObject = {}, config: PlainObject = {}, catalog: PlainObject = {}): StackData {
  const { mesh = {}, ...rest } = config as { mesh?: PlainObject };
  return stackData(
    { security: { profile: "development" }, ...rest, mesh: { gatewayApi: true, ...mesh } },
    { ...catalog, services },
  );
}

function gatewayOf(stack: StackData): IngressGatewayObject["spec"] {
  const found = gatewayApiObjects(stack).find(({ kind }) => kind === "Gateway");
  assert.ok(found?.kind === "Gateway");
  return found.spec;
}

function routeOf(stack: StackData, name: string): HttpRouteObject["spec"] {
  const found = gatewayApiObjects(stack).find(({ kind, metadata }) => kind === "HTTPRoute" && metadata.name === name);
  assert.ok(found?.kind === "HTTPRoute", name);
  return found.spec;
}

function names(objects: readonly KubernetesObject[], kind: string): string[] {
  return objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
}

/** `path: message` of everything that is refused. */
function refusals(stack: StackData): string[] {
  return checkStack(stack).map(({ path, message }) => `${path}: ${message}`);
}

describe("the ingress by the Gateway API", () => {
  it("is Gateway and HTTPRoutes in place of Istio's Gateway and the VirtualServices bound to it, and the mesh's own stay", () => {
    const before = trafficObjects(stackData());
    const after = trafficObjects(shop());
    assert.deepEqual(names(before, "Gateway"), ["ecommerce-gateway"]);
    assert.deepEqual(names(after, "Gateway"), []);
    assert.deepEqual(
      names(before, "VirtualService").filter((name) => !names(after, "VirtualService").includes(name)),
      ["ecommerce"],
    );
    assert.deepEqual(names(gatewayApiObjects(shop()), "HTTPRoute"), [
      ...["product", "cart", "order", "user", "payment"],
      "ecommerce-https-redirect",
    ]);
    assert.deepEqual(gatewayApiObjects(stackData()), []);
  });

  it("brings the definitions before istiod, unless the cluster has them", () => {
    const releases = (stack: StackData) => stackReleases(stack, "shop").map(({ name }) => name);
    assert.ok(releases(shop()).indexOf("gateway-api-crds") < releases(shop()).indexOf("istiod"));
    assert.ok(releases(shop()).includes("gateway-api-crds"));
    assert.ok(!releases(stackData()).includes("gateway-api-crds"));
    assert.ok(!releases(shop({}, { mesh: { gatewayApiCrds: { install: false } } })).includes("gateway-api-crds"));
  });

  it("is served by the pods of the gateway's release, at the address of their Service, beside their certificates", () => {
    const [gateway] = gatewayApiObjects(shop()).filter(({ kind }) => kind === "Gateway");
    assert.equal(gateway?.metadata.namespace, "istio-ingress");
    assert.deepEqual(gatewayOf(shop()).addresses, [
      { type: "Hostname", value: "istio-ingressgateway.istio-ingress.svc.cluster.local" },
    ]);
    const releases = stackReleases(shop(), "shop").filter(({ name }) => name === "istio-ingressgateway");
    assert.deepEqual(
      releases,
      stackReleases(stackData(), "shop").filter(({ name }) => name === "istio-ingressgateway"),
    );
  });

  it("listens once for HTTP, and for HTTPS once for each host and its certificate", () => {
    const certificates = [{ hosts: ["b.example.com"], credentialName: "b" }];
    const stack = shop({}, { traffic: { tls: { certificates } } }, { hosts: ["a.example.com", "b.example.com"] });
    assert.deepEqual(
      gatewayOf(stack).listeners.map(({ name, port, protocol, hostname, tls }) =>
        [name, port, protocol, hostname, tls?.certificateRefs[0]?.name].join(" "),
      ),
      ["http 80 HTTP  ", "https 443 HTTPS a.example.com ecommerce-cert", "https-2 443 HTTPS b.example.com b"],
    );
  });

  it("takes routes of the application's namespace alone", () => {
    for (const { allowedRoutes } of gatewayOf(shop()).listeners) {
      assert.deepEqual(allowedRoutes.namespaces.selector.matchLabels, { "kubernetes.io/metadata.name": "ecommerce" });
    }
  });

  it("names no certificate where TLS ended at the load balancer, and none listens for HTTPS without TLS", () => {
    const acm = shop({}, { traffic: { tls: { mode: "acm" } } });
    assert.deepEqual(
      gatewayOf(acm).listeners.map(({ name, protocol, tls }) => [name, protocol, tls]),
      [
        ["http", "HTTP", undefined],
        ["http-decrypted", "HTTP", undefined],
      ],
    );
    const plain = shop({}, { traffic: { tls: { mode: "none" }, httpsRedirect: false } });
    assert.deepEqual(
      gatewayOf(plain).listeners.map(({ name }) => name),
      ["http"],
    );
  });

  it("leads HTTP to HTTPS, and then binds the services to HTTPS alone", () => {
    const redirect = routeOf(shop(), "ecommerce-https-redirect");
    assert.deepEqual(
      redirect.parentRefs.map(({ sectionName }) => sectionName),
      ["http"],
    );
    assert.deepEqual(redirect.rules[0]?.filters, [
      { type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } },
    ]);
    assert.deepEqual(
      routeOf(shop(), "cart").parentRefs.map(({ sectionName }) => sectionName),
      ["https"],
    );
    const without = shop({}, { traffic: { httpsRedirect: false } });
    assert.deepEqual(routeOf(without, "cart").parentRefs, [{ name: "ecommerce-gateway", namespace: "istio-ingress" }]);
  });

  it("says the port in the redirect where it is not 443", () => {
    const ports = [
      { name: "http2", port: 8080, targetPort: 8080 },
      { name: "https", port: 8443, targetPort: 8443 },
    ];
    const stack = shop({}, { mesh: { ingressGateway: { ports } } });
    assert.deepEqual(routeOf(stack, "ecommerce-https-redirect").rules[0]?.filters, [
      { type: "RequestRedirect", requestRedirect: { scheme: "https", port: 8443, statusCode: 301 } },
    ]);
  });

  it("has ExternalDNS read the hosts of HTTPRoutes", () => {
    const dns = { enabled: true, zoneId: "Z0123456789ABCDEFGHIJ" };
    const values = stackReleases(shop({}, { traffic: { dns } }), "shop").find(({ name }) => name === "external-dns");
    assert.deepEqual(values?.values["sources"], ["istio-gateway", "gateway-httproute"]);
  });

  it("follows the tag of the gateway's control plane", () => {
    const mesh = {
      version: undefined,
      revisions: [{ name: "default", version: "1.30.7" }],
      tags: { stable: "default" },
    };
    const [gateway] = gatewayApiObjects(shop({}, { mesh })).filter(({ kind }) => kind === "Gateway");
    assert.equal(gateway?.metadata.labels?.["istio.io/rev"], "stable");
  });
});

describe("the ingress of an ambient mesh by the Gateway API", () => {
  const ambient = shop(
    {
      cart: {
        routes: [{ prefix: "/cart", rewrite: { path: "/basket" } }],
        versions: { v1: { weight: 90 }, v2: { weight: 10 } },
        rules: [{ match: { headers: { "x-a": "1" } }, retries: { attempts: 3 } }],
        retries: { attempts: 2 },
        trafficManagedBy: "flagger",
      },
    },
    { mesh: { mode: "ambient" } },
  );

  it("leads to the services as a whole, as the waypoint tells versions and requests apart", () => {
    assert.deepEqual(routeOf(ambient, "cart").rules, [
      {
        name: "cart",
        matches: [{ path: { type: "PathPrefix", value: "/cart" } }],
        filters: [
          { type: "URLRewrite", urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/basket" } } },
        ],
        backendRefs: [{ name: "cart", port: 8080 }],
      },
    ]);
    assert.deepEqual(names(gatewayApiObjects(ambient), "Service"), []);
    const rules = names(trafficObjects(ambient), "DestinationRule");
    assert.ok(!rules.includes("cart-v1") && rules.includes("cart"), rules.join());
  });

  it("is refused nothing that the waypoint does", () => {
    assert.deepEqual(refusals(ambient), []);
    const patterns = { cors: { allowOrigins: [{ regex: "https://.*" }] } };
    assert.match(
      refusals(shop({}, { mesh: { mode: "ambient" } }, patterns)).join("\n"),
      /^cors\.allowOrigins\[0\]\.regex/m,
    );
  });
});

describe("versions behind the Gateway API", () => {
  it("have Services with the weights of the split, and the subset's policy", () => {
    const stack = shop({
      product: { connectionPool: { tcp: { maxConnections: 5 } }, versions: { v2: { loadBalancing: "RANDOM" } } },
    });
    assert.deepEqual(routeOf(stack, "product").rules[0]?.backendRefs, [
      { name: "product-v1", port: 8080, weight: 80 },
      { name: "product-v2", port: 8080, weight: 20 },
    ]);
    const service = gatewayApiObjects(stack).find(({ metadata }) => metadata.name === "product-v2");
    assert.ok(service?.kind === "Service");
    assert.deepEqual(service.spec.selector, { app: "product", version: "v2" });
    const rule = trafficObjects(stack).find(
      ({ kind, metadata }) => kind === "DestinationRule" && metadata.name === "product-v2",
    );
    assert.ok(rule?.kind === "DestinationRule");
    assert.deepEqual(rule.spec, {
      host: "product-v2.ecommerce.svc.cluster.local",
      trafficPolicy: { loadBalancer: { simple: "RANDOM" }, connectionPool: { tcp: { maxConnections: 5 } } },
    });
  });

  it("have none where there is one version, or no way in from outside", () => {
    assert.deepEqual(names(gatewayApiObjects(shop()), "Service"), ["product-v1", "product-v2"]);
    assert.deepEqual(routeOf(shop(), "cart").rules[0]?.backendRefs, [{ name: "cart", port: 8080 }]);
    const inside = shop({ product: { routes: [] } });
    assert.deepEqual(names(gatewayApiObjects(inside), "Service"), []);
  });

  it("refuses a service whose name one of them takes", () => {
    assert.match(refusals(shop({ "product-v1": {} })).join("\n"), /two objects Service product-v1/);
  });
});

describe("a service's ways by the Gateway API", () => {
  const rules = (service: PlainObject, catalog: PlainObject = {}) =>
    routeOf(shop({ cart: service }, {}, catalog), "cart").rules;

  it("compares headers, cookies and queries, one match for each method", () => {
    const match = {
      methods: ["GET", "POST"],
      headers: { "x-a": "1", "x-b": { prefix: "b." }, "x-c": { present: true } },
      cookie: { name: "user", value: "jo" },
      query: { q: { regex: "[a-z]+" } },
    };
    const [first, second] = rules({ rules: [{ match, timeout: "90.5s" }] });
    const matches = first?.matches ?? [];
    assert.deepEqual(
      matches.map(({ method }) => method),
      ["GET", "POST"],
    );
    assert.deepEqual(matches[0]?.headers, [
      { name: "x-a", type: "Exact", value: "1" },
      { name: "x-b", type: "RegularExpression", value: "b\\..*" },
      { name: "x-c", type: "RegularExpression", value: ".*" },
      { name: "cookie", type: "RegularExpression", value: "^(?:.*;\\s*)?user=jo(?:;.*)?$" },
    ]);
    assert.deepEqual(matches[0].queryParams, [{ name: "q", type: "RegularExpression", value: "[a-z]+" }]);
    assert.deepEqual(first?.timeouts, { request: "1m30s500ms" });
    assert.equal(second?.name, "cart");
  });

  it("replaces the gateway's prefix below a longer path of a rule too, in a rule for each match", () => {
    const routes = [{ prefix: "/api", rewrite: { path: "/v1", authority: "cart.example.com" } }];
    const found = rules({
      routes,
      rules: [
        { match: { path: "/api/items", methods: ["GET", "PUT"] }, timeout: "1s" },
        { match: { path: { exact: "/api" } }, timeout: "2s" },
      ],
    }).map(({ name, matches, filters }) => [
      name,
      matches.length,
      filters?.flatMap((filter) => (filter.type === "URLRewrite" ? [filter.urlRewrite.path] : [])),
    ]);
    assert.deepEqual(found, [
      ["cart-rule-1", 1, [{ type: "ReplacePrefixMatch", replacePrefixMatch: "/v1/items" }]],
      ["cart-rule-1-2", 1, [{ type: "ReplacePrefixMatch", replacePrefixMatch: "/v1/items" }]],
      ["cart-rule-2", 1, [{ type: "ReplaceFullPath", replaceFullPath: "/v1" }]],
      ["cart", 1, [{ type: "ReplacePrefixMatch", replacePrefixMatch: "/v1" }]],
    ]);
  });

  it("changes headers of the route at the rule, and those of service and version at the backend; shares of mirrors in a million", () => {
    const [rule] = rules({
      routes: [{ prefix: "/cart", headers: { request: { set: { "x-from": "gateway" } } } }],
      headers: { request: { add: { "x-service": "cart" } } },
      versions: { v1: { weight: 100, headers: { response: { remove: ["server"] } } }, v2: { weight: 0 } },
      mirror: { version: "v2", percent: 0.5 },
    });
    assert.deepEqual(rule?.filters, [
      { type: "RequestHeaderModifier", requestHeaderModifier: { set: [{ name: "x-from", value: "gateway" }] } },
      {
        type: "RequestMirror",
        requestMirror: {
          backendRef: { name: "cart-v2", port: 8080 },
          fraction: { numerator: 5000, denominator: 1_000_000 },
        },
      },
    ]);
    assert.deepEqual(rule.backendRefs?.[0]?.filters, [
      { type: "RequestHeaderModifier", requestHeaderModifier: { add: [{ name: "x-service", value: "cart" }] } },
      { type: "ResponseHeaderModifier", responseHeaderModifier: { remove: ["server"] } },
    ]);
  });

  it("leaves out who calls from inside, and what a longer prefix leads elsewhere", () => {
    const found = routeOf(
      shop({
        cart: {
          routes: [{ prefix: "/" }],
          rules: [
            { name: "inside", match: { source: { service: "order" } }, timeout: "1s" },
            { name: "elsewhere", match: { path: { exact: "/products/7" } }, timeout: "2s" },
          ],
        },
      }),
      "cart",
    );
    assert.deepEqual(
      found.rules.map(({ name }) => name),
      ["cart"],
    );
  });

  it("joins prefixes that lead to the same, and keeps hosts apart that do not", () => {
    const stack = shop(
      { cart: { routes: [{ prefix: "/cart" }, { prefix: "/basket" }, { prefix: "/b", hosts: ["b.example.com"] }] } },
      {},
      { hosts: ["a.example.com", "b.example.com"] },
    );
    assert.deepEqual(
      routeOf(stack, "cart").rules.map(({ matches }) => matches.map(({ path }) => path.value)),
      [["/basket", "/cart"]],
    );
    assert.deepEqual(routeOf(stack, "cart").hostnames, ["a.example.com"]);
    assert.deepEqual(routeOf(stack, "cart-b-example-com").hostnames, ["b.example.com"]);
    assert.equal(routeOf(stack, "cart-b-example-com").rules[0]?.matches.length, 3);
  });

  it("answers redirects and CORS as the catalog says", () => {
    const catalog = {
      redirects: [{ prefix: "/old", path: "/cart", code: 308 }],
      cors: { allowOrigins: ["https://shop.example.com"], allowCredentials: true, maxAge: "10m" },
    };
    assert.deepEqual(routeOf(shop({}, {}, catalog), "ecommerce-redirects").rules, [
      {
        name: "redirect-old",
        matches: [{ path: { type: "PathPrefix", value: "/old" } }],
        filters: [
          {
            type: "RequestRedirect",
            requestRedirect: { path: { type: "ReplaceFullPath", replaceFullPath: "/cart" }, statusCode: 308 },
          },
        ],
      },
    ]);
    assert.deepEqual(rules({}, catalog)[0]?.filters, [
      {
        type: "CORS",
        cors: { allowOrigins: ["https://shop.example.com"], allowCredentials: true, maxAge: 600 },
      },
    ]);
  });
});

describe("what the Gateway API cannot say", () => {
  const cases: Readonly<Record<string, readonly [stack: StackData, refusal: RegExp]>> = {
    "TLS 1.3 alone": [
      shop({}, { traffic: { tls: { minProtocolVersion: "TLSV1_3" } } }),
      /^traffic\.tls\.minProtocolVersion: expected TLSV1_2/m,
    ],
    "retries of a service": [
      shop({ cart: { retries: { attempts: 3 } } }),
      /^services\.cart\.retries: .*has no retries/m,
    ],
    "retries of a rule": [
      shop({ cart: { rules: [{ match: { headers: { a: "b" } }, retries: { attempts: 3 } }] } }),
      /^services\.cart\.rules\[0\]\.retries: /m,
    ],
    "a fault": [
      shop({ cart: { fault: { abort: { percent: 1, httpStatus: 500 } } } }),
      /^services\.cart\.fault: .*injects no faults/m,
    ],
    "a fault of a rule": [
      shop({ cart: { rules: [{ match: { path: "/cart/x" }, fault: { delay: { percent: 1, fixedDelay: "1s" } } }] } }),
      /^services\.cart\.rules\[0\]\.fault: /m,
    ],
    "weights that somebody else shifts": [
      shop({ product: { trafficManagedBy: "flagger" } }),
      /^services\.product\.trafficManagedBy: /m,
    ],
    "origins by pattern": [
      shop({ cart: { routes: [{ prefix: "/cart", cors: { allowOrigins: [{ regex: "https://.*" }] } }] } }),
      /^services\.cart\.routes\[0\]\.cors\.allowOrigins\[0\]\.regex: /m,
    ],
    "origins of the catalog by pattern": [
      shop({}, {}, { cors: { allowOrigins: [{ regex: "https://.*" }] } }),
      /^cors\.allowOrigins\[0\]\.regex: /m,
    ],
    "another head for every path": [
      shop({ cart: { routes: [{ prefix: "/", rewrite: { path: "/v1" } }] } }),
      /^services\.cart\.routes\[0\]\.rewrite\.path: .*\/v1x of \/x/m,
    ],
    "a header without a value": [
      shop({ cart: { headers: { request: { set: { "x-a": "" } } } } }),
      /^services\.cart\.headers\.request\.set\.x-a: expected a value/m,
    ],
    "more rules than an object holds": [
      shop({
        cart: {
          rules: Array.from({ length: 17 }, (_, index) => ({
            match: { headers: { "x-a": String(index) } },
            timeout: `${index + 1}s`,
          })),
        },
      }),
      /^services\.cart\.routes: expected at most 16 rules .*got 18/m,
    ],
    "more hosts than an object holds": [
      shop({}, {}, { hosts: Array.from({ length: 17 }, (_, index) => `h${index}.example.com`) }),
      /^hosts: expected at most 16 hosts/m,
    ],
    "a path that is none": [
      shop({ cart: { routes: [{ prefix: "/cart//x" }] } }),
      /^services\.cart\.routes: expected paths without \/\//m,
    ],
    "two headers before a longer path": [
      shop({
        cart: {
          rules: [
            { match: { headers: { "x-a": "1", "x-b": "1" } }, timeout: "1s" },
            { match: { path: "/cart/items" }, timeout: "2s" },
          ],
        },
      }),
      /^services\.cart\.rules\[1\]\.match: expected conditions that the Gateway API, too, ranks below those of services\.cart\.rules\[0\]/m,
    ],
    "a priority against the path": [
      shop({
        cart: {
          rules: [
            { priority: 1, match: { headers: { "x-a": "1" } }, timeout: "1s" },
            { match: { path: { exact: "/cart" } }, timeout: "2s" },
          ],
        },
      }),
      /^services\.cart\.rules\[1\]\.match: expected conditions/m,
    ],
  };

  for (const [what, [stack, refusal]] of Object.entries(cases)) {
    it(`refuses ${what}, and takes it without the Gateway API`, () => {
      assert.match(refusals(stack).join("\n"), refusal);
      const { config, catalog } = stack;
      const others = refusals({ catalog, config: { ...config, mesh: { ...config.mesh, gatewayApi: false } } });
      assert.doesNotMatch(others.join("\n"), refusal);
    });
  }

  it("minds nothing of services that the gateway does not lead to, nor of callers inside", () => {
    const inside = { routes: [], retries: { attempts: 3 }, fault: { abort: { percent: 1, httpStatus: 500 } } };
    const caller = { rules: [{ match: { source: { service: "order" } }, retries: { attempts: 3 } }] };
    assert.deepEqual(refusals(shop({ user: inside, payment: caller })), []);
  });

  it("lets two rules be whose order is the same in both", () => {
    const rules = [
      { match: { path: "/cart/items", headers: { "x-a": "1" } }, timeout: "1s" },
      { match: { path: "/cart/items" }, timeout: "2s" },
    ];
    assert.deepEqual(refusals(shop({ cart: { rules } })), []);
  });
});

describe("explain and access by the Gateway API", () => {
  it("name the listener, the rule and the Service of the version", () => {
    const request = parseRequest("GET https://ecommerce.example.com/products/7", [], undefined);
    const { answers, trace } = explain(worldOf(shop()), request, 0);
    assert.deepEqual(
      answers.map(({ version, probability }) => [version, probability]),
      [
        ["v1", 0.8],
        ["v2", 0.2],
      ],
    );
    const steps = trace.map(({ object, rule }) => `${object} ${rule}`.trim());
    assert.ok(steps.includes("Gateway istio-ingress/ecommerce-gateway/https servers https"), steps.join("\n"));
    assert.ok(steps.includes("HTTPRoute ecommerce/product rule product"), steps.join("\n"));
    assert.ok(steps.includes("DestinationRule ecommerce/product-v1"), steps.join("\n"));
  });

  it("find the same callers as without it", () => {
    const matrix = (stack: StackData) =>
      accessMatrix({
        objects: stackObjects(stack, "shop"),
        releases: stackReleases(stack, "shop"),
        trustDomain: "cluster.local",
      });
    assert.deepEqual(
      matrix(shop()).map(({ from, to, allowed, by }) => ({ from, to, allowed, by })),
      matrix(stackData()).map(({ from, to, allowed, by }) => ({ from, to, allowed, by })),
    );
  });
});
