import assert from "node:assert/strict";
import fc from "fast-check";
import { nodeDaemons } from "./cluster-pods.ts";
import { podDemand } from "./demand.ts";
import { largestUnplaced, type Nodes } from "./fits.ts";
import { fitsPool, neededNodes, neededNodesOfPool, neededTypes } from "./needed.ts";
import { podRequest, totalOf, type PodSet } from "../kubernetes/pod-requests.ts";
import { declaredSupply, poolSupply, withoutOneZone } from "./supply.ts";
import { INSTANCE_TYPES } from "../aws/instance-types.ts";
import { stackReleases } from "../inventory.ts";
import type { StackData } from "../stack/stack.ts";
import { stackData } from "../../tests/support/stack-data.ts";

const NODE: Nodes["allocatable"] = { milliCpu: 4000, memoryMiB: 8192, pods: 110 };

function set(name: string, pods: number, milliCpu: number, memoryMiB: number): PodSet {
  return { name, pods, request: { milliCpu, memoryMiB } };
}

function fits(sets: readonly PodSet[], nodes: Nodes): boolean {
  return largestUnplaced(sets, nodes) === undefined;
}

const podSet = fc.record({
  name: fc.constant("pods"),
  pods: fc.integer({ min: 1, max: 30 }),
  request: fc.record({
    milliCpu: fc.integer({ min: 0, max: 4500 }),
    memoryMiB: fc.integer({ min: 0, max: 9000 }),
  }),
});
const podSets = fc.array(podSet, { minLength: 1, maxLength: 6 });
const nodesOf = fc.record({ count: fc.integer({ min: 0, max: 40 }), allocatable: fc.constant(NODE) });

describe("capacity: what the pods ask for", () => {
  const byName = (sets: readonly PodSet[]) => Object.fromEntries(sets.map(({ name, ...rest }) => [name, rest]));

  it("counts istiod, gateways, addons and the cluster's controllers on the system pool, at the top of their autoscalers", () => {
    const demand = byName(podDemand(stackData()).system);
    assert.deepEqual(demand["istiod"], { pods: 5, request: { milliCpu: 500, memoryMiB: 2048 } });
    assert.deepEqual(demand["the ingress gateway"], { pods: 5, request: { milliCpu: 100, memoryMiB: 128 } });
    assert.deepEqual(demand["prometheus"], { pods: 1, request: { milliCpu: 260, memoryMiB: 1074 } });
    assert.deepEqual(Object.keys(demand).slice(3), [
      ...["prometheus", "the prometheus operator", "alertmanager", "kube-state-metrics"],
      ...["jaeger", "the collector", "grafana", "kiali"],
      ...["coredns", "metrics-server", "ebs-csi-controller", "aws-load-balancer-controller"],
    ]);
  });

  it("counts both control planes while an upgrade lasts", () => {
    const revisions = [{ name: "default", version: "1.30.7" }, { version: "1.31.2" }];
    const demand = byName(podDemand(stackData({ mesh: { revisions, tags: { stable: "default" } } })).system);
    assert.equal(demand["istiod"]?.pods, 5);
    assert.deepEqual(demand["istiod-1-31-2"], demand["istiod"]);
  });

  it("counts every version of a service with its sidecar on the workload pool", () => {
    const demand = byName(podDemand(stackData()).workload);
    assert.deepEqual(demand["product-v1"], { pods: 4, request: { milliCpu: 110, memoryMiB: 384 } });
    assert.deepEqual(demand["product-v2"], { pods: 2, request: { milliCpu: 110, memoryMiB: 384 } });
    assert.equal(Object.keys(demand).length, 6);
  });

  it("leaves out what the stack does not install, and adds ExternalDNS where it is on", () => {
    const { system } = podDemand(
      stackData({
        mesh: { egressGateway: { enabled: false } },
        observability: { jaeger: { enabled: false }, prometheus: { address: "http://prometheus.monitoring:9090" } },
        traffic: { dns: { enabled: true, zoneId: "Z0123456789ABCDEFGHIJ" } },
      }),
    );
    const names = system.map(({ name }) => name);
    assert.ok(!names.includes("the egress gateway") && !names.includes("jaeger") && !names.includes("prometheus"));
    assert.ok(names.includes("external-dns"));
  });

  it("asks for an addon what its release gives it", () => {
    const stack = stackData({
      observability: {
        kiali: { resources: { requests: { cpu: "333m", memory: "1Gi" }, limits: { cpu: "1", memory: "2Gi" } } },
      },
    });
    const values = stackReleases(stack, "x").find(({ name }) => name === "kiali")?.values;
    assert.match(JSON.stringify(values), /"cpu":"333m"/);
    assert.equal(podDemand(stack).system.find(({ name }) => name === "kiali")?.request.milliCpu, 333);
  });

  it("rounds the sum of a pod's containers up, and not their binary fractions", () => {
    assert.deepEqual(podRequest({ cpu: "100m", memory: "256Mi" }, { cpu: "10m", memory: "128Mi" }), {
      milliCpu: 110,
      memoryMiB: 384,
    });
    assert.deepEqual(podRequest({ cpu: "0.0005", memory: "1k" }), { milliCpu: 1, memoryMiB: 1 });
  });
});

describe("capacity: what the nodes offer", () => {
  it("loses the zone with the most nodes", () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6, 7].map((count) => withoutOneZone(count, 3)),
      [0, 1, 2, 2, 3, 4, 4],
    );
  });

  it("takes the daemons off what pods can have, and of several types the least of each", () => {
    // m6i.large: 1930m and 6903 MiB, less 180m and 120 MiB of daemons; 4 of 110 pods are daemons.
    const allocatable = { milliCpu: 1750, memoryMiB: 6783, pods: 106 };
    assert.deepEqual(poolSupply({ instanceTypes: ["m6i.large"], desired: 6 }, 3), { count: 4, allocatable });
    const mixed = poolSupply({ instanceTypes: ["r6i.large", "c6i.xlarge"], desired: 3 }, 3);
    assert.ok(mixed !== undefined && mixed.allocatable.milliCpu === 1750 && mixed.allocatable.memoryMiB < 8000);
    assert.equal(poolSupply({ instanceTypes: ["m6i.large", "x9.mega"], desired: 6 }, 3), undefined);
  });

  it("counts the mesh's node agent among the daemons, on EKS and on a cluster that exists", () => {
    const names = (stack: StackData) => nodeDaemons(stack).map(({ name }) => name);
    assert.ok(names(stackData()).includes("istio-cni") && names(stackData()).includes("kube-proxy"));
    assert.ok(!names(stackData({ mesh: { cni: { enabled: false } } })).includes("istio-cni"));
    const nodes = { count: 3, cpu: "4", memory: "8Gi", zones: 1 };
    const agent = [set("istio-cni", 1, 100, 100)];
    assert.deepEqual(declaredSupply({ nodes }, agent).allocatable, { milliCpu: 3900, memoryMiB: 8092, pods: 109 });
    const pool = { instanceTypes: ["m6i.large"], desired: 3 };
    assert.equal(poolSupply(pool, 3, agent)?.allocatable.milliCpu, 1830);
    // What fits without the agent and not with it.
    const full = [set("full", 2, 1750, 100)];
    assert.equal(fitsPool(full, pool, 3), true);
    assert.equal(fitsPool(full, pool, 3, [...agent, ...nodeDaemons(stackData())]), false);
  });

  it("of a cluster that exists loses a zone only where there are several", () => {
    const nodes = { count: 3, cpu: "4", memory: "8Gi" };
    assert.equal(declaredSupply({ nodes: { ...nodes, zones: 1 } }).count, 3);
    assert.deepEqual(declaredSupply({ nodes: { ...nodes, zones: 3 } }), { count: 2, allocatable: NODE });
  });
});

describe("capacity: whether they fit", () => {
  it("is exact for a single node", () => {
    assert.ok(fits([set("a", 2, 2000, 4096)], { count: 1, allocatable: NODE }));
    assert.ok(!fits([set("a", 2, 2000, 4097)], { count: 1, allocatable: NODE }));
    assert.ok(fits([set("cpu", 1, 3000, 100), set("memory", 1, 100, 7000)], { count: 1, allocatable: NODE }));
  });

  it("counts pods, too", () => {
    assert.ok(fits([set("tiny", 110, 1, 1)], { count: 1, allocatable: NODE }));
    assert.ok(!fits([set("tiny", 111, 1, 1)], { count: 1, allocatable: NODE }));
  });

  it("lets large pods have a node each", () => {
    assert.ok(fits([set("large", 8, 3000, 100)], { count: 8, allocatable: NODE }));
    assert.ok(!fits([set("large", 9, 3000, 100)], { count: 8, allocatable: NODE }));
  });

  it("counts fragmentation: capacity in crumbs is no capacity for a large pod", () => {
    const crumbs = [set("small", 22, 300, 100), set("large", 1, 3500, 100)];
    assert.ok(totalOf(crumbs).milliCpu < 3 * NODE.milliCpu);
    assert.equal(largestUnplaced(crumbs, { count: 3, allocatable: NODE })?.name, "large");
  });

  it("says no to a pod larger than a node, however many there are", () => {
    assert.equal(largestUnplaced([set("huge", 1, 5000, 1)], { count: 1000, allocatable: NODE })?.name, "huge");
  });

  it("holds for a scheduler that comes in any order and spreads as it likes", () => {
    const order = fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true }));
    fc.assert(
      fc.property(podSets, nodesOf, order, (sets, nodes, random) => {
        fc.pre(fits(sets, nodes));
        const draw = () => random.next().value as number;
        assert.ok(placedAtRandom(sets, nodes, draw));
      }),
    );
  });

  it("holds for nodes of two kinds, too, and is not worse than one kind alone", () => {
    const order = fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true }));
    const small = fc
      .integer({ min: 0, max: 4 })
      .map((count) => ({ count, allocatable: { milliCpu: 1750, memoryMiB: 3000, pods: 29 } }));
    fc.assert(
      fc.property(podSets, nodesOf, small, order, (sets, nodes, others, random) => {
        const together = largestUnplaced(sets, [nodes, others]) === undefined;
        assert.ok(together || !fits(sets, nodes));
        fc.pre(together);
        const draw = () => random.next().value as number;
        assert.ok(placedAtRandom(sets, [nodes, others], draw));
      }),
    );
  });

  it("adds up nodes of two kinds: neither holds the pods alone", () => {
    const half = { count: 4, allocatable: { milliCpu: 2000, memoryMiB: 4096, pods: 110 } };
    const sets = [set("pods", 24, 500, 100)];
    assert.ok(!fits(sets, { count: 2, allocatable: NODE }) && !fits(sets, half));
    assert.equal(largestUnplaced(sets, [{ count: 2, allocatable: NODE }, half]), undefined);
    assert.equal(largestUnplaced([set("pods", 40, 500, 100)], [{ count: 2, allocatable: NODE }, half])?.name, "pods");
  });

  it("never gets worse with more nodes", () => {
    fc.assert(
      fc.property(podSets, nodesOf, fc.integer({ min: 0, max: 5 }), (sets, nodes, more) => {
        fc.pre(fits(sets, nodes));
        assert.ok(fits(sets, { ...nodes, count: nodes.count + more }));
      }),
    );
  });

  it("never gets worse with fewer or smaller pods, or larger nodes", () => {
    const part = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(podSets, nodesOf, part, part, part, (sets, nodes, pods, cpu, memory) => {
        fc.pre(fits(sets, nodes));
        const [first, ...rest] = sets;
        assert.ok(first !== undefined);
        const less: PodSet = {
          ...first,
          pods: Math.floor((first.pods * pods) / 100),
          request: {
            milliCpu: Math.floor((first.request.milliCpu * cpu) / 100),
            memoryMiB: Math.floor((first.request.memoryMiB * memory) / 100),
          },
        };
        assert.ok(fits([less, ...rest], nodes));
        assert.ok(
          fits(sets, { ...nodes, allocatable: { milliCpu: 4000 + cpu, memoryMiB: 8192 + memory, pods: 110 + pods } }),
        );
      }),
    );
  });
});

describe("capacity: the remediation", () => {
  const types = Object.keys(INSTANCE_TYPES).map((type) => [type]);
  const pool = fc.record({ instanceTypes: fc.constantFrom(...types), desired: fc.integer({ min: 1, max: 9 }) });
  const zones = fc.integer({ min: 2, max: 6 });

  it("names a number of nodes that fits, and one less does not", () => {
    fc.assert(
      fc.property(podSets, pool, zones, (sets, given, zoneCount) => {
        const desired = neededNodesOfPool(sets, given, zoneCount);
        fc.pre(desired !== undefined);
        assert.ok(fitsPool(sets, { ...given, desired }, zoneCount));
        assert.ok(desired === given.desired || !fitsPool(sets, { ...given, desired: desired - 1 }, zoneCount));
      }),
    );
  });

  it("names instance types that fit, of one architecture with the pool's", () => {
    fc.assert(
      fc.property(podSets, pool, zones, (sets, given, zoneCount) => {
        const instanceTypes = neededTypes(sets, given, zoneCount);
        fc.pre(instanceTypes !== undefined);
        assert.ok(fitsPool(sets, { ...given, instanceTypes }, zoneCount));
        const architectures = [...given.instanceTypes, ...instanceTypes].map(
          (type) => INSTANCE_TYPES[type]?.architecture,
        );
        assert.equal(new Set(architectures).size, 1);
      }),
    );
  });

  it("takes the next size of each type of a pool first", () => {
    const sets = [set("pods", 6, 1500, 1024)];
    assert.deepEqual(neededTypes(sets, { instanceTypes: ["m6i.large", "m5.large"], desired: 6 }, 3), [
      "m6i.xlarge",
      "m5.xlarge",
    ]);
  });

  it("knows when no number of nodes will do", () => {
    assert.equal(
      neededNodesOfPool([set("huge", 1, 5000, 1)], { instanceTypes: ["m6i.xlarge"], desired: 3 }, 3),
      undefined,
    );
    const nodes = { count: 3, cpu: "4", memory: "8Gi", zones: 3 };
    assert.equal(neededNodes([set("huge", 1, 5000, 1)], { kind: "kubeconfig", nodes }), undefined);
    assert.equal(neededNodes([set("large", 4, 3000, 1)], { kind: "kubeconfig", nodes }), 6);
  });
});

/** Gives each pod, in random order, to a random one of the nodes that have capacity for it. */
function placedAtRandom(sets: readonly PodSet[], nodes: Nodes | readonly Nodes[], random: () => number): boolean {
  const kinds = "allocatable" in nodes ? [nodes] : nodes;
  const free = kinds.flatMap(({ count, allocatable }) => Array.from({ length: count }, () => ({ ...allocatable })));
  const waiting = sets.flatMap(({ pods, request }) => Array.from({ length: pods }, () => request));
  while (waiting.length > 0) {
    const [pod] = waiting.splice(Math.floor(random() * waiting.length), 1);
    const open = free.filter(
      (node) => pod !== undefined && node.milliCpu >= pod.milliCpu && node.memoryMiB >= pod.memoryMiB && node.pods > 0,
    );
    const node = open[Math.floor(random() * open.length)];
    if (node === undefined || pod === undefined) {
      return false;
    }
    node.milliCpu -= pod.milliCpu;
    node.memoryMiB -= pod.memoryMiB;
    node.pods -= 1;
  }
  return true;
}
