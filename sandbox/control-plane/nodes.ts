import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SandboxError, type ControlPlane, type NodeSpec } from "../contracts.ts";
import { KUBERNETES_VERSION } from "../toolchain/versions.ts";
import { apiClient, expectStatus, type ApiClient } from "./api-client.ts";
import { layoutOf } from "./layout.ts";
import { pkiIn } from "./pki.ts";
import { KWOK_ANNOTATION } from "./programs.ts";

const READY_TIMEOUT_MS = 30_000;

// Answers of the API server have the shapes of its API: nothing is gained by checking them here.

type Sections = Record<string, Record<string, unknown>>;

interface PodList {
  readonly items: readonly { readonly metadata: { readonly name: string; readonly namespace: string } }[];
}

interface NodeObject {
  readonly spec?: { readonly taints?: readonly { readonly key: string }[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/**
 * Makes nodes, or brings those that exist to what their spec says, and waits until each is Ready and takes pods.
 * @throws SandboxError `control-plane.refused`, `control-plane.timeout`.
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
      expectStatus(await client.call("DELETE", nodePath(name)), [200, 202, 404], `the removal of node ${name}`);
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
    spec: spec.taints.length === 0 ? {} : { taints: spec.taints },
    status: {
      allocatable: { cpu, memory, pods },
      capacity: { cpu: spec.capacity.cpu, memory: spec.capacity.memory, pods: spec.capacity.pods },
      nodeInfo: {
        kubeletVersion: `v${KUBERNETES_VERSION}`,
        architecture: spec.labels["kubernetes.io/arch"] ?? "amd64",
        operatingSystem: "linux",
        // Not containerd: who lists the nodes shall see that. A kubelet says what stands behind it itself.
        containerRuntimeVersion: "kwok://sandbox",
        ...Object.fromEntries(
          ["bootID", "kernelVersion", "kubeProxyVersion", "machineID", "osImage", "systemUUID"].map((key) => [key, ""]),
        ),
      },
    },
  };
}

async function putNode(client: ApiClient, spec: NodeSpec): Promise<void> {
  const wanted = nodeObject(spec);
  const created = await client.call("POST", "/api/v1/nodes", wanted);
  if (created.status !== 409) {
    expectStatus(created, [201], `the node ${spec.name}`);
    return;
  }
  await replaceNode(client, spec.name, "", wanted);
  await replaceNode(client, spec.name, "/status", wanted);
}

/** Replaces what a spec decides and keeps the rest; tries again when somebody else wrote in between. */
async function replaceNode(
  client: ApiClient,
  name: string,
  subresource: "" | "/status",
  wanted: object,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const current = (await readNode(client, name)) as Sections;
    const merged = mergeNode(current, wanted as Sections);
    const response = await client.call("PUT", `${nodePath(name)}${subresource}`, merged);
    if (response.status !== 409 || attempt === 5) {
      expectStatus(response, [200], `the change of node ${name}`);
      return;
    }
  }
}

function mergeNode(current: Sections, wanted: Sections): object {
  return {
    ...current,
    metadata: {
      ...current["metadata"],
      labels: wanted["metadata"]?.["labels"],
      annotations: wanted["metadata"]?.["annotations"],
    },
    spec: { ...current["spec"], taints: wanted["spec"]?.["taints"] },
    status: {
      ...current["status"],
      allocatable: wanted["status"]?.["allocatable"],
      capacity: wanted["status"]?.["capacity"],
    },
  };
}

async function waitUntilReady(client: ApiClient, name: string): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const node = (await readNode(client, name)) as NodeObject;
    const ready = node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
    const tainted = node.spec?.taints?.some(({ key }) => key === "node.kubernetes.io/not-ready") ?? false;
    if (ready && !tainted) {
      return;
    }
    if (Date.now() > deadline) {
      throw new SandboxError(
        "control-plane.timeout",
        `node ${name} was not Ready after ${READY_TIMEOUT_MS / 1000} s`,
        "The log of mesh-node, or of kwok, says why.",
      );
    }
    await sleep(50);
  }
}

async function removePodsOf(client: ApiClient, node: string): Promise<void> {
  const selector = encodeURIComponent(`spec.nodeName=${node}`);
  const listed = await client.call("GET", `/api/v1/pods?fieldSelector=${selector}`);
  const pods = expectStatus(listed, [200], `the pods of node ${node}`).body as PodList;
  for (const { metadata } of pods.items) {
    const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}?gracePeriodSeconds=0`;
    expectStatus(await client.call("DELETE", path), [200, 202, 404], `the removal of pod ${metadata.name}`);
  }
}

async function readNode(client: ApiClient, name: string): Promise<unknown> {
  return expectStatus(await client.call("GET", nodePath(name)), [200], `a look at node ${name}`).body;
}

async function withClient(plane: ControlPlane, work: (client: ApiClient) => Promise<void>): Promise<void> {
  const client = apiClient(plane.server, pkiIn(layoutOf(dirname(plane.kubeconfig)).pki));
  try {
    await work(client);
  } finally {
    client.close();
  }
}

function nodePath(name: string): string {
  return `/api/v1/nodes/${encodeURIComponent(name)}`;
}
