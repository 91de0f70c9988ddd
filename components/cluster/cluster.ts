import * as aws from "@pulumi/aws";
import * as eks from "@pulumi/eks";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterConfig } from "../../config/schema/cluster.ts";
import { clusterProviderArgs, type KubernetesAccess } from "./kubernetes-access.ts";

/** Policies that a node needs: join the cluster, give pods addresses, pull images. Source: EKS user guide, node IAM role. */
const NODE_POLICIES = [
  "AmazonEKSWorkerNodePolicy",
  "AmazonEKS_CNI_Policy",
  "AmazonEC2ContainerRegistryPullOnly",
] as const;

/** What the EKS cluster is made from. */
export interface ClusterArgs {
  /** Name of the EKS cluster. Plain: also the identity of the Kubernetes provider, which must be known in a preview. */
  readonly clusterName: string;
  /** Version, endpoint, logs, node group. Plain: shapes the graph. Source: `cluster` of the stack's configuration. */
  readonly cluster: ClusterConfig;
  /** The VPC. */
  readonly vpcId: pulumi.Input<string>;
  /** Subnets for load balancers and the control plane's network interfaces, one in each zone. */
  readonly publicSubnetIds: pulumi.Input<string>[];
  /** Subnets for the nodes, one in each zone. */
  readonly privateSubnetIds: pulumi.Input<string>[];
  /** Tags of the nodes' instances, beside those of the AWS provider. Default: none. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** An EKS cluster with access by IAM access entries only, and one managed node group in the private subnets. */
export class Cluster extends pulumi.ComponentResource implements KubernetesAccess {
  /** Provider for everything inside the cluster. The only provider that a component builds. */
  readonly provider: k8s.Provider;
  /** Name of the cluster. */
  readonly clusterName: pulumi.Output<string>;
  /** Address of the API server. */
  readonly endpoint: pulumi.Output<string>;
  /** Kubeconfig as JSON; secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Resources that must stand before a pod can run, and be gone only after the last one: the nodes. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: ClusterArgs, options: pulumi.ComponentResourceOptions) {
    super("ecommerce-mesh:cluster:Cluster", name, {}, options);
    const cluster = this.controlPlane(name, args);
    const nodes = this.nodeGroup(name, args, cluster);

    this.clusterName = cluster.eksCluster.name;
    this.endpoint = cluster.eksCluster.endpoint;
    this.kubeconfig = pulumi.secret(cluster.kubeconfigJson);
    this.provider = new k8s.Provider(`${name}-kubernetes`, clusterProviderArgs(args.clusterName, this.kubeconfig), {
      parent: this,
    });
    this.ready = [nodes];
    this.registerOutputs({ clusterName: this.clusterName, endpoint: this.endpoint, kubeconfig: this.kubeconfig });
  }

  private controlPlane(name: string, args: ClusterArgs): eks.Cluster {
    const { cluster } = args;
    return new eks.Cluster(
      `${name}-eks`,
      {
        name: args.clusterName,
        version: cluster.version,
        vpcId: args.vpcId,
        publicSubnetIds: args.publicSubnetIds,
        privateSubnetIds: args.privateSubnetIds,
        nodeAssociatePublicIpAddress: false,
        authenticationMode: eks.AuthenticationMode.Api,
        accessEntries: accessEntries(cluster.admins),
        endpointPrivateAccess: cluster.endpoint.private,
        endpointPublicAccess: cluster.endpoint.publicCidrs.length > 0,
        ...(cluster.endpoint.publicCidrs.length > 0 ? { publicAccessCidrs: [...cluster.endpoint.publicCidrs] } : {}),
        kubernetesServiceIpAddressRange: cluster.serviceCidr,
        enabledClusterLogTypes: [...cluster.logs],
        deletionProtection: cluster.deletionProtection,
        skipDefaultNodeGroup: true,
        createOidcProvider: false,
      },
      { parent: this, protect: cluster.deletionProtection },
    );
  }

  private nodeGroup(name: string, args: ClusterArgs, cluster: eks.Cluster): eks.ManagedNodeGroup {
    const { nodeGroup } = args.cluster;
    const role = this.nodeRole(name);
    return new eks.ManagedNodeGroup(
      `${name}-nodes`,
      {
        cluster,
        nodeRoleArn: role.arn,
        subnetIds: args.privateSubnetIds,
        instanceTypes: [nodeGroup.instanceType],
        capacityType: nodeGroup.capacityType,
        diskSize: nodeGroup.diskSizeGiB,
        scalingConfig: { minSize: nodeGroup.min, desiredSize: nodeGroup.desired, maxSize: nodeGroup.max },
        ...(args.tags === undefined ? {} : { tags: { ...args.tags } }),
      },
      // The role's policies must be there before the nodes join, and until they have left.
      { parent: this, dependsOn: role.policies },
    );
  }

  private nodeRole(name: string): { arn: pulumi.Output<string>; policies: aws.iam.RolePolicyAttachment[] } {
    const role = new aws.iam.Role(
      `${name}-node`,
      {
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
        }),
      },
      { parent: this },
    );
    const policies = NODE_POLICIES.map(
      (policy) =>
        new aws.iam.RolePolicyAttachment(
          `${name}-node-${policy}`,
          { role: role.name, policyArn: `arn:aws:iam::aws:policy/${policy}` },
          { parent: role },
        ),
    );
    return { arn: role.arn, policies };
  }
}

/** Cluster-admin rights for IAM principals. The key of an entry is its place: an ARN is no Pulumi name. */
function accessEntries(admins: readonly string[]): NonNullable<eks.ClusterArgs["accessEntries"]> {
  return Object.fromEntries(
    admins.map((principalArn, index) => [
      `admin-${index}`,
      {
        principalArn,
        accessPolicies: {
          admin: {
            policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
            accessScope: { type: "cluster" },
          },
        },
      },
    ]),
  );
}
