import * as pulumi from "@pulumi/pulumi";
import { certifiedHosts } from "../../mesh/features/certificates/gateway.ts";
import { clusterIssuers } from "../../mesh/features/certificates/issuers.ts";
import { challengeZone, usesAcme } from "../../mesh/features/certificates/uses.ts";
import { dnsChallengePolicy, privateCaPolicy } from "../../mesh/features/certificates/iam.ts";
import type { PolicyDocument } from "../../mesh/aws/iam/policy.ts";
import { certManagerNamespace } from "../../mesh/features/workloads/namespaces.ts";
import { partitionOf } from "../../mesh/aws/partition.ts";
import type { HelmRelease } from "../../mesh/kubernetes/objects.ts";
import { certManager, privateCaIssuer } from "../../mesh/features/certificates/releases.ts";
import { certificateNetworkPolicies } from "../../mesh/features/network-policies/certificates.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { AwsController } from "../cluster/aws-controller.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";
import { createCustomObject } from "../kubernetes/custom-object.ts";
import { createCoreObject } from "../kubernetes/core-object.ts";
import { createHelmRelease } from "../kubernetes/helm-release.ts";

/** What cert-manager is made from. */
export interface CertManagerArgs {
  /** Configuration and catalog. Plain: shapes the graph. */
  readonly stack: StackData;
  /** Name of the cluster. Plain. */
  readonly clusterName: string;
}

/**
 * cert-manager, its issuers of the whole cluster, and the rights that they have in AWS. What they sign depends on it: certificates are
 * gone before it, and with them the challenges that only a running controller takes back.
 */
export class CertManager extends pulumi.ComponentResource {
  /** ARNs of the IAM roles of cert-manager and of the issuer beside it, by the name of their release. */
  readonly roleArns: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: CertManagerArgs, options: ComponentOptions) {
    super("ecommerce-mesh:certificates:CertManager", name, {}, options);
    const { stack, clusterName } = args;
    const roleArns: Record<string, pulumi.Output<string>> = {};
    const owned = certManagerNamespace(stack);
    const namespace = owned === undefined ? [] : [createCoreObject(name, owned, childOptions(this, options))];
    // Closed before the first pod.
    const closed = certificateNetworkPolicies(stack).map((policy) =>
      createCoreObject(name, policy, childOptions(this, options, namespace)),
    );
    const before: pulumi.Resource[] = [...namespace, ...closed];
    const install = (release: HelmRelease, policy: PolicyDocument | undefined, after: readonly pulumi.Resource[]) => {
      const child = childOptions(this, options, after);
      if (policy === undefined) {
        return createHelmRelease(release, child);
      }
      const controller = new AwsController(`${name}-${release.name}`, { clusterName, release, policy }, child);
      roleArns[release.name] = controller.roleArn;
      return controller;
    };

    const manager = certManager(stack);
    const managers = manager === undefined ? [] : [install(manager, managerPolicy(stack), before)];
    const issuer = privateCaIssuer(stack);
    const { arn } = stack.config.certificates.privateCa;
    const controllers =
      issuer === undefined || arn === undefined
        ? managers
        : [...managers, install(issuer, privateCaPolicy(arn), [...before, ...managers])];
    for (const object of clusterIssuers(stack)) {
      createCustomObject(name, object, childOptions(this, options, [...before, ...controllers]));
    }
    this.roleArns = roleArns;
    this.registerOutputs({ roleArns });
  }
}

/** What cert-manager itself may do in AWS; undefined where it has nothing to do there, or is given credentials. */
function managerPolicy(stack: StackData): PolicyDocument | undefined {
  const { platform } = stack.config;
  const zoneId = challengeZone(stack.config);
  return platform.kind === "eks" && usesAcme(stack.config) && zoneId !== undefined
    ? dnsChallengePolicy(zoneId, certifiedHosts(stack), partitionOf(platform.region))
    : undefined;
}
