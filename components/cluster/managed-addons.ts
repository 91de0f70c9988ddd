import { KUBE_SYSTEM } from "../../mesh/kubernetes/names.ts";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { addonVersion } from "../../mesh/aws/eks-versions.ts";
import { type ManagedAddon } from "../../mesh/aws/managed-addons.ts";
import { managedPolicyArn, type Partition } from "../../mesh/aws/partition.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";
import { PodIdentity } from "./pod-identity.ts";

/** Namespace of every add-on of EKS. */
const NAMESPACE = KUBE_SYSTEM;

/** Which add-ons are installed where. */
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
    for (const addon of args.addons) {
      const identity = this.identity(name, args, addon, options);
      if (identity !== undefined) {
        roleArns[addon.name] = identity.roleArn;
      }
      new aws.eks.Addon(
        `${name}-${addon.name}`,
        {
          clusterName: args.clusterName,
          addonName: addon.name,
          addonVersion: addonVersion(addon.name, args.kubernetesVersion),
          // The stack says what the add-on is; an edit by hand does not survive the next change of it.
          resolveConflictsOnCreate: "OVERWRITE",
          resolveConflictsOnUpdate: "OVERWRITE",
          ...(addon.configuration === undefined ? {} : { configurationValues: JSON.stringify(addon.configuration) }),
        },
        childOptions(this, options, identity === undefined ? [] : [identity]),
      );
    }
    this.roleArns = roleArns;
    this.registerOutputs({ roleArns });
  }

  private identity(
    name: string,
    { clusterName, partition }: ManagedAddonsArgs,
    addon: ManagedAddon,
    options: ComponentOptions,
  ): PodIdentity | undefined {
    if (addon.identity === undefined) {
      return undefined;
    }
    const { serviceAccount, policy } = addon.identity;
    const policyArns = [managedPolicyArn(partition, policy)];
    return new PodIdentity(
      `${name}-${addon.name}`,
      { clusterName, namespace: NAMESPACE, serviceAccount, policyArns },
      childOptions(this, options),
    );
  }
}
