import assert from "node:assert/strict";
import { INSTANCE_TYPES } from "../instance-types.ts";
import { karpenterPolicy } from "../iam/karpenter.ts";
import { nodesWithinLimits, permittedTypes } from "./instances.ts";
import { eventPattern, interruptionQueuePolicy, INTERRUPTIONS } from "./interruptions.ts";
import { karpenterObjects } from "./objects.ts";
import { checkEndpoints } from "../network/checks-endpoints.ts";
import { checkKarpenter } from "./checks.ts";
import { checkPodAddresses } from "../network/checks-pod-addresses.ts";
import { poolLabels, workloadPlacement } from "../../stack/node-pools.ts";
import { stackObjects, stackReleases } from "../../inventory.ts";
import type { StackData } from "../../stack/stack.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import type { PlainObject } from "../../stack/plain-object.ts";
import type { NodeClassObject, NodePoolObject } from "../../kubernetes/karpenter.ts";

/** The shop with Karpenter, and other keys of the configuration. */
function withKarpenter(karpenter: PlainObject = {}, config: PlainObject = {}): StackData {
  return stackData({ ...config, cluster: { karpenter: { enabled: true, ...karpenter } } });
}

function objectsOf(stack: StackData): { nodeClass: NodeClassObject["spec"]; nodePool: NodePoolObject["spec"] } {
  const objects = karpenterObjects(stack.config, "shop");
  assert.deepEqual(
    objects.map(({ kind }) => kind),
    ["EC2NodeClass", "NodePool"],
  );
  const [nodeClass, nodePool] = objects as [NodeClassObject, NodePoolObject];
  return { nodeClass: nodeClass.spec, nodePool: nodePool.spec };
}

describe("Karpenter's objects", () => {
  it("are made only where it is on, and never on a cluster that exists", () => {
    const nodes = { count: 3, cpu: "4", memory: "8Gi", zones: 1 };
    const on = withKarpenter();
    const existing = { ...on, config: { ...on.config, platform: { kind: "kubeconfig" as const, nodes } } };
    for (const stack of [stackData(), existing]) {
      assert.deepEqual(karpenterObjects(stack.config, "shop"), []);
      assert.ok(!stackObjects(stack, "shop").some(({ kind }) => kind === "NodePool"));
      assert.ok(!stackReleases(stack, "shop").some(({ name }) => name.startsWith("karpenter")));
    }
  });

  it("give its nodes the labels that the application's pods ask for, and no taint that these do not tolerate", () => {
    const { template } = objectsOf(withKarpenter()).nodePool;
    assert.deepEqual(template.metadata.labels, poolLabels("workload"));
    assert.deepEqual(workloadPlacement(withKarpenter().config)?.nodeSelector, template.metadata.labels);
    assert.equal(template.spec.taints, undefined);
  });

  it("start machines as the managed pools do: IMDSv2 with one hop, encrypted gp3, no public address, prefixes for pods", () => {
    const { nodeClass } = objectsOf(withKarpenter({ diskSizeGiB: 80, imageVersion: "v20261105" }));
    assert.deepEqual(nodeClass.amiSelectorTerms, [{ alias: "al2023@v20261105" }]);
    assert.equal(nodeClass.metadataOptions.httpTokens, "required");
    assert.equal(nodeClass.metadataOptions.httpPutResponseHopLimit, 1);
    assert.equal(nodeClass.associatePublicIPAddress, false);
    assert.deepEqual(
      nodeClass.blockDeviceMappings.map(({ deviceName, ebs }) => [
        deviceName,
        ebs.volumeType,
        ebs.volumeSize,
        ebs.encrypted,
      ]),
      [["/dev/xvda", "gp3", "80Gi", true]],
    );
    assert.equal(nodeClass.kubelet.maxPods, 110);
  });

  it("look for subnets and group by the tag of the cluster, or name the subnets of a network that exists", () => {
    const tagged = [{ tags: { "karpenter.sh/discovery": "shop" } }];
    const own = objectsOf(withKarpenter()).nodeClass;
    assert.deepEqual([own.subnetSelectorTerms, own.securityGroupSelectorTerms], [tagged, tagged]);
    const existing = {
      vpcId: "vpc-0123456789abcdef0",
      publicSubnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
      privateSubnetIds: ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"],
    };
    const { nodeClass } = objectsOf(withKarpenter({}, { network: { existing } }));
    assert.deepEqual(
      nodeClass.subnetSelectorTerms,
      existing.privateSubnetIds.map((id) => ({ id })),
    );
    assert.deepEqual(nodeClass.securityGroupSelectorTerms, tagged);
  });

  it("keep to zones, sizes, limits and times of the configuration", () => {
    const { nodePool } = objectsOf(
      withKarpenter({
        instanceFamilies: ["m7g"],
        architectures: ["arm64"],
        capacityTypes: ["spot", "on-demand"],
        vcpus: { min: 2, max: 8 },
        limits: { cpu: 32, memoryGiB: 128 },
        expireAfter: "336h",
        terminationGracePeriod: "Never",
      }),
    );
    const { requirements } = nodePool.template.spec;
    const valuesOf = (key: string) =>
      requirements
        .filter((requirement) => requirement.key === key)
        .map(({ operator, values }) => [operator, ...values]);
    assert.deepEqual(valuesOf("topology.kubernetes.io/zone"), [["In", "eu-west-1a", "eu-west-1b", "eu-west-1c"]]);
    assert.deepEqual(valuesOf("kubernetes.io/arch"), [["In", "arm64"]]);
    assert.deepEqual(valuesOf("karpenter.sh/capacity-type"), [["In", "spot", "on-demand"]]);
    assert.deepEqual(valuesOf("karpenter.k8s.aws/instance-family"), [["In", "m7g"]]);
    assert.deepEqual(valuesOf("karpenter.k8s.aws/instance-cpu"), [
      ["Gte", "2"],
      ["Lte", "8"],
    ]);
    assert.deepEqual(nodePool.limits, { cpu: "32", memory: "128Gi" });
    assert.equal(nodePool.template.spec.expireAfter, "336h");
    assert.ok(!("terminationGracePeriod" in nodePool.template.spec));
  });
});

describe("Karpenter's instances", () => {
  it("are those of the table that meet every requirement", () => {
    const { karpenter } = withKarpenter({ instanceCategories: ["m"], minGeneration: 7, vcpus: { min: 4, max: 4 } })
      .config.cluster;
    assert.deepEqual(
      permittedTypes(karpenter).map(([name]) => name),
      ["m7i.xlarge", "m7a.xlarge", "m8i.xlarge"],
    );
    const graviton = { ...karpenter, architectures: ["arm64" as const], instanceFamilies: ["m8g"] };
    assert.deepEqual(
      permittedTypes(graviton).map(([name]) => name),
      ["m8g.xlarge"],
    );
  });

  it("are as many as the scarcer limit allows", () => {
    const { karpenter } = withKarpenter({ limits: { cpu: 64, memoryGiB: 256 } }).config.cluster;
    const count = (name: string) => {
      const type = INSTANCE_TYPES[name];
      assert.ok(type !== undefined);
      return nodesWithinLimits(karpenter, type);
    };
    assert.deepEqual([count("c7i.xlarge"), count("m7i.xlarge"), count("r7i.xlarge")], [16, 16, 8]);
  });
});

describe("Karpenter's releases", () => {
  const [crds, controller] = stackReleases(withKarpenter(), "shop").filter(({ name }) => name.startsWith("karpenter"));

  it("bring the definitions first and only once, at the controller's version", () => {
    assert.deepEqual([crds?.chart, controller?.chart], ["karpenter-crd", "karpenter"]);
    assert.equal(crds?.version, controller?.version);
    assert.deepEqual([crds?.skipCrds, controller?.skipCrds], [undefined, true]);
  });

  it("run two controllers on the system pool with a budget, told of cluster, queue and region", () => {
    const values = controller?.values as Record<string, Record<string, unknown>>;
    assert.equal(values["replicas"], 2);
    assert.deepEqual(values["nodeSelector"], { "ecommerce-mesh.dev/pool": "system" });
    assert.equal(values["podDisruptionBudget"]?.["maxUnavailable"], 1);
    assert.deepEqual(values["controller"]?.["env"], [{ name: "AWS_REGION", value: "eu-west-1" }]);
    const { clusterName, interruptionQueue, isolatedVPC } = values["settings"] ?? {};
    assert.deepEqual([clusterName, interruptionQueue, isolatedVPC], ["shop", "shop-karpenter", false]);
  });
});

describe("Karpenter's rights", () => {
  const args = {
    region: "eu-west-1",
    account: "123456789012",
    clusterName: "shop",
    nodeRoleArn: "arn:aws:iam::123456789012:role/nodes",
    queueArn: "arn:aws:sqs:eu-west-1:123456789012:shop-karpenter",
    zonalShift: true,
  };
  const { Statement: statements } = karpenterPolicy(args);
  const withAction = (pattern: RegExp) =>
    statements.filter(({ Action }) => Action.some((action) => pattern.test(action)));

  it("start, tag and end only what carries the tag of its cluster", () => {
    const owned = /aws:(Request|Resource)Tag\/kubernetes\.io\/cluster\/shop":"owned"/;
    for (const { Sid, Condition } of withAction(/Terminate|CreateTags|Delete|CreateLaunchTemplate/)) {
      assert.match(
        Sid === "ReadInterruptions" ? '"aws:RequestTag/kubernetes.io/cluster/shop":"owned"' : JSON.stringify(Condition),
        owned,
        Sid,
      );
    }
  });

  it("pass one role, read one queue, and make no instance profiles", () => {
    assert.deepEqual(
      withAction(/PassRole/).map(({ Resource }) => Resource),
      [args.nodeRoleArn],
    );
    assert.deepEqual(
      withAction(/^sqs:/).map(({ Resource }) => Resource),
      [args.queueArn],
    );
    assert.deepEqual(withAction(/(Create|Delete|Add|Remove|Tag).*InstanceProfile/), []);
  });

  it("change nothing outside of a named resource or condition", () => {
    for (const { Sid, Action, Resource, Condition } of statements.filter(({ Resource }) => Resource === "*")) {
      assert.ok(
        Action.every((action) => /:(Describe|Get|List)/.test(action)),
        `${Sid}: ${Action.join(", ")} on ${String(Resource)} ${JSON.stringify(Condition)}`,
      );
    }
  });

  it("ask for zonal shifts only where the cluster has them, and fit into a role's inline policies", () => {
    assert.equal(withAction(/zonal-shift/).length, 1);
    const without = karpenterPolicy({ ...args, zonalShift: false });
    assert.doesNotMatch(JSON.stringify(without), /zonal-shift/);
    // IAM quota: 10 240 characters for all inline policies of a role.
    assert.ok(JSON.stringify(statements).length < 9_000);
  });

  it("follow the partition of the region", () => {
    const gov = JSON.stringify(karpenterPolicy({ ...args, region: "us-gov-west-1" }));
    assert.match(gov, /arn:aws-us-gov:ec2:us-gov-west-1:/);
    assert.doesNotMatch(gov, /"arn:aws:(ec2|ssm|eks)/);
  });
});

describe("the interruption queue", () => {
  it("hears of everything that ends a machine", () => {
    assert.deepEqual(JSON.parse(eventPattern(INTERRUPTIONS["spot-interruption"])), {
      source: ["aws.ec2"],
      "detail-type": ["EC2 Spot Instance Interruption Warning"],
    });
    assert.deepEqual(Object.keys(INTERRUPTIONS), [
      "scheduled-change",
      "spot-interruption",
      "rebalance",
      "state-change",
      "capacity-reservation",
    ]);
  });

  it("takes messages from the stack's own rules only, and over TLS only", () => {
    const { Statement } = JSON.parse(interruptionQueuePolicy("arn:queue", ["arn:rule"])) as {
      Statement: { Effect: string; Action: string; Condition: Record<string, Record<string, unknown>> }[];
    };
    const [allow, deny] = Statement;
    assert.deepEqual([allow?.Effect, allow?.Action, deny?.Effect], ["Allow", "sqs:SendMessage", "Deny"]);
    assert.deepEqual(allow?.Condition["ArnEquals"]?.["aws:SourceArn"], ["arn:rule"]);
    assert.equal(deny?.Condition["Bool"]?.["aws:SecureTransport"], "false");
  });
});

describe("checks of Karpenter", () => {
  const REFUSED: readonly (readonly [rule: string, karpenter: PlainObject, path: string, message: RegExp])[] = [
    [
      "a family that nobody knows",
      { instanceFamilies: ["m7i", "m7x"] },
      "cluster.karpenter.instanceFamilies[1]",
      /sizes are known; got "m7x"/,
    ],
    [
      "requirements that contradict each other",
      { instanceFamilies: ["m7g"], architectures: ["amd64"] },
      "cluster.karpenter.instanceFamilies",
      /got none for c, m, r, of m7g, generation 6 or later, amd64, 4 to 16 vCPU/,
    ],
    [
      "a generation that does not exist yet",
      { minGeneration: 9 },
      "cluster.karpenter.minGeneration",
      /instance types that exist; got none/,
    ],
    ["a limit below one machine", { limits: { cpu: 3 } }, "cluster.karpenter.limits.cpu", /at least 4, .*; got 3/],
    [
      "a memory limit below one machine",
      { limits: { memoryGiB: 4 } },
      "cluster.karpenter.limits.memoryGiB",
      /at least 8, .*; got 4/,
    ],
  ];
  for (const [rule, karpenter, path, message] of REFUSED) {
    it(`refuse ${rule}`, () => {
      const [problem, ...others] = checkKarpenter(withKarpenter(karpenter));
      assert.equal(problem?.path, path);
      assert.match(problem.message, message);
      assert.deepEqual(others, []);
      assert.deepEqual(checkKarpenter(withKarpenter({ ...karpenter, enabled: false })), [], "it is off");
    });
  }

  it("find nothing in its defaults", () => {
    assert.deepEqual(checkKarpenter(withKarpenter()), []);
  });

  it("ask for the endpoints that it needs in a VPC without a way out", () => {
    const closed = ["ecr.api", "ecr.dkr", "sts", "ec2", "eks-auth"];
    const network = (services: string[]) => ({ network: { nat: "none", endpoints: { interface: services } } });
    assert.deepEqual(
      checkEndpoints(withKarpenter({}, network(closed))).map(({ path, message }) => [
        path,
        /eks, sqs, ssm/.test(message),
      ]),
      [["network.endpoints.interface", true]],
    );
    assert.deepEqual(checkEndpoints(withKarpenter({}, network([...closed, "eks", "sqs", "ssm"]))), []);
    assert.deepEqual(checkEndpoints(stackData(network(closed))), []);
  });

  it("count the addresses of its nodes", () => {
    const small = { network: { cidr: "10.0.0.0/20" } };
    assert.deepEqual(
      checkPodAddresses(withKarpenter({ limits: { cpu: 4, memoryGiB: 8 } }, { network: { cidr: "10.0.0.0/16" } })),
      [],
    );
    const [problem] = checkPodAddresses(withKarpenter({ limits: { cpu: 512, memoryGiB: 2048 } }, small));
    assert.equal(problem?.path, "network.cidr");
    assert.match(problem.remediation ?? "", /cluster\.karpenter\.limits/);
  });
});
