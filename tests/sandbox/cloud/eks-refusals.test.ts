import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unprotectClusters } from "../../../sandbox/driver/unprotect-clusters.ts";
import { refuseCreate, refuseDelete, refuseUpdate } from "../../../sandbox/providers/cloud/refusals/index.ts";
import { CloudStore } from "../../../sandbox/providers/cloud/store.ts";
import type { Properties } from "../../../sandbox/providers/cloud/types.ts";

const CLUSTER = "aws:eks/cluster:Cluster";
const NODE_GROUP = "aws:eks/nodeGroup:NodeGroup";
const ADDON = "aws:eks/addon:Addon";
const ENTRY = "aws:eks/accessEntry:AccessEntry";
const ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const ROLE_ARN = "arn:aws:iam::123456789012:role/nodes";

/** A cloud with the cluster `shop` of Kubernetes 1.35 and a role that nodes may take. */
function cloud(cluster: Properties = {}): CloudStore {
  const store = new CloudStore();
  put(store, CLUSTER, "shop", { name: "shop", ...cluster }, { version: "1.35" });
  put(store, "aws:iam/role:Role", "nodes", { name: "nodes" }, { arn: ROLE_ARN });
  for (const policy of ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"]) {
    put(store, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", policy, {
      role: "nodes",
      policyArn: `x/${policy}`,
    });
  }
  return store;
}

function put(store: CloudStore, type: string, id: string, inputs: Properties, outputs: Properties = {}): void {
  store.put({ id, type, urn: `urn:${id}`, inputs, outputs });
}

const group = (more: Properties): Properties => ({
  clusterName: "shop",
  nodeRoleArn: ROLE_ARN,
  subnetIds: ["subnet-a"],
  ...more,
});

function withSubnet(store: CloudStore): CloudStore {
  put(store, "aws:ec2/subnet:Subnet", "subnet-a", { availabilityZone: "eu-west-1a" });
  return store;
}

describe("what the fake cloud refuses: EKS", () => {
  it("a step over a minor version, and a step back", () => {
    const words = /Unsupported Kubernetes minor version update from 1\.35 to/;
    assert.throws(() => refuseUpdate(cloud(), CLUSTER, { name: "shop", version: "1.37" }), words);
    assert.throws(() => refuseUpdate(cloud(), CLUSTER, { name: "shop", version: "1.34" }), words);
    refuseUpdate(cloud(), CLUSTER, { name: "shop", version: "1.36" });
    refuseUpdate(cloud(), CLUSTER, { name: "shop", version: "1.35" });
  });

  it("nodes newer than their control plane, made so or changed so", () => {
    const words = /Nodegroup Kubernetes version 1\.36 cannot be newer than the cluster's 1\.35/;
    const store = withSubnet(cloud());
    assert.throws(() => refuseCreate(store, NODE_GROUP, group({ version: "1.36" })), words);
    assert.throws(() => refuseUpdate(store, NODE_GROUP, group({ version: "1.36" })), words);
    refuseCreate(store, NODE_GROUP, group({ version: "1.34" }));
  });

  it("a launch template that does not exist, and a disk size said beside one", () => {
    const store = withSubnet(cloud());
    const launchTemplate = { id: "lt-1", version: "1" };
    assert.throws(() => refuseCreate(store, NODE_GROUP, group({ launchTemplate })), /template ID lt-1, does not exist/);
    put(store, TEMPLATE, "lt-1", {});
    refuseCreate(store, NODE_GROUP, group({ launchTemplate }));
    assert.throws(
      () => refuseCreate(store, NODE_GROUP, group({ launchTemplate, diskSize: 50 })),
      /Disk size must be specified within the launch template/,
    );
  });

  it("a minimum that is raised above the size", () => {
    const scalingConfig = { minSize: 4, desiredSize: 3, maxSize: 6 };
    const words = /desired capacity 3 must be between min 4 and max 6/;
    assert.throws(() => refuseUpdate(withSubnet(cloud()), NODE_GROUP, group({ scalingConfig })), words);
  });

  it("an add-on version that the new Kubernetes version does not have, also by an update", () => {
    const inputs = { clusterName: "shop", addonName: "kube-proxy", addonVersion: "v1.34.6-eksbuild.11" };
    assert.throws(() => refuseUpdate(cloud(), ADDON, inputs), /Addon version specified is not supported/);
    refuseUpdate(cloud(), ADDON, { ...inputs, addonVersion: "v1.35.3-eksbuild.29" });
  });

  it("a second access entry of a principal, and one of who made the cluster", () => {
    const store = cloud();
    const entry = (name: string) => ({ clusterName: "shop", principalArn: `arn:aws:iam::123456789012:${name}` });
    refuseCreate(store, ENTRY, entry("role/ops"));
    put(store, ENTRY, "shop:ops", entry("role/ops"));
    const words = /access entry resource is already in use on this cluster/;
    assert.throws(() => refuseCreate(store, ENTRY, entry("role/ops")), words);
    assert.throws(() => refuseCreate(store, ENTRY, entry("user/sandbox")), words);
    assert.throws(() => refuseCreate(store, ENTRY, { ...entry("role/ci"), clusterName: "ghost" }), /No cluster found/);
    const elsewhere = { ...entry("role/ops"), clusterName: "other" };
    put(store, CLUSTER, "other", { name: "other" });
    refuseCreate(store, ENTRY, elsewhere);
  });

  it("a second role of a service account", () => {
    const store = cloud();
    const inputs = { clusterName: "shop", namespace: "kube-system", serviceAccount: "aws-node" };
    refuseCreate(store, ASSOCIATION, inputs);
    put(store, ASSOCIATION, "a-1", inputs);
    assert.throws(() => refuseCreate(store, ASSOCIATION, inputs), /Association already exists/);
    refuseCreate(store, ASSOCIATION, { ...inputs, serviceAccount: "other" });
  });

  it("deleting a protected cluster, until its protection is off", () => {
    const dir = mkdtempSync(join(tmpdir(), "mesh-guarded-"));
    try {
      const path = join(dir, "cloud.json");
      put(new CloudStore(path), CLUSTER, "shop", { name: "shop", deletionProtection: true });
      const remove = () => {
        const store = new CloudStore(path);
        const shop = store.get(CLUSTER, "shop");
        assert.ok(shop);
        refuseDelete(store, shop);
      };
      assert.throws(remove, /The cluster shop has deletion protection enabled/);
      assert.equal(unprotectClusters(path), 1);
      remove();
      assert.equal(unprotectClusters(path), 0);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it("the log group of a cluster that logs already", () => {
    const name = "/aws/eks/shop/cluster";
    assert.throws(
      () => refuseCreate(cloud({ enabledClusterLogTypes: ["api"] }), LOG_GROUP, { name }),
      /ResourceAlreadyExistsException.*\/aws\/eks\/shop\/cluster/,
    );
    refuseCreate(cloud(), LOG_GROUP, { name });
  });
});
