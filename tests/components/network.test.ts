import assert from "node:assert/strict";
import { program } from "../../components/program.ts";
import { clusterSecurityRules } from "../../mesh/aws/network/security-groups.ts";
import { record, type Registered } from "../support/record.ts";
import { settingsOf } from "../support/stacks.ts";
import type { PlainObject } from "../../mesh/stack/plain-object.ts";

/** The stack dev with another network. */
async function graphWith(network: PlainObject): Promise<Registered[]> {
  const settings = { ...settingsOf("dev"), "ecommerce-mesh:network": JSON.stringify(network) };
  return record(() => program(), { stack: "dev", settings });
}

const typesOf = (graph: readonly Registered[], pattern: RegExp) => graph.filter(({ type }) => pattern.test(type));

const tagsOf = ({ inputs }: Registered) => inputs["tags"] as Record<string, string>;

/** The stack dev with a network of defaults. */
let plain: Registered[];

async function recordPlain(): Promise<void> {
  plain = await graphWith({});
}

describe("the network", () => {
  before(recordPlain);

  it("tags each subnet for those that look for it, and the control plane's for nobody", () => {
    const subnets = typesOf(plain, /:Subnet$/);
    const cluster = "kubernetes.io/cluster/ecommerce-mesh-dev";
    const expected: Record<string, Record<string, string>> = {
      public: { "kubernetes.io/role/elb": "1", [cluster]: "shared" },
      private: {
        "kubernetes.io/role/internal-elb": "1",
        "karpenter.sh/discovery": "ecommerce-mesh-dev",
        [cluster]: "shared",
      },
      intra: {},
    };
    assert.equal(subnets.length, 9);
    for (const subnet of subnets) {
      const tags = Object.entries(tagsOf(subnet)).filter(([key]) => key !== "Name");
      assert.deepEqual(
        Object.fromEntries(tags),
        expected[/^network-(\w+)-\d$/.exec(subnet.name)?.[1] ?? ""],
        subnet.name,
      );
    }
  });

  it("gives no machine a public address by itself", () => {
    for (const { inputs, name } of typesOf(plain, /:Subnet$/)) {
      assert.equal(inputs["mapPublicIpOnLaunch"], false, name);
    }
  });

  it("leads out by no, one or three NAT gateways", async () => {
    const closed = { interface: ["ecr.api", "ecr.dkr", "sts", "ec2", "eks-auth"] };
    assert.equal(typesOf(plain, /:NatGateway$/).length, 3);
    assert.equal(typesOf(await graphWith({ nat: "single" }), /:NatGateway$/).length, 1);
    const none = await graphWith({ nat: "none", endpoints: closed });
    assert.equal(typesOf(none, /:NatGateway$|:Eip$/).length, 0);
    const ways = typesOf(none, /:Route$/).map(({ name }) => name);
    assert.deepEqual(ways, ["network-public-internet"]);
  });

  it("makes an endpoint for each service: S3 in the private route tables, the others open to the VPC on 443", async () => {
    const graph = await graphWith({ cidr: "10.10.0.0/16", endpoints: { interface: ["sts", "ecr.api"] } });
    const endpoints = typesOf(graph, /:VpcEndpoint$/).map(({ inputs }) => inputs);
    assert.deepEqual(endpoints.map((inputs) => inputs["serviceName"]).toSorted(), [
      "com.amazonaws.eu-west-1.ecr.api",
      "com.amazonaws.eu-west-1.s3",
      "com.amazonaws.eu-west-1.sts",
    ]);
    for (const inputs of endpoints) {
      const gateway = inputs["vpcEndpointType"] === "Gateway";
      assert.equal(inputs["privateDnsEnabled"], gateway ? undefined : true);
      assert.equal((inputs[gateway ? "routeTableIds" : "subnetIds"] as string[]).length, 3);
    }
    const rule = graph.find(({ name }) => name === "network-endpoints-https")?.inputs;
    assert.deepEqual([rule?.["fromPort"], rule?.["toPort"], rule?.["cidrIpv4"]], [443, 443, "10.10.0.0/16"]);
    const bare = await graphWith({ endpoints: { gateway: [] } });
    assert.equal(typesOf(bare, /:VpcEndpoint$/).length, 0);
    assert.ok(!bare.some(({ name }) => name === "network-endpoints-https"));
  });

  it("records connections for as long as the stack says, or not at all", async () => {
    const on = await graphWith({ flowLogs: { retentionDays: 7 } });
    const group = on.find(({ type, name }) => /:LogGroup$/.test(type) && name === "network-flow-logs");
    assert.equal(group?.inputs["retentionInDays"], 7);
    const [log] = typesOf(on, /:FlowLog$/);
    assert.deepEqual([log?.inputs["trafficType"], log?.inputs["vpcId"]], ["ALL", "network-vpc-id"]);
    const policy = on.find(({ type, name }) => /:RolePolicy$/.test(type) && name === "network-flow-logs");
    assert.match(JSON.stringify(policy?.inputs["policy"]), /arn:aws:mock:::network-flow-logs:\*/);
    const off = await graphWith({ flowLogs: { enabled: false } });
    assert.ok(!off.some(({ name }) => name.includes("flow-logs")));
  });

  it("closes the group that AWS makes in every VPC", () => {
    const [group] = typesOf(plain, /:DefaultSecurityGroup$/);
    assert.deepEqual([group?.inputs["ingress"], group?.inputs["egress"]], [undefined, undefined]);
  });

  it("makes nothing in a VPC that exists but the cluster's security groups, and uses its subnets", async () => {
    const ids = (kind: string) => [0, 1, 2].map((index) => `subnet-${kind}000000${index}`);
    const existing = { vpcId: "vpc-0a1b2c3d", publicSubnetIds: ids("a"), privateSubnetIds: ids("b") };
    const graph = await graphWith({ existing });
    assert.deepEqual(typesOf(graph, /:(Vpc|Subnet|RouteTable|Route|NatGateway|VpcEndpoint|FlowLog|Eip)$/), []);
    const groups = typesOf(graph, /:SecurityGroup$/);
    assert.deepEqual(
      groups.map(({ inputs }) => inputs["vpcId"]),
      ["vpc-0a1b2c3d", "vpc-0a1b2c3d"],
    );
    const [nodes] = typesOf(graph, /:(Managed)?NodeGroup$/);
    assert.deepEqual(nodes?.inputs["subnetIds"], ids("b"));
    const gateway = graph.find(({ name }) => name === "istio-ingressgateway");
    assert.match(JSON.stringify(gateway?.inputs), new RegExp(`aws-load-balancer-subnets":"${ids("a").join(",")}"`));
  });
});

describe("security groups", () => {
  before(recordPlain);

  it("hold exactly the rules of the table, as resources of their own", () => {
    const idOf = { controlPlane: "security-groups-control-plane-id", nodes: "security-groups-nodes-id" };
    const made = typesOf(plain, /:SecurityGroup(In|E)gressRule$/)
      .filter(({ name }) => name.startsWith("security-groups-"))
      .map(({ type, inputs }) => ({
        type: type.split(":").at(-1),
        group: inputs["securityGroupId"],
        peer: inputs["referencedSecurityGroupId"] ?? inputs["cidrIpv4"],
        ports: [inputs["ipProtocol"], inputs["fromPort"], inputs["toPort"]],
      }));
    const table = clusterSecurityRules().map(({ group, direction, peer, port }) => ({
      type: direction === "ingress" ? "SecurityGroupIngressRule" : "SecurityGroupEgressRule",
      group: idOf[group],
      peer: peer === "anywhere" ? "0.0.0.0/0" : idOf[peer],
      ports: port === undefined ? ["-1", undefined, undefined] : ["tcp", port, port],
    }));
    const text = (rule: unknown) => JSON.stringify(rule);
    assert.deepEqual(made.map(text).toSorted(), table.map(text).toSorted());
    for (const { inputs, name } of typesOf(plain, /:SecurityGroup$/)) {
      assert.deepEqual([inputs["ingress"], inputs["egress"]], [undefined, undefined], name);
    }
  });

  it("carry the cluster's tag on the nodes' group only: the load-balancer controller must find exactly one", () => {
    const groups = typesOf(plain, /:SecurityGroup$/);
    const tagged = groups.filter((group) => "kubernetes.io/cluster/ecommerce-mesh-dev" in tagsOf(group));
    assert.deepEqual(
      tagged.map(({ name }) => name),
      ["security-groups-nodes"],
    );
    assert.equal(tagged[0] && tagsOf(tagged[0])["karpenter.sh/discovery"], "ecommerce-mesh-dev");
  });
});
