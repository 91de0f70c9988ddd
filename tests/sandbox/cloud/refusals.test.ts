import assert from "node:assert/strict";

import { refuseCreate, refuseDelete, refuseUpdate } from "../../../sandbox/providers/cloud/refusals/index.ts";
import { CloudStore } from "../../../sandbox/providers/cloud/store.ts";
import type { Properties } from "../../../sandbox/providers/cloud/types.ts";

const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const NAT = "aws:ec2/natGateway:NatGateway";
const CLUSTER = "aws:eks/cluster:Cluster";
const NODE_GROUP = "aws:eks/nodeGroup:NodeGroup";
const ROLE = "aws:iam/role:Role";
const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";

class Cloud {
  readonly store = new CloudStore();

  /** Puts an object there without asking. */
  has(type: string, id: string, inputs: Properties = {}, outputs: Properties = {}): this {
    this.store.put({ id, type, urn: `urn:${id}`, inputs, outputs });
    return this;
  }

  /** A VPC with a subnet in each of two zones. */
  network(): this {
    return this.has(VPC, "vpc-1", { cidrBlock: "10.0.0.0/16" })
      .has(SUBNET, "subnet-a", { vpcId: "vpc-1", cidrBlock: "10.0.0.0/20", availabilityZone: "us-east-1a" })
      .has(SUBNET, "subnet-b", { vpcId: "vpc-1", cidrBlock: "10.0.16.0/20", availabilityZone: "us-east-1b" });
  }

  role(name: string, ...policies: readonly string[]): this {
    this.has(ROLE, name, { name }, { arn: `arn:aws:iam::123456789012:role/${name}` });
    policies.forEach((policy) =>
      this.has(ATTACHMENT, `${name}:${policy}`, { role: name, policyArn: `arn:aws:iam::aws:policy/${policy}` }),
    );
    return this;
  }

  refusesCreation(type: string, inputs: Properties, words: RegExp): void {
    assert.throws(() => refuseCreate(this.store, type, inputs), words);
  }

  acceptsCreation(type: string, inputs: Properties): void {
    refuseCreate(this.store, type, inputs);
  }

  refusesDeletion(type: string, id: string, words: RegExp): void {
    const object = this.store.get(type, id);
    assert.ok(object);
    assert.throws(() => refuseDelete(this.store, object), words);
  }

  acceptsDeletion(type: string, id: string): void {
    const object = this.store.get(type, id);
    assert.ok(object);
    refuseDelete(this.store, object);
  }
}

describe("what the fake cloud refuses: network", () => {
  it("a subnet outside its VPC", () => {
    const cloud = new Cloud().network();
    cloud.refusesCreation(
      SUBNET,
      { vpcId: "vpc-1", cidrBlock: "10.1.0.0/20" },
      /InvalidSubnet\.Range.*'10\.1\.0\.0\/20'/,
    );
    cloud.acceptsCreation(SUBNET, { vpcId: "vpc-1", cidrBlock: "10.0.32.0/20" });
  });

  it("a subnet that overlaps another of the same VPC", () => {
    const cloud = new Cloud().network().has(VPC, "vpc-2", { cidrBlock: "10.0.0.0/16" });
    cloud.refusesCreation(SUBNET, { vpcId: "vpc-1", cidrBlock: "10.0.8.0/24" }, /InvalidSubnet\.Conflict/);
    cloud.acceptsCreation(SUBNET, { vpcId: "vpc-2", cidrBlock: "10.0.8.0/24" });
  });

  it("a network too large or too small", () => {
    new Cloud().refusesCreation(VPC, { cidrBlock: "10.0.0.0/8" }, /InvalidVpc\.Range/);
    new Cloud()
      .network()
      .refusesCreation(SUBNET, { vpcId: "vpc-1", cidrBlock: "10.0.32.0/29" }, /InvalidSubnet\.Range/);
  });

  it("VPCs, subnets and security groups that do not exist", () => {
    const cloud = new Cloud().network();
    cloud.refusesCreation(SUBNET, { vpcId: "vpc-9", cidrBlock: "10.0.0.0/20" }, /InvalidVpcID\.NotFound.*'vpc-9'/);
    cloud.refusesCreation(NAT, { subnetId: "subnet-9" }, /InvalidSubnetID\.NotFound.*'subnet-9'/);
    const rule = { securityGroupId: "sg-9" };
    cloud.refusesCreation("aws:ec2/securityGroupRule:SecurityGroupRule", rule, /InvalidGroup\.NotFound.*'sg-9'/);
  });

  it("an address that serves a gateway already, and its release", () => {
    const eip = "aws:ec2/eip:Eip";
    const cloud = new Cloud().network().has(eip, "eipalloc-1", {}, { publicIp: "203.0.113.7" });
    cloud.acceptsCreation(NAT, { subnetId: "subnet-a", allocationId: "eipalloc-1" });
    cloud.has(NAT, "nat-1", { subnetId: "subnet-a", allocationId: "eipalloc-1" });
    cloud.refusesCreation(NAT, { subnetId: "subnet-b", allocationId: "eipalloc-1" }, /already associated/);
    cloud.refusesDeletion(eip, "eipalloc-1", /InvalidIPAddress\.InUse.*203\.0\.113\.7/);
  });

  it("deleting a VPC that holds subnets or security groups", () => {
    const cloud = new Cloud().network();
    cloud.refusesDeletion(VPC, "vpc-1", /DependencyViolation: The vpc 'vpc-1' has dependencies/);
    const empty = new Cloud().has(VPC, "vpc-1").has("aws:ec2/securityGroup:SecurityGroup", "sg-1", { vpcId: "vpc-1" });
    empty.refusesDeletion(VPC, "vpc-1", /DependencyViolation/);
    new Cloud().has(VPC, "vpc-1").acceptsDeletion(VPC, "vpc-1");
  });

  it("deleting a subnet with a gateway, nodes, a load balancer or a control plane in it", () => {
    const tenants: [string, Properties][] = [
      [NAT, { subnetId: "subnet-a" }],
      [NODE_GROUP, { subnetIds: ["subnet-a"] }],
      ["aws:lb/loadBalancer:LoadBalancer", { subnets: ["subnet-a"] }],
      [CLUSTER, { vpcConfig: { subnetIds: ["subnet-a"] } }],
    ];
    for (const [type, inputs] of tenants) {
      new Cloud()
        .network()
        .has(type, "tenant", inputs)
        .refusesDeletion(SUBNET, "subnet-a", /DependencyViolation: The subnet/);
    }
    new Cloud().network().acceptsDeletion(SUBNET, "subnet-a");
  });

  it("detaching a gateway while addresses of its VPC are mapped", () => {
    const gateway = "aws:ec2/internetGateway:InternetGateway";
    const cloud = new Cloud().network().has(gateway, "igw-1", { vpcId: "vpc-1" });
    cloud.acceptsDeletion(gateway, "igw-1");
    cloud.has(NAT, "nat-1", { subnetId: "subnet-a" });
    cloud.refusesDeletion(gateway, "igw-1", /has some mapped public address/);
  });

  it("deleting a security group that another rule or a cluster names", () => {
    const group = "aws:ec2/securityGroup:SecurityGroup";
    const rule = { securityGroupId: "sg-2", sourceSecurityGroupId: "sg-1" };
    const cloud = new Cloud().has(group, "sg-1").has("aws:ec2/securityGroupRule:SecurityGroupRule", "sgrule-1", rule);
    cloud.refusesDeletion(group, "sg-1", /DependencyViolation/);
  });
});

describe("what the fake cloud refuses: clusters", () => {
  const cluster = (...subnetIds: string[]) => ({
    name: "mesh",
    roleArn: "arn:aws:iam::123456789012:role/control",
    vpcConfig: { subnetIds },
  });
  const withRole = () => new Cloud().network().role("control", "AmazonEKSClusterPolicy");

  it("a control plane in one zone", () => {
    withRole().refusesCreation(CLUSTER, cluster("subnet-a"), /at least two different AZs/);
    withRole().acceptsCreation(CLUSTER, cluster("subnet-a", "subnet-b"));
  });

  it("a control plane whose role lacks its policy", () => {
    const cloud = new Cloud().network().role("control");
    cloud.refusesCreation(CLUSTER, cluster("subnet-a", "subnet-b"), /control lacks AmazonEKSClusterPolicy/);
  });

  const group = (more: Properties = {}) => ({
    clusterName: "mesh",
    nodeRoleArn: "arn:aws:iam::123456789012:role/nodes",
    subnetIds: ["subnet-a", "subnet-b"],
    scalingConfig: { minSize: 1, desiredSize: 2, maxSize: 3 },
    ...more,
  });
  const POLICIES = ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"];
  const withCluster = () => new Cloud().network().has(CLUSTER, "mesh", {}, { version: "1.35" });

  it("a node group without cluster, without subnets, or with sizes that contradict each other", () => {
    const cloud = withCluster().role("nodes", ...POLICIES);
    cloud.acceptsCreation(NODE_GROUP, group());
    cloud.refusesCreation(NODE_GROUP, group({ clusterName: "other" }), /No cluster found for name: other/);
    cloud.refusesCreation(NODE_GROUP, group({ subnetIds: [] }), /Subnets cannot be empty/);
    const scalingConfig = { minSize: 3, desiredSize: 2, maxSize: 3 };
    cloud.refusesCreation(NODE_GROUP, group({ scalingConfig }), /desired capacity 2 must be between min 3 and max 3/);
    assert.throws(() => refuseUpdate(cloud.store, NODE_GROUP, group({ scalingConfig })), /desired capacity 2/);
  });

  it("nodes whose role lacks a policy they need, by name", () => {
    for (const lacking of POLICIES) {
      const cloud = withCluster().role("nodes", ...POLICIES.filter((policy) => policy !== lacking));
      cloud.refusesCreation(NODE_GROUP, group(), new RegExp(`NodeCreationFailure.*nodes lacks ${lacking}`));
    }
  });

  it("no CNI policy on the nodes' role when a pod identity gives it to the CNI", () => {
    const cloud = withCluster()
      .role("nodes", "AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryReadOnly")
      .has("aws:eks/podIdentityAssociation:PodIdentityAssociation", "a-1", {
        clusterName: "mesh",
        namespace: "kube-system",
        serviceAccount: "aws-node",
      });
    cloud.acceptsCreation(NODE_GROUP, group());
  });

  it("an add-on version that the Kubernetes version does not have", () => {
    const addon = "aws:eks/addon:Addon";
    const inputs = { clusterName: "mesh", addonName: "coredns" };
    withCluster().refusesCreation(
      addon,
      { ...inputs, addonVersion: "v1.8.0-eksbuild.1" },
      /Addon version specified is not supported/,
    );
    withCluster().acceptsCreation(addon, { ...inputs, addonVersion: "v1.13.1-eksbuild.1" });
  });

  it("deleting a cluster that has node groups", () => {
    const cloud = withCluster();
    cloud.acceptsDeletion(CLUSTER, "mesh");
    cloud.has(NODE_GROUP, "mesh:main", { clusterName: "mesh" });
    cloud.refusesDeletion(CLUSTER, "mesh", /ResourceInUseException: Cluster has nodegroups attached/);
  });
});

describe("what the fake cloud refuses: roles", () => {
  it("deleting a role with policies, unless it detaches them itself", () => {
    new Cloud()
      .role("nodes", "AmazonEKS_CNI_Policy")
      .refusesDeletion(ROLE, "nodes", /DeleteConflict.*must detach all policies/);
    new Cloud().role("nodes").acceptsDeletion(ROLE, "nodes");
    const forced = new Cloud().role("nodes", "AmazonEKS_CNI_Policy").has(ROLE, "nodes", { forceDetachPolicies: true });
    forced.acceptsDeletion(ROLE, "nodes");
  });

  it("attaching a policy to a role that does not exist", () => {
    new Cloud().refusesCreation(ATTACHMENT, { role: "ghost", policyArn: "arn" }, /NoSuchEntity.*ghost/);
  });
});
