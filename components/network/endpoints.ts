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
    const { endpoints, routeTableIds } = args;
    const gateways = endpoints.gateway.map((service) =>
      this.endpoint(name, service, args, "Gateway", { routeTableIds }),
    );
    this.all = [...gateways, ...(endpoints.interface.length === 0 ? [] : this.interfaces(name, args))];
    this.registerOutputs({});
  }

  private interfaces(name: string, args: EndpointsArgs): pulumi.Resource[] {
    const { vpcId, vpcCidr: cidrIpv4, subnetIds } = args;
    const group = new aws.ec2.SecurityGroup(
      name,
      { vpcId, description: "Interface endpoints of the VPC", tags: { Name: name } },
      { parent: this },
    );
    const https = { ipProtocol: "tcp", fromPort: 443, toPort: 443, description: "HTTPS from the VPC" };
    const rule = new aws.vpc.SecurityGroupIngressRule(
      `${name}-https`,
      { securityGroupId: group.id, cidrIpv4, ...https },
      { parent: group },
    );
    // Clients keep the service's usual name, which then answers with addresses of the VPC.
    const settings = { subnetIds, securityGroupIds: [group.id], privateDnsEnabled: true };
    return [rule, ...args.endpoints.interface.map((one) => this.endpoint(name, one, args, "Interface", settings))];
  }

  private endpoint(
    name: string,
    service: string,
    { vpcId, region }: EndpointsArgs,
    vpcEndpointType: "Gateway" | "Interface",
    settings: Partial<aws.ec2.VpcEndpointArgs>,
  ): aws.ec2.VpcEndpoint {
    const serviceName = `com.amazonaws.${region}.${service}`;
    const tags = { Name: `${name}-${service}` };
    const args = { vpcId, vpcEndpointType, serviceName, tags, ...settings };
    return new aws.ec2.VpcEndpoint(`${name}-${service}`, args, { parent: this });
  }
}
