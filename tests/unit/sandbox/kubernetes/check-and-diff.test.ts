import assert from "node:assert/strict";
import { checkObject } from "../../../../sandbox/providers/kubernetes/check.ts";
import { diffObject } from "../../../../sandbox/providers/kubernetes/resource-operations.ts";
import {
  UNKNOWN,
  type CheckRequest,
  type DiffRequest,
  type PropertyMap,
} from "../../../../sandbox/providers/protocol/index.ts";

const SESSION = { urn: "urn:provider", config: {} };
const FIXED = { configMapMutable: false, secretMutable: false };

function check(type: string, news: PropertyMap, olds: PropertyMap = {}, seed = 1) {
  const request: CheckRequest = {
    session: SESSION,
    urn: `urn:pulumi:dev::shop::${type}::web`,
    type,
    name: "web",
    signal: new AbortController().signal,
    olds,
    news,
    randomSeed: new Uint8Array(32).fill(seed),
  };
  return checkObject(request, "default");
}

function diff(oldInputs: PropertyMap, news: PropertyMap, mutability = FIXED) {
  const request: DiffRequest = {
    session: SESSION,
    urn: "urn:x",
    type: "kubernetes:core/v1:ConfigMap",
    name: "web",
    signal: new AbortController().signal,
    id: "default/web",
    oldInputs,
    oldOutputs: {},
    news,
    ignoreChanges: [],
  };
  return diffObject(request, mutability);
}

function object(apiVersion: string, kind: string, rest: PropertyMap, metadata: PropertyMap = {}): PropertyMap {
  return { apiVersion, kind, metadata: { name: "web", namespace: "shop", ...metadata }, ...rest };
}

describe("check of a Kubernetes object", () => {
  it("fills in kind and apiVersion from the type, and the default namespace for namespaced kinds only", () => {
    const service = check("kubernetes:core/v1:Service", { metadata: { name: "web" } }).inputs;
    assert.deepEqual(service, { apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "default" } });
    const role = check("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", { metadata: { name: "r" } }).inputs;
    assert.deepEqual(role["metadata"], { name: "r" });
  });

  it("leaves the namespace of a custom resource to the API server, which alone knows whether it has one", () => {
    const gateway = check("kubernetes:networking.istio.io/v1:Gateway", { metadata: { name: "g" } }).inputs;
    assert.deepEqual(gateway["metadata"], { name: "g" });
  });

  it("generates the same name in preview and update, keeps it later, and another one for another object", () => {
    const type = "kubernetes:core/v1:ConfigMap";
    const first = check(type, { data: {} }).inputs;
    const name = (first["metadata"] as PropertyMap)["name"];
    assert.ok(typeof name === "string");
    assert.match(name, /^web-[0-9a-f]{8}$/);
    assert.deepEqual(check(type, { data: {} }).inputs, first);
    assert.deepEqual(check(type, { data: {} }, first, 2).inputs["metadata"], first["metadata"]);
    assert.notDeepEqual(check(type, { data: {} }, {}, 2).inputs["metadata"], first["metadata"]);
  });

  it("keeps a name that is not known yet", () => {
    const { inputs } = check("kubernetes:core/v1:ConfigMap", { metadata: { name: UNKNOWN, namespace: UNKNOWN } });
    assert.deepEqual(inputs["metadata"], { name: UNKNOWN, namespace: UNKNOWN });
  });

  it("refuses what the stand-in cannot do, and says so", () => {
    const { failures = [] } = check("kubernetes:apps/v1:DeploymentPatch", { metadata: { name: "x" } });
    assert.match(failures[0]?.reason ?? "", /does not support Patch resources/);
    assert.equal(check("kubernetes:apps/v1:DeploymentList", {}).failures?.length, 1);
    const metadata = { generateName: "web-", annotations: { "pulumi.com/waitFor": "jsonpath={.status}" } };
    const unsupported = check("kubernetes:core/v1:ConfigMap", { metadata }).failures?.map(({ property }) => property);
    assert.deepEqual(unsupported, ["metadata.generateName", 'metadata.annotations["pulumi.com/waitFor"]']);
  });
});

describe("diff of a Kubernetes object", () => {
  it("names one changed path and updates in place", () => {
    const route = (weight: number) =>
      object("networking.istio.io/v1", "VirtualService", { spec: { http: [{ route: [{ weight }] }] } });
    assert.deepEqual(diff(route(80), route(90)), {
      changes: true,
      detailedDiff: { "spec.http[0].route[0].weight": { kind: "update", replace: false } },
      replaces: [],
      deleteBeforeReplace: false,
    });
  });

  for (const [kind, oldSpec, newSpec] of [
    ["apps/v1/Deployment", { selector: { matchLabels: { a: "b" } } }, { selector: { matchLabels: { a: "c" } } }],
    ["apps/v1/StatefulSet", { serviceName: "a" }, { serviceName: "b" }],
    ["batch/v1/Job", { template: { spec: { x: 1 } } }, { template: { spec: { x: 2 } } }],
  ] as const) {
    it(`replaces a ${kind} for an immutable field, the old one first because both have one name`, () => {
      const [group, version, name] = kind.split("/");
      const of = (spec: PropertyMap) => object(`${group ?? ""}/${version ?? ""}`, name ?? "", { spec });
      const result = diff(of(oldSpec), of(newSpec));
      assert.deepEqual([result.replaces, result.deleteBeforeReplace], [["spec"], true]);
    });
  }

  it("replaces a ConfigMap for its data unless the provider says that it is mutable", () => {
    const [before, after] = [
      object("v1", "ConfigMap", { data: { a: "1" } }),
      object("v1", "ConfigMap", { data: { a: "2" } }),
    ];
    assert.deepEqual(diff(before, after).replaces, ["data"]);
    assert.deepEqual(diff(before, after, { ...FIXED, configMapMutable: true }).replaces, []);
    const immutable = { ...after, immutable: true };
    assert.deepEqual(diff({ ...before, immutable: true }, immutable, { ...FIXED, configMapMutable: true }).replaces, [
      "data",
    ]);
  });

  it("makes the new object first where the name was generated", () => {
    const generated = { annotations: { "pulumi.com/autonamed": "true" } };
    const of = (a: string) => object("v1", "ConfigMap", { data: { a } }, generated);
    assert.equal(diff(of("1"), of("2")).deleteBeforeReplace, false);
  });

  it("does not see a change where the default namespace is written down", () => {
    const bare: PropertyMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "web" } };
    const written: PropertyMap = { ...bare, metadata: { name: "web", namespace: "default" } };
    assert.equal(diff(bare, written).changes, false);
    assert.deepEqual(diff(written, { ...bare, metadata: { name: "web", namespace: "shop" } }).replaces, ["metadata"]);
  });
});
