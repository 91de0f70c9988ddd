import assert from "node:assert/strict";
import { program } from "../../components/program.ts";
import { record, type Registered } from "../support/record.ts";
import { settingsOf } from "../support/stacks.ts";

/**
 * What must stand before what, and so be gone after it: `pulumi destroy` goes the graph backwards.
 * Each pair: patterns on `<type>::<name>`, and the reason it would hurt the other way round.
 */
const ORDER: readonly (readonly [before: RegExp, after: RegExp, reason: string])[] = [
  [/Vpc::network-vpc/, /eks:index:Cluster/, "the cluster's network interfaces lie in the VPC"],
  [/NatGateway::/, /Route::network-private-.*-nat$/, "the route points at the gateway"],
  [/InternetGateway::/, /NatGateway::/, "AWS refuses a NAT gateway without an internet gateway"],
  [
    /RouteTableAssociation::network-intra-/,
    /eks:index:Cluster/,
    "the control plane's interfaces lie in the intra subnets",
  ],
  [/VpcEndpoint::/, /NodeGroup::/, "nodes pull images and take credentials through the endpoints"],
  [/SecurityGroupIngressRule::network-endpoints/, /NodeGroup::/, "an endpoint that is not opened answers nobody"],
  [/FlowLog::/, /NodeGroup::/, "the first and the last connection of a node is recorded"],
  [/RolePolicy::network-flow-logs/, /FlowLog::/, "without the policy nothing is recorded, and nobody says so"],
  [/LogGroup::network-flow-logs/, /FlowLog::/, "the flow log writes into the group"],
  [/SecurityGroup::security-groups-/, /eks:index:Cluster/, "AWS refuses to delete a group that an interface has"],
  [/SecurityGroup::security-groups-/, /NodeGroup::/, "AWS refuses to delete a group that a node has"],
  [
    /SecurityGroup(In|E)gressRule::security-groups-/,
    /eks:index:Cluster/,
    "a control plane without rules reaches no webhook",
  ],
  [/SecurityGroup(In|E)gressRule::security-groups-/, /NodeGroup::/, "nodes do not join without the rules"],
  [/Route::network-private-/, /NodeGroup::/, "nodes pull images through the NAT route"],
  [/RolePolicyAttachment::cluster-node-Amazon/, /NodeGroup::/, "nodes cannot join without the role's policies"],
  [/kms\/key:Key::/, /LogGroup::/, "CloudWatch could not read what it holds"],
  [/kms\/key:Key::/, /eks:index:Cluster/, "the API server could not read its Secrets"],
  [/kms\/key:Key::/, /LaunchTemplate::/, "nodes could not start from their encrypted volumes"],
  [/kms\/key:Key::/, /StorageClass::/, "pods could not read their volumes"],
  [/LogGroup::cluster-logs/, /eks:index:Cluster/, "EKS would make the group itself, and a destroy would leave it"],
  [/eks:index:Cluster/, /NodeGroup::/, "nodes join a cluster"],
  [/LaunchTemplate::cluster-system/, /NodeGroup::cluster-system/, "nodes start from the template"],
  [/LaunchTemplate::cluster-workload/, /NodeGroup::cluster-workload/, "nodes start from the template"],
  [/Addon::.*vpc-cni/, /NodeGroup::/, "nodes without it never become ready, or count their pods without prefixes"],
  [/Addon::.*kube-proxy/, /NodeGroup::/, "nodes without it reach no Service"],
  [/Addon::.*pod-identity-agent/, /NodeGroup::/, "the network add-on takes its role through the agent"],
  [/PodIdentityAssociation::.*vpc-cni/, /Addon::.*vpc-cni/, "pods get their role at their start"],
  [/PodIdentityAssociation::.*ebs-csi/, /Addon::.*ebs-csi/, "pods get their role at their start"],
  [/NodeGroup::/, /Addon::.*(coredns|ebs-csi-driver|metrics-server)/, "EKS waits for their pods, which need nodes"],
  [/Addon::.*ebs-csi-driver/, /StorageClass::/, "the driver makes the volumes, and deletes them"],
  [/Addon::/, /Release::/, "no chart installs without names, metrics and volumes"],
  [/StorageClass::/, /Release::/, "a volume claim made before the default class stays without one"],
  [/NodeGroup::/, /Release::/, "no pod runs without a node"],
  [/NodeGroup::/, /core\/v1:Namespace::/, "a namespace with pods hangs when their kubelets are gone"],
  [
    /Release::istiod/,
    /MutatingWebhookConfiguration::/,
    "pods are refused while nobody answers the webhooks of the tag that they follow",
  ],
  [
    /MutatingWebhookConfiguration::/,
    /Release::istio-(in|e)gressgateway/,
    "a gateway's image is `auto` until the injector of its tag has seen it",
  ],
  [
    /MutatingWebhookConfiguration::/,
    /Namespace::application/,
    "a pod of a namespace without its tag's webhooks runs without a sidecar",
  ],
  [/Release::istio-cni/, /Release::istiod/, "an injected pod without the node agent finds no network"],
  [/Release::istio-base/, /Release::istiod/, "istiod does not start without the CustomResourceDefinitions"],
  [
    /Release::istiod/,
    /Release::istio-(in|e)gressgateway/,
    "a gateway's image is `auto` until the injector has seen it",
  ],
  [
    /Release::aws-load-balancer-controller/,
    /Release::istio-ingressgateway/,
    "only a controller that runs deletes the load balancer, and lets the Service and its namespace go",
  ],
  [
    /(RolePolicy|PodIdentityAssociation)::edge-load-balancer-controller/,
    /Release::aws-load-balancer-controller/,
    "pods get their role at their start, and the controller needs its rights until the load balancer is gone",
  ],
  [/ec2\/subnet:Subnet::/, /Release::istio-ingressgateway/, "the load balancer's interfaces lie in subnets"],
  [
    /InternetGateway::/,
    /Release::istio-ingressgateway/,
    "AWS detaches no internet gateway while the load balancer has public addresses",
  ],
  [
    /SecurityGroup::security-groups-/,
    /Release::istio-ingressgateway/,
    "the load balancer's rules lie in the nodes' group until it is gone",
  ],
  [/Release::istio-base/, /Release::external-dns/, "ExternalDNS does not start without Istio's kinds"],
  [
    /(RolePolicy|PodIdentityAssociation)::edge-external-dns/,
    /Release::external-dns/,
    "pods get their role at their start",
  ],
  [
    /Release::external-dns/,
    /Release::istio-ingressgateway/,
    "records are taken away while ExternalDNS runs: the Gateway goes long before it",
  ],
  [/Release::external-dns/, /networking\.istio\.io\/v1:Gateway::/, "it must see the Gateway go to delete its records"],
  [/Release::istiod/, /\.istio\.io\/v1:/, "istiod's webhook refuses Istio objects until it answers"],
  [
    /Release::istio-ingressgateway/,
    /\.istio\.io\/v1:/,
    "that istiod is ready does not prove that its webhooks answer; injected pods do",
  ],
  [/Release::istio-ingressgateway/, /Deployment::/, "the load balancer outlives what it leads to"],
  [
    /AuthorizationPolicy::application.*authorizationpolicy-deny-all/,
    /Deployment::workloads/,
    "no pod is ever reachable without an explicit allow",
  ],
  [/NetworkPolicy::application/, /Deployment::workloads/, "nor by the network"],
  [/(ResourceQuota|LimitRange)::application/, /Deployment::workloads/, "limits hold for the first pod too"],
  [/Sidecar::workloads/, /Deployment::workloads/, "a proxy that starts without it gets every host of the mesh first"],
  [/Deployment::workloads/, /NetworkPolicy::security/, "access is opened last and closed first"],
  [/core\/v1:Namespace::application/, /Deployment::workloads/, "pods lie in the namespace"],
  [/ServiceAccount::workloads/, /Deployment::workloads/, "a pod is refused without its ServiceAccount"],
  [/Deployment::/, /VirtualService::/, "no request is routed to pods that are not there"],
  [/Deployment::workloads/, /AuthorizationPolicy::security/, "access is opened last and closed first"],
  [/core\/v1:Namespace::rate-limit/, /(Secret|Release|Deployment)::(rate-limit|redis)/, "pods lie in the namespace"],
  [
    /(AuthorizationPolicy|NetworkPolicy|Sidecar)::rate-limit/,
    /(Release::redis|Deployment::rate-limit)/,
    "the namespace is closed before its first pod",
  ],
  [/Secret::rate-limit-redis/, /Release::redis/, "Redis does not start without its password"],
  [/Release::redis/, /Deployment::rate-limit/, "the service ends at once when it finds no Redis"],
  [/(ServiceAccount|ConfigMap)::rate-limit/, /Deployment::rate-limit/, "its pods do not start without them"],
  [/Deployment::rate-limit/, /EnvoyFilter::/, "a gateway that asks nobody may refuse everything"],
  [/DestinationRule::/, /VirtualService::/, "a route to an unknown subset answers 503"],
  [/Secret::addons-grafana/, /Release::grafana/, "Grafana does not start without its password"],
  [/Secret::addons-kiali/, /Release::kiali/, "Kiali does not start without its signing key"],
  [/Release::karpenter-crd/, /Release::karpenter$/, "the controller does not start without its kinds"],
  [
    /(RolePolicy|PodIdentityAssociation)::karpenter-controller/,
    /Release::karpenter$/,
    "pods get their role at their start, and the controller needs its rights until its last machine is gone",
  ],
  [
    /Release::karpenter$/,
    /EC2NodeClass::/,
    "only a controller that runs ends its machines, and lets go of their NodeClaims",
  ],
  [/EC2NodeClass::/, /NodePool::karpenter/, "a pool starts its machines by the class, and ends them by it"],
  [/AccessEntry::karpenter-node/, /NodePool::karpenter/, "nodes without an entry do not join, and stay on the bill"],
  [
    /(RolePolicyAttachment|InstanceProfile)::karpenter-node/,
    /NodePool::karpenter/,
    "nodes cannot join without the role's policies",
  ],
  [/aws:(sqs|cloudwatch)\/.*::karpenter-/, /NodePool::karpenter/, "the end of a node is heard of"],
  [/kms\/key:Key::/, /EC2NodeClass::/, "nodes could not start from their encrypted volumes"],
  [/NodeGroup::/, /Release::karpenter/, "the controller runs on nodes that it does not make itself"],
  [/SecurityGroup(In|E)gressRule::security-groups-/, /NodePool::karpenter/, "nodes do not join without the rules"],
  [/Route::network-private-/, /NodePool::karpenter/, "nodes pull images through the NAT route"],
  [/ec2\/subnet:Subnet::network-private/, /NodePool::karpenter/, "its machines lie in the subnets"],
  [
    /NodePool::karpenter/,
    /Deployment::/,
    "the pods are gone before their nodes are drained: nothing holds the drain up",
  ],
];

/** With Karpenter, which the stack leaves out. */
function withKarpenter(settings: Record<string, string>): Record<string, string> {
  const key = "ecommerce-mesh:cluster";
  const cluster = JSON.parse(settings[key] ?? "{}") as { readonly systemPool: object };
  // With the second control plane and these controllers, the system pool needs more nodes than dev has.
  const systemPool = { ...cluster.systemPool, desired: 5, max: 5 };
  return { ...settings, [key]: JSON.stringify({ ...cluster, systemPool, karpenter: { enabled: true } }) };
}

/** The same of a mesh without sidecars. */
const AMBIENT_ORDER: typeof ORDER = [
  [/Release::gateway-api-crds/, /Release::istiod/, "istiod serves the waypoint's kind when it finds it at its start"],
  [/Release::gateway-api-crds/, /gateway\.networking\.k8s\.io\/v1:Gateway::/, "the waypoint's kind must be served"],
  [/Release::istio-cni/, /Release::ztunnel/, "the agent leads the pods' traffic to ztunnel"],
  [/Release::istiod/, /Release::ztunnel/, "ztunnel is ready once istiod has told it of the mesh"],
  [/Release::ztunnel/, /Deployment::/, "a pod that starts without its node's ztunnel is cut off"],
  [/Release::ztunnel/, /Namespace::application/, "the label of the namespace leads its pods' traffic to ztunnel"],
  [
    /ConfigMap::.*waypoint-options/,
    /Deployment::workloads/,
    "the waypoint is declared with its number of pods before the first pod",
  ],
  [/v1:Gateway::.*waypoint/, /Deployment::workloads/, "no pod is called past the waypoint"],
  [
    /AuthorizationPolicy::.*authorizationpolicy-deny-all-at-waypoint/,
    /Deployment::workloads/,
    "the waypoint lets nobody in before the policies stand",
  ],
];

/** The same of an ingress by the Gateway API. */
const GATEWAY_API_ORDER: typeof ORDER = [
  [/Release::gateway-api-crds/, /Release::istiod/, "istiod reads the kinds that it finds at its start"],
  [/Release::gateway-api-crds/, /Release::external-dns/, "ExternalDNS ends when a kind that it reads is not served"],
  [/Release::gateway-api-crds/, /v1:(Gateway|HTTPRoute)::/, "the kinds must be served"],
  [/Release::istio-ingressgateway/, /v1:(Gateway|HTTPRoute)::/, "the Gateway's address is the release's Service"],
  [/Release::external-dns/, /v1:HTTPRoute::/, "it must see the routes go to delete their records"],
  [/gateway\.networking\.k8s\.io\/v1:Gateway::/, /v1:HTTPRoute::/, "a route without its Gateway is bound to nothing"],
  [/core\/v1:Service::traffic-/, /v1:HTTPRoute::/, "a route to a Service that is not there answers 500"],
  [
    /core\/v1:Service::workloads-/,
    /core\/v1:Service::traffic-/,
    "sidecars report requests under the oldest Service that selects their port",
  ],
  [/DestinationRule::/, /v1:HTTPRoute::/, "the first requests would meet no connection pool"],
  [/Deployment::/, /v1:HTTPRoute::/, "no request is routed to pods that are not there"],
];

/** The same of certificates from cert-manager, for the gateway by AWS Private CA and for the workloads. */
const CERTIFICATE_ORDER: typeof ORDER = [
  [
    /NetworkPolicy::cert-manager/,
    /Release::(cert-manager|aws-privateca-issuer)/,
    "the webhooks' namespace is closed before its first pod",
  ],
  [
    /(RolePolicy|PodIdentityAssociation)::cert-manager-/,
    /Release::aws-privateca-issuer/,
    "pods get their role at their start, and the issuer needs its rights until its last certificate is gone",
  ],
  [
    /Release::cert-manager$/,
    /cert-manager\.io\/v1(beta1)?:/,
    "cert-manager's webhooks refuse its objects until they answer, and only a controller that runs takes challenges back",
  ],
  [/Release::aws-privateca-issuer/, /AWSPCAClusterIssuer::/, "the kind is the issuer's own"],
  [
    /AWSPCAClusterIssuer::/,
    /Certificate::certificates-/,
    "a certificate whose issuer goes first cannot be renewed meanwhile",
  ],
  [/Namespace::mesh-namespace-istio-ingress/, /Certificate::certificates-/, "its Secret lies beside the gateway"],
  [/Issuer::.*-mesh-root/, /Certificate::.*-istio-ca/, "the root is signed by an issuer"],
  [/Certificate::.*-istio-ca/, /Issuer::.*-issuer-istio-ca/, "the issuer signs with the root's Secret"],
  [
    /Issuer::.*-issuer-istio-ca/,
    /Release::cert-manager-istio-csr/,
    "istio-csr is ready once its own certificate is signed",
  ],
  [/Issuer::.*-issuer-istio-ca/, /Certificate::.*-certificate-istiod/, "istiod's certificate has the mesh's root"],
  [/Certificate::.*-certificate-istiod/, /Release::istiod$/, "istiod finds its certificate at its start or not at all"],
  [/Release::cert-manager-istio-csr/, /Release::istiod$/, "the first proxy asks istio-csr for its certificate"],
  [/Release::cert-manager-istio-csr/, /Deployment::/, "and the last one, too"],
];

/** With ExternalDNS, which the stack leaves out. */
function withDns(settings: Record<string, string>): Record<string, string> {
  const key = "ecommerce-mesh:traffic";
  const traffic = JSON.parse(settings[key] ?? "{}") as Record<string, unknown>;
  const dns = { enabled: true, zoneId: "Z0123456789ABCDEFGHIJ" };
  return { ...settings, [key]: JSON.stringify({ ...traffic, dns }) };
}

/** Two control planes and their tags, as an upgrade has them. */
function withRevisions(settings: Record<string, string>): Record<string, string> {
  const key = "ecommerce-mesh:mesh";
  const mesh = JSON.parse(settings[key] ?? "{}") as Record<string, unknown>;
  const revisions = [{ version: "1.30.7" }, { version: "1.31.2" }];
  // Undefined in place of the version that stands beside them: JSON leaves it out.
  return { ...settings, [key]: JSON.stringify({ ...mesh, version: undefined, revisions, tags: { stable: "1-30-7" } }) };
}

describe("order of creation and destruction", () => {
  let graph: Registered[];

  before(async () => {
    const settings = withRevisions(withKarpenter(withDns(withEndpoints(settingsOf("dev")))));
    graph = await record(() => program(), { stack: "dev", settings });
  });

  inThisOrder(ORDER, () => graph);

  it("has no cycle", () => {
    for (const resource of graph) {
      assert.ok(!reachable(graph, resource).has(resource.urn), `${key(resource)} waits for itself`);
    }
  });
});

describe("order of an ambient mesh", () => {
  let graph: Registered[];

  before(async () => {
    const settings = settingsOf("local");
    const mesh = JSON.parse(settings["ecommerce-mesh:mesh"] ?? "{}") as object;
    settings["ecommerce-mesh:mesh"] = JSON.stringify({ ...mesh, mode: "ambient" });
    graph = await record(() => program(), { stack: "local", settings });
  });

  inThisOrder(AMBIENT_ORDER, () => graph);
});

describe("order of an ingress by the Gateway API", () => {
  let graph: Registered[];

  before(async () => {
    const settings = withDns(settingsOf("dev"));
    const mesh = JSON.parse(settings["ecommerce-mesh:mesh"] ?? "{}") as object;
    settings["ecommerce-mesh:mesh"] = JSON.stringify({ ...mesh, gatewayApi: true });
    graph = await record(() => program(), { stack: "dev", settings });
  });

  inThisOrder(GATEWAY_API_ORDER, () => graph);
});

describe("order of certificates from cert-manager", () => {
  let graph: Registered[];

  before(async () => {
    const arn = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/0d9c1f6e-0000-4000-8000-000000000000";
    const settings = withKarpenter(settingsOf("dev"));
    settings["ecommerce-mesh:traffic"] = '{"tls":{"mode":"certManager"}}';
    settings["ecommerce-mesh:certificates"] = JSON.stringify({ issuer: "privateCa", privateCa: { arn } });
    const mesh = JSON.parse(settings["ecommerce-mesh:mesh"] ?? "{}") as object;
    settings["ecommerce-mesh:mesh"] = JSON.stringify({ ...mesh, istioCsr: { enabled: true } });
    graph = await record(() => program(), { stack: "dev", settings });
  });

  inThisOrder(CERTIFICATE_ORDER, () => graph);
});

function inThisOrder(order: typeof ORDER, graphOf: () => readonly Registered[]): void {
  for (const [before, after, reason] of order) {
    it(`${before.source} before ${after.source}: ${reason}`, () => {
      const graph = graphOf();
      const first = matching(graph, before);
      const second = matching(graph, after);
      assert.ok(first.length > 0 && second.length > 0, "both ends of the pair exist");
      for (const resource of second) {
        const reached = reachable(graph, resource);
        for (const needed of first) {
          assert.ok(reached.has(needed.urn), `${key(resource)} does not wait for ${key(needed)}`);
        }
      }
    });
  }
}

/** With one interface endpoint: there are none by default. */
function withEndpoints(settings: Record<string, string>): Record<string, string> {
  const key = "ecommerce-mesh:network";
  const network = JSON.parse(settings[key] ?? "{}") as object;
  return { ...settings, [key]: JSON.stringify({ ...network, endpoints: { interface: ["sts"] } }) };
}

function matching(graph: readonly Registered[], pattern: RegExp): Registered[] {
  return graph.filter((resource) => pattern.test(key(resource)));
}

function key({ type, name }: Registered): string {
  return `${type}::${name}`;
}

/** Everything that a resource waits for: through dependencies and its provider. */
function reachable(graph: readonly Registered[], from: Registered): Set<string> {
  const byUrn = new Map(graph.map((resource) => [resource.urn, resource]));
  const seen = new Set<string>();
  const queue = [from];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const urn of [...next.dependencies, ...(next.provider === undefined ? [] : [next.provider])]) {
      const resource = byUrn.get(urn);
      if (!seen.has(urn) && resource !== undefined) {
        seen.add(urn);
        queue.push(resource);
      }
    }
  }
  return seen;
}
