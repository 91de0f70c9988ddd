import * as pulumi from "@pulumi/pulumi";
import { externalDns, loadBalancerController } from "../../model/releases/edge.ts";
import type { StackData } from "../../model/stack.ts";
import { childOptions, type ComponentOptions } from "../child-options.ts";
import { ExternalDns } from "./external-dns.ts";
import { LoadBalancerController } from "./load-balancer-controller.ts";

/** What stands in front of the ingress gateway. */
export interface EdgeArgs {
  /** Configuration and catalog. Plain: shapes the graph. */
  readonly stack: StackData;
  /** Name of the EKS cluster. Plain. */
  readonly clusterName: string;
  /** The VPC of the load balancers. */
  readonly vpcId: pulumi.Input<string>;
  /** What brings Istio's CustomResourceDefinitions: ExternalDNS reads them. */
  readonly istioCrds: pulumi.Resource;
}

/** The controllers that connect the ingress gateway to the world: its load balancer, and the names of its hosts. */
export class Edge extends pulumi.ComponentResource {
  constructor(name: string, args: EdgeArgs, options: ComponentOptions) {
    super("ecommerce-mesh:edge:Edge", name, {}, options);
    const { stack, clusterName, vpcId, istioCrds } = args;
    const controller = loadBalancerController(stack, clusterName);
    if (controller !== undefined) {
      const controllerArgs = { clusterName, vpcId, release: controller };
      new LoadBalancerController(`${name}-load-balancer-controller`, controllerArgs, childOptions(this, options));
    }
    const dns = externalDns(stack, clusterName);
    const { zoneId } = stack.config.traffic.dns;
    if (dns !== undefined && zoneId !== undefined) {
      const dnsArgs = { clusterName, zoneId, release: dns };
      new ExternalDns(`${name}-external-dns`, dnsArgs, childOptions(this, options, [istioCrds]));
    }
    this.registerOutputs({});
  }
}
