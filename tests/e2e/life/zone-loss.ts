import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { POOL_LABEL } from "../../../mesh/stack/node-pools.ts";
import { reportCluster } from "../../../sandbox/driver/cluster-report.ts";
import { KubernetesClient } from "../../../sandbox/cluster/client.ts";
import { ApiError } from "../../../sandbox/cluster/errors.ts";
import { readKubeconfig } from "../../../sandbox/cluster/kubeconfig.ts";
import { isObject, listAt, numberAt, objectAt, stringAt, type JsonObject } from "../../../mesh/kubernetes/fields.ts";
import type { TemporaryProject } from "../../support/mesh-command.ts";

const LOST = "eu-west-1a";
const AUTOSCALERS = "/apis/autoscaling/v2/horizontalpodautoscalers";
const MERGE_PATCH = "application/merge-patch+json";

/**
 * The disruption controller takes an evicted pod for missing for two minutes (its DeletionTimeout) when it did not see it go:
 * here a StatefulSet's pod is back under its own name within milliseconds. Seen in `disruptedPods` of a budget.
 */
const DRAIN_MILLISECONDS = 300_000;

/** Namespaces of control plane and gateways. */
const MESH = ["istio-system", "istio-ingress", "istio-egress"];

/** Pods that must run again, by namespace. */
const ESSENTIAL = ["istio-system", "istio-ingress", "istio-egress", "ecommerce", "observability"];

/** The loss of nodes and of a zone, in a stack that is up with three nodes of each pool, and what must go on meanwhile. */
export function zoneLossOf(project: () => TemporaryProject): void {
  let kubeconfig: string;
  let client: KubernetesClient;
  after(() => client.close());

  it("has every pod on a node of its pool, in three zones", async () => {
    kubeconfig = (await project().run(["kubeconfig", "prod"])).stdout.trim();
    client = new KubernetesClient(await readKubeconfig(kubeconfig));
    const nodes = await list("/api/v1/nodes");
    const pools = new Map(nodes.map((node) => [nameOf(node), labelOf(node, POOL_LABEL)]));
    for (const pool of ["system", "workload"]) {
      const zones = nodes.filter((node) => labelOf(node, POOL_LABEL) === pool).map(zoneOf);
      assert.equal(new Set(zones).size, 3, pool);
    }
    const pods = await essentialPods();
    assert.ok(pods.length > 25);
    for (const pod of pods) {
      const pool = stringAt(pod, "metadata", "namespace") === "ecommerce" ? "workload" : "system";
      assert.equal(pools.get(nodeOf(pod) ?? ""), pool, nameOf(pod));
    }
  });

  it("keeps what Pod Security forbids out of the mesh's own namespaces", async () => {
    const privileged = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "intruder", namespace: "istio-system" },
      spec: { containers: [{ name: "intruder", image: "sandbox.invalid/x", securityContext: { privileged: true } }] },
    };
    for (const namespace of ["istio-system", "istio-ingress", "istio-egress"]) {
      const body = { ...privileged, metadata: { ...privileged.metadata, namespace } };
      await assert.rejects(
        client.call("POST", `/api/v1/namespaces/${namespace}/pods`, { body, query: { dryRun: "All" } }),
        /violates PodSecurity "restricted:latest"/,
        namespace,
      );
    }
  });

  it("drains a node with istiod and both gateways on it without ever taking the last of one", async () => {
    const pods = await meshPods();
    const nodes = [...new Set(pods.map((pod) => nodeOf(pod) ?? ""))];
    const countOn = (node: string) => new Set(pods.filter((pod) => nodeOf(pod) === node).map(appOf)).size;
    const [node] = nodes.toSorted((one, other) => countOn(other) - countOn(one));
    assert.ok(node !== undefined && countOn(node) === MESH.length);
    await setUnschedulable([node], true);
    let least = Number.POSITIVE_INFINITY;
    await drain([node], async () => {
      // A budget of one lets one pod be away at a time.
      for (const { name, ready, budget } of await readyMesh()) {
        assert.ok(ready >= budget - 1, `${name} has ${ready} of ${budget} pods while ${node} is drained`);
        least = Math.min(least, ready);
      }
    });
    await settled();
    await setUnschedulable([node], false);
    assert.ok(least >= 1);
    assert.ok((await meshPods()).every((pod) => nodeOf(pod) !== node));
  });

  it("has capacity for every pod at the top of the autoscalers", async () => {
    for (const autoscaler of await list(AUTOSCALERS)) {
      const body = { spec: { minReplicas: objectAt(autoscaler, "spec")["maxReplicas"] } };
      await client.call("PATCH", objectPath(AUTOSCALERS, autoscaler), { body, contentType: MERGE_PATCH });
    }
    await settled();
  });

  it("refuses to take two pods of one service, of istiod or of a gateway at the same time", async () => {
    // With no node to go to, the first pod's successor cannot be ready before the second is asked for.
    const nodes = (await list("/api/v1/nodes")).map(nameOf);
    await setUnschedulable(nodes, true);
    for (const app of ["cart", "istiod", "istio-ingressgateway", "istio-egressgateway"]) {
      const [first, second] = (await essentialPods()).filter((pod) => appOf(pod) === app);
      assert.ok(first !== undefined && second !== undefined, app);
      // The budget counts pods a moment after they are ready.
      const deadline = Date.now() + 180_000;
      while (await evict(first)) {
        assert.ok(Date.now() < deadline, `${nameOf(first)} may never leave`);
        await sleep(200);
      }
      assert.ok(await evict(second), `${nameOf(second)} went while ${nameOf(first)} was missing`);
    }
    await setUnschedulable(nodes, false);
    await settled();
  });

  it("runs all pods of mesh, addons and application again on the other zones, with the budgets respected", async () => {
    const lost = (await list("/api/v1/nodes")).filter((node) => zoneOf(node) === LOST).map(nameOf);
    assert.equal(lost.length, 2);
    const before = (await essentialPods()).length;
    await setUnschedulable(lost, true);
    const evicted = await drain(lost);
    assert.ok(evicted >= 15, `only ${evicted} pods were in the zone`);
    await settled();
    const after = await essentialPods();
    assert.equal(after.length, before);
    assert.deepEqual(after.filter((pod) => lost.includes(nodeOf(pod) ?? "")).map(nameOf), []);
  });

  /** Closes nodes to new pods, or opens them again, as kubectl cordon and uncordon do. */
  async function setUnschedulable(nodes: readonly string[], unschedulable: boolean): Promise<void> {
    const body = { spec: { unschedulable } };
    for (const node of nodes) {
      await client.call("PATCH", `/api/v1/nodes/${node}`, { body, contentType: MERGE_PATCH });
    }
  }

  /**
   * Evicts every pod of the nodes through the API, as kubectl drain does: again and again while a budget refuses.
   * @param watch looks at the cluster after each round
   */
  async function drain(
    nodes: readonly string[],
    watch: () => Promise<void> = () => Promise.resolve(),
  ): Promise<number> {
    const deadline = Date.now() + DRAIN_MILLISECONDS;
    const evicted = new Set<string>();
    for (;;) {
      const on = await Promise.all(nodes.map(async (node) => list("/api/v1/pods", `spec.nodeName=${node}`)));
      const waiting = on.flat().filter((pod) => ownerOf(pod) !== "DaemonSet");
      if (waiting.length === 0) {
        return evicted.size;
      }
      assert.ok(Date.now() < deadline, `still not evicted: ${waiting.map(nameOf).join(", ")}`);
      for (const pod of waiting) {
        if (!(await evict(pod))) {
          evicted.add(nameOf(pod));
        }
      }
      await watch();
      await sleep(500);
    }
  }

  /** Asks for a pod to leave its node. @returns whether its disruption budget refused. */
  async function evict(pod: JsonObject): Promise<boolean> {
    const metadata = { name: nameOf(pod), namespace: stringAt(pod, "metadata", "namespace") };
    const body = { apiVersion: "policy/v1", kind: "Eviction", metadata };
    try {
      await client.call("POST", `${objectPath("/api/v1/pods", pod)}/eviction`, { body });
      return false;
    } catch (error) {
      if (error instanceof ApiError && error.status === 429) {
        return true;
      }
      // Gone already, since it was listed.
      if (error instanceof ApiError && error.status === 404) {
        return false;
      }
      throw error;
    }
  }

  /** Waits until every Deployment is Available, every autoscaler at its minimum and every pod on a node. */
  async function settled(): Promise<void> {
    const deadline = Date.now() + 240_000;
    for (;;) {
      const { faults } = await reportCluster(kubeconfig);
      const gone = (await essentialPods()).some((pod) => objectAt(pod, "metadata")["deletionTimestamp"] !== undefined);
      if (faults.length === 0 && !gone) {
        return;
      }
      assert.ok(Date.now() < deadline, `not well again:\n${faults.join("\n")}`);
      await sleep(1000);
    }
  }

  /** Pods of control plane and gateways. */
  async function meshPods(): Promise<JsonObject[]> {
    return (await list("/api/v1/pods")).filter((pod) => MESH.includes(stringAt(pod, "metadata", "namespace") ?? ""));
  }

  /** Ready pods of each Deployment of the mesh, and how many it has when it is well. */
  async function readyMesh(): Promise<{ name: string; ready: number; budget: number }[]> {
    const deployments = (await list("/apis/apps/v1/deployments")).filter((each) =>
      MESH.includes(stringAt(each, "metadata", "namespace") ?? ""),
    );
    assert.equal(deployments.length, 3);
    return deployments.map((each) => ({
      name: nameOf(each),
      ready: numberAt(each, 0, "status", "readyReplicas"),
      budget: numberAt(each, 0, "spec", "replicas"),
    }));
  }

  async function essentialPods(): Promise<JsonObject[]> {
    return (await list("/api/v1/pods")).filter((pod) =>
      ESSENTIAL.includes(stringAt(pod, "metadata", "namespace") ?? ""),
    );
  }

  async function list(path: string, fieldSelector?: string): Promise<JsonObject[]> {
    const query: Record<string, string> = fieldSelector === undefined ? {} : { fieldSelector };
    return listAt(await client.call("GET", path, { query }), "items").filter(isObject);
  }
}

/** Path of one object of a list over all namespaces. */
function objectPath(collection: string, object: JsonObject): string {
  const namespace = stringAt(object, "metadata", "namespace") ?? "";
  const at = collection.lastIndexOf("/");
  return `${collection.slice(0, at)}/namespaces/${namespace}${collection.slice(at)}/${nameOf(object)}`;
}

function nameOf(object: JsonObject): string {
  return stringAt(object, "metadata", "name") ?? "";
}

function labelOf(object: JsonObject, label: string): string | undefined {
  return stringAt(objectAt(object, "metadata", "labels"), label);
}

function appOf(pod: JsonObject): string | undefined {
  return labelOf(pod, "app");
}

function zoneOf(node: JsonObject): string | undefined {
  return labelOf(node, "topology.kubernetes.io/zone");
}

function nodeOf(pod: JsonObject): string | undefined {
  return stringAt(pod, "spec", "nodeName");
}

function ownerOf(pod: JsonObject): string | undefined {
  const [owner] = listAt(pod, "metadata", "ownerReferences").filter(isObject);
  return owner === undefined ? undefined : stringAt(owner, "kind");
}
