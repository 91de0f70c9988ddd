import { numberOf, textOf, textsOf } from "../properties.ts";
import type { CloudStore } from "../store.ts";
import { type CreateRule, referring } from "./rule.ts";

const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
const ROUTE_TABLE = "aws:ec2/routeTable:RouteTable";

/** An interface endpoint has one interface in a zone. */
export const endpointSubnetsInZones: CreateRule = (store, inputs) => {
  const zones = textsOf(inputs["subnetIds"]).map((id) => textOf(store.get(SUBNET, id)?.inputs["availabilityZone"]));
  const known = zones.filter((zone) => zone !== "");
  return new Set(known).size < known.length
    ? "DuplicateSubnetsInSameZone: Found another VPC endpoint subnet in the availability zone of the specified subnet"
    : undefined;
};

/** A gateway endpoint is written into route tables that exist. */
export const endpointRouteTables: CreateRule = (store, inputs) => {
  const missing = textsOf(inputs["routeTableIds"]).find((id) => store.get(ROUTE_TABLE, id) === undefined);
  return missing === undefined
    ? undefined
    : `InvalidRouteTableId.NotFound: The routeTable ID '${missing}' does not exist`;
};

/** Private names need a VPC that answers them, and one endpoint answers for a service. */
export const endpointNames: CreateRule = (store, inputs) => {
  if (inputs["privateDnsEnabled"] !== true) {
    return undefined;
  }
  const vpcId = textOf(inputs["vpcId"]);
  const vpc = store.get(VPC, vpcId);
  if (vpc !== undefined && vpc.outputs["enableDnsHostnames"] !== true) {
    return "InvalidParameter: Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true";
  }
  return namesTaken(store, vpcId, textOf(inputs["serviceName"]))
    ? `InvalidParameter: private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${textOf(inputs["serviceName"])} in the VPC ${vpcId}`
    : undefined;
};

function namesTaken(store: CloudStore, vpcId: string, serviceName: string): boolean {
  return referring(store, ENDPOINT, "vpcId", vpcId).some(
    ({ inputs }) => inputs["privateDnsEnabled"] === true && inputs["serviceName"] === serviceName,
  );
}

/** Flow logs for CloudWatch are written by a role, into a log group. */
export const flowLogDestination: CreateRule = (_store, inputs) => {
  const destination = textOf(inputs["logDestinationType"]) || "cloud-watch-logs";
  if (destination !== "cloud-watch-logs") {
    return undefined;
  }
  if (textOf(inputs["iamRoleArn"]) === "") {
    return "InvalidParameter: DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs";
  }
  return textOf(inputs["logDestination"]) === ""
    ? "InvalidParameter: LogDestination can't be empty if LogGroupName is not provided"
    : undefined;
};

/** The same rule cannot be in a group twice. */
export const ruleOnce =
  (type: string): CreateRule =>
  (store, inputs) => {
    const key = ruleKey(inputs);
    return store.list(type).some((other) => ruleKey(other.inputs) === key)
      ? `InvalidPermission.Duplicate: the specified rule "${key}" already exists`
      : undefined;
  };

function ruleKey(inputs: Parameters<CreateRule>[1]): string {
  const texts = ["securityGroupId", "ipProtocol", "referencedSecurityGroupId", "cidrIpv4", "cidrIpv6", "prefixListId"];
  const ports = [inputs["fromPort"], inputs["toPort"]].map((port) => String(numberOf(port, -1)));
  return [...texts.map((key) => textOf(inputs[key])), ...ports]
    .filter((part) => part !== "" && part !== "-1")
    .join(", ");
}
