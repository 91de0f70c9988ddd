import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Stack } from "../mesh/load/load.ts";
import type { EksPlatform, KubeconfigPlatform } from "../mesh/aws/schema/platform.ts";
import type { ComponentOptions } from "./kubernetes/child-options.ts";
import { usesLoadBalancer } from "../mesh/features/gateways/load-balancer.ts";
import { clusterName, NAMESPACES, RELEASES } from "../mesh/kubernetes/names.ts";
import { revisionOf } from "../mesh/features/control-plane/revisions/revisions.ts";
import { partitionOf } from "../mesh/aws/partition.ts";
import { usesCertManager } from "../mesh/features/certificates/uses.ts";
import { CertManager } from "./certificates/cert-manager.ts";
import { GatewayCertificates } from "./certificates/gateway-certificates.ts";
import { Cluster } from "./cluster/cluster.ts";
import { EncryptionKey } from "./cluster/encryption-key.ts";
import { ExistingCluster } from "./cluster/existing-cluster.ts";
import type { KubernetesAccess } from "./cluster/kubernetes-access.ts";
import { Edge } from "./edge/edge.ts";
import { loadBalancerHostName } from "./edge/load-balancer-host-name.ts";
import { Karpenter } from "./karpenter/karpenter.ts";
import { Mesh, type MeshArgs } from "./mesh/mesh.ts";
import { RemoteClusters } from "./mesh/remote-clusters.ts";
import { ExistingNetwork } from "./network/existing-network.ts";
import type { NetworkAccess } from "./network/network-access.ts";
import { Network, type NetworkArgs } from "./network/network.ts";
import { SecurityGroups } from "./network/security-groups.ts";
import { Addons } from "./observability/addons.ts";
import { Consoles } from "./observability/consoles.ts";
import { SecurityPolicy } from "./security/security-policy.ts";
import { GatewayCertificate } from "./traffic/gateway-certificate.ts";
import { RateLimitService } from "./traffic/rate-limit-service.ts";
import { TrafficPolicy } from "./traffic/traffic-policy.ts";
import { ApplicationNamespace } from "./workloads/application-namespace.ts";
import { Workloads } from "./workloads/workloads.ts";
import { rateLimitParts } from "../mesh/rate-limit-parts.ts";

/** Outputs of a stack. What a platform does not have is null: Pulumi warns of an output that is undefined. */
export interface PlatformOutputs {
  /** Name of the cluster. */
  readonly clusterName: pulumi.Input<string>;
  /** Address of the API server (`platform.kind: eks`). */
  readonly clusterEndpoint: pulumi.Output<string> | null;
  /** Kubeconfig as JSON; secret (`platform.kind: eks`). */
  readonly kubeconfig: pulumi.Output<string> | null;
  /** Id of the VPC (`platform.kind: eks`). */
  readonly vpcId: pulumi.Output<string> | null;
  /** Ids of the public subnets, in the order of the zones (`platform.kind: eks`). */
  readonly publicSubnetIds: pulumi.Output<string>[] | null;
  /** Ids of the private subnets, in the order of the zones (`platform.kind: eks`). */
  readonly privateSubnetIds: pulumi.Output<string>[] | null;
  /** ARN of the nodes' IAM role (`platform.kind: eks`). */
  readonly nodeRoleArn: pulumi.Output<string> | null;
  /** ARNs of the IAM roles of control plane, nodes and every controller, by name (`platform.kind: eks`). */
  readonly roleArns: Readonly<Record<string, pulumi.Output<string>>> | null;
  /** ARN of the KMS key that encrypts Secrets, logs and volumes (`platform.kind: eks`). */
  readonly encryptionKeyArn: pulumi.Input<string> | null;
  /** Host name of the load balancer in front of the gateway, where host names must point to; null without one. */
  readonly loadBalancerHostName: pulumi.Output<string | null> | null;
  /** Host names that the gateway answers. */
  readonly hosts: readonly string[];
  /** Namespace of the application. */
  readonly namespace: string;
  /** Istio's version. */
  readonly meshVersion: string;
  /** Password of Grafana's user `admin`; secret. Null when this stack does not install Grafana. */
  readonly grafanaPassword: pulumi.Output<string> | null;
  /** Certificate, PEM, of the authority behind the gateway's own; null where the stack does not make it (`traffic.tls.mode`). */
  readonly gatewayAuthority: pulumi.Output<string> | null;
}

/**
 * Builds a whole stack. The one function behind `pulumi up`, the sandbox and the tests.
 *
 * Each step depends on the one above it, so a destroy goes the other way round: policies and routes, workloads, the
 * application's namespace, gateways and control plane, nodes, cluster, network.
 */
export function buildPlatform(stack: Stack): PlatformOutputs {
  const { platform } = stack.config;
  const name = clusterName(stack.name, stack.config);
  const base = platform.kind === "eks" ? eksPlatform(stack, platform, name) : existing(platform, name);
  const { access } = base;

  const inCluster = { provider: access.provider };
  const certManager = usesCertManager(stack.config)
    ? new CertManager(
        "cert-manager",
        { stack, clusterName: name },
        { providers: base.providers, dependsOn: [...access.ready] },
      )
    : undefined;
  const mesh = new Mesh(
    "mesh",
    { stack, clusterName: name, ...base.meshArgs, ...(certManager === undefined ? {} : { certManager }) },
    { ...inCluster, dependsOn: [...access.ready] },
  );
  const { remoteClusters } = stack.config.mesh.multiCluster;
  if (remoteClusters.length > 0) {
    new RemoteClusters("remote-clusters", { clusters: remoteClusters }, { ...inCluster, dependsOn: [mesh] });
  }
  const addons = new Addons(
    "addons",
    { stack, clusterName: name },
    { providers: base.providers, dependsOn: [...access.ready] },
  );
  // istiod's webhook refuses Istio objects until it answers; and no console is shown before it asks who comes in.
  new Consoles("consoles", { stack }, { ...inCluster, dependsOn: [mesh, addons] });
  const gatewayAuthority = certificate(stack, mesh, certManager, inCluster);

  // Its policy passes istiod's webhook, and its pods get their sidecars from istiod.
  const namespace = new ApplicationNamespace(
    "application",
    { stack },
    { ...inCluster, dependsOn: [mesh, ...base.nodesOnDemand] },
  );
  const workloads = new Workloads("workloads", { stack }, { ...inCluster, dependsOn: [namespace] });
  // Opened last and closed first: no request arrives before the pods that answer it.
  new SecurityPolicy("security", { stack }, { ...inCluster, dependsOn: [workloads] });
  // As with the application: istiod's webhooks, sidecars, nodes. The gateways ask nobody who is not there yet: with `failureMode: closed`
  // they would answer 500.
  const limits = rateLimitService(stack, { ...inCluster, dependsOn: [mesh, ...base.nodesOnDemand] });
  new TrafficPolicy("traffic", { stack }, { ...inCluster, dependsOn: [workloads, ...limits] });

  return {
    ...base.outputs,
    ...base.outputsOf(mesh, { ...addons.roleArns, ...certManager?.roleArns }),
    hosts: stack.catalog.hosts,
    namespace: stack.catalog.namespace,
    meshVersion: revisionOf(stack.config.mesh, "stable").version,
    grafanaPassword: addons.grafanaPassword ?? null,
    gatewayAuthority,
  };
}

type MeshOutputs = Pick<PlatformOutputs, "roleArns" | "loadBalancerHostName">;
type BaseOutputs = Omit<
  PlatformOutputs,
  keyof MeshOutputs | "hosts" | "namespace" | "meshVersion" | "grafanaPassword" | "gatewayAuthority"
>;

const NO_AWS = {
  clusterEndpoint: null,
  kubeconfig: null,
  vpcId: null,
  publicSubnetIds: null,
  privateSubnetIds: null,
  nodeRoleArn: null,
  encryptionKeyArn: null,
} as const satisfies Partial<BaseOutputs>;

interface Base {
  readonly access: KubernetesAccess;
  readonly meshArgs: Pick<MeshArgs, "edge">;
  /** What adds nodes for the application: there before its first pod, and until its last one is gone. */
  readonly nodesOnDemand: readonly pulumi.Resource[];
  readonly outputs: BaseOutputs;
  /** Outputs that are known with the mesh. */
  readonly outputsOf: (mesh: Mesh, roleArns: Readonly<Record<string, pulumi.Output<string>>>) => MeshOutputs;
  /** Providers of what runs in the cluster and has rights in AWS. */
  readonly providers: pulumi.ProviderResource[];
}

function eksPlatform(stack: Stack, platform: EksPlatform, name: string): Base {
  const { config } = stack;
  const partition = partitionOf(platform.region);
  const provider = new aws.Provider("aws", {
    region: platform.region as aws.Region,
    defaultTags: { tags: { project: "ecommerce-mesh", ...config.tags } },
  });
  const inRegion = { providers: { aws: provider } };
  const keyArn = encryptionKey(config, platform, name, inRegion);
  const network = networkOf(config, platform, { clusterName: name, logKeyArn: keyArn }, inRegion);
  const { vpcId, publicSubnetIds, privateSubnetIds, intraSubnetIds } = network;
  const groups = new SecurityGroups("security-groups", { vpcId, clusterName: name }, inRegion);
  const cluster = new Cluster(
    "cluster",
    {
      clusterName: name,
      cluster: config.cluster,
      partition,
      vpcId,
      privateSubnetIds,
      intraSubnetIds,
      keyArn,
      controlPlaneSecurityGroup: groups.controlPlane,
      nodeSecurityGroupId: groups.nodesId,
      securityGroupRules: groups.rules,
      tags: config.tags,
    },
    inRegion,
  );
  const { endpoint, kubeconfig } = cluster;
  const edge = (definitions: readonly pulumi.Resource[]) =>
    new Edge(
      "edge",
      { stack, clusterName: name, partition, vpcId, definitions },
      // Nodes do not need the public subnets and their way out, but load balancers lie in them.
      { providers: [provider, cluster.provider], dependsOn: [...cluster.ready, network] },
    );
  const karpenter = config.cluster.karpenter.enabled
    ? new Karpenter(
        "karpenter",
        { stack, platform, clusterName: name, keyArn },
        { providers: [provider, cluster.provider], dependsOn: [...cluster.ready] },
      )
    : undefined;
  return {
    access: cluster,
    meshArgs: usesLoadBalancer(config) ? { edge } : {},
    nodesOnDemand: karpenter === undefined ? [] : [karpenter],
    outputs: {
      clusterName: cluster.clusterName,
      clusterEndpoint: endpoint,
      kubeconfig,
      vpcId,
      publicSubnetIds,
      privateSubnetIds,
      nodeRoleArn: cluster.nodeRoleArn,
      encryptionKeyArn: keyArn,
    },
    providers: [provider, cluster.provider],
    outputsOf: (mesh, roleArns) => ({
      roleArns: { ...cluster.roleArns, ...mesh.edge?.roleArns, ...roleArns, ...karpenter?.roleArns },
      loadBalancerHostName:
        mesh.edge === undefined
          ? null
          : loadBalancerHostName(
              { clusterName: name, service: { namespace: NAMESPACES.ingress, name: RELEASES.ingressGateway } },
              { provider, dependsOn: [mesh.ingressGateway] },
            ),
    }),
  };
}

/** ARN of the key that encrypts what the stack keeps: the configured one, or one that the stack makes. */
function encryptionKey(
  { cluster }: Stack["config"],
  { region }: EksPlatform,
  name: string,
  options: pulumi.ComponentResourceOptions,
): pulumi.Input<string> {
  return (
    cluster.encryptionKeyArn ??
    new EncryptionKey("encryption", { region, clusterName: name, keep: cluster.deletionProtection }, options).arn
  );
}

function networkOf(
  { network }: Stack["config"],
  { region, zones }: EksPlatform,
  args: Pick<NetworkArgs, "clusterName" | "logKeyArn">,
  options: pulumi.ComponentResourceOptions,
): NetworkAccess & pulumi.Resource {
  return network.existing === undefined
    ? new Network("network", { network, region, zones, ...args }, options)
    : new ExistingNetwork("network", { existing: network.existing }, options);
}

function existing(platform: KubeconfigPlatform, name: string): Base {
  const access = new ExistingCluster("cluster", { platform, clusterName: name }, {});
  return {
    access,
    meshArgs: {},
    nodesOnDemand: [],
    outputs: { clusterName: name, ...NO_AWS },
    providers: [access.provider],
    outputsOf: () => ({ roleArns: null, loadBalancerHostName: null }),
  };
}

/** What counts the global rate limits; nothing where there are none, or where something else counts them. */
function rateLimitService(stack: Stack, options: ComponentOptions): RateLimitService[] {
  const parts = rateLimitParts(stack);
  return parts === undefined ? [] : [new RateLimitService("rate-limit", { parts }, options)];
}

/** Makes the gateway's certificate where the stack does, or asks cert-manager for it; gives the authority behind its own, or null. */
function certificate(
  stack: Stack,
  mesh: Mesh,
  certManager: CertManager | undefined,
  options: ComponentOptions,
): PlatformOutputs["gatewayAuthority"] {
  const { credentialName, mode } = stack.config.traffic.tls;
  // The Secret lies in the gateway's namespace, and only there does the gateway look for it.
  const after = { ...options, dependsOn: [mesh.ingressNamespace] };
  if (mode === "certManager" && certManager !== undefined) {
    new GatewayCertificates("certificates", { stack }, { ...after, dependsOn: [...after.dependsOn, certManager] });
  }
  return mode === "selfSigned"
    ? new GatewayCertificate("certificate", { hosts: stack.catalog.hosts, credentialName }, after).authorityPem
    : null;
}
