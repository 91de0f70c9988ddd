import assert from "node:assert/strict";

import { AwsProvider } from "../../../sandbox/providers/aws-provider.ts";
import { textOf } from "../../../sandbox/providers/cloud/properties.ts";
import { CloudStore } from "../../../sandbox/providers/cloud/store.ts";
import type { NodeGroupChange } from "../../../sandbox/providers/cloud/types.ts";
import { InitFailed, type PropertyMap, toPlainMap, UNKNOWN } from "../../../sandbox/providers/protocol/index.ts";

const signal = new AbortController().signal;
const session = { urn: undefined, config: { region: "eu-west-1" } };

function cloud(onNodeGroup: (change: NodeGroupChange) => void = () => undefined) {
  const store = new CloudStore();
  const provider = new AwsProvider(store, { clusterAccess: () => undefined, onNodeGroup });
  const about = (type: string, name: string) => ({
    session,
    urn: `urn:pulumi:s::p::${type}::${name}`,
    type,
    name,
    signal,
  });
  return {
    store,
    provider,
    about,
    create: (type: string, name: string, inputs: PropertyMap, preview = false) =>
      provider.create({ ...about(type, name), inputs, preview, timeoutSeconds: 0 }),
    diff: (type: string, oldInputs: PropertyMap, news: PropertyMap) =>
      provider.diff({ ...about(type, "x"), id: "x", oldInputs, oldOutputs: {}, news, ignoreChanges: [] }),
    check: (type: string, news: PropertyMap, olds: PropertyMap = {}, config: PropertyMap = {}) =>
      provider.check({
        ...about(type, "app"),
        session: { urn: "", config },
        olds,
        news,
        randomSeed: new Uint8Array([1]),
      }),
  };
}

describe("fake of aws", () => {
  it("makes ids as AWS writes them, the same for the same resource, another for its replacement", async () => {
    const inputs = { cidrBlock: "10.0.0.0/16" };
    const first = await cloud().create("aws:ec2/vpc:Vpc", "net", inputs);
    const same = await cloud().create("aws:ec2/vpc:Vpc", "net", inputs);
    assert.match(first.id, /^vpc-0[0-9a-f]{16}$/);
    assert.equal(same.id, first.id);
    const one = cloud();
    await one.create("aws:ec2/vpc:Vpc", "net", inputs);
    assert.notEqual((await one.create("aws:ec2/vpc:Vpc", "net", inputs)).id, first.id);
    assert.equal(first.outputs["arn"], `arn:aws:ec2:eu-west-1:123456789012:vpc/${first.id}`);
  });

  it("knows in a preview what was asked for, not what AWS decides, and makes nothing", async () => {
    const { create, store } = cloud();
    const { id, outputs } = await create("aws:ec2/vpc:Vpc", "net", { cidrBlock: "10.0.0.0/16" }, true);
    assert.equal(id, "");
    assert.equal(outputs["cidrBlock"], "10.0.0.0/16");
    assert.equal(outputs["arn"], UNKNOWN);
    assert.equal(outputs["defaultSecurityGroupId"], UNKNOWN);
    assert.deepEqual(store.list(), []);
  });

  it("gives names a suffix that stays, and takes a given name as it is", async () => {
    const { check } = cloud();
    const role = "aws:iam/role:Role";
    const first = toPlainMap((await check(role, {})).inputs);
    assert.match(textOf(first["name"]), /^app-[0-9a-f]{7}$/);
    assert.deepEqual((await check(role, { path: "/x/" }, first)).inputs["name"], first["name"]);
    assert.equal((await check(role, { name: "mine" })).inputs["name"], "mine");
  });

  it("adds the provider's default tags, below the resource's own", async () => {
    const config = { defaultTags: '{"tags":{"team":"mesh","env":"dev"}}' };
    const { inputs } = await cloud().check("aws:ec2/vpc:Vpc", { tags: { env: "prod" } }, {}, config);
    assert.deepEqual(inputs["tagsAll"], { team: "mesh", env: "prod" });
    const attachment = await cloud().check("aws:ec2/route:Route", { routeTableId: "rtb-1" }, {}, config);
    assert.equal("tagsAll" in attachment.inputs, false);
  });

  it("changes a tag in place and shows it once", async () => {
    const inputs = (env: string) => ({ cidrBlock: "10.0.0.0/16", tags: { env }, tagsAll: { env } });
    const diff = await cloud().diff("aws:ec2/vpc:Vpc", inputs("dev"), inputs("prod"));
    assert.deepEqual(diff.detailedDiff, { "tags.env": { kind: "update", replace: false } });
  });

  it("replaces what AWS cannot change, and first deletes where both would have one name", async () => {
    const { diff } = cloud();
    const network = await diff("aws:ec2/subnet:Subnet", { cidrBlock: "10.0.0.0/20" }, { cidrBlock: "10.0.16.0/20" });
    assert.deepEqual([network.replaces, network.deleteBeforeReplace], [["cidrBlock"], false]);
    const role = await diff("aws:iam/role:Role", { name: "a", path: "/" }, { name: "a", path: "/x/" });
    assert.deepEqual([role.replaces, role.deleteBeforeReplace], [["path"], true]);
  });

  it("refuses a second object of one name", async () => {
    const { create } = cloud();
    await create("aws:iam/role:Role", "one", { name: "nodes" });
    await assert.rejects(create("aws:iam/role:Role", "two", { name: "nodes" }), /EntityAlreadyExists: nodes/);
  });

  it("takes any type of the package under a made-up id", async () => {
    const { id, outputs } = await cloud().create("aws:dynamodb/table:Table", "t", { hashKey: "id" });
    assert.match(id, /^table-0/);
    assert.match(textOf(toPlainMap(outputs)["arn"]), /^arn:aws:dynamodb:eu-west-1:123456789012:table\//);
  });

  it("refuses a cluster when there is no control plane to play it", async () => {
    await assert.rejects(cloud().create("aws:eks/cluster:Cluster", "c", { name: "c" }), /control plane does not run/);
  });

  it("reads what exists, and says so when it is gone", async () => {
    const { create, provider, about } = cloud();
    const { id, outputs } = await create("aws:ec2/vpc:Vpc", "net", { cidrBlock: "10.0.0.0/16" });
    const request = { ...about("aws:ec2/vpc:Vpc", "net"), id, inputs: {}, outputs };
    assert.deepEqual((await provider.read(request)).inputs, { cidrBlock: "10.0.0.0/16" });
    await provider.delete({ ...request, timeoutSeconds: 0 });
    assert.equal((await provider.read(request)).id, "");
  });

  it("drops an output whose input is gone, and keeps what AWS decided", async () => {
    const { create, provider, about } = cloud();
    const oldInputs = { cidrBlock: "10.0.0.0/16", enableDnsHostnames: true, tags: { a: "b" } };
    const { id, outputs: oldOutputs } = await create("aws:ec2/vpc:Vpc", "net", oldInputs);
    const { outputs } = await provider.update({
      ...about("aws:ec2/vpc:Vpc", "net"),
      ...{ id, oldInputs, oldOutputs, news: { cidrBlock: "10.0.0.0/16" } },
      ...{ preview: false, timeoutSeconds: 0, ignoreChanges: [] },
    });
    assert.equal(outputs["tags"], undefined);
    assert.equal(outputs["enableDnsHostnames"], false);
    assert.equal(outputs["arn"], oldOutputs["arn"]);
  });

  it("keeps a node group whose nodes could not be made, so that the next update mends it", async () => {
    const failing = cloud(() => {
      throw new Error("the API server is gone");
    });
    const { store, create } = failing;
    const put = (type: string, id: string, inputs: Record<string, string>, outputs: Record<string, string> = {}) =>
      store.put({ type, id, urn: id, inputs, outputs });
    put("aws:eks/cluster:Cluster", "mesh", {});
    put("aws:ec2/subnet:Subnet", "subnet-a", { availabilityZone: "eu-west-1a" });
    put("aws:iam/role:Role", "nodes", {}, { arn: "arn:nodes" });
    ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"].forEach((policy) =>
      put("aws:iam/rolePolicyAttachment:RolePolicyAttachment", policy, { role: "nodes", policyArn: policy }),
    );
    const inputs = {
      clusterName: "mesh",
      nodeGroupName: "main",
      nodeRoleArn: "arn:nodes",
      subnetIds: ["subnet-a"],
      instanceTypes: ["m6i.large"],
      scalingConfig: { desiredSize: 1, minSize: 1, maxSize: 1 },
    };
    await assert.rejects(create("aws:eks/nodeGroup:NodeGroup", "main", inputs), (error) => {
      assert.ok(error instanceof InitFailed);
      assert.match(error.message, /nodes of main were not made: the API server is gone/);
      return error.id === "mesh:main";
    });
  });
});
