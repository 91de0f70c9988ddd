import assert from "node:assert/strict";

import * as aws from "@pulumi/aws";
import * as eks from "@pulumi/eks";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";

import { EngineOnCloud, TOKEN } from "./engine.ts";

const NODE_POLICIES = ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"];

interface Wishes {
  readonly tag?: string;
  readonly nodes?: number;
  readonly policies?: readonly string[];
}

/** A network in three zones, a cluster, nodes, a password and a certificate. */
function platform({ tag = "one", nodes = 3, policies = NODE_POLICIES }: Wishes = {}) {
  return () => {
    const vpc = new aws.ec2.Vpc("net", { cidrBlock: "10.0.0.0/16", tags: { Name: "net", edition: tag } });
    const subnetIds = ["a", "b", "c"].map(
      (letter, i) =>
        new aws.ec2.Subnet(`private-${letter}`, {
          vpcId: vpc.id,
          cidrBlock: `10.0.${i * 16}.0/20`,
          availabilityZone: `eu-west-1${letter}`,
        }).id,
    );
    const role = new aws.iam.Role("nodes", { assumeRolePolicy: "{}" });
    const dependsOn = policies.map(
      (policy) =>
        new aws.iam.RolePolicyAttachment(policy, { role: role.name, policyArn: `arn:aws:iam::aws:policy/${policy}` }),
    );
    const cluster = new eks.Cluster("mesh", {
      vpcId: vpc.id,
      privateSubnetIds: subnetIds,
      version: "1.35",
      authenticationMode: eks.AuthenticationMode.Api,
      skipDefaultNodeGroup: true,
    });
    const scalingConfig = { minSize: 1, desiredSize: nodes, maxSize: 6 };
    const args = { cluster, nodeRoleArn: role.arn, subnetIds, instanceTypes: ["m6i.large"], scalingConfig };
    new eks.ManagedNodeGroup("main", args, { dependsOn });
    const password = new random.RandomPassword("password", { length: 24 });
    const key = new tls.PrivateKey("key", { algorithm: "ECDSA", ecdsaCurve: "P256" });
    const certificate = new tls.SelfSignedCert("certificate", {
      privateKeyPem: key.privateKeyPem,
      subject: { commonName: "shop.example" },
      allowedUses: ["server_auth"],
      validityPeriodHours: 24,
    });
    return Promise.resolve({
      clusterName: cluster.eksCluster.name,
      kubeconfig: cluster.kubeconfigJson,
      nodeGroup: pulumi.output(cluster.core).apply(({ vpcId }) => vpcId),
      password: password.result,
      key: key.privateKeyPem,
      certificate: certificate.certPem,
    });
  };
}

describe("the fake cloud under the real engine", function () {
  // The first run on a machine builds the engine.
  this.timeout(600_000);
  const engine = new EngineOnCloud();
  after(() => engine.remove());

  it("previews everything from nothing, and makes nothing", async () => {
    const { summary, changes, errors } = await engine.run("preview", platform());
    assert.deepEqual(errors, []);
    assert.deepEqual(Object.keys(summary), ["create"]);
    assert.ok(changes.some(({ type }) => type === "aws:eks/cluster:Cluster"));
    assert.deepEqual(engine.store().list(), []);
    assert.deepEqual(engine.nodeGroups, []);
  });

  it("brings up network, cluster and nodes", async () => {
    const { outputs, errors } = await engine.run("up", platform());
    assert.deepEqual(errors, []);
    assert.match(String(outputs["clusterName"]?.value), /^mesh-eksCluster-/);
    assert.match(String(outputs["nodeGroup"]?.value), /^vpc-/);
    const [group] = engine.nodeGroups;
    assert.equal(group?.kind, "create");
    const zones = group.nodes.map(({ labels }) => labels["topology.kubernetes.io/zone"]);
    assert.deepEqual(zones, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
  });

  it("keeps kubeconfig, password and key secret, in the state and in the cloud's own file", async () => {
    const { outputs } = await engine.run("up", platform());
    for (const key of ["kubeconfig", "password", "key"]) {
      assert.equal(outputs[key]?.secret, true, key);
    }
    const files = engine.files();
    assert.match(files, /aws:ec2\/vpc:Vpc/);
    assert.equal(files.includes(TOKEN), false);
    assert.equal(files.includes(JSON.stringify(outputs["password"]?.value).slice(1, -1)), false);
    assert.doesNotMatch(files, /BEGIN EC PRIVATE KEY/);
  });

  it("changes nothing the second time, also after a refresh", async () => {
    const second = await engine.run("up", platform());
    assert.deepEqual(Object.keys(second.summary), ["same"]);
    const refresh = await engine.run("refresh", platform());
    assert.deepEqual(Object.keys(refresh.summary), ["same"]);
    const third = await engine.run("preview", platform());
    assert.deepEqual(third.changes, []);
  });

  it("previews and makes one change for one tag, with its path", async () => {
    const change = { op: "update", type: "aws:ec2/vpc:Vpc", name: "net", paths: ["tags.edition"] };
    assert.deepEqual((await engine.run("preview", platform({ tag: "two" }))).changes, [change]);
    assert.deepEqual((await engine.run("up", platform({ tag: "two" }))).changes, [change]);
  });

  it("resizes the node group in place and tells which nodes there are then", async () => {
    const { changes } = await engine.run("up", platform({ tag: "two", nodes: 5 }));
    // The component above it is reported as updated too, since its inputs changed.
    const ofAws = changes.filter(({ type }) => type.startsWith("aws:")).map(({ op, paths }) => [op, paths]);
    assert.deepEqual(ofAws, [["update", ["scalingConfig.desiredSize"]]]);
    const latest = engine.nodeGroups.at(-1);
    assert.deepEqual([latest?.kind, latest?.nodes.length], ["update", 5]);
  });

  it("destroys everything in an order that the cloud accepts", async () => {
    const { errors } = await engine.run("destroy", platform());
    assert.deepEqual(errors, []);
    assert.deepEqual(engine.store().list(), []);
    assert.equal(engine.nodeGroups.at(-1)?.kind, "delete");
  });
});

describe("failures of the fake cloud under the real engine", function () {
  this.timeout(600_000);
  let engine: EngineOnCloud;
  beforeEach(() => {
    engine = new EngineOnCloud();
  });
  afterEach(() => engine.remove());

  it("stops where AWS would refuse, in AWS's words, and continues when that is mended", async () => {
    const refused = await engine.run("up", platform({ policies: NODE_POLICIES.slice(0, 2) }));
    assert.match(refused.errors.join("\n"), /NodeCreationFailure.*lacks AmazonEC2ContainerRegistryPullOnly/);
    const mended = await engine.run("up", platform());
    assert.deepEqual(mended.errors, []);
    assert.equal(engine.nodeGroups.length, 1);
    assert.deepEqual((await engine.run("destroy", platform())).errors, []);
  });

  it("keeps a node group that did not become ready in the state, and mends it by an update", async () => {
    engine.nodeFailure = "the API server is gone";
    const failed = await engine.run("up", platform());
    assert.match(failed.errors.join("\n"), /nodes of main-\w+ were not made: the API server is gone/);
    engine.nodeFailure = undefined;
    const mended = await engine.run("up", platform());
    assert.deepEqual(mended.errors, []);
    const nodeGroup = mended.changes.filter(({ type }) => type === "aws:eks/nodeGroup:NodeGroup");
    assert.deepEqual(
      nodeGroup.map(({ op }) => op),
      ["update"],
    );
    assert.equal(engine.nodeGroups.length, 1);
  });

  it("fails an operation on demand", async () => {
    const message = "the quota for VPCs is used up";
    const faults = [{ type: "aws:ec2/vpc:Vpc", op: "create", action: "fail", message }] as const;
    const { errors } = await engine.run("up", platform(), faults);
    assert.match(errors.join("\n"), /the quota for VPCs is used up/);
  });

  it("forgets what a killed run made without the engine's knowledge, and only that", async () => {
    const vpc = () => {
      new aws.ec2.Vpc("net", { cidrBlock: "10.0.0.0/16" });
      return Promise.resolve();
    };
    await engine.run("up", vpc);
    const [known] = engine.store().list();
    assert.ok(known);
    // What a creation leaves when the engine dies before it hears of it: an object of the same URN, unknown to the state.
    engine.store().put({ ...known, id: "vpc-orphan" });
    const cloud = await engine.cloud();
    try {
      assert.deepEqual(await cloud.forgetOrphans([known.urn], [known.id]), ["vpc-orphan"]);
      assert.deepEqual(
        cloud.store.list().map(({ id }) => id),
        [known.id],
      );
    } finally {
      await cloud.close();
    }
  });
});
