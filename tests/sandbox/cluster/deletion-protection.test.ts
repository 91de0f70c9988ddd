import assert from "node:assert/strict";
import { CONTROLLER_CLASS, withoutDeletionProtection } from "../../../sandbox/cluster/load-balancer-controller.ts";

const KEY = "service.beta.kubernetes.io/aws-load-balancer-attributes";

function service(attributes: string, loadBalancerClass = CONTROLLER_CLASS) {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "gateway", namespace: "ingress", annotations: { [KEY]: attributes } },
    spec: { type: "LoadBalancer", loadBalancerClass },
  };
}

describe("deletion protection of a fake load balancer", () => {
  it("is taken off alone: every other attribute stays", () => {
    const protectedOne = service("load_balancing.cross_zone.enabled=true,deletion_protection.enabled=true,a.b=c");
    assert.deepEqual(withoutDeletionProtection(protectedOne), {
      [KEY]: "load_balancing.cross_zone.enabled=true,deletion_protection.enabled=false,a.b=c",
    });
  });

  it("is left alone where it is off, and on Services that are not the controller's", () => {
    assert.equal(withoutDeletionProtection(service("deletion_protection.enabled=false")), undefined);
    assert.equal(withoutDeletionProtection(service("")), undefined);
    assert.equal(withoutDeletionProtection(service("deletion_protection.enabled=true", "other")), undefined);
  });
});
