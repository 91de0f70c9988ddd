import assert from "node:assert/strict";
import type { ControlPlane } from "../../../sandbox/contracts.ts";
import { addNodes, removeNodes, startControlPlane } from "../../../sandbox/control-plane/index.ts";
import { deployment, eventually, kube, nodeSpec, temporaryPlane, toolchainForTests } from "./support.ts";

interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly conditions?: readonly { type: string; status: string }[];
  };
}

const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";

describe("workloads on the control plane", function () {
  this.timeout(300_000);
  const place = temporaryPlane();
  let plane: ControlPlane;

  before(async function () {
    this.timeout(900_000);
    const toolchain = await toolchainForTests();
    plane = await startControlPlane({ toolchain, dir: place.dir, progress: () => undefined });
    await addNodes(plane, [
      nodeSpec("first"),
      nodeSpec("second", { taints: [{ key: "dedicated", value: "mesh", effect: "NoSchedule" }] }),
    ]);
  });

  after(() => place.remove());

  async function pods(namespace: string, app: string): Promise<Pod[]> {
    const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${app}`;
    return (await kube<{ items: Pod[] }>(plane, "GET", path)).body.items;
  }

  async function available(path: string, replicas: number): Promise<void> {
    await eventually(`${path} is Available`, async () => {
      const { body } = await kube<{ status?: { availableReplicas?: number } }>(plane, "GET", path);
      return body.status?.availableReplicas === replicas ? true : undefined;
    });
  }

  it("makes a Deployment Available on the node that takes it, with pod addresses", async () => {
    await kube(plane, "POST", DEPLOYMENTS, deployment("shop", 3));
    await available(`${DEPLOYMENTS}/shop`, 3);
    const running = await pods("default", "shop");
    assert.deepEqual([...new Set(running.map((pod) => pod.spec.nodeName))], ["first"], "the tainted node takes none");
    assert.equal(new Set(running.map((pod) => pod.status.podIP)).size, 3);
  });

  it("leaves the pods pending that no node has capacity for", async () => {
    await kube(plane, "POST", DEPLOYMENTS, deployment("huge", 60));
    // Three pods of the test before and 36 of these, at 100m each, fit into 3920m.
    await eventually("24 pods are refused", async () => {
      const refused = (await pods("default", "huge")).filter((pod) =>
        pod.status.conditions?.some(({ type, status }) => type === "PodScheduled" && status === "False"),
      );
      return refused.length === 24 ? true : undefined;
    });
    await kube(plane, "DELETE", `${DEPLOYMENTS}/huge`);
    await eventually("the pods are gone", async () =>
      (await pods("default", "huge")).length === 0 ? true : undefined,
    );
  });

  it("lets a Job complete", async () => {
    const template = { spec: { restartPolicy: "Never", containers: [{ name: "job", image: "example/job:1" }] } };
    await kube(plane, "POST", "/apis/batch/v1/namespaces/default/jobs", {
      metadata: { name: "once" },
      spec: { template },
    });
    await eventually("the Job is complete", async () => {
      const { body } = await kube<{ status?: { succeeded?: number } }>(
        plane,
        "GET",
        "/apis/batch/v1/namespaces/default/jobs/once",
      );
      return body.status?.succeeded === 1 ? true : undefined;
    });
  });

  it("deletes a namespace with all that runs in it", async () => {
    await kube(plane, "POST", "/api/v1/namespaces", { metadata: { name: "meshed" } });
    await kube(plane, "POST", "/apis/apps/v1/namespaces/meshed/deployments", deployment("meshed", 2));
    await available("/apis/apps/v1/namespaces/meshed/deployments/meshed", 2);
    const started = Date.now();
    await kube(plane, "DELETE", "/api/v1/namespaces/meshed");
    await eventually(
      "the namespace is gone",
      async () => ((await kube(plane, "GET", "/api/v1/namespaces/meshed")).status === 404 ? true : undefined),
      60,
    );
    console.log(`      took ${Date.now() - started} ms`);
  });

  it("changes a node that exists, and moves pods off a node that is removed", async () => {
    await addNodes(plane, [nodeSpec("second", { labels: { tier: "mesh" } })]);
    const { body } = await kube<{ metadata: { labels: Record<string, string> }; spec: { taints?: unknown } }>(
      plane,
      "GET",
      "/api/v1/nodes/second",
    );
    assert.equal(body.metadata.labels["tier"], "mesh");
    assert.equal(body.spec.taints, undefined);
    await removeNodes(plane, ["first", "never-there"]);
    await eventually("the pods run on the other node", async () => {
      const running = (await pods("default", "shop")).filter(
        (pod) => pod.status.phase === "Running" && pod.spec.nodeName === "second",
      );
      return running.length === 3 ? true : undefined;
    });
  });
});
