import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { NetworkConfig } from "../../mesh/aws/schema/network.ts";

export interface EndpointsArgs {
  /** Which services. Plain: shapes the graph. Source: `network.endpoints` of the stack's configuration. */
  readonly endpoints: NetworkConfig["endpoints"];
  /** Region of the services. */
  readonly region: string;
  readonly vpcId: pulumi.Input<string>;
  /** Addresses of the VPC: who may use the interface endpoints. */
  readonly vpcCidr: pulumi.Input<string>;
  /** Subnets that get an interface of each interface endpoint, one in each zone. */
  readonly subnetIds: pulumi.Input<string>[];
  /** Route tables that lead to the gateway endpoints. */
  readonly routeTableIds: pulumi.Input<string>[];
}

/** Ways to AWS's services that do not leave its network, and cost no NAT. */
export class Endpoints extends pulumi.ComponentResource {
  /** Every endpoint, and the rules that open them. */
  readonly all: pulumi.Resource[];

  constructor(name: string, args: EndpointsArgs, options: pulumi.ComponentResourceOptions) {
    super("ecommerce-mesh:network:Endpoints", name, {}, options);
    this.all = [...this.gateways(name, args), ...this.interfaces(name, args)];
    this.registerOutputs({});
  }

  private gateways(name: string, args: EndpointsArgs): pulumi.Resource[] {
    return args.endpoints.gateway.map(
      (service) =>
        new aws.ec2.VpcEndpoint(
          `${name}-${service}`,
          {
            vpcId: args.vpcId,
            vpcEndpointType: "Gateway",
            serviceName: serviceName(args.region, service),
            routeTableIds: args.routeTableIds,
            tags: { Name: `${name}-${service}` },
          },
          { parent: this },
        ),
    );
  }

  private interfaces(name: string, args: EndpointsArgs): pulumi.Resource[] {
    if (args.endpoints.interface.length === 0) {
      return [];
    }
    const group = new aws.ec2.SecurityGroup(
      name,
      { vpcId: args.vpcId, description: "Interface endpoints of the VPC", tags: { Name: name } },
      { parent: this },
    );
    const rule = new aws.vpc.SecurityGroupIngressRule(
      `${name}-https`,
      {
        securityGroupId: group.id,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        cidrIpv4: args.vpcCidr,
        description: "HTTPS from the VPC",
      },
      { parent: group },
    );
    const endpoints = args.endpoints.interface.map(
      (service) =>
        new aws.ec2.VpcEndpoint(
          `${name}-${service}`,
          {
            vpcId: args.vpcId,
            vpcEndpointType: "Interface",
            serviceName: serviceName(args.region, service),
            subnetIds: args.subnetIds,
            securityGroupIds: [group.id],
            // Clients keep the service's usual name, which then answers with addresses of the VPC.
            privateDnsEnabled: true,
            tags: { Name: `${name}-${service}` },
          },
          { parent: this },
        ),
    );
    return [rule, ...endpoints];
  }
}

function serviceName(region: string, service: string): string {
  return `com.amazonaws.${region}.${service}`;
}
