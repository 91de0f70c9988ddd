import assert from "node:assert/strict";
import { externalDnsPolicy } from "../../aws/iam/external-dns.ts";
import { loadBalancerControllerPolicy } from "../../aws/iam/load-balancer-controller.ts";
import { platformNamespaces } from "../workloads/namespaces.ts";
import type { HelmRelease } from "../../kubernetes/objects.ts";
import { stackReleases } from "../../inventory.ts";
import type { StackData } from "../../stack/stack.ts";
import { gateway } from "./ingress.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import type { PlainObject } from "../../stack/plain-object.ts";

const PREFIX = "service.beta.kubernetes.io/aws-load-balancer-";
const ARN = "arn:aws:acm:eu-west-1:123456789012:certificate/0d9c1f6e-0000-4000-8000-000000000000";
const ACM = { tls: { mode: "acm", certificateArn: ARN } };
const DNS = { dns: { enabled: true, zoneId: "Z0123456789ABCDEFGHIJ" } };

/** The shop on a cluster that exists. */
function onKubeconfig(): StackData {
  const stack = stackData();
  const nodes = { count: 3, cpu: "4", memory: "8Gi", zones: 1 };
  return { ...stack, config: { ...stack.config, platform: { kind: "kubeconfig", nodes } } };
}

function release(stack: StackData, name: string): HelmRelease | undefined {
  return stackReleases(stack, "shop-prod").find((candidate) => candidate.name === name);
}

function ingress(traffic: PlainObject = {}): Record<string, unknown> {
  const found = release(stackData({ traffic }), "istio-ingressgateway");
  assert.ok(found);
  return found.values;
}

function serviceOf(traffic: PlainObject = {}): Record<string, unknown> {
  return ingress(traffic)["service"] as Record<string, unknown>;
}

function annotation(name: string, traffic: PlainObject = {}): string | undefined {
  return (serviceOf(traffic)["annotations"] as Record<string, string>)[`${PREFIX}${name}`];
}

function proxyConfig(traffic: PlainObject = {}): unknown {
  const annotations = ingress(traffic)["podAnnotations"] as Record<string, string>;
  return JSON.parse(annotations["proxy.istio.io/config"] ?? "null");
}

describe("the load balancer of the ingress gateway", () => {
  it("is left to the AWS controller, leads to the pods and asks them for their health", () => {
    const service = serviceOf();
    assert.equal(service["loadBalancerClass"], "service.k8s.aws/nlb");
    assert.equal(service["allocateLoadBalancerNodePorts"], false);
    assert.equal(annotation("nlb-target-type"), "ip");
    assert.deepEqual(
      ["protocol", "port", "path"].map((what) => annotation(`healthcheck-${what}`)),
      ["http", "15021", "/healthz/ready"],
    );
  });

  it("lies in the named subnets of a VPC that exists, whose tags are somebody else's", () => {
    const existing = {
      vpcId: "vpc-0a1b2c3d",
      publicSubnetIds: ["subnet-a", "subnet-b"],
      privateSubnetIds: ["subnet-c"],
    };
    const subnetsOf = (scheme: string) => {
      const stack = stackData({ traffic: { loadBalancer: { scheme } } });
      const config = { ...stack.config, network: { ...stack.config.network, existing } };
      const service = release({ ...stack, config }, "istio-ingressgateway")?.values["service"];
      return (service as { annotations: Record<string, string> }).annotations[`${PREFIX}subnets`];
    };
    assert.deepEqual([subnetsOf("internet-facing"), subnetsOf("internal")], ["subnet-a,subnet-b", "subnet-c"]);
    assert.equal(annotation("subnets"), undefined);
  });

  it("does not show the status port to clients", () => {
    const ports = serviceOf()["ports"] as readonly { readonly port: number }[];
    assert.deepEqual(
      ports.map(({ port }) => port),
      [80, 443],
    );
  });

  it("takes scheme, source networks, zones, protection and logs from the configuration", () => {
    assert.equal(annotation("scheme"), "internet-facing");
    assert.equal(annotation("scheme", { loadBalancer: { scheme: "internal" } }), "internal");
    assert.deepEqual(serviceOf()["loadBalancerSourceRanges"], ["0.0.0.0/0"]);
    const narrow = { loadBalancer: { sourceCidrs: ["198.51.100.0/24", "203.0.113.0/24"] } };
    assert.deepEqual(serviceOf(narrow)["loadBalancerSourceRanges"], ["198.51.100.0/24", "203.0.113.0/24"]);
    assert.equal(
      annotation("attributes"),
      "load_balancing.cross_zone.enabled=true,deletion_protection.enabled=false,access_logs.s3.enabled=false",
    );
    assert.equal(
      annotation("attributes", {
        loadBalancer: { crossZone: false, deletionProtection: true, accessLogsBucket: "shop-access-logs" },
      }),
      "load_balancing.cross_zone.enabled=false,deletion_protection.enabled=true,access_logs.s3.enabled=true,access_logs.s3.bucket=shop-access-logs",
    );
  });

  it("leaves the gateway more time to answer than connections have to leave", () => {
    assert.match(annotation("target-group-attributes") ?? "", /deregistration_delay\.timeout_seconds=30$/);
    assert.equal(ingress()["terminationGracePeriodSeconds"], 60);
    assert.deepEqual(proxyConfig(), { terminationDrainDuration: "50s" });
  });

  it("keeps the client's address, sends it by proxy protocol to a gateway that expects it, or hides it", () => {
    const clientIp = (value: string) => ({ loadBalancer: { clientIp: value } });
    const attributes = (value: string) => annotation("target-group-attributes", clientIp(value));
    assert.match(attributes("preserve") ?? "", /^preserve_client_ip\.enabled=true,proxy_protocol_v2\.enabled=false,/);
    assert.match(attributes("none") ?? "", /^preserve_client_ip\.enabled=false,proxy_protocol_v2\.enabled=false,/);
    const proxied = clientIp("proxyProtocol");
    assert.match(
      attributes("proxyProtocol") ?? "",
      /^preserve_client_ip\.enabled=false,proxy_protocol_v2\.enabled=true,/,
    );
    assert.deepEqual(proxyConfig(proxied), {
      terminationDrainDuration: "50s",
      gatewayTopology: { proxyProtocol: {} },
    });
    // Health checks carry the header too.
    assert.deepEqual(ingress(proxied)["env"], { ENVOY_STATUS_PORT_ENABLE_PROXY_PROTOCOL: "true" });
    assert.equal(ingress()["env"], undefined);
  });

  it("holds new pods back until it has found them healthy", () => {
    const gates = (stack: StackData) =>
      platformNamespaces(stack)
        .filter(({ metadata }) => metadata.labels?.["elbv2.k8s.aws/pod-readiness-gate-inject"] === "enabled")
        .map(({ metadata }) => metadata.name);
    assert.deepEqual(gates(stackData()), ["istio-ingress"]);
    assert.deepEqual(gates(onKubeconfig()), []);
  });

  it("is not asked for on a cluster that exists, nor of a Service of another type", () => {
    const local = onKubeconfig();
    const values = release(local, "istio-ingressgateway")?.values ?? {};
    assert.deepEqual(values["service"], {
      type: "LoadBalancer",
      annotations: {},
      ports: [
        { name: "status-port", port: 15021, targetPort: 15021, protocol: "TCP" },
        { name: "http2", port: 80, targetPort: 8080, protocol: "TCP" },
        { name: "https", port: 443, targetPort: 8443, protocol: "TCP" },
      ],
    });
    assert.equal((values["podAnnotations"] as Record<string, unknown>)["proxy.istio.io/config"], undefined);
    assert.equal(release(local, "aws-load-balancer-controller"), undefined);
    const inside = stackData({ mesh: { ingressGateway: { serviceType: "ClusterIP" } }, traffic: DNS });
    assert.equal(release(inside, "aws-load-balancer-controller"), undefined);
    assert.equal(release(inside, "external-dns"), undefined);
  });
});

describe("a certificate of ACM", () => {
  it("ends TLS at the load balancer, on the HTTPS port only", () => {
    assert.equal(annotation("ssl-cert", ACM), ARN);
    assert.equal(annotation("ssl-ports", ACM), "https");
    assert.match(annotation("ssl-negotiation-policy", ACM) ?? "", /TLS13/);
    assert.equal(annotation("ssl-cert"), undefined);
  });

  it("lets the gateway take plain HTTP behind it, and still redirect what came as HTTP", () => {
    const servers = gateway(stackData({ traffic: ACM })).spec.servers ?? [];
    assert.deepEqual(
      servers.map(({ port, tls }) => [port.number, port.protocol, tls]),
      [
        [80, "HTTP", { httpsRedirect: true }],
        [443, "HTTP", undefined],
      ],
    );
  });
});

describe("the AWS Load Balancer Controller", () => {
  const values = release(stackData({ tags: { team: "shop" } }), "aws-load-balancer-controller")?.values ?? {};

  it("never stands in the way of other Services", () => {
    assert.equal(values["enableServiceMutatorWebhook"], false);
    assert.deepEqual(values["webhookConfig"], { disableIngressValidation: true });
  });

  it("knows its cluster and region without the instance metadata, and keeps its certificate", () => {
    assert.deepEqual(
      [values["clusterName"], values["region"], values["keepTLSSecret"]],
      ["shop-prod", "eu-west-1", true],
    );
  });

  it("runs twice, on the system pool, and tags what it makes", () => {
    assert.equal(values["replicaCount"], 2);
    assert.deepEqual(values["nodeSelector"], { "ecommerce-mesh.dev/pool": "system" });
    assert.deepEqual(values["defaultTags"], { project: "ecommerce-mesh", team: "shop" });
  });

  it("may change and delete only what carries this cluster's tag", () => {
    const { Statement } = loadBalancerControllerPolicy("shop-prod", "aws");
    const dangerous = Statement.filter(({ Action }) =>
      Action.some((action) =>
        /:(Delete(LoadBalancer|TargetGroup|SecurityGroup)|Create(LoadBalancer|TargetGroup))$/.test(action),
      ),
    );
    assert.ok(dangerous.length >= 3);
    for (const { Sid, Condition } of dangerous) {
      assert.match(JSON.stringify(Condition?.["StringEquals"]), /elbv2\.k8s\.aws\/cluster":"shop-prod"/, Sid);
    }
  });

  it("gets no rights on what network load balancers do not need, and none by wildcard", () => {
    const actions = loadBalancerControllerPolicy("shop-prod", "aws").Statement.flatMap(({ Action }) => Action);
    assert.deepEqual(
      actions.filter((action) => /\*|^(wafv2|waf-regional|shield|cognito-idp):/.test(action)),
      [],
    );
    assert.equal(new Set(actions.filter((action) => action.includes("Delete"))).size, 5);
  });

  it("has a policy that fits into a role: inline policies end at 10240 characters", () => {
    assert.ok(JSON.stringify(loadBalancerControllerPolicy("c".repeat(100), "aws")).length < 10_240);
  });
});

describe("ExternalDNS", () => {
  it("is installed only where it is asked for, and keeps the records of the Gateway's hosts in one zone", () => {
    assert.equal(release(stackData(), "external-dns"), undefined);
    const found = release(stackData({ traffic: DNS }), "external-dns");
    assert.deepEqual([found?.chart, found?.version], ["external-dns", "1.21.1"]);
    assert.deepEqual(
      ["sources", "policy", "txtOwnerId", "extraArgs"].map((key) => found?.values[key]),
      [["istio-gateway"], "sync", "shop-prod", { "zone-id-filter": "Z0123456789ABCDEFGHIJ" }],
    );
  });

  it("may change the records of that zone only", () => {
    const changing = externalDnsPolicy("Z0123456789ABCDEFGHIJ", "aws").Statement.filter(({ Action }) =>
      Action.some((action) => /Change/.test(action)),
    );
    assert.deepEqual(
      changing.map(({ Resource }) => Resource),
      ["arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHIJ"],
    );
  });
});
