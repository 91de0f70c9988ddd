import assert from "node:assert/strict";
import { podDemand } from "../../capacity/demand.ts";
import { checkStack } from "../../checks/index.ts";
import { eastWestObjects, remoteServiceEntries } from "./multi-cluster.ts";
import { platformNamespaces } from "../workloads/namespaces.ts";
import { MASK, renderStack } from "../../render.ts";
import { stackReleases } from "../../inventory.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import type { PlainObject } from "../../stack/plain-object.ts";

const HOST = "payment.shop.svc.cluster.local";
const SERVICE = { host: HOST, port: 8080, endpoints: [{ address: "192.168.7.7" }] };

/** A stack whose cluster others reach. */
function joined(multiCluster: PlainObject = {}, rest: PlainObject = {}) {
  const { eastWestGateway = {}, certificateAuthority = "existingSecret", ...others } = multiCluster;
  return stackData({
    mesh: {
      network: "eu-west-1",
      multiCluster: {
        certificateAuthority,
        eastWestGateway: { enabled: true, ...(eastWestGateway as PlainObject) },
        ...others,
      },
      ...rest,
    },
  });
}

function gatewayOf(stack: ReturnType<typeof joined>) {
  const release = stackReleases(stack, "shop-prod").find(({ name }) => name === "istio-eastwestgateway");
  assert.ok(release);
  return release;
}

describe("a cluster of several", () => {
  it("is alone by default: no gateway, namespace, label or object for others", () => {
    const stack = stackData();
    assert.equal(
      stackReleases(stack, "shop-prod").some(({ name }) => name.includes("eastwest")),
      false,
    );
    assert.deepEqual(eastWestObjects(stack), []);
    assert.deepEqual(remoteServiceEntries(stack), []);
    const namespaces = platformNamespaces(stack).map(({ metadata }) => metadata);
    assert.ok(
      namespaces.every(
        ({ name, labels }) => name !== "istio-eastwest" && labels?.["topology.istio.io/network"] === undefined,
      ),
    );
  });

  it("tells its network to istiod, by the control plane's values and its namespace", () => {
    const stack = joined();
    const istiod = stackReleases(stack, "shop-prod").find(({ name }) => name === "istiod");
    const { network, meshID, multiCluster } = istiod?.values["global"] as Record<string, unknown>;
    assert.deepEqual([network, meshID, multiCluster], ["eu-west-1", "mesh1", { clusterName: "shop-prod" }]);
    const system = platformNamespaces(stack).find(({ metadata }) => metadata.name === "istio-system");
    assert.equal(system?.metadata.labels?.["topology.istio.io/network"], "eu-west-1");
  });

  it("has an east-west gateway of its network, whose load balancer only private networks reach", () => {
    const { namespace, values } = gatewayOf(joined());
    assert.equal(namespace, "istio-eastwest");
    assert.deepEqual(values["labels"], { "topology.istio.io/network": "eu-west-1" });
    assert.deepEqual(values["env"], { ISTIO_META_REQUESTED_NETWORK_VIEW: "eu-west-1" });
    const service = values["service"] as Record<string, unknown>;
    assert.deepEqual(service["loadBalancerSourceRanges"], ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]);
    const annotations = service["annotations"] as Record<string, string>;
    assert.equal(annotations["service.beta.kubernetes.io/aws-load-balancer-scheme"], "internal");
  });

  it("opens the ports of istiod only when it is asked to, and leads them to the stable control plane", () => {
    const ports = (stack: ReturnType<typeof joined>) =>
      (gatewayOf(stack).values["service"] as { ports: { port: number }[] }).ports.map(({ port }) => port);
    assert.deepEqual(ports(joined()), [15443]);
    const exposed = joined({ eastWestGateway: { exposeIstiod: true } }, { revisions: [{ version: "1.30.7" }] });
    assert.deepEqual(ports(exposed), [15443, 15012, 15017]);
    assert.deepEqual(
      eastWestObjects(joined()).map(({ metadata }) => metadata.name),
      ["cross-network-gateway"],
    );
    const routes = eastWestObjects(exposed).find(({ kind }) => kind === "VirtualService");
    assert.match(JSON.stringify(routes?.spec), /"host":"istiod-1-30-7\.istio-system\.svc\.cluster\.local"/);
  });

  it("lets calls through by their name, without reading them", () => {
    const [gateway] = eastWestObjects(joined());
    assert.deepEqual(gateway?.spec, {
      selector: { istio: "eastwestgateway" },
      servers: [
        {
          port: { number: 15443, name: "tls", protocol: "TLS" },
          tls: { mode: "AUTO_PASSTHROUGH" },
          hosts: ["*.local"],
        },
      ],
    });
  });

  it("counts the gateway's pods on the system pool", () => {
    assert.ok(podDemand(joined()).system.some(({ name, pods }) => name === "the east-west gateway" && pods === 5));
  });

  it("finds remote clusters by Secrets as istioctl makes them, whose values are never rendered", () => {
    const file = renderStack(joined({ remoteClusters: ["eu-2"] }), "shop-prod").find(({ path }) =>
      path.includes("istio-remote-secret"),
    );
    assert.equal(file?.path, "objects/istio-system/secret-istio-remote-secret-eu-2.yaml");
    assert.match(file.content, /istio\/multiCluster: "true"/);
    assert.match(file.content, /networking\.istio\.io\/cluster: eu-2/);
    assert.ok(file.content.includes(`eu-2: "${MASK}"`) || file.content.includes(`eu-2: ${MASK}`));
  });
});

describe("the certificate authority of a mesh of several clusters", () => {
  it("is a Secret as istiod looks for it, whose values are never rendered", () => {
    const file = (certificateAuthority: string) =>
      renderStack(joined({ certificateAuthority }), "shop-prod").find(({ path }) => path.includes("cacerts"));
    assert.equal(file("existingSecret"), undefined);
    assert.equal(file("config")?.path, "objects/istio-system/secret-cacerts.yaml");
    for (const name of ["ca-cert.pem", "ca-key.pem", "root-cert.pem", "cert-chain.pem"]) {
      assert.ok(file("config")?.content.includes(`${name}: "${MASK}"`), name);
    }
  });
});

describe("a service of another cluster", () => {
  const entry = (service: PlainObject) => remoteServiceEntries(joined({ remoteServices: { pay: service } }))[0];

  it("of the mesh is called with mutual TLS through the other cluster's east-west gateway", () => {
    assert.deepEqual(entry(SERVICE)?.spec, {
      hosts: [HOST],
      location: "MESH_INTERNAL",
      ports: [{ number: 8080, name: "http", protocol: "HTTP" }],
      resolution: "DNS",
      endpoints: [{ address: "192.168.7.7", ports: { http: 15443 }, labels: { "security.istio.io/tlsMode": "istio" } }],
    });
  });

  it("outside of it is called at its own port, by an address of its own where it has one", () => {
    const spec = entry({
      host: "payment-service.production.remote",
      port: 8080,
      location: "MESH_EXTERNAL",
      address: "240.0.0.1",
      endpoints: [{ address: "payment-service.production.svc.cluster.remote" }],
    })?.spec;
    assert.deepEqual(spec?.addresses, ["240.0.0.1"]);
    assert.deepEqual(spec.endpoints, [
      { address: "payment-service.production.svc.cluster.remote", ports: { http: 8080 } },
    ]);
  });

  it("lies in the application's namespace", () => {
    assert.deepEqual([entry(SERVICE)?.metadata.name, entry(SERVICE)?.metadata.namespace], ["pay", "ecommerce"]);
  });
});

describe("checks of several clusters", () => {
  const SMALL = { istiod: { replicas: { min: 1, max: 2 } } };
  const problems = (stack: ReturnType<typeof joined>) =>
    checkStack(stack).map(({ path, message }) => `${path}: ${message}`);

  it("let a whole part of a mesh through", () => {
    const whole = joined(
      { eastWestGateway: { exposeIstiod: true }, remoteClusters: ["eu-2"], remoteServices: { pay: SERVICE } },
      SMALL,
    );
    assert.deepEqual(problems(whole), []);
  });

  it("refuse a root that no other cluster trusts, whichever way others are met", () => {
    const own = { certificateAuthority: "istiod" };
    for (const stack of [
      joined(own, SMALL),
      joined({ ...own, eastWestGateway: { enabled: false }, remoteClusters: ["eu-2"] }, SMALL),
    ]) {
      assert.match(
        problems(stack).join(),
        /^mesh\.multiCluster\.certificateAuthority: expected config or existingSecret/,
      );
    }
  });

  const refused: readonly [what: string, stack: ReturnType<typeof joined>, says: RegExp][] = [
    [
      "an east-west gateway without a network",
      joined({}, { ...SMALL, network: undefined }),
      /^mesh\.network: expected a name for this cluster's network/,
    ],
    [
      "an east-west load balancer without its controller",
      joined({}, { ...SMALL, ingressGateway: { serviceType: "ClusterIP" } }),
      /^mesh\.multiCluster\.eastWestGateway\.serviceType: expected NodePort or ClusterIP/,
    ],
    [
      "istiod exposed through no gateway",
      joined({ eastWestGateway: { enabled: false, exposeIstiod: true } }, SMALL),
      /^mesh\.multiCluster\.eastWestGateway\.exposeIstiod: expected false/,
    ],
    [
      "istiod exposed to the world",
      joined({ eastWestGateway: { exposeIstiod: true, scheme: "internet-facing", sourceCidrs: ["0.0.0.0/0"] } }, SMALL),
      /^mesh\.multiCluster\.eastWestGateway\.sourceCidrs\[0\]: expected the networks of the other clusters/,
    ],
    [
      "a remote cluster twice",
      joined({ remoteClusters: ["eu-2", "eu-2"] }, SMALL),
      /^mesh\.multiCluster\.remoteClusters\[1\]: expected each cluster once/,
    ],
    [
      "a service of the mesh by a name that the other gateway does not know",
      joined({ remoteServices: { pay: { ...SERVICE, host: "payment.example.com" } } }, SMALL),
      /^mesh\.multiCluster\.remoteServices\.pay\.host: expected the name of the service in its cluster/,
    ],
    [
      "a remote service with the name of one's own",
      joined({ remoteServices: { pay: { ...SERVICE, host: "payment.ecommerce.svc.cluster.local" } } }, SMALL),
      /^mesh\.multiCluster\.remoteServices\.pay\.host: expected a host that no service here has/,
    ],
    [
      "a host twice",
      joined({ remoteServices: { pay: SERVICE, again: SERVICE } }, SMALL),
      /^mesh\.multiCluster\.remoteServices\.again\.host: expected each host once/,
    ],
    [
      "an address twice",
      joined(
        {
          remoteServices: {
            pay: { ...SERVICE, address: "240.0.0.1" },
            again: { ...SERVICE, host: "ledger.shop.svc.cluster.local", address: "240.0.0.1" },
          },
        },
        SMALL,
      ),
      /^mesh\.multiCluster\.remoteServices\.again\.address: expected each address once/,
    ],
  ];
  for (const [what, stack, says] of refused) {
    it(`refuse ${what}`, () => {
      const found = problems(stack);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", says);
    });
  }

  it("refuse the cluster itself among the remote ones", () => {
    const multiCluster = { certificateAuthority: "config", remoteClusters: ["eu-1"] };
    const stack = stackData({ cluster: { name: "eu-1" }, mesh: { multiCluster } });
    assert.match(problems(stack).join(), /remoteClusters\[0\]: expected another cluster; got "eu-1"/);
  });
});
