import assert from "node:assert/strict";
import type { PolicyResource, ResourceRule } from "../../analysis/policy/rules/rule.ts";

/** A resource for a rule; its name is the last part of its type. */
export function resource(type: string, props: Readonly<Record<string, unknown>>): PolicyResource {
  const name = type.split(":").at(-1) ?? "";
  return { type, urn: `urn:pulumi:test::ecommerce-mesh::${type}::${name}`, name, props };
}

/** A Deployment of one container, with what is given in place of what is right. */
export function deployment(
  change: {
    readonly container?: Readonly<Record<string, unknown>>;
    readonly spec?: Readonly<Record<string, unknown>>;
    readonly labels?: Readonly<Record<string, unknown>>;
    readonly annotations?: Readonly<Record<string, unknown>>;
    readonly namespace?: unknown;
  } = {},
): PolicyResource {
  const container = {
    name: "shop",
    image: "example.com/shop@sha256:0123",
    ports: [{ containerPort: 8080 }],
    readinessProbe: { httpGet: { path: "/ready", port: 8080 } },
    resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { cpu: "200m", memory: "64Mi" } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    ...change.container,
  };
  return resource("kubernetes:apps/v1:Deployment", {
    metadata: { name: "shop", namespace: change.namespace ?? "shop" },
    spec: {
      template: {
        metadata: { labels: { app: "shop", ...change.labels }, annotations: { ...change.annotations } },
        spec: { containers: [container], ...change.spec },
      },
    },
  });
}

/** A case: what is judged, and what is said of it. */
export type Case = readonly [title: string, resource: PolicyResource, findings: readonly string[]];

/** One test a case. */
export function describeRule(rule: ResourceRule, cases: readonly Case[]): void {
  describe(`rule ${rule.name}`, () => {
    for (const [title, judged, findings] of cases) {
      it(title, () => {
        assert.deepEqual(rule.judge(judged), findings);
      });
    }
  });
}
