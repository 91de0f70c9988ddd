import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { loadBalancerControllerPolicy } from "../../model/iam/load-balancer-controller.ts";
import type { HelmRelease } from "../../model/objects.ts";
import { childOptions, type ComponentOptions } from "../child-options.ts";
import { PodIdentity } from "../cluster/pod-identity.ts";
import { createHelmRelease } from "../kubernetes/helm-release.ts";

/** What the controller is made from. */
export interface LoadBalancerControllerArgs {
  /** Name of the EKS cluster. Plain: the tag on all that the controller makes, and the limit of its rights. */
  readonly clusterName: string;
  /** The VPC of the load balancers. */
  readonly vpcId: pulumi.Input<string>;
  /** Its release. Plain. */
  readonly release: HelmRelease;
}

/**
 * The AWS Load Balancer Controller with its rights. What brings a Service of type LoadBalancer depends on it: only a
 * controller that runs takes a load balancer away again.
 */
export class LoadBalancerController extends pulumi.ComponentResource {
  /** The release: up before the Services that it serves, gone after them. */
  readonly release: k8s.helm.v3.Release;

  constructor(name: string, args: LoadBalancerControllerArgs, options: ComponentOptions) {
    super("ecommerce-mesh:edge:LoadBalancerController", name, {}, options);
    const { clusterName, release } = args;
    const identity = new PodIdentity(
      name,
      {
        clusterName,
        namespace: release.namespace,
        serviceAccount: release.name,
        policyDocument: JSON.stringify(loadBalancerControllerPolicy(clusterName)),
      },
      childOptions(this, options),
    );
    this.release = createHelmRelease(release, childOptions(this, options, [identity]), { vpcId: args.vpcId });
    this.registerOutputs({});
  }
}
