import * as pulumi from "@pulumi/pulumi";
import { prometheusService } from "../../mesh/features/observability/addons/addresses.ts";
import { remoteWritePolicy } from "../../mesh/features/observability/remote-write.ts";
import type { ComponentPlan } from "../../mesh/groups.ts";
import { NAMESPACES } from "../../mesh/kubernetes/names.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { PodIdentity } from "../cluster/pod-identity.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";
import { registerGroups } from "../ordered-objects.ts";

export interface PrometheusArgs {
  /** Configuration and catalog. Plain: shapes the graph. */
  readonly stack: StackData;
  /** Name of the EKS cluster, for the right to write into Amazon's service. */
  readonly clusterName: pulumi.Input<string>;
}

/** Prometheus, Alertmanager, kube-state-metrics and the mesh's rules; with rights in AWS where it writes there. */
export class Prometheus extends pulumi.ComponentResource {
  /** ARN of the role of Prometheus's pods. Undefined where they need none. */
  readonly roleArn: pulumi.Output<string> | undefined;

  constructor(plan: ComponentPlan, { stack, clusterName }: PrometheusArgs, options: ComponentOptions) {
    super(plan.type, plan.name, {}, options);
    const { config } = stack;
    const policy = remoteWritePolicy(config);
    const identity =
      policy &&
      new PodIdentity(
        plan.name,
        {
          clusterName,
          namespace: NAMESPACES.observability,
          // Both charts name the account after the Service.
          serviceAccount: prometheusService(config.observability),
          policyDocument: JSON.stringify(policy),
        },
        childOptions(this, options),
      );
    this.roleArn = identity?.roleArn;
    // Credentials are handed out at a pod's start.
    registerGroups(this, plan, options, { given: new Map([["identity", identity === undefined ? [] : [identity]]]) });
    this.registerOutputs({ roleArn: this.roleArn });
  }
}
