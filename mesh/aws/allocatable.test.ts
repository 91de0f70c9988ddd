import assert from "node:assert/strict";

import { allocatableOf } from "./allocatable.ts";
import { INSTANCE_TYPES } from "./instance-types.ts";

describe("allocatable resources of a node", () => {
  it("follow the AMI's formula", () => {
    // 2 vCPU: 60m + 10m reserved. 29 pods: 255 + 11 * 29 + 100 MiB reserved of what the VM sees of 8 GiB.
    assert.deepEqual(allocatableOf("m5.large"), {
      capacity: { milliCpu: 2000, memoryMiB: 7577, pods: 29 },
      allocatable: { milliCpu: 1930, memoryMiB: 6903, pods: 29 },
    });
    assert.equal(allocatableOf("m6i.xlarge")?.allocatable.milliCpu, 3920);
    assert.equal(allocatableOf("c7g.4xlarge")?.allocatable.milliCpu, 15890);
  });

  it("give more pods with prefixes, and reserve no more for them", () => {
    const plain = allocatableOf("m6i.large");
    const prefixes = allocatableOf("m6i.large", { prefixDelegation: true });
    assert.equal(prefixes?.allocatable.pods, 110);
    assert.equal(prefixes.allocatable.memoryMiB, plain?.allocatable.memoryMiB);
  });

  it("are less than the capacity and more than nothing for every type of the table", () => {
    for (const type of Object.keys(INSTANCE_TYPES)) {
      const node = allocatableOf(type);
      assert.ok(node, type);
      assert.ok(node.allocatable.milliCpu > 0 && node.allocatable.milliCpu < node.capacity.milliCpu, type);
      assert.ok(node.allocatable.memoryMiB > 0 && node.allocatable.memoryMiB < node.capacity.memoryMiB, type);
    }
  });

  it("are not guessed for a type that is not in the table", () => {
    assert.equal(allocatableOf("x9.mega"), undefined);
  });
});
