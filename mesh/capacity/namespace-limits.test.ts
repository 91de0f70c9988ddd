import assert from "node:assert/strict";
import { applicationNamespace } from "../features/workloads/namespaces.ts";
import { limitRange, resourceQuota } from "./namespace-limits.ts";
import { workloadObjects } from "../application.ts";
import type { DeploymentObject, ServiceObject } from "../kubernetes/objects.ts";
import type { StackData } from "../stack/stack.ts";
import { stackData } from "../../tests/support/stack-data.ts";

function deployments(stack: StackData): DeploymentObject[] {
  return workloadObjects(stack).filter((object): object is DeploymentObject => object.kind === "Deployment");
}

describe("limits of the application's namespace", () => {
  it("are all autoscalers at their top with their sidecars, and headroom", () => {
    // 5 services and a canary of at most 4 pods, but the canary of at most 2; 110m and 384Mi each with the sidecar.
    const pods = 5 * 4 + 2;
    assert.deepEqual(resourceQuota(stackData({ security: { quota: { headroomPercent: 0 } } }))[0]?.spec.hard, {
      pods: String(pods),
      "requests.cpu": `${pods * 110}m`,
      "requests.memory": `${pods * 384}Mi`,
      "services.loadbalancers": "0",
      "services.nodeports": "0",
    });
    assert.equal(resourceQuota(stackData())[0]?.spec.hard?.["pods"], String(Math.ceil(pods * 1.5)));
  });

  it("come with defaults for containers that say nothing, and can be switched off", () => {
    assert.equal(limitRange(stackData())[0]?.spec.limits[0]?.type, "Container");
    const off = stackData({ security: { quota: { enabled: false } } });
    assert.deepEqual([...resourceQuota(off), ...limitRange(off)], []);
  });
});

describe("pods of the application", () => {
  it("meet the restricted Pod Security Standard; others are refused, or named where the sidecar itself needs privileges", () => {
    const enforced = (enabled: boolean) =>
      applicationNamespace(stackData({ mesh: { cni: { enabled } } })).metadata.labels?.[
        "pod-security.kubernetes.io/enforce"
      ];
    assert.deepEqual([enforced(true), enforced(false)], ["restricted", undefined]);
    assert.equal(applicationNamespace(stackData()).metadata.labels?.["pod-security.kubernetes.io/warn"], "restricted");
    assert.equal(applicationNamespace(stackData()).metadata.labels?.["pod-security.kubernetes.io/audit"], "restricted");
    for (const { spec } of deployments(stackData())) {
      const pod = spec.template.spec;
      assert.equal(pod.automountServiceAccountToken, false);
      assert.equal(pod.securityContext?.runAsNonRoot, true);
      assert.equal(pod.securityContext.seccompProfile?.type, "RuntimeDefault");
      for (const { securityContext } of pod.containers) {
        assert.deepEqual(securityContext, {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
      }
    }
  });

  it("pull an image at every start only where its name can come to mean another one", () => {
    const policy = (image: string) =>
      deployments(stackData({}, { services: { cart: { image } } })).find(({ metadata }) => metadata.name === "cart-v1")
        ?.spec.template.spec.containers[0]?.imagePullPolicy;
    assert.equal(policy("example/cart:1.0"), "IfNotPresent");
    assert.equal(policy(`example/cart@sha256:${"0".repeat(64)}`), "IfNotPresent");
    assert.equal(policy("example/cart:latest"), "Always");
    assert.equal(policy("example/cart"), "Always");
  });

  it("have the same ports by name and number as their Service", () => {
    const stack = stackData({}, { services: { cart: { extraPorts: { "http-metrics": 9090 } } } });
    const service = workloadObjects(stack).find(
      (object): object is ServiceObject => object.kind === "Service" && object.metadata.name === "cart",
    );
    const ports = deployments(stack).find(({ metadata }) => metadata.name === "cart-v1")?.spec.template.spec
      .containers[0]?.ports;
    assert.deepEqual(
      service?.spec.ports?.map(({ name, port, targetPort }) => [name, port, targetPort]),
      [
        ["http", 8080, "http"],
        ["http-metrics", 9090, "http-metrics"],
      ],
    );
    assert.deepEqual(
      ports?.map(({ name, containerPort }) => [name, containerPort]),
      [
        ["http", 8080],
        ["http-metrics", 9090],
      ],
    );
  });
});
