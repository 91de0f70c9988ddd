import * as pulumi from "@pulumi/pulumi";
import { NAMESPACES } from "../../mesh/kubernetes/names.ts";
import type { HelmRelease } from "../../mesh/kubernetes/objects.ts";
import { prometheusService } from "../../mesh/features/observability/addons/addresses.ts";
import { remoteWritePolicy } from "../../mesh/features/observability/remote-write.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";
import { PodIdentity } from "../cluster/pod-identity.ts";
import { createHelmRelease } from "../kubernetes/helm-release.ts";
import { movedChild } from "./former-parent.ts";

/** What Prometheus is made from. */
export interface PrometheusArgs {
  /** Configuration and catalog. Plain: shapes the graph. */
  readonly stack: StackData;
  /** Its release. Plain. */
  readonly release: HelmRelease;
  /** Name of the EKS cluster, for the right to write into Amazon's service. */
  readonly clusterName: pulumi.Input<string>;
}

/** Prometheus, Alertmanager, kube-state-metrics and the mesh's rules; with rights in AWS where it writes there. */
export class Prometheus extends pulumi.ComponentResource {
  /** ARN of the role of Prometheus's pods. Undefined where they need none. */
  readonly roleArn: pulumi.Output<string> | undefined;

  constructor(name: string, args: PrometheusArgs, options: ComponentOptions) {
    super("ecommerce-mesh:observability:Prometheus", name, {}, options);
    const { config } = args.stack;
    const policy = remoteWritePolicy(config);
    const identity =
      policy === undefined
        ? undefined
        : new PodIdentity(
            name,
            {
              clusterName: args.clusterName,
              namespace: NAMESPACES.observability,
              // Both charts name the account after the Service.
              serviceAccount: prometheusService(config.observability),
              policyDocument: JSON.stringify(policy),
            },
            childOptions(this, options),
          );
    this.roleArn = identity?.roleArn;
    // Credentials are handed out at a pod's start.
    createHelmRelease(args.release, movedChild(this, options, identity === undefined ? [] : [identity]));
    this.registerOutputs({ roleArn: this.roleArn });
  }
}
