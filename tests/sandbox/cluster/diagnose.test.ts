import assert from "node:assert/strict";
import { newestWarning, podProblem } from "../../../analysis/doctor/pod-problem.ts";
import type { KubernetesObject } from "../../../mesh/kubernetes/fields.ts";

const condition = (type: string, status: string, rest: object = {}) => ({ conditions: [{ type, status, ...rest }] });

describe("the reason why a pod is not ready", () => {
  const pod = (status: object): KubernetesObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web-1" },
    status,
  });

  it("is the scheduler's, with the time since when", () => {
    const problem = podProblem(
      pod(
        condition("PodScheduled", "False", {
          reason: "Unschedulable",
          message: "0/3 nodes are available",
          lastTransitionTime: "2026-11-21T11:00:00Z",
        }),
      ),
    );
    assert.equal(problem?.reason, "Unschedulable: 0/3 nodes are available");
    assert.equal(problem.unschedulableSince, Date.UTC(2026, 10, 21, 11));
  });

  it("is a container's, also an init container's", () => {
    const waiting = { name: "proxy", ready: false, state: { waiting: { reason: "ImagePullBackOff" } } };
    assert.match(podProblem(pod({ initContainerStatuses: [waiting] }))?.reason ?? "", /proxy is in ImagePullBackOff/);
  });

  it("is nothing for a ready pod", () => {
    assert.equal(podProblem(pod({ phase: "Running", ...condition("Ready", "True") })), undefined);
  });
});

describe("the reason that a rolled-back release leaves behind", () => {
  const event = (type: string, second: number, message: string): KubernetesObject => ({
    apiVersion: "v1",
    kind: "Event",
    metadata: {},
    type,
    reason: "Unhealthy",
    message,
    lastTimestamp: new Date(Date.UTC(2026, 10, 26, 12, 0, second)).toISOString(),
    involvedObject: { kind: "Pod", name: "istiod-1" },
  });
  const since = new Date(Date.UTC(2026, 10, 26, 12, 0, 10));

  it("is the newest warning of this run, and no other event", () => {
    const events = [
      event("Warning", 30, "probe failed: 503"),
      event("Warning", 20, "image pull"),
      event("Normal", 40, "started"),
    ];
    assert.equal(newestWarning(events, since), "pod istiod-1: Unhealthy: probe failed: 503");
  });

  it("is none where everything is from before", () => {
    assert.equal(newestWarning([event("Warning", 5, "an old one")], since), undefined);
    assert.equal(newestWarning([], since), undefined);
  });
});
