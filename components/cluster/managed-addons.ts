import { KUBE_SYSTEM } from "../../mesh/kubernetes/names.ts";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { addonVersion } from "../../mesh/aws/eks-versions.ts";
import { type ManagedAddon } from "../../mesh/aws/managed-addons.ts";
import { managedPolicyArn, type Partition } from "../../mesh/aws/partition.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";
import { PodIdentity } from "./pod-identity.ts";

export interface ManagedAddonsArgs {
  /** Name of the EKS cluster. */
  readonly clusterName: pulumi.Input<string>;
  /** Partition of AWS: part of the ARNs of policies. Plain. */
  readonly partition: Partition;
  /** Kubernetes minor version; decides the add-ons' versions. Plain. */
  readonly kubernetesVersion: string;
  /** Add-ons of this component. Plain: shapes the graph. */
  readonly addons: readonly ManagedAddon[];
}

/** Add-ons that EKS installs and keeps, each with a pinned version and, where it calls AWS, a role of its own. */
export class ManagedAddons extends pulumi.ComponentResource {
  /** ARNs of the add-ons' IAM roles, by the name of the add-on; only of those that call AWS. */
  readonly roleArns: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: ManagedAddonsArgs, options: ComponentOptions) {
    super("ecommerce-mesh:cluster:ManagedAddons", name, {}, options);
    const roleArns: Record<string, pulumi.Output<string>> = {};
    const { clusterName, partition, kubernetesVersion, addons } = args;
    for (const { name: addonName, identity: rights, configuration } of addons) {
      const child = `${name}-${addonName}`;
      const before: pulumi.Resource[] = [];
      if (rights !== undefined) {
        const { serviceAccount, policy } = rights;
        const policyArns = [managedPolicyArn(partition, policy)];
        const pods = { clusterName, namespace: KUBE_SYSTEM, serviceAccount, policyArns };
        const identity = new PodIdentity(child, pods, childOptions(this, options));
        roleArns[addonName] = identity.roleArn;
        before.push(identity);
      }
      new aws.eks.Addon(
        child,
        {
          clusterName,
          addonName,
          addonVersion: addonVersion(addonName, kubernetesVersion),
          // The stack tells what the add-on is; an edit by hand does not survive the next change of it.
          resolveConflictsOnCreate: "OVERWRITE",
          resolveConflictsOnUpdate: "OVERWRITE",
          ...(configuration === undefined ? {} : { configurationValues: JSON.stringify(configuration) }),
        },
        childOptions(this, options, before),
      );
    }
    this.roleArns = roleArns;
    this.registerOutputs({ roleArns });
  }
}
