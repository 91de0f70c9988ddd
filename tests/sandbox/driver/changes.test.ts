import assert from "node:assert/strict";
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import { ChangeCollector, plainText, valueAt } from "../../../sandbox/driver/changes.ts";
import { engineFailure, shortName } from "../../../sandbox/driver/errors.ts";

const URN = "urn:pulumi:dev::ecommerce-mesh::a:b:C$kubernetes:apps/v1:Deployment::web";

function step(op: string, more: Partial<StepEventMetadata> = {}): EngineEvent {
  const metadata = { op, urn: URN, type: "kubernetes:apps/v1:Deployment", provider: "", ...more } as StepEventMetadata;
  return { sequence: 1, timestamp: 0, resourcePreEvent: { metadata } };
}

function collect(...events: EngineEvent[]): ReturnType<ChangeCollector["log"]> {
  const collector = new ChangeCollector();
  events.forEach((event) => collector.add(event));
  return collector.log();
}

describe("what the engine's events come to", () => {
  it("an update carries its property paths with old and new values", () => {
    const state = (weight: number) =>
      ({ inputs: { spec: { http: [{ route: [{ weight }] }] } } }) as unknown as StepEventMetadata["old"];
    const path = "spec.http[0].route[0].weight";
    const detailedDiff = {
      [path]: { diffKind: "update", inputDiff: true },
    } as unknown as StepEventMetadata["detailedDiff"];
    const log = collect(step("update", { old: state(80), new: state(60), detailedDiff }));
    assert.deepEqual(log.counts, { create: 0, update: 1, replace: 0, delete: 0, same: 0 });
    assert.deepEqual(log.changed, [
      { urn: URN, op: "update", properties: [{ path, kind: "update", old: 80, new: 60, replaces: false }] },
    ]);
  });

  for (const steps of [
    ["create-replacement", "replace", "delete-replaced"],
    ["delete-replaced", "replace", "create-replacement"],
  ]) {
    it(`a replacement counts once: ${steps.join(", ")}`, () => {
      const detailedDiff = {
        "spec.clusterIP": { diffKind: "update-replace", inputDiff: true },
      } as unknown as StepEventMetadata["detailedDiff"];
      const log = collect(...steps.map((op) => step(op, { detailedDiff })));
      assert.deepEqual(log.counts, { create: 0, update: 0, replace: 1, delete: 0, same: 0 });
      assert.equal(log.changed[0]?.properties[0]?.replaces, true);
    });
  }

  it("a resource that stays is counted and not listed", () => {
    assert.deepEqual(collect(step("same"), step("same")).counts.same, 1);
    assert.deepEqual(collect(step("same")).changed, []);
  });

  it("an error is told once, and without the engine's colours", () => {
    const diagnosticEvent = {
      urn: URN,
      message: "<{%reset%}>no such chart<{%reset%}>\n",
      color: "never",
      severity: "error",
    } as const;
    const event: EngineEvent = { sequence: 1, timestamp: 0, diagnosticEvent };
    assert.deepEqual(collect(event, event).problems, [{ urn: URN, message: "no such chart" }]);
    assert.equal(plainText("\u001b[31mred\u001b[0m"), "red");
  });

  it("reads values at paths with quoted keys", () => {
    assert.equal(valueAt({ metadata: { annotations: { "a.b/c": 1 } } }, 'metadata.annotations["a.b/c"]'), 1);
    assert.equal(valueAt({ a: [{ b: 2 }] }, "a[0].b"), 2);
    assert.equal(valueAt({ a: 1 }, "a.b.c"), undefined);
  });
});

describe("the error of a run of the engine", () => {
  it("names each resource and drops what is only a consequence", () => {
    const error = engineFailure(
      "up",
      "dev",
      [
        { urn: URN, message: "0/3 nodes are available" },
        { urn: "urn:pulumi:dev::ecommerce-mesh::pulumi:pulumi:Stack::ecommerce-mesh-dev", message: "update failed" },
        { message: "resource 'x' has a problem: grpc: the client connection is closing" },
      ],
      "",
    );
    assert.equal(error.message, "up of dev failed: one resource failed");
    assert.deepEqual(error.problems, [{ path: URN, message: "0/3 nodes are available" }]);
    assert.equal(shortName(URN), "Deployment web");
  });

  it("says where to look when istiod did not answer, and not where it refused", () => {
    const hintOf = (message: string) =>
      engineFailure("up", "dev", [{ urn: URN, message }], "").problems[0]?.remediation;
    const call = 'Internal error occurred: failed calling webhook "validation.istio.io": context deadline exceeded';
    assert.match(hintOf(call) ?? "", /`mesh status dev`/);
    assert.equal(hintOf('admission webhook "validation.istio.io" denied the request: unknown field'), undefined);
  });

  it("falls back on what the engine printed", () => {
    assert.equal(
      engineFailure("preview", "dev", [], "error: no such stack").message,
      "preview of dev failed: no such stack",
    );
  });

  it("never carries a stack trace", () => {
    const message = "Unhandled exception: Error: broken\n    at f (file.ts:1:1)\n    at g (file.ts:2:2)";
    const error = engineFailure("up", "dev", [{ message }], "");
    assert.deepEqual(error.problems, [{ path: "", message: "Error: broken" }]);
    assert.equal(error.message, "up of dev failed: the program failed");
  });
});
