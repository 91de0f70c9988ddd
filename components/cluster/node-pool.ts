import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { NodePoolConfig, PoolName } from "../../mesh/aws/schema/node-pool.ts";
import { amiType, nodeVolumes } from "../../mesh/aws/node-images.ts";
import { poolLabels, poolTaints } from "../../mesh/stack/node-pools.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";

export interface NodePoolArgs {
  /** Which pool; decides labels and taints. Plain. */
  readonly poolName: PoolName;
  /** Sizes, instance types, image. Plain. Source: `cluster.systemPool` or `cluster.workloadPool`. */
  readonly pool: NodePoolConfig;
  /** Name of the EKS cluster. */
  readonly clusterName: pulumi.Input<string>;
  /** Kubernetes minor version of the nodes. Plain. */
  readonly kubernetesVersion: string;
  /** Subnets of the nodes, one in each zone. */
  readonly subnetIds: pulumi.Input<string>[];
  /** Security group of the nodes. */
  readonly securityGroupId: pulumi.Input<string>;
  /** KMS key of the nodes' volumes. */
  readonly keyArn: pulumi.Input<string>;
  /** ARN of the nodes' IAM role. */
  readonly roleArn: pulumi.Input<string>;
  /** Tags of instances, volumes and interfaces: those of the AWS provider do not reach what a launch template makes. */
  readonly tags: Readonly<Record<string, string>>;
}

/** What a launch template tags. */
const TAGGED = ["instance", "volume", "network-interface"] as const;

/** Share of a pool's nodes that are replaced at a time, in per cent: one zone of three. */
const MAX_UNAVAILABLE_PERCENT = 33;

/**
 * One managed node group over all zones, with a launch template of its own. It is made without `eks.ManagedNodeGroup`, whose
 * arguments know neither how fast an update goes nor node repair.
 */
export class NodePool extends pulumi.ComponentResource {
  constructor(name: string, args: NodePoolArgs, options: ComponentOptions) {
    super("ecommerce-mesh:cluster:NodePool", name, {}, options);
    const { pool, poolName } = args;
    const template = this.launchTemplate(name, args);
    new aws.eks.NodeGroup(
      name,
      {
        clusterName: args.clusterName,
        version: args.kubernetesVersion,
        nodeRoleArn: args.roleArn,
        subnetIds: args.subnetIds,
        instanceTypes: [...pool.instanceTypes],
        amiType: amiType(pool),
        capacityType: pool.capacityType,
        launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
        scalingConfig: { minSize: pool.min, desiredSize: pool.desired, maxSize: pool.max },
        updateConfig: { maxUnavailablePercentage: MAX_UNAVAILABLE_PERCENT },
        nodeRepairConfig: { enabled: true },
        labels: poolLabels(poolName),
        taints: poolTaints(poolName),
      },
      childOptions(this, options),
    );
    this.registerOutputs({});
  }

  private launchTemplate(name: string, args: NodePoolArgs): aws.ec2.LaunchTemplate {
    const tags = { Name: name, project: "ecommerce-mesh", ...args.tags };
    return new aws.ec2.LaunchTemplate(
      name,
      {
        description: `Nodes of the pool ${args.poolName}`,
        vpcSecurityGroupIds: [args.securityGroupId],
        // One hop: pods in a network of their own cannot take the node's role from the metadata service.
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
        blockDeviceMappings: nodeVolumes(args.pool).map(({ device, sizeGiB }) => ({
          deviceName: device,
          ebs: {
            volumeType: "gp3",
            volumeSize: sizeGiB,
            encrypted: "true",
            kmsKeyId: args.keyArn,
            deleteOnTermination: "true",
          },
        })),
        tagSpecifications: TAGGED.map((resourceType) => ({ resourceType, tags })),
        updateDefaultVersion: true,
      },
      { parent: this },
    );
  }
}
