import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Stack } from "../mesh/load/load.ts";
import type { EksPlatform, KubeconfigPlatform } from "../mesh/aws/schema/platform.ts";
import { usesLoadBalancer } from "../mesh/features/gateways/load-balancer.ts";
import { NAMESPACES, RELEASES } from "../mesh/kubernetes/names.ts";
import { partitionOf } from "../mesh/aws/partition.ts";
import { Cluster } from "./cluster/cluster.ts";
import { EncryptionKey } from "./cluster/encryption-key.ts";
import { ExistingCluster } from "./cluster/existing-cluster.ts";
import type { KubernetesAccess } from "./cluster/kubernetes-access.ts";
import { Edge } from "./edge/edge.ts";
import { loadBalancerHostName } from "./edge/load-balancer-host-name.ts";
import { Karpenter } from "./karpenter/karpenter.ts";
import type { ComponentPlan } from "../mesh/groups.ts";
import type { Mesh } from "./mesh/mesh.ts";
import { type MeshArgs } from "./mesh/mesh.ts";
import { ExistingNetwork } from "./network/existing-network.ts";
import type { NetworkAccess } from "./network/network-access.ts";
import { Network, type NetworkArgs } from "./network/network.ts";
import { SecurityGroups } from "./network/security-groups.ts";

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

/** What a stack is built on: its cluster, and on AWS what lies below it. */
export interface Base {
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

/** A new cluster on EKS, with its key, network and nodes. */
export function eksBase(stack: Stack, platform: EksPlatform, name: string, plans: readonly ComponentPlan[]): Base {
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
  const plan = plans.find((one) => one.name === "karpenter");
  const karpenter =
    plan &&
    new Karpenter(
      plan,
      { stack, platform, clusterName: name, keyArn },
      { providers: [provider, cluster.provider], dependsOn: [...cluster.ready] },
    );
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
              { provider, dependsOn: mesh.ingressGateway },
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

/** A cluster that another team keeps. */
export function existingBase(platform: KubeconfigPlatform, name: string): Base {
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
