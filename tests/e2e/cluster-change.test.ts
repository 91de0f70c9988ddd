import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { ResultJson } from "../../cli/output/result-json.ts";
import type { CloudObject } from "../../sandbox/providers/index.ts";
import { statusOf, TemporaryProject } from "../support/mesh-command.ts";

const STACK = "staging";
const STACK_FILE = `Pulumi.${STACK}.yaml`;

/** Hands the stack's tags on to the load balancers that it makes, so it follows them. */
const TAGGING_RELEASE = /helm\.sh\/v3:Release::aws-load-balancer-controller$/;

/** Changes of a cluster that must stay in AWS: what is edited, and AWS types that must be among what changes. */
const CHANGES: readonly {
  readonly what: string;
  readonly edits: readonly (readonly [from: string, to: string])[];
  readonly types: readonly string[];
  /** What may follow in Kubernetes. Default: nothing. */
  readonly follows?: RegExp;
}[] = [
  {
    what: "its logs, its tags and its version",
    edits: [
      ["    endpoint:", "    logs: [authenticator]\n    endpoint:"],
      ["ecommerce-mesh:cluster:", "ecommerce-mesh:cluster:\n    tags:\n      cost-center: shop"],
      ['version: "1.35"', 'version: "1.36"'],
    ],
    types: ["aws:eks/cluster:Cluster", "aws:eks/addon:Addon", "aws:eks/nodeGroup:NodeGroup"],
  },
  // Last: the edits before it are still there.
  {
    what: "the tags of everything",
    edits: [["environment: staging", "environment: test"]],
    types: ["aws:eks/cluster:Cluster", "aws:ec2/launchTemplate:LaunchTemplate", "aws:eks/nodeGroup:NodeGroup"],
    follows: TAGGING_RELEASE,
  },
];

describe("a change of a cluster that runs", function () {
  this.timeout(600_000);
  let project: TemporaryProject;
  let previewed: ResultJson | undefined;
  // Nothing of it is about what runs in pods.
  const environment = { MESH_PODS: "placed" };
  const run = async (command: string) => project.json<ResultJson>([command, STACK], { environment });

  before(async () => {
    project = new TemporaryProject();
    await run("up");
  });
  after(async () => {
    await project.remove();
  });

  it("begins with every addon of staging placed, and with nothing left to do", async () => {
    const { cluster } = await statusOf(project, STACK);
    assert.deepEqual(cluster?.faults, []);
    const addons = cluster.namespaces.find(({ name }) => name === "observability");
    assert.ok(addons !== undefined && addons.deployments >= 6);
    assert.equal(addons.deploymentsAvailable, addons.deployments);
    assert.equal(addons.podsReady, addons.pods);
    assert.deepEqual((await run("preview")).changed, []);
  });

  it("has zonal shift on, which the engine lays over what eks.Cluster registers", () => {
    assert.deepEqual(clusterOf(project).inputs["zonalShiftConfig"], { enabled: true });
  });

  for (const { what, edits, types, follows } of CHANGES) {
    it(`${what}: previews as updates in AWS and of nothing ${follows === undefined ? "" : "but what hands them on "}in Kubernetes`, async () => {
      edits.forEach(([from, to]) => project.edit(STACK_FILE, from, to));
      const preview = await run("preview");
      const { create, replace, delete: deleted } = preview.changes;
      assert.deepEqual({ create, replace, deleted }, { create: 0, replace: 0, deleted: 0 });
      const changed = preview.changed.map(({ urn }) => typeOf(urn));
      assert.deepEqual(
        preview.changed
          .map(({ urn }) => urn)
          .filter((urn) => !/^(aws|eks):|^pulumi:providers:aws$/.test(typeOf(urn)) && follows?.test(urn) !== true),
        [],
      );
      types.forEach((type) => assert.ok(changed.includes(type), `${type} changes`));
      previewed = preview;
    });
  }

  it("is made as it was previewed", async () => {
    assert.ok(previewed !== undefined);
    assert.deepEqual(urns(await run("up")), urns(previewed));
  });
});

function clusterOf(project: TemporaryProject): CloudObject {
  const { objects } = JSON.parse(readFileSync(project.path(".sandbox", STACK, "cloud.json"), "utf8")) as {
    objects: CloudObject[];
  };
  const cluster = objects.find(({ type }) => type === "aws:eks/cluster:Cluster");
  assert.ok(cluster !== undefined, "the fake cloud holds a cluster");
  return cluster;
}

/** Type of a resource: the last of the types that its URN joins by `$`. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function urns({ changed }: ResultJson): string[] {
  return changed.map(({ urn }) => urn).sort();
}
