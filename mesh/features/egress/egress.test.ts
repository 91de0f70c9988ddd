import assert from "node:assert/strict";
import { trafficObjects } from "../../application.ts";
import { explain } from "../../../analysis/explain/explain.ts";
import { parseRequest } from "../../../analysis/explain/request.ts";
import { worldOf } from "../../../cli/stack/stack-world.ts";
import { checkStack } from "../../checks/index.ts";
import { egressObjects } from "./objects.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import { objectNamed } from "../../../tests/support/traffic-objects.ts";
import type { PlainObject } from "../../stack/plain-object.ts";

const HOST = "api.paymentprocessor.com";
const GATEWAY = "istio-egressgateway.istio-egress.svc.cluster.local";

/** The shop whose payment calls one external service with these settings. */
function shop(external: PlainObject, config: PlainObject = {}, services: PlainObject = {}) {
  const payment = { externalCalls: ["processor"] };
  return stackData(config, {
    services: { payment, ...services },
    externalServices: { processor: { host: HOST, ...external } },
  });
}

describe("an external service", () => {
  it("is known to the mesh with a host, its ports and nobody beyond the application and the gateway", () => {
    const entry = objectNamed(trafficObjects(shop({})), "ServiceEntry", "processor");
    assert.deepEqual(entry.spec, {
      hosts: [HOST],
      location: "MESH_EXTERNAL",
      resolution: "DNS",
      ports: [
        { number: 80, name: "http", protocol: "HTTP" },
        { number: 443, name: "https", protocol: "HTTPS" },
      ],
      exportTo: [".", "istio-egress"],
    });
  });

  it("leaves through the egress gateway, which encrypts and checks the certificate", () => {
    const objects = egressObjects(shop({}));
    assert.deepEqual(objectNamed(objects, "Gateway", "ecommerce-egress").spec, {
      selector: { istio: "egressgateway" },
      servers: [
        {
          port: { number: 443, name: "https-processor", protocol: "HTTPS" },
          hosts: [HOST],
          tls: { mode: "ISTIO_MUTUAL" },
        },
      ],
    });
    const { http } = objectNamed(objects, "VirtualService", "processor-egress").spec;
    assert.deepEqual(
      http?.map(({ match, route }) => [match, route?.[0]?.destination]),
      [
        [[{ gateways: ["mesh"], port: 80 }], { host: GATEWAY, subset: "processor", port: { number: 443 } }],
        [[{ gateways: ["ecommerce-egress"], port: 443 }], { host: HOST, port: { number: 443 } }],
      ],
    );
    assert.deepEqual(objectNamed(objects, "DestinationRule", "processor").spec.trafficPolicy, {
      portLevelSettings: [
        {
          port: { number: 443 },
          tls: { mode: "SIMPLE", caCertificates: "system", sni: HOST, subjectAltNames: [HOST] },
        },
      ],
    });
    assert.deepEqual(objectNamed(objects, "DestinationRule", "ecommerce-egress").spec.subsets, [
      { name: "processor", trafficPolicy: { tls: { mode: "ISTIO_MUTUAL", sni: HOST } } },
    ]);
  });

  it("hands on the callers' own TLS where the catalog asks for it, inside the mesh's", () => {
    const objects = egressObjects(shop({ tls: "passthrough", port: 8443 }));
    const { tls, tcp, http } = objectNamed(objects, "VirtualService", "processor-egress").spec;
    assert.equal(http, undefined);
    assert.deepEqual(tls, [
      {
        match: [{ gateways: ["mesh"], port: 8443, sniHosts: [HOST] }],
        route: [{ destination: { host: GATEWAY, subset: "processor", port: { number: 443 } } }],
      },
    ]);
    assert.deepEqual(tcp, [
      {
        match: [{ gateways: ["ecommerce-egress"], port: 443 }],
        route: [{ destination: { host: HOST, port: { number: 8443 } } }],
      },
    ]);
    const [server] = objectNamed(objects, "Gateway", "ecommerce-egress").spec.servers ?? [];
    assert.deepEqual([server?.port.protocol, server?.tls?.mode], ["TLS", "ISTIO_MUTUAL"]);
    assert.deepEqual(objectNamed(objects, "DestinationRule", "processor").spec.trafficPolicy, {
      tls: { mode: "DISABLE" },
    });
  });

  it("is asked straight from the sidecar without the gateway, encrypted all the same", () => {
    const objects = egressObjects(shop({ egressGateway: false }));
    assert.deepEqual(
      objects.map(({ kind }) => kind),
      ["ServiceEntry", "DestinationRule"],
    );
    assert.deepEqual(objectNamed(objects, "ServiceEntry", "processor").spec.ports, [
      { number: 80, name: "http", protocol: "HTTP", targetPort: 443 },
    ]);
    const [port] = objectNamed(objects, "DestinationRule", "processor").spec.trafficPolicy?.portLevelSettings ?? [];
    assert.deepEqual([port?.port.number, port?.tls?.mode], [80, "SIMPLE"]);
  });

  it("lets out the callers that declare it, and nobody else", () => {
    const objects = egressObjects(shop({}, { mesh: { trustDomain: "shop.example" } }));
    const policies = objects.filter((object) => object.kind === "AuthorizationPolicy");
    assert.deepEqual(
      policies.map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`),
      ["istio-egress/ecommerce-egress-deny-all", "istio-egress/ecommerce-egress-processor"],
    );
    assert.deepEqual(
      policies.map(({ spec }) => spec.selector?.matchLabels),
      [1, 2].map(() => ({ istio: "egressgateway" })),
    );
    assert.deepEqual(
      policies.map(({ spec }) => [spec.action, spec.rules]),
      [
        ["ALLOW", undefined],
        [
          "ALLOW",
          [
            {
              from: [{ source: { principals: ["shop.example/ns/ecommerce/sa/payment"] } }],
              to: [{ operation: { hosts: [HOST, `${HOST}:*`] } }],
              when: [{ key: "connection.sni", values: [HOST] }],
            },
          ],
        ],
      ],
    );
  });

  it("lets nobody out where nobody declares it", () => {
    const objects = egressObjects(shop({}, {}, { payment: { externalCalls: [] } }));
    assert.deepEqual(
      objects.filter(({ kind }) => kind === "AuthorizationPolicy").map(({ metadata }) => metadata.name),
      ["ecommerce-egress-deny-all"],
    );
  });
});

describe("explain", () => {
  it("lets the declared caller out through the gateway, and knows no host for any other", () => {
    const stack = shop({}, {}, { cart: { calls: [] } });
    const answerTo = (from: string) =>
      explain(worldOf(stack), parseRequest(`GET http://${HOST}/charge`, [], from), 1_800_000_000);
    assert.deepEqual(
      [answerTo("payment").denied, answerTo("payment").answers.map(({ service }) => service)],
      [false, [HOST]],
    );
    // Its Sidecar tells it of nothing on port 80, so its proxy reads no request there and closes the connection.
    assert.deepEqual([answerTo("cart").denied, answerTo("cart").status], [false, null]);
  });
});

describe("checks of external services", () => {
  const problems = (...args: Parameters<typeof shop>) =>
    checkStack(shop(...args)).map(({ path, message }) => `${path}: ${message}`);

  it("take a good one", () => {
    assert.deepEqual(problems({}), []);
  });

  it("refuse a host that is also internal", () => {
    for (const host of ["ecommerce.example.com", "cart.ecommerce.svc.cluster.local"]) {
      assert.deepEqual(problems({ host }), [
        `externalServices.processor.host: expected a host outside the mesh; got "${host}", which is inside`,
      ]);
    }
  });

  it("refuse a host twice, and the plain port", () => {
    const stack = stackData({}, { externalServices: { one: { host: HOST }, two: { host: HOST, port: 80 } } });
    assert.deepEqual(
      checkStack(stack).map(({ path }) => path),
      ["externalServices.two.host", "externalServices.two.port"],
    );
  });

  it("refuse the gateway where there is none", () => {
    assert.match(
      problems({}, { mesh: { egressGateway: { enabled: false } } }).join(),
      /^externalServices\.processor\.egressGateway: expected false, because mesh\.egressGateway\.enabled is false/,
    );
  });

  it("refuse a call to what is not declared, or twice", () => {
    assert.deepEqual(problems({}, {}, { payment: { externalCalls: ["procesor"] } }), [
      'services.payment.externalCalls[0]: expected an external service of the catalog; got "procesor"',
    ]);
    assert.deepEqual(problems({}, {}, { payment: { externalCalls: ["processor", "processor"] } }), [
      'services.payment.externalCalls[1]: expected each once; got "processor" again',
    ]);
  });
});
