import assert from "node:assert/strict";
import { refuseCreate, refuseDelete } from "../../../sandbox/providers/cloud/refusals/index.ts";
import { CloudStore } from "../../../sandbox/providers/cloud/store.ts";
import type { Properties } from "../../../sandbox/providers/cloud/types.ts";

const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

/** A VPC with two subnets in one zone and one in another, a route table and two security groups. */
function network(): CloudStore {
  const store = new CloudStore();
  const put = (type: string, id: string, inputs: Properties, outputs: Properties = {}) => {
    store.put({ id, type, urn: `urn:${id}`, inputs, outputs });
  };
  put("aws:ec2/vpc:Vpc", "vpc-1", { cidrBlock: "10.0.0.0/16" }, { enableDnsHostnames: true });
  put("aws:ec2/vpc:Vpc", "vpc-2", { cidrBlock: "10.1.0.0/16" }, { enableDnsHostnames: false });
  for (const [id, zone] of [
    ["subnet-a", "a"],
    ["subnet-a2", "a"],
    ["subnet-b", "b"],
  ] as const) {
    put("aws:ec2/subnet:Subnet", id, { vpcId: "vpc-1", availabilityZone: `eu-west-1${zone}` });
  }
  put("aws:ec2/routeTable:RouteTable", "rtb-1", { vpcId: "vpc-1" });
  put(GROUP, "sg-1", { vpcId: "vpc-1" });
  put(GROUP, "sg-2", { vpcId: "vpc-1" });
  return store;
}

const STS = {
  vpcId: "vpc-1",
  serviceName: "com.amazonaws.eu-west-1.sts",
  vpcEndpointType: "Interface",
  subnetIds: ["subnet-a", "subnet-b"],
  securityGroupIds: ["sg-1"],
  privateDnsEnabled: true,
};

const refuses = (type: string, inputs: Properties, words: RegExp, store = network()) => {
  assert.throws(() => refuseCreate(store, type, inputs), words);
};

describe("what the fake cloud refuses: endpoints, flow logs and rules", () => {
  it("an endpoint in a subnet or for a route table that does not exist, or with two interfaces in a zone", () => {
    refuseCreate(network(), ENDPOINT, STS);
    refuses(ENDPOINT, { ...STS, subnetIds: ["subnet-a", "subnet-9"] }, /InvalidSubnetID\.NotFound.*'subnet-9'/);
    refuses(ENDPOINT, { ...STS, subnetIds: ["subnet-a", "subnet-a2"] }, /DuplicateSubnetsInSameZone/);
    const gateway = { vpcId: "vpc-1", serviceName: "com.amazonaws.eu-west-1.s3", vpcEndpointType: "Gateway" };
    refuseCreate(network(), ENDPOINT, { ...gateway, routeTableIds: ["rtb-1"] });
    refuses(ENDPOINT, { ...gateway, routeTableIds: ["rtb-9"] }, /InvalidRouteTableId\.NotFound.*'rtb-9'/);
  });

  it("private names in a VPC that answers none, and for a service that has them already", () => {
    refuses(ENDPOINT, { ...STS, vpcId: "vpc-2", subnetIds: [] }, /enableDnsSupport and enableDnsHostnames/);
    const store = network();
    store.put({ id: "vpce-1", type: ENDPOINT, urn: "urn:vpce-1", inputs: STS, outputs: {} });
    refuses(
      ENDPOINT,
      STS,
      /already a conflicting DNS domain for com\.amazonaws\.eu-west-1\.sts in the VPC vpc-1/,
      store,
    );
    refuseCreate(store, ENDPOINT, { ...STS, serviceName: "com.amazonaws.eu-west-1.ec2" });
  });

  it("deleting the subnet or the security group of an endpoint", () => {
    const store = network();
    store.put({ id: "vpce-1", type: ENDPOINT, urn: "urn:vpce-1", inputs: STS, outputs: {} });
    for (const [type, id] of [
      ["aws:ec2/subnet:Subnet", "subnet-a"],
      [GROUP, "sg-1"],
    ] as const) {
      const object = store.get(type, id);
      assert.ok(object);
      assert.throws(() => refuseDelete(store, object), /DependencyViolation/);
    }
  });

  it("deleting a security group that a launch template gives to nodes, or that another group's rule names", () => {
    const store = network();
    const group = store.get(GROUP, "sg-1");
    assert.ok(group);
    refuseDelete(store, group);
    const template = "aws:ec2/launchTemplate:LaunchTemplate";
    store.put({ id: "lt-1", type: template, urn: "urn:lt", inputs: { vpcSecurityGroupIds: ["sg-1"] }, outputs: {} });
    assert.throws(() => refuseDelete(store, group), /DependencyViolation: resource sg-1 has a dependent object/);
    store.remove(template, "lt-1");
    const rule = { securityGroupId: "sg-2", referencedSecurityGroupId: "sg-1", ipProtocol: "-1" };
    store.put({ id: "sgr-1", type: INGRESS, urn: "urn:sgr", inputs: rule, outputs: {} });
    assert.throws(() => refuseDelete(store, group), /DependencyViolation/);
  });

  it("the same rule twice in a group", () => {
    const store = network();
    const rule = { securityGroupId: "sg-1", ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "10.0.0.0/16" };
    refuseCreate(store, INGRESS, rule);
    store.put({ id: "sgr-1", type: INGRESS, urn: "urn:sgr", inputs: rule, outputs: {} });
    refuses(INGRESS, { ...rule, description: "again" }, /InvalidPermission\.Duplicate/, store);
    refuseCreate(store, INGRESS, { ...rule, fromPort: 444, toPort: 444 });
    refuseCreate(store, INGRESS, { ...rule, securityGroupId: "sg-2" });
  });

  it("a flow log that nobody may write, or that goes nowhere", () => {
    const log = { vpcId: "vpc-1", trafficType: "ALL", iamRoleArn: "arn:role", logDestination: "arn:group" };
    refuseCreate(network(), "aws:ec2/flowLog:FlowLog", log);
    refuses("aws:ec2/flowLog:FlowLog", { ...log, iamRoleArn: "" }, /DeliverLogsPermissionArn can't be empty/);
    refuses("aws:ec2/flowLog:FlowLog", { ...log, logDestination: "" }, /LogDestination can't be empty/);
  });
});
