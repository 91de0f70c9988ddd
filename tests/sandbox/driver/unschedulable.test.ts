import assert from "node:assert/strict";
import type { KubernetesObject } from "../../../mesh/kubernetes/fields.ts";
import { unschedulable } from "../../../sandbox/driver/unschedulable.ts";

const NOW = Date.parse("2026-11-26T12:00:00Z");

function pod(name: string, secondsAgo: number, more: Readonly<Record<string, string>> = {}): KubernetesObject {
  const condition = {
    type: "PodScheduled",
    status: "False",
    reason: "Unschedulable",
    message: "0/3 nodes are available: 3 Insufficient cpu.",
    lastTransitionTime: new Date(NOW - secondsAgo * 1000).toISOString(),
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop", ...more },
    status: { phase: "Pending", conditions: [condition] },
  };
}

describe("pods that find no node", () => {
  it("end a run after 40 s, with the scheduler's reason, and three of them by name", () => {
    const pods = ["a", "b", "c", "d", "e"].map((name) => pod(name, 50));
    const error = unschedulable(pods, NOW);
    assert.equal(error?.code, "pods.unschedulable");
    assert.match(error.message, /^5 pods have found no node for 40 s:\npod shop\/a: Unschedulable: 0\/3 nodes/);
    assert.match(error.message, /pod shop\/c:.*\nand 2 more$/);
  });

  it("do not while there is hope, nor when they are on their way out", () => {
    assert.equal(unschedulable([pod("new", 30)], NOW), undefined);
    assert.equal(unschedulable([pod("leaving", 50, { deletionTimestamp: "2026-11-26T11:59:59Z" })], NOW), undefined);
    assert.equal(unschedulable([], NOW), undefined);
  });
});
