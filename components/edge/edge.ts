import * as pulumi from "@pulumi/pulumi";
import { externalDnsPolicy } from "../../mesh/aws/iam/external-dns.ts";
import { loadBalancerControllerPolicy } from "../../mesh/aws/iam/load-balancer-controller.ts";
import { externalDns, loadBalancerController } from "../../mesh/features/gateways/edge-releases.ts";
import type { Partition } from "../../mesh/aws/partition.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";
import { AwsController, type AwsControllerArgs } from "../cluster/aws-controller.ts";

export interface EdgeArgs {
  /** Configuration and catalog. Plain: shapes the graph. */
  readonly stack: StackData;
  /** Name of the EKS cluster. Plain. */
  readonly clusterName: string;
  /** Partition of AWS: part of the ARNs in policies. Plain. */
  readonly partition: Partition;
  /** The VPC of the load balancers. */
  readonly vpcId: pulumi.Input<string>;
  /** What brings the CustomResourceDefinitions of Istio and the Gateway API: ExternalDNS reads objects of theirs. */
  readonly definitions: readonly pulumi.Resource[];
}

/** The controllers that connect the ingress gateway to the world: its load balancer, and the names of its hosts. */
export class Edge extends pulumi.ComponentResource {
  /** ARNs of the controllers' IAM roles, by the name of their release. */
  readonly roleArns: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: EdgeArgs, options: ComponentOptions) {
    super("ecommerce-mesh:edge:Edge", name, {}, options);
    const { stack, clusterName, partition, vpcId, definitions } = args;
    const roleArns: Record<string, pulumi.Output<string>> = {};
    const install = (
      controllerName: string,
      controller: AwsControllerArgs,
      formerType: string,
      after: pulumi.Resource[] = [],
    ) => {
      const aliases = [{ type: `ecommerce-mesh:edge:${formerType}` }];
      const { roleArn } = new AwsController(`${name}-${controllerName}`, controller, {
        ...childOptions(this, options, after),
        aliases,
      });
      roleArns[controller.release.name] = roleArn;
    };

    const release = loadBalancerController(stack, clusterName);
    if (release !== undefined) {
      const policy = loadBalancerControllerPolicy(clusterName, partition);
      const controller = { clusterName, release, policy, outputValues: { vpcId } };
      install("load-balancer-controller", controller, "LoadBalancerController");
    }
    const dns = externalDns(stack, clusterName);
    const { zoneId } = stack.config.traffic.dns;
    if (dns !== undefined && zoneId !== undefined) {
      const controller = { clusterName, release: dns, policy: externalDnsPolicy(zoneId, partition) };
      install("external-dns", controller, "ExternalDns", [...definitions]);
    }
    this.roleArns = roleArns;
    this.registerOutputs({ roleArns });
  }
}
