import { contains, overlaps, parseCidr } from "../../../../mesh/kubernetes/cidr.ts";
import { recordOf, textOf, textsOf } from "../properties.ts";
import type { CloudStore } from "../store.ts";
import type { Properties } from "../types.ts";
import { type CreateRule, type DeleteRule, referring } from "./rule.ts";

const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup";
const NAT_GATEWAY = "aws:ec2/natGateway:NatGateway";
const EIP = "aws:ec2/eip:Eip";
const NETWORK_INTERFACE = "aws:ec2/networkInterface:NetworkInterface";
const LOAD_BALANCER = "aws:lb/loadBalancer:LoadBalancer";

/** AWS takes /16 to /28 for VPCs and subnets. */
export const cidrSize: CreateRule = (_store, inputs) => {
  const text = textOf(inputs["cidrBlock"]);
  const cidr = parseCidr(text);
  if (text === "" || (cidr !== undefined && cidr.prefix >= 16 && cidr.prefix <= 28)) {
    return undefined;
  }
  const code = inputs["vpcId"] === undefined ? "InvalidVpc.Range" : "InvalidSubnet.Range";
  return `${code}: The CIDR '${text}' is invalid.`;
};

/** A subnet lies in its VPC. */
export const subnetInsideVpc: CreateRule = (store, inputs) => {
  const vpc = store.get(VPC, textOf(inputs["vpcId"]));
  const outer = parseCidr(textOf(vpc?.inputs["cidrBlock"]));
  const inner = parseCidr(textOf(inputs["cidrBlock"]));
  return outer === undefined || inner === undefined || contains(outer, inner)
    ? undefined
    : `InvalidSubnet.Range: The CIDR '${textOf(inputs["cidrBlock"])}' is invalid.`;
};

/** Subnets of a VPC do not overlap. */
export const subnetsApart: CreateRule = (store, inputs) => {
  const mine = parseCidr(textOf(inputs["cidrBlock"]));
  const conflict = referring(store, SUBNET, "vpcId", textOf(inputs["vpcId"])).some((other) => {
    const theirs = parseCidr(textOf(other.inputs["cidrBlock"]));
    return mine !== undefined && theirs !== undefined && overlaps(mine, theirs);
  });
  return conflict
    ? `InvalidSubnet.Conflict: The CIDR '${textOf(inputs["cidrBlock"])}' conflicts with another subnet`
    : undefined;
};

/** VPCs, subnets and security groups that are named exist. */
export const knownNetwork: CreateRule = (store, inputs) => {
  const vpcConfig = recordOf(inputs["vpcConfig"]);
  const vpcIds = [inputs["vpcId"]].map(textOf);
  const subnetIds = [textOf(inputs["subnetId"]), ...textsOf(inputs["subnetIds"]), ...textsOf(vpcConfig["subnetIds"])];
  const groups = [
    ...["securityGroupId", "sourceSecurityGroupId", "referencedSecurityGroupId"].map((key) => textOf(inputs[key])),
    ...textsOf(inputs["securityGroupIds"]),
    ...textsOf(inputs["vpcSecurityGroupIds"]),
    ...textsOf(vpcConfig["securityGroupIds"]),
  ];
  return (
    missing(vpcIds, (id) => store.get(VPC, id) !== undefined, "InvalidVpcID.NotFound: The vpc ID") ??
    missing(subnetIds, (id) => store.get(SUBNET, id) !== undefined, "InvalidSubnetID.NotFound: The subnet ID") ??
    missing(groups, (id) => groupExists(store, id), "InvalidGroup.NotFound: The security group")
  );
};

function missing(ids: readonly string[], exists: (id: string) => boolean, words: string): string | undefined {
  const id = ids.find((candidate) => candidate !== "" && !exists(candidate));
  return id === undefined ? undefined : `${words} '${id}' does not exist`;
}

/** Besides the groups that programs make there are those that AWS makes with a VPC and with a cluster. */
function groupExists(store: CloudStore, id: string): boolean {
  return (
    store.get(SECURITY_GROUP, id) !== undefined ||
    store.list(VPC).some((vpc) => vpc.outputs["defaultSecurityGroupId"] === id) ||
    store.list("aws:eks/cluster:Cluster").some((cluster) => clusterGroup(cluster.outputs) === id)
  );
}

const clusterGroup = (outputs: Properties): string => textOf(recordOf(outputs["vpcConfig"])["clusterSecurityGroupId"]);

/** An address serves one NAT gateway. */
export const addressFree: CreateRule = (store, inputs) => {
  const allocationId = textOf(inputs["allocationId"]);
  if (allocationId === "") {
    return undefined;
  }
  if (store.get(EIP, allocationId) === undefined) {
    return `InvalidAllocationID.NotFound: The allocation ID '${allocationId}' does not exist`;
  }
  return referring(store, NAT_GATEWAY, "allocationId", allocationId).length > 0
    ? `Resource.AlreadyAssociated: resource ${allocationId} is already associated`
    : undefined;
};

/** A VPC goes last. */
export const vpcEmpty: DeleteRule = (store, vpc) => {
  const holds = [
    SUBNET,
    SECURITY_GROUP,
    "aws:ec2/internetGateway:InternetGateway",
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    NETWORK_INTERFACE,
  ].some((type) => referring(store, type, "vpcId", vpc.id).length > 0);
  return holds ? dependencyViolation("vpc", vpc.id) : undefined;
};

/** A subnet goes when nothing has an interface in it. */
export const subnetEmpty: DeleteRule = (store, subnet) => {
  const single = [NAT_GATEWAY, NETWORK_INTERFACE].some(
    (type) => referring(store, type, "subnetId", subnet.id).length > 0,
  );
  const listed = [LOAD_BALANCER, "aws:eks/nodeGroup:NodeGroup", "aws:ec2/vpcEndpoint:VpcEndpoint"].some(
    (type) =>
      referring(store, type, "subnets", subnet.id).length + referring(store, type, "subnetIds", subnet.id).length > 0,
  );
  const clusters = store
    .list("aws:eks/cluster:Cluster")
    .some((cluster) => textsOf(recordOf(cluster.inputs["vpcConfig"])["subnetIds"]).includes(subnet.id));
  return single || listed || clusters ? dependencyViolation("subnet", subnet.id) : undefined;
};

/** A security group goes when no interface and no rule of another group names it. */
export const groupUnused: DeleteRule = (store, group) => {
  const named = store
    .list()
    .some(
      (object) =>
        object.type !== SECURITY_GROUP &&
        ([...textsOf(object.inputs["securityGroupIds"]), ...textsOf(object.inputs["vpcSecurityGroupIds"])].includes(
          group.id,
        ) ||
          textsOf(recordOf(object.inputs["vpcConfig"])["securityGroupIds"]).includes(group.id) ||
          object.inputs["sourceSecurityGroupId"] === group.id ||
          object.inputs["referencedSecurityGroupId"] === group.id),
    );
  return named ? `DependencyViolation: resource ${group.id} has a dependent object` : undefined;
};

/** An address in use cannot be released. */
export const addressUnused: DeleteRule = (store, address) =>
  referring(store, NAT_GATEWAY, "allocationId", address.id).length > 0
    ? `InvalidIPAddress.InUse: Address ${textOf(address.outputs["publicIp"])} is in use.`
    : undefined;

/** An internet gateway stays while addresses of its VPC are mapped. */
export const gatewayUnmapped: DeleteRule = (store, gateway) => {
  const vpcId = textOf(gateway.inputs["vpcId"]);
  const mapped = store
    .list(NAT_GATEWAY)
    .some((nat) => store.get(SUBNET, textOf(nat.inputs["subnetId"]))?.inputs["vpcId"] === vpcId);
  const balanced = store
    .list(LOAD_BALANCER)
    .some(({ inputs }) => inputs["internal"] === false && inputs["vpcId"] === vpcId);
  return mapped || balanced
    ? `DependencyViolation: Network ${vpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`
    : undefined;
};

/** A route table stays while subnets are associated with it. */
export const routeTableUnused: DeleteRule = (store, table) =>
  referring(store, "aws:ec2/routeTableAssociation:RouteTableAssociation", "routeTableId", table.id).length > 0
    ? dependencyViolation("routeTable", table.id)
    : undefined;

function dependencyViolation(kind: string, id: string): string {
  return `DependencyViolation: The ${kind} '${id}' has dependencies and cannot be deleted.`;
}
