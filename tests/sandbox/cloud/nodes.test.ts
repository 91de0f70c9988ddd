import assert from "node:assert/strict";

import { nodesOfNodeGroup } from "../../../sandbox/providers/cloud/nodes.ts";
import { CloudStore } from "../../../sandbox/providers/cloud/store.ts";
import type { Properties } from "../../../sandbox/providers/cloud/types.ts";
import type { Plain } from "../../../sandbox/providers/protocol/index.ts";

const ZONES = ["a", "b", "c"];

function network(): CloudStore {
  const store = new CloudStore();
  ZONES.forEach((letter) =>
    store.put({
      id: `subnet-${letter}`,
      type: "aws:ec2/subnet:Subnet",
      urn: `urn:${letter}`,
      inputs: { availabilityZone: `eu-west-1${letter}` },
      outputs: {},
    }),
  );
  return store;
}

const group = (more: Properties = {}): Properties => ({
  clusterName: "mesh",
  nodeGroupName: "main-1a2b3c4",
  subnetIds: ZONES.map((letter) => `subnet-${letter}`),
  instanceTypes: ["m6i.xlarge"],
  scalingConfig: { desiredSize: 4, minSize: 3, maxSize: 9 },
  ...more,
});

describe("nodes of a node group", () => {
  it("are as many as desired, spread over the zones of the subnets", () => {
    const zones = nodesOfNodeGroup(group(), network()).map(({ labels }) => labels["topology.kubernetes.io/zone"]);
    assert.deepEqual(zones, ["eu-west-1a", "eu-west-1b", "eu-west-1c", "eu-west-1a"]);
  });

  it("carry the labels that EKS and the program give them", () => {
    const [node] = nodesOfNodeGroup(group({ labels: { pool: "mesh" }, instanceTypes: ["m7g.large"] }), network());
    assert.ok(node);
    assert.deepEqual(node.labels, {
      pool: "mesh",
      "eks.amazonaws.com/capacityType": "ON_DEMAND",
      "eks.amazonaws.com/nodegroup": "main-1a2b3c4",
      "kubernetes.io/arch": "arm64",
      "kubernetes.io/hostname": node.name,
      "kubernetes.io/os": "linux",
      "node.kubernetes.io/instance-type": "m7g.large",
      "topology.kubernetes.io/region": "eu-west-1",
      "topology.kubernetes.io/zone": "eu-west-1a",
    });
  });

  it("have taints with Kubernetes' names of the effects", () => {
    const taints: Plain[] = [
      { key: "dedicated", value: "mesh", effect: "NO_SCHEDULE" },
      { key: "spot", effect: "PREFER_NO_SCHEDULE" },
    ];
    const [node] = nodesOfNodeGroup(group({ taints }), network());
    assert.deepEqual(node?.taints, [
      { key: "dedicated", value: "mesh", effect: "NoSchedule" },
      { key: "spot", effect: "PreferNoSchedule" },
    ]);
  });

  it("keep their names when the group grows, and names differ between groups", () => {
    const small = nodesOfNodeGroup(group(), network()).map(({ name }) => name);
    const large = nodesOfNodeGroup(group({ scalingConfig: { desiredSize: 6 } }), network()).map(({ name }) => name);
    const other = nodesOfNodeGroup(group({ nodeGroupName: "main-9z8y7x6" }), network()).map(({ name }) => name);
    assert.deepEqual(large.slice(0, small.length), small);
    assert.equal(new Set([...large, ...other]).size, large.length + other.length);
    [...large, ...other].forEach((name) => assert.match(name, /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/));
  });

  it("take more pods when the CNI hands out prefixes", () => {
    const store = network();
    store.put({
      id: "mesh:vpc-cni",
      type: "aws:eks/addon:Addon",
      urn: "urn:cni",
      inputs: { configurationValues: '{"env":{"ENABLE_PREFIX_DELEGATION":"true"}}' },
      outputs: {},
    });
    assert.equal(nodesOfNodeGroup(group(), network())[0]?.allocatable.pods, "58");
    assert.equal(nodesOfNodeGroup(group(), store)[0]?.allocatable.pods, "110");
  });

  it("of an unknown instance type are refused with the types that are known", () => {
    assert.throws(() => nodesOfNodeGroup(group({ instanceTypes: ["x9.mega"] }), network()), /x9\.mega.*m6i\.large/);
  });
});
