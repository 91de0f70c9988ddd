import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import type { ControlPlane, NodeSpec, Toolchain } from "../../../sandbox/contracts.ts";
import { stopControlPlane } from "../../../sandbox/control-plane/index.ts";
import { ensureToolchain } from "../../../sandbox/toolchain/index.ts";

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { readonly "certificate-authority-data": string } }[];
  readonly users: readonly {
    readonly user: { readonly "client-certificate-data": string; readonly "client-key-data": string };
  }[];
}

/** A call with the kubeconfig alone, as any client would make it. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows the API's shape
export async function kube<Body = Record<string, unknown>>(
  plane: ControlPlane,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Body }> {
  const { status, text } = await kubeText(plane, method, path, body);
  return { status, body: JSON.parse(text) as Body };
}

/** The same for answers that are not JSON, such as logs. */
export async function kubeText(
  plane: ControlPlane,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; text: string }> {
  const config = parse(readFileSync(plane.kubeconfig, "utf8")) as Kubeconfig;
  const decode = (text: string | undefined): Buffer => Buffer.from(text ?? "", "base64");
  const user = config.users[0]?.user;
  const tls = {
    ca: decode(config.clusters[0]?.cluster["certificate-authority-data"]),
    cert: decode(user?.["client-certificate-data"]),
    key: decode(user?.["client-key-data"]),
  };
  return new Promise((resolve, reject) => {
    const call = request(
      new URL(path, plane.server),
      { ...tls, method, agent: false, headers: { "Content-Type": "application/json" } },
      (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    call.once("error", reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Asks until the answer is there. */
export async function eventually<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined>,
  seconds = 120,
): Promise<Answer> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) {
      return answer;
    }
    if (Date.now() > deadline) {
      throw new Error(`not within ${seconds} s: ${what}`);
    }
    await sleep(100);
  }
}

/** The toolchain of this machine's cache, built now where it is not there yet. */
export async function toolchainForTests(): Promise<Toolchain> {
  return ensureToolchain((event) => console.log(`      ${event.message}`));
}

/** A directory for one control plane, and the clean-up that leaves neither processes nor files. */
export function temporaryPlane(): { dir: string; remove: () => Promise<void> } {
  const root = mkdtempSync(join(tmpdir(), "mesh-plane-"));
  const dir = join(root, "control-plane");
  return {
    dir,
    remove: async () => {
      await stopControlPlane(dir);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A node like one of a small EKS node group. */
export function nodeSpec(name: string, more: Partial<NodeSpec> = {}): NodeSpec {
  return {
    name,
    labels: { "topology.kubernetes.io/zone": "eu-west-1a", "node.kubernetes.io/instance-type": "m7i.xlarge" },
    taints: [],
    allocatable: { cpu: "3920m", memory: "14900Mi", pods: "58" },
    capacity: { cpu: "4", memory: "16Gi", pods: "58" },
    ...more,
  };
}

/** A Deployment of one container. */
export function deployment(name: string, replicas: number): object {
  const labels = { app: name };
  const container = { name: "app", image: "example/app:1", resources: { requests: { cpu: "100m", memory: "64Mi" } } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
}

/** Local addresses on which processes listen for TCP connections. */
export function listeningAddresses(pids: readonly number[]): string[] {
  const lines = execFileSync("ss", ["-Hltnp"], { encoding: "utf8" }).split("\n");
  return lines
    .filter((line) => pids.some((pid) => line.includes(`pid=${pid},`)))
    .map((line) => line.trim().split(/\s+/)[3] ?? "");
}
