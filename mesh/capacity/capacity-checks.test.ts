import assert from "node:assert/strict";
import { readStackFile } from "../load/load.ts";
import { podDemand } from "./demand.ts";
import { checkCapacity } from "./checks.ts";
import type { StackData } from "../stack/stack.ts";
import { stackData } from "../../tests/support/stack-data.ts";
import { PROJECT_DIRECTORY, STACKS } from "../../tests/support/stacks.ts";
import type { PlainObject } from "../stack/plain-object.ts";

function requesting(cpu: string, memory: string): PlainObject {
  return { requests: { cpu, memory }, limits: { cpu: "8", memory: "16Gi" } };
}

/** Each case breaks one rule: what is changed of a good stack, and the one problem that must come of it. */
const REFUSED: readonly {
  readonly rule: string;
  readonly config?: PlainObject;
  readonly catalog?: PlainObject;
  readonly path: string;
  readonly says: RegExp;
  readonly remediation: RegExp;
}[] = [
  {
    rule: "an instance type that nobody knows",
    config: { cluster: { systemPool: { instanceTypes: ["m6i.xlarge", "m6i.xlrge"] } } },
    path: "cluster.systemPool.instanceTypes[1]",
    says: /expected an instance type whose size is known; got "m6i\.xlrge"/,
    remediation: /did you mean m6i\.xlarge\?/,
  },
  {
    rule: "an instance type of a family that nobody knows",
    config: { cluster: { workloadPool: { instanceTypes: ["hpc7a.96xlarge"] } } },
    path: "cluster.workloadPool.instanceTypes[0]",
    says: /got "hpc7a\.96xlarge"/,
    remediation: /known families, from large to 4xlarge: t3, t3a, t4g, m5, m5a, m6i, .*m8g.*r8g/,
  },
  {
    rule: "a size that a known family does not have",
    config: { cluster: { workloadPool: { instanceTypes: ["m8g.metal"] } } },
    path: "cluster.workloadPool.instanceTypes[0]",
    says: /got "m8g\.metal"/,
    remediation: /^known are m8g\.large, m8g\.xlarge, m8g\.2xlarge, m8g\.4xlarge$/,
  },
  {
    rule: "two architectures in one pool",
    config: { cluster: { workloadPool: { instanceTypes: ["m6i.large", "m5.large", "m7g.large"] } } },
    path: "cluster.workloadPool.instanceTypes[2]",
    says: /one architecture; got m6i\.large \(amd64\) and m7g\.large \(arm64\)/,
    remediation: /one machine image/,
  },
  {
    rule: "an instance type too small for one istiod",
    config: {
      mesh: { istiod: { resources: requesting("500m", "4Gi") } },
      cluster: { systemPool: { instanceTypes: ["c6i.large"] } },
    },
    path: "cluster.systemPool.instanceTypes[0]",
    says: /capacity for one pod of istiod \(0\.5 CPU, 4 GiB\); got "c6i\.large", whose nodes have 1\.65 CPU, 2\.\d+ GiB for pods/,
    remediation: /^instanceTypes: \[c6i\.\d*xlarge\] would do/,
  },
  {
    rule: "a system pool that does not hold the mesh with a zone lost",
    config: { cluster: { systemPool: { desired: 3 } }, mesh: { istiod: { replicas: { min: 3, max: 15 } } } },
    path: "cluster.systemPool.desired",
    says: /expected capacity for 41 pods \(9\.\d+ CPU, 34\.\d+ GiB\) at the top of their autoscalers and one of 3 zones lost; got 2 nodes of m6i\.xlarge with 7\.\d+ CPU, 2\d\.\d+ GiB in all: 2\.\d+ CPU and \d\.\d+ GiB missing/,
    remediation: /^desired(?: and max)?: \d or instanceTypes: \[m6i\.2xlarge\] would do/,
  },
  {
    rule: "a workload pool that does not hold the application with a zone lost",
    config: { cluster: { workloadPool: { desired: 3 } } },
    catalog: { services: { cart: { replicas: { min: 2, max: 40 } } } },
    path: "cluster.workloadPool.desired",
    says: /58 pods .* missing$/,
    remediation: /^desired(?: and max)?: \d+ or instanceTypes: \[m6i\.2?xlarge\] would do/,
  },
  {
    rule: "pods beyond the limits of Karpenter",
    config: {
      cluster: { workloadPool: { desired: 3 }, karpenter: { enabled: true, limits: { cpu: 8, memoryGiB: 32 } } },
    },
    catalog: { services: { cart: { replicas: { min: 2, max: 120 } } } },
    path: "cluster.karpenter.limits",
    says: /one of 3 zones lost; got 2 nodes of m6i\.large and, within the limits of Karpenter, \d of [\w.]+xlarge with .* missing$/,
    remediation: /^cpu: \d+ and memoryGiB: \d+ would do/,
  },
  {
    rule: "a pod too large for everything that Karpenter may start",
    config: { cluster: { karpenter: { enabled: true, vcpus: { min: 2, max: 2 } } } },
    catalog: { services: { cart: { resources: requesting("3", "256Mi") } } },
    path: "cluster.karpenter.vcpus",
    says: /capacity for every pod, also one of cart-v1; got none/,
    remediation: /raise vcpus\.max/,
  },
  {
    rule: "capacity in crumbs",
    config: { cluster: { workloadPool: { desired: 3 } } },
    catalog: {
      services: { cart: { replicas: { min: 1, max: 1 }, resources: requesting("1250m", "256Mi") } },
    },
    path: "cluster.workloadPool.desired",
    says: /every node can be too full for a pod of cart-v1 \(1\.26 CPU, 0\.38 GiB\)/,
    remediation: /^desired(?: and max)?: \d+ or /,
  },
];

/** The shop on a cluster that exists. */
function onExisting(nodes: { count: number; cpu: string; memory: string; zones: number }): StackData {
  const stack = stackData();
  return { ...stack, config: { ...stack.config, platform: { kind: "kubeconfig", nodes } } };
}

describe("capacity check", () => {
  it("takes what Karpenter may add for capacity, whichever type it starts", () => {
    const catalog = { services: { cart: { replicas: { min: 2, max: 40 } } } };
    const pool = { desired: 3 };
    assert.equal(checkCapacity(stackData({ cluster: { workloadPool: pool } }, catalog)).length, 1);
    assert.deepEqual(
      checkCapacity(stackData({ cluster: { workloadPool: pool, karpenter: { enabled: true } } }, catalog)),
      [],
    );
  });

  it("makes a remediation of Karpenter's limits with which the check passes, and one per cent less does not", () => {
    const catalog = { services: { cart: { replicas: { min: 2, max: 120 } } } };
    const stack = (limits: PlainObject) =>
      stackData({ cluster: { workloadPool: { desired: 3 }, karpenter: { enabled: true, limits } } }, catalog);
    const [problem] = checkCapacity(stack({ cpu: 8, memoryGiB: 32 }));
    const [, cpu = 0, memoryGiB = 0] = (/cpu: (\d+) and memoryGiB: (\d+)/.exec(problem?.remediation ?? "") ?? []).map(
      Number,
    );
    assert.deepEqual(checkCapacity(stack({ cpu, memoryGiB })), []);
    assert.equal(checkCapacity(stack({ cpu: cpu - 1, memoryGiB: memoryGiB - 4 })).length, 1);
  });

  it("counts Karpenter's own pods to the system pool", () => {
    const controllers = (enabled: boolean) => podDemand(stackData({ cluster: { karpenter: { enabled } } })).system;
    assert.deepEqual(
      controllers(true).find(({ name }) => name === "karpenter"),
      { name: "karpenter", pods: 2, request: { milliCpu: 250, memoryMiB: 512 } },
    );
    assert.ok(!controllers(false).some(({ name }) => name.startsWith("karpenter")));
  });

  for (const stack of STACKS) {
    it(`finds that ${stack} fits with a zone lost`, () => {
      assert.deepEqual(checkCapacity(readStackFile(PROJECT_DIRECTORY, stack)), []);
    });
  }

  for (const { rule, config, catalog, path, says, remediation } of REFUSED) {
    it(`refuses ${rule}`, () => {
      const problems = checkCapacity(stackData(config, catalog));
      assert.deepEqual(
        problems.map((problem) => problem.path),
        [path],
      );
      assert.match(problems[0]?.message ?? "", says);
      assert.match(problems[0]?.remediation ?? "", remediation);
    });
  }

  it("names a number of nodes with which the check is content", () => {
    const config = { mesh: { istiod: { replicas: { min: 3, max: 15 } } } };
    const [problem] = checkCapacity(stackData({ ...config, cluster: { systemPool: { desired: 3 } } }));
    const nodes = Number(/desired(?: and max)?: (\d+)/.exec(problem?.remediation ?? "")?.[1]);
    assert.deepEqual(
      checkCapacity(stackData({ ...config, cluster: { systemPool: { desired: nodes, max: nodes } } })),
      [],
    );
    assert.equal(
      checkCapacity(stackData({ ...config, cluster: { systemPool: { desired: nodes - 1, max: nodes } } })).length,
      1,
    );
  });

  it("names every pool that does not fit", () => {
    const pool = { min: 1, desired: 1, max: 1 };
    const problems = checkCapacity(stackData({ cluster: { systemPool: pool, workloadPool: pool } }));
    assert.deepEqual(
      problems.map(({ path }) => path),
      ["cluster.systemPool.desired", "cluster.workloadPool.desired"],
    );
  });

  it("checks the nodes that are declared of a cluster that exists, a zone lost only where there are several", () => {
    const nodes = { count: 3, cpu: "4", memory: "10Gi", zones: 1 };
    assert.deepEqual(checkCapacity(onExisting(nodes)), []);
    const [problem, ...others] = checkCapacity(onExisting({ ...nodes, zones: 3 }));
    assert.deepEqual(others, []);
    assert.equal(problem?.path, "platform.nodes.count");
    assert.match(problem.message, /one of 3 zones lost; got 2 nodes with 7\.8 CPU, 19\.\d+ GiB in all/);
    const count = Number(/count: (\d+)/.exec(problem.remediation ?? "")?.[1]);
    assert.deepEqual(checkCapacity(onExisting({ ...nodes, zones: 3, count })), []);
  });

  it("refuses declared nodes too small for one pod", () => {
    const [problem] = checkCapacity(onExisting({ count: 50, cpu: "4", memory: "1Gi", zones: 1 }));
    assert.equal(problem?.path, "platform.nodes");
    assert.match(problem.message, /capacity for one pod of istiod/);
  });
});
