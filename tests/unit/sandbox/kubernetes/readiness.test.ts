import assert from "node:assert/strict";
import { podProblem } from "../../../../sandbox/providers/kubernetes/diagnose.ts";
import type { KubernetesObject } from "../../../../sandbox/providers/kubernetes/object.ts";
import { isAwaited, readinessOf } from "../../../../sandbox/providers/kubernetes/readiness.ts";

function live(kind: string, spec: object, status: object, generation = 1): KubernetesObject {
  return {
    ...KIND[kind],
    kind,
    metadata: { name: "web", namespace: "shop", generation },
    spec,
    status,
  } as KubernetesObject;
}

const KIND: Readonly<Record<string, { apiVersion: string }>> = {
  Deployment: { apiVersion: "apps/v1" },
  StatefulSet: { apiVersion: "apps/v1" },
  DaemonSet: { apiVersion: "apps/v1" },
  Job: { apiVersion: "batch/v1" },
  Service: { apiVersion: "v1" },
  Namespace: { apiVersion: "v1" },
  CustomResourceDefinition: { apiVersion: "apiextensions.k8s.io/v1" },
};

const condition = (type: string, status: string, rest: object = {}) => ({ conditions: [{ type, status, ...rest }] });

describe("readiness", () => {
  const cases: readonly (readonly [string, KubernetesObject, string, RegExp?])[] = [
    [
      "a Deployment that its controller has not seen",
      live("Deployment", { replicas: 2 }, { observedGeneration: 1 }, 2),
      "waiting",
      /controller/,
    ],
    [
      "a Deployment with old pods left",
      live(
        "Deployment",
        { replicas: 2 },
        { observedGeneration: 1, updatedReplicas: 2, replicas: 3, availableReplicas: 3 },
      ),
      "waiting",
      /1 old/,
    ],
    [
      "a Deployment with a pod missing",
      live(
        "Deployment",
        { replicas: 2 },
        { observedGeneration: 1, updatedReplicas: 2, replicas: 2, availableReplicas: 1 },
      ),
      "waiting",
      /1 of 2/,
    ],
    [
      "a complete Deployment",
      live(
        "Deployment",
        { replicas: 2 },
        { observedGeneration: 1, updatedReplicas: 2, replicas: 2, availableReplicas: 2 },
      ),
      "ready",
    ],
    ["a Deployment without pods", live("Deployment", { replicas: 0 }, { observedGeneration: 1 }), "ready"],
    [
      "a Deployment past its deadline",
      live(
        "Deployment",
        {},
        {
          observedGeneration: 1,
          ...condition("Progressing", "False", { reason: "ProgressDeadlineExceeded", message: "timed out" }),
        },
      ),
      "failed",
      /timed out/,
    ],
    [
      "a StatefulSet in a roll-out",
      live("StatefulSet", { replicas: 2 }, { observedGeneration: 1, readyReplicas: 2, updatedReplicas: 1 }),
      "waiting",
      /1 of 2/,
    ],
    [
      "a StatefulSet that is only rolled by hand",
      live(
        "StatefulSet",
        { replicas: 2, updateStrategy: { type: "OnDelete" } },
        { observedGeneration: 1, readyReplicas: 2, updatedReplicas: 0 },
      ),
      "ready",
    ],
    [
      "a DaemonSet with a node missing",
      live(
        "DaemonSet",
        {},
        { observedGeneration: 1, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 },
      ),
      "waiting",
      /2 of 3/,
    ],
    ["a failed Job", live("Job", {}, condition("Failed", "True", { message: "backoff limit" })), "failed", /backoff/],
    ["a complete Job", live("Job", {}, condition("Complete", "True")), "ready"],
    ["a load balancer without an address", live("Service", { type: "LoadBalancer" }, {}), "waiting", /address/],
    [
      "a load balancer with an address",
      live("Service", { type: "LoadBalancer" }, { loadBalancer: { ingress: [{ hostname: "x" }] } }),
      "ready",
    ],
    ["a cluster-internal Service", live("Service", { type: "ClusterIP" }, {}), "ready"],
    ["a namespace being removed", live("Namespace", {}, { phase: "Terminating" }), "waiting", /removed/],
    ["a definition that is served", live("CustomResourceDefinition", {}, condition("Established", "True")), "ready"],
    [
      "a definition whose names are taken",
      live("CustomResourceDefinition", {}, condition("NamesAccepted", "False", { message: "taken" })),
      "failed",
      /taken/,
    ],
  ];
  for (const [what, object, state, why] of cases) {
    it(`${what} is ${state}`, () => {
      const readiness = readinessOf(object);
      assert.equal(readiness.state, state);
      if (why !== undefined) {
        assert.match("why" in readiness ? readiness.why : "", why);
      }
    });
  }

  it("does not wait for kinds without a readiness", () => {
    const route: KubernetesObject = { apiVersion: "networking.istio.io/v1", kind: "VirtualService", metadata: {} };
    assert.equal(isAwaited(route), false);
  });
});

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
