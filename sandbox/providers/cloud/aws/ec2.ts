import { digest } from "../ids.ts";
import { numberOf, textOf, textsOf } from "../properties.ts";
import type { Making, ResourceType } from "../types.ts";

const arn = (kind: string) => ({ service: "ec2", resource: ({ id }: Making) => `${kind}/${id}` });
const owner = ({ account }: Making) => ({ ownerId: account });

/** An address that belongs to nobody: TEST-NET-3, kept by RFC 5737 for documentation. */
const publicIp = ({ id }: Making): string => `203.0.113.${parseInt(digest(2, id), 16)}`;

/** EC2 and VPC. */
export const EC2_TYPES: Readonly<Record<string, ResourceType>> = {
  "aws:ec2/vpc:Vpc": {
    prefix: "vpc",
    arn: arn("vpc"),
    taggable: true,
    replaceOn: ["cidrBlock", "ipv4IpamPoolId", "instanceTenancy"],
    defaults: { enableDnsSupport: true, enableDnsHostnames: false, instanceTenancy: "default" },
    assigned: (making) => ({
      ...owner(making),
      mainRouteTableId: `rtb-0${digest(16, making.id, "main")}`,
      defaultRouteTableId: `rtb-0${digest(16, making.id, "main")}`,
      defaultSecurityGroupId: `sg-0${digest(16, making.id, "default")}`,
      defaultNetworkAclId: `acl-0${digest(16, making.id, "default")}`,
      dhcpOptionsId: `dopt-0${digest(16, making.id, "default")}`,
    }),
  },
  "aws:ec2/subnet:Subnet": {
    prefix: "subnet",
    arn: arn("subnet"),
    taggable: true,
    replaceOn: ["vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv6Native"],
    defaults: { mapPublicIpOnLaunch: false, assignIpv6AddressOnCreation: false },
    assigned: (making) => ({ ...owner(making), availabilityZoneId: zoneId(textOf(making.inputs["availabilityZone"])) }),
  },
  "aws:ec2/internetGateway:InternetGateway": {
    prefix: "igw",
    arn: arn("internet-gateway"),
    taggable: true,
    assigned: owner,
  },
  "aws:ec2/eip:Eip": {
    prefix: "eipalloc",
    arn: arn("elastic-ip"),
    taggable: true,
    replaceOn: ["domain", "networkBorderGroup", "publicIpv4Pool", "address"],
    assigned: (making) => ({ allocationId: making.id, publicIp: publicIp(making) }),
  },
  "aws:ec2/natGateway:NatGateway": {
    prefix: "nat",
    taggable: true,
    replaceOn: ["subnetId", "allocationId", "connectivityType", "privateIp"],
    defaults: { connectivityType: "public" },
    assigned: (making) => ({
      networkInterfaceId: `eni-0${digest(16, making.id)}`,
      associationId: `eipassoc-0${digest(16, making.id)}`,
      publicIp: textOf(making.store.get("aws:ec2/eip:Eip", textOf(making.inputs["allocationId"]))?.outputs["publicIp"]),
    }),
  },
  "aws:ec2/routeTable:RouteTable": {
    prefix: "rtb",
    arn: arn("route-table"),
    taggable: true,
    replaceOn: ["vpcId"],
    assigned: owner,
  },
  "aws:ec2/route:Route": {
    prefix: "r",
    replaceOn: ["routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"],
    assigned: () => ({ origin: "CreateRoute", state: "active" }),
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    prefix: "rtbassoc",
    replaceOn: ["subnetId", "gatewayId"],
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    prefix: "sg",
    arn: arn("security-group"),
    taggable: true,
    autoname: "name",
    replaceOn: ["vpcId", "name", "namePrefix", "description"],
    defaults: { description: "Managed by Pulumi", revokeRulesOnDelete: false },
    assigned: owner,
  },
  "aws:ec2/securityGroupRule:SecurityGroupRule": {
    prefix: "sgrule",
    replaceOn: [
      "securityGroupId",
      "type",
      "protocol",
      "fromPort",
      "toPort",
      "cidrBlocks",
      "ipv6CidrBlocks",
      "prefixListIds",
      "self",
      "sourceSecurityGroupId",
    ],
    assigned: ({ id }) => ({ securityGroupRuleId: id.replace("sgrule", "sgr") }),
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupRule(),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupRule(),
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    prefix: "vpce",
    arn: arn("vpc-endpoint"),
    taggable: true,
    replaceOn: ["vpcId", "serviceName", "vpcEndpointType"],
    defaults: { vpcEndpointType: "Gateway" },
    assigned: (making) => ({
      ...owner(making),
      state: "available",
      networkInterfaceIds: textsOf(making.inputs["subnetIds"]).map((subnet) => `eni-0${digest(16, making.id, subnet)}`),
    }),
  },
  "aws:ec2/flowLog:FlowLog": {
    prefix: "fl",
    arn: arn("vpc-flow-log"),
    taggable: true,
    replaceOn: ["vpcId", "subnetId", "trafficType", "logDestination", "logDestinationType", "iamRoleArn"],
  },
  "aws:ec2/launchTemplate:LaunchTemplate": {
    prefix: "lt",
    arn: arn("launch-template"),
    taggable: true,
    autoname: "name",
    replaceOn: ["name", "namePrefix"],
    assigned: () => ({ latestVersion: 1, defaultVersion: 1 }),
    revised: ({ latestVersion, defaultVersion }) => ({
      latestVersion: numberOf(latestVersion, 0) + 1,
      defaultVersion: numberOf(defaultVersion, 0) + 1,
    }),
  },
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
    prefix: "sg",
    arn: arn("security-group"),
    taggable: true,
    replaceOn: ["vpcId"],
    assigned: (making) => ({ ...owner(making), name: "default", description: "default VPC security group" }),
  },
};

function securityGroupRule(): ResourceType {
  return {
    prefix: "sgr",
    arn: arn("security-group-rule"),
    taggable: true,
    replaceOn: ["securityGroupId"],
    assigned: ({ id }) => ({ securityGroupRuleId: id }),
  };
}

/** `us-east-1a` has an id such as `use1-az1`. Real accounts map letters differently; the fake takes them in order. */
function zoneId(zone: string): string {
  const match = /^([a-z]{2})-([a-z]+)-(\d)([a-z])$/.exec(zone);
  if (match === null) {
    return "";
  }
  const [, area = "", direction = "", number = "", letter = "a"] = match;
  const short = direction.replace(/(north|south|east|west|central)/g, (word) => word.charAt(0));
  return `${area}${short}${number}-az${letter.charCodeAt(0) - 96}`;
}
