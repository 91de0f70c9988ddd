import * as aws from "@pulumi/aws";
import * as eks from "@pulumi/eks";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterConfig } from "../../mesh/aws/schema/cluster.ts";
import type { Partition } from "../../mesh/aws/partition.ts";

const CLUSTER_TYPE = "aws:eks/cluster:Cluster";

/** EKS access policy of each group of `cluster.access`, and the resource names of its entries. */
const GROUPS = {
  admins: { key: "admin", policy: "AmazonEKSClusterAdminPolicy" },
  deployers: { key: "deployer", policy: "AmazonEKSEditPolicy" },
  // Reads everything but Secrets.
  viewers: { key: "viewer", policy: "AmazonEKSViewPolicy" },
} as const satisfies Record<keyof ClusterConfig["access"], { key: string; policy: string }>;

export interface ControlPlaneArgs {
  /** Name of the EKS cluster. Plain. */
  readonly clusterName: string;
  /** Version, endpoint, access, logs. Plain: shapes the graph. Source: `cluster` of the stack's configuration. */
  readonly cluster: ClusterConfig;
  /** Partition of AWS: part of the ARNs of access policies. Plain. */
  readonly partition: Partition;
  readonly vpcId: pulumi.Input<string>;
  /** Subnets for the control plane's network interfaces, one in each zone. */
  readonly intraSubnetIds: pulumi.Input<string>[];
  /** Group of those interfaces, beside the one that EKS makes. */
  readonly controlPlaneSecurityGroup: aws.ec2.SecurityGroup;
  /** The rules of that group: they outlive the cluster. */
  readonly securityGroupRules: pulumi.Resource[];
  /** KMS key for Secrets and logs. */
  readonly keyArn: pulumi.Input<string>;
}

/** The Kubernetes API of an EKS cluster, with access by IAM access entries only, and its logs. No nodes, no add-ons. */
export class EksControlPlane extends pulumi.ComponentResource {
  /** The published component. */
  readonly cluster: eks.Cluster;

  constructor(name: string, args: ControlPlaneArgs, options: pulumi.ComponentResourceOptions) {
    super("ecommerce-mesh:cluster:ControlPlane", name, {}, options);
    const logs = this.logs(name, args);
    this.cluster = new eks.Cluster(`${name}-eks`, clusterArgs(args), {
      parent: this,
      protect: args.cluster.deletionProtection,
      // EKS would make the log group itself otherwise: without retention, without the key, and left behind by a destroy.
      dependsOn: [...logs, ...args.securityGroupRules],
      transforms: args.cluster.zonalShift ? [withZonalShift] : [],
    });
    this.registerOutputs({});
  }

  private logs(name: string, { cluster, clusterName, keyArn }: ControlPlaneArgs): pulumi.Resource[] {
    if (cluster.logs.length === 0) {
      return [];
    }
    const args = {
      name: `/aws/eks/${clusterName}/cluster`,
      retentionInDays: cluster.logRetentionDays,
      kmsKeyId: keyArn,
    };
    return [new aws.cloudwatch.LogGroup(`${name}-logs`, args, { parent: this })];
  }
}

function clusterArgs(args: ControlPlaneArgs): eks.ClusterArgs {
  const { cluster } = args;
  const { endpoint } = cluster;
  return {
    name: args.clusterName,
    version: cluster.version,
    clusterTags: cluster.tags,
    vpcId: args.vpcId,
    subnetIds: args.intraSubnetIds,
    skipDefaultSecurityGroups: true,
    clusterSecurityGroup: args.controlPlaneSecurityGroup,
    authenticationMode: eks.AuthenticationMode.Api,
    accessEntries: accessEntries(cluster.access, args.partition),
    endpointPrivateAccess: endpoint.private,
    endpointPublicAccess: endpoint.publicCidrs.length > 0,
    ...(endpoint.publicCidrs.length > 0 ? { publicAccessCidrs: [...endpoint.publicCidrs] } : {}),
    kubernetesServiceIpAddressRange: cluster.serviceCidr,
    encryptionConfigKeyArn: args.keyArn,
    enabledClusterLogTypes: [...cluster.logs],
    upgradePolicy: { supportType: cluster.supportType },
    deletionProtection: cluster.deletionProtection,
    skipDefaultNodeGroup: true,
    createOidcProvider: false,
    // Every add-on is a resource of the stack with a pinned version: neither EKS's unmanaged ones nor the component's.
    bootstrapSelfManagedAddons: false,
    useDefaultVpcCni: true,
    kubeProxyAddonOptions: { enabled: false },
    corednsAddonOptions: { enabled: false },
  };
}

/** Access entries of a cluster. The key of an entry is its group and place: an ARN is no Pulumi name. */
function accessEntries(
  access: ClusterConfig["access"],
  partition: Partition,
): NonNullable<eks.ClusterArgs["accessEntries"]> {
  const entries = (["admins", "deployers", "viewers"] as const).flatMap((group) =>
    access[group].map((principalArn, index) => {
      const { key, policy } = GROUPS[group];
      const policyArn = `arn:${partition}:eks::aws:cluster-access-policy/${policy}`;
      const accessPolicies = { [key]: { policyArn, accessScope: { type: "cluster" } } };
      return [`${key}-${index}`, { principalArn, accessPolicies }] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/**
 * Lets AWS move a cluster's traffic away from a zone that fails. `eks.Cluster` has no argument for it, so the engine lays it
 * over the cluster that the component registers. The engine calls it for the component and each of its children.
 */
export function withZonalShift(args: pulumi.ResourceTransformArgs): pulumi.ResourceTransformResult | undefined {
  return args.type === CLUSTER_TYPE
    ? { props: { ...args.props, zonalShiftConfig: { enabled: true } }, opts: args.opts }
    : undefined;
}
