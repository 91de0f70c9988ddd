import assert from "node:assert/strict";
import { program } from "../../components/program.ts";
import { withZonalShift } from "../../components/cluster/control-plane.ts";
import { POOL_LABEL } from "../../mesh/stack/node-pools.ts";
import { record, type Registered } from "../support/record.ts";
import { settingsOf } from "../support/stacks.ts";

const ROLE = "arn:aws:iam::123456789012:role";

/** The graph of prod with other keys under `cluster`. */
async function prodWith(cluster: Record<string, unknown>): Promise<Registered[]> {
  const settings = settingsOf("prod");
  const given = JSON.parse(settings["ecommerce-mesh:cluster"] ?? "{}") as Record<string, unknown>;
  const changed = { ...settings, "ecommerce-mesh:cluster": JSON.stringify({ ...given, ...cluster }) };
  return record(() => program(), { stack: "prod", settings: changed });
}

function inputsOf(graph: readonly Registered[], type: string, name?: string): Record<string, unknown> {
  const found = graph.find((resource) => resource.type === type && (name === undefined || resource.name === name));
  assert.ok(found, `${type} ${name ?? ""} is registered`);
  return found.inputs;
}

describe("the EKS cluster", () => {
  it("keeps Secrets, logs and volumes under a key of its own that rotates", async () => {
    const graph = await prodWith({});
    const arn = "arn:aws:mock:::encryption-key";
    assert.equal(inputsOf(graph, "aws:kms/key:Key")["enableKeyRotation"], true);
    assert.equal(inputsOf(graph, "eks:index:Cluster")["encryptionConfigKeyArn"], arn);
    for (const group of graph.filter(({ type }) => type === "aws:cloudwatch/logGroup:LogGroup")) {
      assert.equal(group.inputs["kmsKeyId"], arn, group.name);
    }
    assert.equal(
      (inputsOf(graph, "kubernetes:storage.k8s.io/v1:StorageClass")["parameters"] as { kmsKeyId?: string }).kmsKeyId,
      arn,
    );
  });

  it("lets CloudWatch use the key for every log group that it encrypts", async () => {
    const graph = await prodWith({});
    const policy = JSON.parse(String(inputsOf(graph, "aws:kms/key:Key")["policy"])) as {
      Statement: { Condition?: { ArnLike?: Record<string, string[]> } }[];
    };
    const contexts = policy.Statement.flatMap(
      ({ Condition }) => Condition?.ArnLike?.["kms:EncryptionContext:aws:logs:arn"] ?? [],
    );
    const groups = graph.filter(({ type }) => type === "aws:cloudwatch/logGroup:LogGroup");
    assert.deepEqual(groups.map(({ name }) => name).sort(), ["cluster-logs", "network-flow-logs"]);
    for (const { inputs } of groups) {
      const arn = `arn:aws:logs:eu-west-1:123456789012:log-group:${String(inputs["name"])}`;
      assert.ok(
        contexts.some((context) => context.endsWith("*") && arn.startsWith(context.slice(0, -1))),
        arn,
      );
    }
  });

  it("uses a key that exists, and makes none", async () => {
    const key = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000";
    const graph = await prodWith({ encryptionKeyArn: key });
    assert.ok(!graph.some(({ type }) => type.startsWith("aws:kms/")));
    assert.equal(inputsOf(graph, "eks:index:Cluster")["encryptionConfigKeyArn"], key);
  });

  it("writes its logs into a group with the stack's retention, and makes none when it writes no logs", async () => {
    const type = "aws:cloudwatch/logGroup:LogGroup";
    const kept = inputsOf(await prodWith({ logRetentionDays: 365 }), type, "cluster-logs");
    assert.deepEqual([kept["name"], kept["retentionInDays"]], ["/aws/eks/ecommerce-mesh-prod/cluster", 365]);
    const silent = await prodWith({ logs: [] });
    assert.ok(!silent.some((resource) => resource.type === type && resource.name === "cluster-logs"));
  });

  it("gives admins, deployers and viewers the access policy of their group", async () => {
    const access = {
      admins: [`${ROLE}/ops`],
      deployers: [`${ROLE}/ci`],
      viewers: [`${ROLE}/audit`, `${ROLE}/support`],
    };
    const entries = inputsOf(await prodWith({ access }), "eks:index:Cluster")["accessEntries"] as Record<
      string,
      { principalArn: string; accessPolicies: Record<string, { policyArn: string }> }
    >;
    const policies = Object.values(entries).map(({ principalArn, accessPolicies }) => [
      principalArn.split("/").at(-1),
      ...Object.values(accessPolicies).map(({ policyArn }) => policyArn.split("/").at(-1)),
    ]);
    assert.deepEqual(policies, [
      ["ops", "AmazonEKSClusterAdminPolicy"],
      ["ci", "AmazonEKSEditPolicy"],
      ["audit", "AmazonEKSViewPolicy"],
      ["support", "AmazonEKSViewPolicy"],
    ]);
  });

  it("names AWS's own policies as its partition does", async () => {
    const platform = {
      kind: "eks",
      region: "us-gov-west-1",
      zones: ["a", "b", "c"].map((zone) => `us-gov-west-1${zone}`),
    };
    const cluster = { access: { admins: ["arn:aws-us-gov:iam::123456789012:role/ops"] }, systemPool: { max: 6 } };
    const settings = {
      ...settingsOf("staging"),
      "ecommerce-mesh:platform": JSON.stringify(platform),
      "ecommerce-mesh:cluster": JSON.stringify(cluster),
      "ecommerce-mesh:traffic": JSON.stringify({
        faults: false,
        dns: { enabled: true, zoneId: "Z0123456789ABCDEFGHIJ" },
      }),
    };
    const graph = await record(() => program(), { stack: "staging", settings });
    const arns = graph.flatMap(({ inputs }) => JSON.stringify(inputs).match(/arn:aws[a-z-]*:(?!mock)[a-z0-9]+/g) ?? []);
    assert.ok(arns.length >= 15, `${arns.length} ARNs`);
    assert.deepEqual(
      arns.filter((arn) => !arn.startsWith("arn:aws-us-gov:")),
      [],
    );
  });

  it("tells EKS what to do at the end of standard support", async () => {
    const graph = await prodWith({ supportType: "EXTENDED" });
    assert.deepEqual(inputsOf(graph, "eks:index:Cluster")["upgradePolicy"], { supportType: "EXTENDED" });
  });

  it("protects cluster and key together, and lets a key that guards nothing go sooner", async () => {
    const kept = await prodWith({ deletionProtection: true });
    const loose = await prodWith({ deletionProtection: false });
    const guarded = (graph: Registered[]) =>
      ["eks:index:Cluster", "aws:kms/key:Key"].map((type) => graph.find((resource) => resource.type === type)?.protect);
    assert.deepEqual(
      [guarded(kept), guarded(loose)],
      [
        [true, true],
        [false, false],
      ],
    );
    const days = (graph: Registered[]) => inputsOf(graph, "aws:kms/key:Key")["deletionWindowInDays"];
    assert.deepEqual([days(kept), days(loose)], [30, 7]);
  });

  it("adds zonal shift to the cluster that eks.Cluster makes, and to nothing else", () => {
    const args = { custom: true, name: "any", props: { name: "shop" }, opts: {} };
    const cluster = withZonalShift({ ...args, type: "aws:eks/cluster:Cluster" });
    assert.deepEqual(cluster?.props, { name: "shop", zonalShiftConfig: { enabled: true } });
    assert.equal(withZonalShift({ ...args, type: "aws:iam/role:Role" }), undefined);
  });
});

describe("pools of nodes", () => {
  let graph: Registered[];
  before(async () => {
    graph = await prodWith({});
  });

  it("start from a template with IMDSv2, one hop, and encrypted gp3 volumes", () => {
    for (const pool of ["cluster-system", "cluster-workload"]) {
      const template = inputsOf(graph, "aws:ec2/launchTemplate:LaunchTemplate", pool);
      assert.deepEqual(template["metadataOptions"], {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
      });
      const [volume] = template["blockDeviceMappings"] as { ebs: Record<string, unknown> }[];
      assert.equal(volume?.ebs["volumeType"], "gp3");
      assert.equal(volume.ebs["encrypted"], "true");
      assert.equal(volume.ebs["kmsKeyId"], "arn:aws:mock:::encryption-key");
    }
  });

  it("tag instances, volumes and interfaces with the stack's tags", () => {
    const template = inputsOf(graph, "aws:ec2/launchTemplate:LaunchTemplate", "cluster-system");
    const tagged = template["tagSpecifications"] as { resourceType: string; tags: Record<string, string> }[];
    assert.deepEqual(
      tagged.map(({ resourceType, tags }) => [resourceType, tags["environment"]]),
      [
        ["instance", "prod"],
        ["volume", "prod"],
        ["network-interface", "prod"],
      ],
    );
  });

  it("taint the system pool only, replace a third of their nodes at a time, and fix broken ones", () => {
    const [system, workload] = ["cluster-system", "cluster-workload"].map((name) =>
      inputsOf(graph, "aws:eks/nodeGroup:NodeGroup", name),
    );
    assert.deepEqual(system?.["taints"], [{ key: POOL_LABEL, value: "system", effect: "NO_SCHEDULE" }]);
    assert.deepEqual(workload?.["taints"], []);
    for (const group of [system, workload]) {
      assert.deepEqual(group["updateConfig"], { maxUnavailablePercentage: 33 });
      assert.deepEqual(group["nodeRepairConfig"], { enabled: true });
      assert.equal((group["subnetIds"] as unknown[]).length, 3);
    }
  });

  it("leave the rights of the network add-on to a role of its own", () => {
    const attached = graph
      .filter(({ type }) => type === "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
      .map(({ name }) => name);
    assert.ok(!attached.some((name) => /^cluster-node-AmazonEKS_CNI_Policy/.test(name)));
    const association = inputsOf(
      graph,
      "aws:eks/podIdentityAssociation:PodIdentityAssociation",
      "cluster-node-addons-vpc-cni-association",
    );
    assert.deepEqual([association["namespace"], association["serviceAccount"]], ["kube-system", "aws-node"]);
  });
});
