import assert from "node:assert/strict";
import { program } from "../../components/program.ts";
import { record, type Registered } from "../support/record.ts";
import { settingsOf } from "../support/stacks.ts";

/** The graph of prod with Karpenter switched on or off. */
async function prodWith(karpenter: Record<string, unknown>): Promise<Registered[]> {
  const settings = settingsOf("prod");
  const cluster = JSON.parse(settings["ecommerce-mesh:cluster"] ?? "{}") as Record<string, unknown>;
  const changed = { ...settings, "ecommerce-mesh:cluster": JSON.stringify({ ...cluster, karpenter }) };
  return record(() => program(), { stack: "prod", settings: changed });
}

function one(graph: readonly Registered[], type: string, name?: string): Registered {
  const [found, ...others] = graph.filter(
    (resource) => resource.type.endsWith(type) && (name === undefined || resource.name === name),
  );
  assert.ok(found !== undefined && others.length === 0, `one ${type} ${name ?? ""}`);
  return found;
}

describe("Karpenter", () => {
  let graph: Registered[];
  before(async () => {
    graph = await prodWith({ enabled: true });
  });

  it("has a role for its controller and another for its nodes, which joins by an access entry of its own", () => {
    const { inputs } = one(graph, ":PodIdentityAssociation", "karpenter-controller-association");
    assert.deepEqual([inputs["namespace"], inputs["serviceAccount"]], ["kube-system", "karpenter"]);
    const entry = one(graph, ":AccessEntry", "karpenter-node").inputs;
    assert.deepEqual([entry["type"], entry["principalArn"]], ["EC2_LINUX", "arn:aws:mock:::karpenter-node"]);
    const profile = one(graph, ":InstanceProfile").inputs;
    const nodeClass = one(graph, ":EC2NodeClass").inputs["spec"] as Record<string, unknown>;
    assert.equal(nodeClass["instanceProfile"], profile["name"]);
    const policy = String(one(graph, ":RolePolicy", "karpenter-controller-policy").inputs["policy"]);
    assert.match(policy, /"Action":\["iam:PassRole"\],"Resource":"arn:aws:mock:::karpenter-node"/);
    assert.match(policy, /arn:aws:eks:eu-west-1:123456789012:cluster\/ecommerce-mesh-prod/);
  });

  it("finds its subnets and its security group by tags that the network carries", () => {
    const spec = one(graph, ":EC2NodeClass").inputs["spec"] as Record<string, { tags: Record<string, string> }[]>;
    const carriers = (type: string, terms: { tags: Record<string, string> }[] | undefined) =>
      graph.filter(({ type: other, inputs }) => {
        const tags = (inputs["tags"] ?? {}) as Record<string, string>;
        return (
          other.endsWith(type) &&
          terms?.some((term) => Object.entries(term.tags).every(([key, value]) => tags[key] === value))
        );
      });
    assert.deepEqual(
      carriers(":Subnet", spec["subnetSelectorTerms"]).map(({ name }) => name),
      ["network-private-0", "network-private-1", "network-private-2"],
    );
    assert.deepEqual(
      carriers(":SecurityGroup", spec["securityGroupSelectorTerms"]).map(({ name }) => name),
      ["security-groups-nodes"],
    );
  });

  it("encrypts the volumes of its nodes with the stack's key", () => {
    const { blockDeviceMappings } = one(graph, ":EC2NodeClass").inputs["spec"] as {
      blockDeviceMappings: { ebs: Record<string, unknown> }[];
    };
    for (const { ebs } of blockDeviceMappings) {
      assert.deepEqual([ebs["encrypted"], ebs["kmsKeyID"]], [true, "arn:aws:mock:::encryption-key"]);
    }
  });

  it("hears of interruptions through an encrypted queue with a rule and a target for each kind", () => {
    const queue = one(graph, ":Queue").inputs;
    assert.equal(queue["sqsManagedSseEnabled"], true);
    const { settings } = one(graph, ":Release", "karpenter").inputs["values"] as {
      settings: Record<string, unknown>;
    };
    assert.equal(settings["interruptionQueue"], queue["name"]);
    const rules = graph.filter(({ type }) => type.endsWith(":EventRule"));
    const targets = graph.filter(({ type }) => type.endsWith(":EventTarget"));
    assert.deepEqual([rules.length, targets.length], [5, 5]);
    for (const target of targets) {
      assert.equal(target.inputs["arn"], "arn:aws:mock:::karpenter-interruptions");
    }
    const policy = String(one(graph, ":QueuePolicy").inputs["policy"]);
    for (const { name } of rules) {
      assert.ok(policy.includes(`"arn:aws:mock:::${name}"`), name);
    }
  });

  it("leaves nothing of itself where it is off", async () => {
    const off = await prodWith({ enabled: false });
    assert.deepEqual(
      off.filter(
        ({ name, type }) =>
          /karpenter/i.test(name) || (/:(Queue|EventRule|NodePool)$/.test(type) && !type.startsWith("ecommerce-mesh")),
      ),
      [],
    );
  });
});
