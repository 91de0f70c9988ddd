import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface LoadBalancerHostNameArgs {
  /** Name of the EKS cluster. Plain: the controller's tag on what it makes. */
  readonly clusterName: string;
  /** Namespace and name of the Service that has the load balancer. Plain. */
  readonly service: { readonly namespace: string; readonly name: string };
}

/**
 * Host name of the load balancer that the AWS Load Balancer Controller made for a Service; null while there is none.
 * Asked of AWS and not of the Service, so that a preview does not need the cluster.
 * @param options the AWS provider, and the release that brings the Service: before it is there, the name is unknown
 */
export function loadBalancerHostName(
  { clusterName, service }: LoadBalancerHostNameArgs,
  options: { readonly provider: pulumi.ProviderResource; readonly dependsOn: pulumi.Resource[] },
): pulumi.Output<string | null> {
  // Source: AWS Load Balancer Controller 3, guide to Service annotations, resource tags.
  const tags = {
    "elbv2.k8s.aws/cluster": clusterName,
    "service.k8s.aws/stack": `${service.namespace}/${service.name}`,
  };
  // A list, because it may be empty: asking for one by its tags fails the whole program where there is none.
  return aws.lb
    .getLbsOutput({ tags }, options)
    .arns.apply(([arn]) =>
      arn === undefined
        ? pulumi.output(null)
        : aws.lb.getLoadBalancerOutput({ arn }, { provider: options.provider }).dnsName,
    );
}
