import assert from "node:assert/strict";
import { securityObjects, trafficObjects } from "../../application.ts";
import { checkStack } from "../../checks/index.ts";
import { explain } from "../../../analysis/explain/explain.ts";
import { parseRequest } from "../../../analysis/explain/request.ts";
import { worldOf } from "../../../cli/stack/stack-world.ts";
import { itRefuses, type Refused } from "../../../tests/support/refusals.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import { objectNamed } from "../../../tests/support/traffic-objects.ts";
import type { PlainObject } from "../../stack/plain-object.ts";

const HOST = "vault.example.com";
const VAULT = { extraPorts: { "tls-api": 8443 }, passthrough: [{ hosts: [HOST], port: 8443 }] };

/** The shop whose users' service ends TLS itself. */
function shop(user: PlainObject = VAULT, config: PlainObject = {}, catalog: PlainObject = {}) {
  return stackData(config, { services: { user }, ...catalog });
}

describe("TLS that ends at a service", () => {
  const objects = trafficObjects(shop());

  it("is handed on by the gateway by its name alone, beside the hosts that it decrypts", () => {
    const { servers } = objectNamed(objects, "Gateway", "ecommerce-gateway").spec;
    assert.deepEqual(
      servers?.map(({ port, hosts, tls }) => [port.number, port.protocol, hosts[0], tls?.mode]),
      [
        [80, "HTTP", "ecommerce.example.com", undefined],
        [443, "HTTPS", "ecommerce.example.com", "SIMPLE"],
        [443, "TLS", HOST, "PASSTHROUGH"],
      ],
    );
    assert.deepEqual(objectNamed(objects, "VirtualService", "user-8443-passthrough").spec, {
      hosts: [HOST],
      gateways: ["ecommerce-gateway"],
      tls: [
        {
          match: [{ sniHosts: [HOST] }],
          route: [{ destination: { host: "user.ecommerce.svc.cluster.local", port: { number: 8443 } } }],
        },
      ],
    });
  });

  it("is let through from the ingress gateway to that port, whatever is in it", () => {
    const policy = securityObjects(shop()).find(({ metadata }) => metadata.name === "user-from-ingress-gateway");
    assert.ok(policy?.kind === "AuthorizationPolicy");
    assert.deepEqual(policy.spec.rules?.at(-1), {
      from: [{ source: { principals: ["cluster.local/ns/istio-ingress/sa/istio-ingressgateway"] } }],
      to: [{ operation: { ports: ["8443"] } }],
    });
    const network = securityObjects(shop()).find(
      ({ kind, metadata }) => kind === "NetworkPolicy" && metadata.name === "user",
    );
    assert.match(JSON.stringify(network), /istio-ingressgateway"\}\}\}\],"ports":\[\{"port":8443,"protocol":"TCP"\}\]/);
  });

  it("is explained: answered for its name, and no way to the service's other port", () => {
    const world = worldOf(shop());
    const { answers, trace } = explain(world, parseRequest(`GET https://${HOST}/secret`), 0);
    assert.deepEqual(
      answers.map(({ service }) => service),
      ["user"],
    );
    assert.ok(trace.some(({ says }) => says.includes("stays encrypted; its server name decides")));
    assert.equal(explain(world, parseRequest(`GET http://${HOST}/secret`), 0).status, 404);
    assert.equal(explain(world, parseRequest("GET https://ecommerce.example.com/secret"), 0).status, 404);
  });

  it("is nothing where nobody asks for it", () => {
    assert.ok(!JSON.stringify(trafficObjects(stackData())).includes("PASSTHROUGH"));
  });
});

describe("checks of TLS that ends at a service", () => {
  const [ENTRY] = VAULT.passthrough;
  const ACM = "arn:aws:acm:eu-west-1:123456789012:certificate/a";
  const refused: readonly Refused[] = [
    [
      "a host that the gateway decrypts",
      shop({ ...VAULT, passthrough: [{ ...ENTRY, hosts: ["ecommerce.example.com"] }] }),
      "services.user.passthrough[0].hosts[0]",
      /leads nowhere else; got "ecommerce\.example\.com", as hosts has/,
    ],
    [
      "a host twice",
      shop({ ...VAULT, passthrough: [ENTRY, ENTRY] }),
      "services.user.passthrough[1].hosts[0]",
      /as services\.user\.passthrough\[0\] has/,
    ],
    [
      "a port that is not there",
      shop({ passthrough: [ENTRY] }),
      "services.user.passthrough[0].port",
      /extraPorts with a name that begins with tls; got 8443$/,
    ],
    [
      "a port that does not speak TLS",
      shop({ ...VAULT, extraPorts: { "http-api": 8443 } }),
      "services.user.passthrough[0].port",
      /got 8443, named http-api/,
    ],
    [
      "a service of two versions",
      shop({ ...VAULT, versions: { v1: { weight: 100 }, v2: { weight: 0 } } }),
      "services.user.passthrough[0]",
      /encrypted connections are not split; got v1, v2/,
    ],
    [
      "TLS that ends at the load balancer",
      shop(VAULT, { traffic: { tls: { mode: "acm", certificateArn: ACM } } }),
      "services.user.passthrough[0]",
      /traffic\.tls\.mode is acm/,
    ],
    [
      "a gateway by the Gateway API",
      shop(VAULT, { mesh: { gatewayApi: true } }),
      "services.user.passthrough[0]",
      /mesh\.gatewayApi is true/,
    ],
    [
      "an ambient mesh",
      shop(VAULT, { mesh: { mode: "ambient" } }),
      "services.user.passthrough[0]",
      /mesh\.mode is ambient/,
    ],
    [
      "a gateway without the port",
      shop(VAULT, {
        traffic: { tls: { mode: "none" }, httpsRedirect: false },
        mesh: { ingressGateway: { ports: [{ name: "http2", port: 80, targetPort: 8080 }] } },
      }),
      "mesh.ingressGateway.ports",
      /a port named https, because services\.user\.passthrough\[0\] needs it/,
    ],
    [
      "an external service of the same host",
      shop(VAULT, {}, { externalServices: { vault: { host: HOST } } }),
      "externalServices.vault.host",
      /which is inside/,
    ],
  ];

  it("take a good one", () => {
    assert.deepEqual(checkStack(shop()), []);
  });

  itRefuses(refused);
});
