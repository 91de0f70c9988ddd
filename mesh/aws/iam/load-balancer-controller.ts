import type { Partition } from "../partition.ts";
import template from "./load-balancer-controller.json" with { type: "json" };
import { filledIn, type PolicyDocument } from "./policy.ts";

/**
 * What the AWS Load Balancer Controller may do. Source: the policy that its project publishes (docs/install/iam_policy.json,
 * 2026-08), with two differences: only what network load balancers need (no WAF, Shield, Cognito, trust stores, application
 * load balancers), and where that policy asks that the cluster tag exists, this one asks for this cluster's name. Rules of security
 * groups: also of the nodes', which is not the controller's own.
 */
export function loadBalancerControllerPolicy(clusterName: string, partition: Partition): PolicyDocument {
  return filledIn(template, { clusterName, partition });
}
