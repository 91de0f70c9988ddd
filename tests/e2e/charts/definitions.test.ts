import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStackFile } from "../../../mesh/load/load.ts";
import { trafficObjects } from "../../../mesh/application.ts";
import type { KubernetesObject } from "../../../mesh/kubernetes/objects.ts";
import { stackObjects, stackReleases } from "../../../mesh/inventory.ts";
import type { StackData } from "../../../mesh/stack/stack.ts";
import { layOutCharts } from "../../../sandbox/charts/layout.ts";
import { listAt, objectAt, stringAt } from "../../../mesh/kubernetes/fields.ts";
import type { ControlPlane } from "../../../sandbox/contracts.ts";
import { startControlPlane } from "../../../sandbox/control-plane/index.ts";
import { ACCEPTED, acceptedStack } from "../../support/accepted-stacks.ts";
import { renderReleases } from "../../support/chart-template.ts";
import { stackData } from "../../support/stack-data.ts";
import { PROJECT_DIRECTORY, STACKS } from "../../support/stacks.ts";
import { wideStack } from "../../support/wide-stack.ts";
import { eventually, kube, temporaryPlane, toolchainForTests } from "../control-plane/support.ts";
import { refusalsOf } from "./strict.ts";

const ARN = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/0d9c1f6e";

/** A stack whose charts bring every definition that any stack's do. */
const EVERY_KIND = (): StackData =>
  stackData({
    cluster: { karpenter: { enabled: true } },
    traffic: { tls: { mode: "certManager" } },
    certificates: { issuer: "privateCa", privateCa: { arn: ARN } },
    mesh: { mode: "ambient", istioCsr: { enabled: true, issuer: "privateCa" } },
  });

/** Stacks of every kind of object. */
const STACKS_OF_ALL_KINDS: Readonly<Record<string, () => StackData>> = {
  ...Object.fromEntries(ACCEPTED.map((name) => [name, () => acceptedStack(name)])),
  ...Object.fromEntries(STACKS.map((name) => [name, () => readStackFile(PROJECT_DIRECTORY, name)])),
  everyKind: EVERY_KIND,
  gatewayApi: () => stackData({ mesh: { gatewayApi: true } }),
};

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

describe("the definitions that the sandbox's charts bring", function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  const place = temporaryPlane();

  before(async function () {
    this.timeout(900_000);
    const toolchain = await toolchainForTests();
    plane = await startControlPlane({ toolchain, dir: place.dir, progress: () => undefined });
    const directory = mkdtempSync(join(tmpdir(), "mesh-charts-"));
    try {
      const releases = stackReleases(EVERY_KIND(), "cluster");
      layOutCharts(directory, releases, toolchain);
      const objects = await renderReleases(
        releases.map((release) => ({ ...release, chart: join(directory, `${release.chart}-${release.version}`) })),
      );
      const definitions = objects.flat().filter(({ kind }) => kind === "CustomResourceDefinition");
      await Promise.all(definitions.map(async (one) => kube(plane, "POST", DEFINITIONS, one)));
      await eventually("every definition is served", async () => {
        const { body } = await kube<{ readonly items: readonly unknown[] }>(plane, "GET", DEFINITIONS);
        const served = body.items.filter((one) =>
          listAt(one, "status", "conditions").some(
            (condition) => stringAt(condition, "type") === "Established" && stringAt(condition, "status") === "True",
          ),
        );
        return served.length === definitions.length ? true : undefined;
      });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  after(() => place.remove());

  it("take every object of every stack and catalog, field by field", async () => {
    const kinds = new Set<string>();
    for (const [name, stack] of Object.entries(STACKS_OF_ALL_KINDS)) {
      const objects = stackObjects(stack(), "cluster");
      assert.ok(objects.length > 20, name);
      assert.deepEqual(await refusalsOf(plane, objects), [], name);
      objects.forEach(({ kind }) => kinds.add(kind));
    }
    for (const kind of [
      "VirtualService",
      "HTTPRoute",
      "Certificate",
      "ClusterIssuer",
      "AWSPCAClusterIssuer",
      "NodePool",
      "EC2NodeClass",
    ]) {
      assert.ok(kinds.has(kind), `no stack has a ${kind}`);
    }
  });

  it("refuse a field that nobody knows, and a value that its owner does not", async () => {
    const [route] = trafficObjects(wideStack()).filter((object) => object.kind === "VirtualService");
    const pool = stackObjects(EVERY_KIND(), "cluster").find(({ kind }) => kind === "NodePool");
    assert.ok(route !== undefined && pool !== undefined);
    const misspelt = { ...route, spec: { ...route.spec, gatway: ["mesh"] } };
    const wrong = { ...route, spec: { ...route.spec, http: [{ route: [], timeout: "soon" }] } };
    const heavy = { ...pool, spec: { ...objectAt(pool, "spec"), weight: 1000 } } as unknown as KubernetesObject;
    const [first, second, third, ...rest] = await refusalsOf(plane, [misspelt, wrong, heavy]);
    assert.match(first ?? "", /unknown field "spec\.gatway"/);
    assert.match(second ?? "", /timeout/);
    assert.match(third ?? "", /weight/);
    assert.deepEqual(rest, []);
  });
});
