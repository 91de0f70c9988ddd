import { setTimeout as sleep } from "node:timers/promises";
import { KubernetesClient } from "../cluster/client.ts";
import { ApiError } from "../cluster/errors.ts";
import { readKubeconfig } from "../cluster/kubeconfig.ts";
import { listAt, stringAt } from "../../mesh/kubernetes/fields.ts";
import type { ControlPlane, NodeSpec } from "../contracts.ts";
import { KUBERNETES_VERSION } from "../toolchain/index.ts";
import { KWOK_ANNOTATION } from "./programs.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

const READY_TIMEOUT_MS = 30_000;

/**
 * Makes nodes, or brings those that exist to what their spec asks, and waits until each is Ready and takes pods.
 * @throws CommandError `control-plane.refused`, `control-plane.timeout`.
 */
export async function addNodes(plane: ControlPlane, specs: readonly NodeSpec[]): Promise<void> {
  await withClient(plane, async (client) => {
    await Promise.all(specs.map((spec) => putNode(client, spec)));
    await Promise.all(specs.map((spec) => waitUntilReady(client, spec.name)));
  });
}

/**
 * Removes nodes and the pods on them, at once: a node that is taken away, not one that is drained. Names that no node
 * has are ignored.
 */
export async function removeNodes(plane: ControlPlane, names: readonly string[]): Promise<void> {
  await withClient(plane, async (client) => {
    for (const name of names) {
      await client.status("DELETE", nodePath(name), {}, 404);
      await removePodsOf(client, name);
    }
  });
}

/** The Node object of a spec, as the kubelet of an EKS node would register it. */
export function nodeObject(spec: NodeSpec): object {
  const { cpu, memory, pods } = spec.allocatable;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: spec.name,
      labels: {
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": spec.name,
        ...spec.labels,
      },
      annotations: { [KWOK_ANNOTATION.name]: KWOK_ANNOTATION.value },
    },
    // Null takes former taints away.
    spec: { taints: spec.taints.length === 0 ? null : spec.taints },
    status: {
      allocatable: { cpu, memory, pods },
      capacity: { cpu: spec.capacity.cpu, memory: spec.capacity.memory, pods: spec.capacity.pods },
      nodeInfo: {
        kubeletVersion: `v${KUBERNETES_VERSION}`,
        architecture: spec.labels["kubernetes.io/arch"] ?? "amd64",
        operatingSystem: "linux",
        // Not containerd: who lists the nodes shall see that. A kubelet names its runtime itself.
        containerRuntimeVersion: "kwok://sandbox",
        ...Object.fromEntries(
          ["bootID", "kernelVersion", "kubeProxyVersion", "machineID", "osImage", "systemUUID"].map((key) => [key, ""]),
        ),
      },
    },
  };
}

/** Makes a node, or changes in one that is there what the spec decides. */
async function putNode(client: KubernetesClient, spec: NodeSpec): Promise<void> {
  const body = nodeObject(spec);
  if ((await client.status("POST", "/api/v1/nodes", { body }, 409)) !== 409) {
    return;
  }
  for (const part of ["", "/status"]) {
    const contentType = "application/merge-patch+json";
    await client.call("PATCH", `${nodePath(spec.name)}${part}`, { body, contentType });
  }
}

async function waitUntilReady(client: KubernetesClient, name: string): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const node = await client.call("GET", nodePath(name));
    const ready = listAt(node, "status", "conditions").some(
      (condition) => stringAt(condition, "type") === "Ready" && stringAt(condition, "status") === "True",
    );
    const tainted = listAt(node, "spec", "taints").some(
      (taint) => stringAt(taint, "key") === "node.kubernetes.io/not-ready",
    );
    if (ready && !tainted) {
      return;
    }
    if (Date.now() > deadline) {
      throw new CommandError(
        "control-plane.timeout",
        `node ${name} was not Ready after ${READY_TIMEOUT_MS / 1000} s`,
        "The log of mesh-node, or of kwok, has the reason.",
      );
    }
    await sleep(50);
  }
}

async function removePodsOf(client: KubernetesClient, node: string): Promise<void> {
  const pods = await client.call("GET", "/api/v1/pods", { query: { fieldSelector: `spec.nodeName=${node}` } });
  for (const pod of listAt(pods, "items")) {
    const path = `/api/v1/namespaces/${stringAt(pod, "metadata", "namespace") ?? ""}/pods/${stringAt(pod, "metadata", "name") ?? ""}`;
    await client.status("DELETE", path, { query: { gracePeriodSeconds: "0" } }, 404);
  }
}

async function withClient(plane: ControlPlane, work: (client: KubernetesClient) => Promise<void>): Promise<void> {
  const client = new KubernetesClient(await readKubeconfig(plane.kubeconfig));
  try {
    await work(client);
  } catch (error) {
    throw error instanceof ApiError
      ? new CommandError("control-plane.refused", `the local API server refused a change of nodes: ${error.message}`)
      : error;
  } finally {
    client.close();
  }
}

function nodePath(name: string): string {
  return `/api/v1/nodes/${encodeURIComponent(name)}`;
}
