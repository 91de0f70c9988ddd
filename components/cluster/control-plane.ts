import * as aws from "@pulumi/aws";
import * as eks from "@pulumi/eks";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterConfig } from "../../mesh/aws/schema/cluster.ts";
import type { Partition } from "../../mesh/aws/partition.ts";
import { accessEntries } from "./access-entries.ts";
import { withZonalShift } from "./zonal-shift.ts";

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
export class ControlPlane extends pulumi.ComponentResource {
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
