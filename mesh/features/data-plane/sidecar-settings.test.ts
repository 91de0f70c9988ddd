import assert from "node:assert/strict";
import { workloadObjects } from "../../application.ts";
import { podDemand } from "../../capacity/demand.ts";
import { checkStack } from "../../checks/index.ts";
import { PAST_SIDECAR_REASON } from "../../kubernetes/labels.ts";
import type { DeploymentObject } from "../../kubernetes/objects.ts";
import { connects } from "../../../analysis/authorization/network.ts";
import { serviceNetworkPolicies, namespaceNetworkPolicies } from "../network-policies/application.ts";
import { PROXY_ANNOTATION } from "../control-plane/revisions/revisions.ts";
import { resourceQuota } from "../../capacity/namespace-limits.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import type { PlainObject } from "../../stack/plain-object.ts";

const LARGE = { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "2000m", memory: "1Gi" } };
const DATABASES = [
  { port: 3306, networks: ["10.30.64.0/19"] },
  { port: 5432, networks: ["10.30.64.0/19", "0.0.0.0/0"] },
];
const REASON = { exceptions: { "past-the-sidecar": "The database speaks its own protocol" } };

function withSidecar(sidecar: PlainObject, config: PlainObject = {}) {
  return stackData(config, { services: { order: { sidecar } } });
}

function annotationsOf(stack: ReturnType<typeof stackData>, name = "order-v1") {
  const found = workloadObjects(stack).find(
    (object): object is DeploymentObject => object.kind === "Deployment" && object.metadata.name === name,
  );
  const annotations = Object.entries(found?.spec.template.metadata.annotations ?? {});
  return Object.fromEntries(annotations.filter(([key]) => key !== PROXY_ANNOTATION));
}

describe("the proxies of one service", () => {
  it("are the mesh's where it says nothing", () => {
    assert.deepEqual(annotationsOf(stackData()), {});
  });

  it("have resources, threads, log level and image of their own, on every version and on no other service", () => {
    const stack = withSidecar({
      resources: LARGE,
      concurrency: 4,
      logLevel: "debug",
      image: "registry.istio.io/release/proxyv2:1.30.7-debug",
    });
    const wanted = {
      "sidecar.istio.io/proxyCPU": "100m",
      "sidecar.istio.io/proxyMemory": "256Mi",
      "sidecar.istio.io/proxyCPULimit": "2000m",
      "sidecar.istio.io/proxyMemoryLimit": "1Gi",
      "sidecar.istio.io/proxyImage": "registry.istio.io/release/proxyv2:1.30.7-debug",
      "sidecar.istio.io/logLevel": "debug",
      "proxy.istio.io/config": "concurrency: 4",
    };
    assert.deepEqual(annotationsOf(stack), wanted);
    assert.deepEqual(annotationsOf(stack, "cart-v1"), {});
    const versions = { v1: {}, v2: { weight: 0 } };
    const two = stackData({}, { services: { order: { versions, sidecar: { logLevel: "info" } } } });
    assert.deepEqual(annotationsOf(two, "order-v2"), { "sidecar.istio.io/logLevel": "info" });
  });

  it("count with their own size for the nodes and the quota", () => {
    const stack = withSidecar({ resources: LARGE }, { security: { quota: { headroomPercent: 0 } } });
    const cpuOf = (name: string) => podDemand(stack).workload.find((set) => set.name === name)?.request.milliCpu;
    assert.deepEqual([cpuOf("order-v1"), cpuOf("cart-v1")], [200, 110]);
    // 18 pods of 110m, and 4 of order with 200m each.
    assert.equal(resourceQuota(stack)[0]?.spec.hard?.["requests.cpu"], `${18 * 110 + 4 * 200}m`);
  });
});

describe("connections that bypass the sidecar", () => {
  const stack = withSidecar({ excludeOutboundPorts: DATABASES }, { mesh: { outboundTraffic: "REGISTRY_ONLY" } });

  it("are named at the pod, with the reason", () => {
    const key = "traffic.sidecar.istio.io/excludeOutboundPorts";
    const of = (security: PlainObject) => annotationsOf(withSidecar({ excludeOutboundPorts: DATABASES }, { security }));
    assert.deepEqual(of(REASON), { [key]: "3306,5432", [PAST_SIDECAR_REASON]: REASON.exceptions["past-the-sidecar"] });
    assert.equal(of({ profile: "development" })[PAST_SIDECAR_REASON], "security.profile is development");
    assert.deepEqual(of({}), { [key]: "3306,5432" });
  });

  it("reach their networks on these ports, and nothing else; never the node's credentials", () => {
    const policies = [...namespaceNetworkPolicies(stack), ...serviceNetworkPolicies(stack)];
    const can = (app: string, address: string, port: number) =>
      connects(
        { policies, namespaceLabels: new Map() },
        { pod: { namespace: "ecommerce", labels: { app } } },
        { address },
        port,
      ).allowed;
    assert.equal(can("order", "10.30.64.9", 3306), true);
    assert.equal(can("order", "10.30.32.9", 3306), false);
    assert.equal(can("order", "10.30.64.9", 6379), false);
    assert.equal(can("cart", "10.30.64.9", 3306), false);
    assert.equal(can("order", "203.0.113.9", 5432), true);
    assert.equal(can("order", "169.254.170.23", 5432), false);
  });
});

describe("settings of a service's proxies are refused", () => {
  const REFUSED: readonly (readonly [
    rule: string,
    sidecar: PlainObject,
    config: PlainObject,
    path: string,
    says: RegExp,
  ])[] = [
    [
      "in an ambient mesh",
      { logLevel: "debug" },
      { mesh: { mode: "ambient" } },
      "services.order.sidecar",
      /mesh\.mode is ambient and no pod has a sidecar/,
    ],
    [
      "with an image that does not say its version",
      { image: "example.com/proxyv2:mine" },
      {},
      "services.order.sidecar.image",
      /a tag that begins with the proxy's Istio version; got example\.com\/proxyv2:mine/,
    ],
    [
      "with a proxy that carries a known flaw",
      { image: "example.com/proxyv2:1.30.3" },
      {},
      "services.order.sidecar.image",
      /1\.30\.3 carries ISTIO-SECURITY-2026-007/,
    ],
    [
      "with a proxy that is newer than its control plane",
      { image: "example.com/proxyv2:1.31.2" },
      {},
      "services.order.sidecar.image",
      /at most 1\.30\.7, the version of the control plane/,
    ],
    [
      "with a port past the sidecar on which the service calls another",
      { excludeOutboundPorts: [{ port: 8080, networks: ["10.0.0.0/8"] }] },
      { security: REASON },
      "services.order.sidecar.excludeOutboundPorts[0].port",
      /none of the service's calls uses; got 8080, on which it calls/,
    ],
    [
      "with a port past the sidecar twice",
      { excludeOutboundPorts: [DATABASES[0], DATABASES[0]] },
      { security: REASON },
      "services.order.sidecar.excludeOutboundPorts[1].port",
      /each port once; got 3306 twice/,
    ],
    [
      "with the way to the node's credentials",
      { excludeOutboundPorts: [{ port: 3306, networks: ["169.254.169.254/32"] }] },
      { security: REASON },
      "services.order.sidecar.excludeOutboundPorts[0].networks[0]",
      /outside of 169\.254\.0\.0\/16/,
    ],
    [
      "with a port past the sidecar in production and no reason",
      { excludeOutboundPorts: [DATABASES[0]] },
      {},
      "services.order.sidecar.excludeOutboundPorts[0]",
      /port 3306 bypass the sidecar, which security\.profile production refuses/,
    ],
  ];

  for (const [rule, sidecar, config, path, says] of REFUSED) {
    it(rule, () => {
      const problems = checkStack(withSidecar(sidecar, config)).filter((problem) => problem.path.includes("sidecar"));
      assert.deepEqual(
        problems.map((problem) => problem.path),
        [path],
      );
      assert.match(problems[0]?.message ?? "", says);
    });
  }

  it("with an image that has no digest, in production and no reason", () => {
    const { config, catalog } = withSidecar({ image: "example.com/proxyv2:1.30.7" });
    const strict = { catalog, config: { ...config, security: { ...config.security, exceptions: {} } } };
    const problem = checkStack(strict).find(({ path }) => path === "services.order.sidecar.image");
    assert.match(problem?.message ?? "", /example\.com\/proxyv2:1\.30\.7 has no digest/);
  });

  it("and taken where they are right", () => {
    const image = "registry.istio.io/release/proxyv2:1.30.7-debug";
    assert.deepEqual(
      checkStack(withSidecar({ image, resources: LARGE, excludeOutboundPorts: DATABASES }, { security: REASON })),
      [],
    );
  });

  it("also on the port of an external service that it calls", () => {
    const excludeOutboundPorts = [{ port: 80, networks: ["10.0.0.0/8"] }];
    const problems = checkStack(
      stackData(
        { security: REASON },
        {
          services: { payment: { sidecar: { excludeOutboundPorts }, externalCalls: ["processor"] } },
          externalServices: { processor: { host: "api.paymentprocessor.com" } },
        },
      ),
    );
    assert.match(problems[0]?.message ?? "", /on which it calls api\.paymentprocessor\.com/);
  });
});
