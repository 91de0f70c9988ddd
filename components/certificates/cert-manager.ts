import * as pulumi from "@pulumi/pulumi";
import type { PolicyDocument } from "../../mesh/aws/iam/policy.ts";
import { partitionOf } from "../../mesh/aws/partition.ts";
import { certifiedHosts } from "../../mesh/features/certificates/gateway-certificates.ts";
import { dnsChallengePolicy, privateCaPolicy } from "../../mesh/features/certificates/iam.ts";
import { challengeZone, usesAcme } from "../../mesh/features/certificates/uses.ts";
import type { ComponentPlan } from "../../mesh/groups.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { AwsController } from "../cluster/aws-controller.ts";
import type { ComponentOptions } from "../kubernetes/child-options.ts";
import { createHelmRelease } from "../kubernetes/helm-release.ts";
import { type Maker, registerGroups } from "../ordered-objects.ts";

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

  constructor(plan: ComponentPlan, { stack, clusterName }: CertManagerArgs, options: ComponentOptions) {
    super(plan.type, plan.name, {}, options);
    const roleArns: Record<string, pulumi.Output<string>> = {};
    const withRights =
      (policy: PolicyDocument | undefined): Maker =>
      ({ releases }, child) =>
        releases.map((release) => {
          if (policy === undefined) {
            return createHelmRelease(release, child);
          }
          const args = { clusterName, release, policy };
          const controller = new AwsController(`${plan.name}-${release.name}`, args, child);
          roleArns[release.name] = controller.roleArn;
          return controller;
        });
    const { arn } = stack.config.certificates.privateCa;
    registerGroups(this, plan, options, {
      makers: {
        "cert-manager": withRights(managerPolicy(stack)),
        "private-ca-issuer": withRights(arn === undefined ? undefined : privateCaPolicy(arn)),
      },
    });
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
