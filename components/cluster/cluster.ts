import type * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterConfig } from "../../mesh/aws/schema/cluster.ts";
import { POOLS } from "../../mesh/aws/schema/node-pool.ts";
import { managedAddons } from "../../mesh/aws/managed-addons.ts";
import { POOL_KEYS } from "../../mesh/stack/node-pools.ts";
import type { Partition } from "../../mesh/aws/partition.ts";
import { EksControlPlane } from "./control-plane.ts";
import { createDefaultStorageClass } from "./default-storage-class.ts";
import { clusterProviderArgs, type KubernetesAccess } from "./kubernetes-access.ts";
import { ManagedAddons } from "./managed-addons.ts";
import { NodePool } from "./node-pool.ts";
import { NodeRole } from "./node-role.ts";

export interface ClusterArgs {
  /** Name of the EKS cluster. Plain: also the identity of the Kubernetes provider, which must be known in a preview. */
  readonly clusterName: string;
  /** Version, endpoint, access, logs, pools. Plain: shapes the graph. Source: `cluster` of the stack's configuration. */
  readonly cluster: ClusterConfig;
  /** Partition of AWS: part of the ARNs of AWS's own policies. Plain. */
  readonly partition: Partition;
  /** The VPC. */
  readonly vpcId: pulumi.Input<string>;
  /** Subnets for the nodes, one in each zone. */
  readonly privateSubnetIds: pulumi.Input<string>[];
  /** Subnets for the control plane's network interfaces, one in each zone. */
  readonly intraSubnetIds: pulumi.Input<string>[];
  /** Security group of the control plane's network interfaces, beside the one that EKS makes. */
  readonly controlPlaneSecurityGroup: aws.ec2.SecurityGroup;
  /** Id of the nodes' security group. */
  readonly nodeSecurityGroupId: pulumi.Input<string>;
  /** Rules of both groups: there before the cluster, and until it is gone. */
  readonly securityGroupRules: pulumi.Resource[];
  /** KMS key that encrypts Secrets, logs and volumes. */
  readonly keyArn: pulumi.Input<string>;
  /** Tags of the nodes' instances, volumes and interfaces. Default: none but the project's. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** An EKS cluster with its add-ons and two pools of nodes, ready for pods. */
export class Cluster extends pulumi.ComponentResource implements KubernetesAccess {
  /** Provider for everything inside the cluster. The only provider that a component builds. */
  readonly provider: k8s.Provider;
  /** Name of the cluster. */
  readonly clusterName: pulumi.Output<string>;
  /** Address of the API server. */
  readonly endpoint: pulumi.Output<string>;
  /** Kubeconfig as JSON; secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** ARN of the nodes' IAM role. */
  readonly nodeRoleArn: pulumi.Output<string>;
  /** ARNs of the IAM roles of control plane, nodes and add-ons: `cluster`, `nodes`, and the names of the add-ons. */
  readonly roleArns: Readonly<Record<string, pulumi.Output<string>>>;
  /** What must be there before a pod can run, and be gone only after the last one: nodes, add-ons, storage. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: ClusterArgs, options: pulumi.ComponentResourceOptions) {
    super("ecommerce-mesh:cluster:Cluster", name, {}, options);
    const { cluster } = new EksControlPlane(name, args, { parent: this });
    this.clusterName = cluster.eksCluster.name;
    this.endpoint = cluster.eksCluster.endpoint;
    this.kubeconfig = pulumi.secret(cluster.kubeconfigJson);
    this.provider = new k8s.Provider(`${name}-kubernetes`, clusterProviderArgs(args.clusterName, this.kubeconfig), {
      parent: this,
    });

    const role = new NodeRole(`${name}-node`, { partition: args.partition }, { parent: this });
    this.nodeRoleArn = role.arn;
    // Nodes take their addresses, rules and roles from these from their first moment on.
    const network = this.addons(`${name}-node-addons`, args, true, []);
    const pools = this.pools(name, args, role, network);
    // These run as Deployments: EKS waits for their pods, which need nodes.
    const addons = this.addons(`${name}-addons`, args, false, pools);
    // Volumes are made and deleted by the driver's pods.
    const inCluster = { parent: this, provider: this.provider, dependsOn: [addons] };
    const storage = createDefaultStorageClass(name, args.keyArn, inCluster);
    this.ready = [...pools, addons, storage];
    this.roleArns = { cluster: cluster.eksCluster.roleArn, nodes: role.arn, ...network.roleArns, ...addons.roleArns };
    this.registerOutputs({ clusterName: this.clusterName, endpoint: this.endpoint, kubeconfig: this.kubeconfig });
  }

  private addons(name: string, args: ClusterArgs, beforeNodes: boolean, dependsOn: pulumi.Resource[]): ManagedAddons {
    const { partition, cluster } = args;
    const addons = managedAddons().filter((addon) => addon.beforeNodes === beforeNodes);
    return new ManagedAddons(
      name,
      { clusterName: this.clusterName, partition, kubernetesVersion: cluster.version, addons },
      { parent: this, dependsOn },
    );
  }

  private pools(name: string, args: ClusterArgs, role: NodeRole, network: ManagedAddons): NodePool[] {
    const shared = {
      clusterName: this.clusterName,
      kubernetesVersion: args.cluster.version,
      subnetIds: args.privateSubnetIds,
      securityGroupId: args.nodeSecurityGroupId,
      keyArn: args.keyArn,
      roleArn: role.arn,
      tags: args.tags ?? {},
    };
    // The role's policies must be there before the nodes join, and until they have left.
    const options = { parent: this, dependsOn: [...role.policies, network] };
    return POOLS.map((poolName) => {
      const pool = args.cluster[POOL_KEYS[poolName]];
      return new NodePool(`${name}-${poolName}`, { poolName, pool, ...shared }, options);
    });
  }
}
