import { existsSync } from "node:fs";
import { request, type RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { SandboxError } from "../../sandbox/contracts.ts";
import { listAt } from "../../sandbox/providers/kubernetes/object.ts";

/** Milliseconds after which a call is given up. */
const TIMEOUT_MS = 20_000;

/** Reads from a cluster with a kubeconfig, whatever way it logs in: certificate, token, or a program such as `aws`. */
export class KubernetesApi {
  readonly config: KubeConfig;

  /** @throws SandboxError `cluster.kubeconfig` when the file is not there or is none. */
  constructor(kubeconfig: string) {
    this.config = new KubeConfig();
    if (!existsSync(kubeconfig)) {
      throw new SandboxError(
        "cluster.kubeconfig",
        `there is no file ${kubeconfig}`,
        "Name a kubeconfig with --kubeconfig.",
      );
    }
    try {
      this.config.loadFromFile(kubeconfig);
    } catch (error) {
      throw new SandboxError("cluster.kubeconfig", `${kubeconfig} is no kubeconfig: ${messageOf(error)}`);
    }
    if (this.config.getCurrentCluster() === null) {
      throw new SandboxError("cluster.kubeconfig", `${kubeconfig} names no current cluster`);
    }
  }

  /**
   * The items at a path of the API; none where the cluster does not know the kind.
   * @throws SandboxError `cluster.unreachable`, `cluster.refused`.
   */
  async list(path: string): Promise<readonly unknown[]> {
    const { status, text } = await this.get(path);
    if (status === 404) {
      return [];
    }
    if (status !== 200) {
      throw new SandboxError(
        "cluster.refused",
        `the API server refused to list ${path} (${status})`,
        "The doctor needs the right to read every namespace: the ClusterRole view, and Secrets for the certificates.",
      );
    }
    const body: unknown = JSON.parse(text);
    return listAt(body, "items");
  }

  private async get(path: string): Promise<{ status: number; text: string }> {
    const server = this.config.getCurrentCluster()?.server ?? "";
    const options: RequestOptions = { timeout: TIMEOUT_MS, headers: { Accept: "application/json" } };
    await this.config.applyToHTTPSOptions(options);
    return new Promise((resolve, reject) => {
      const call = request(new URL(path, server), options, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.once("error", reject);
        response.once("end", () => resolve({ status: response.statusCode ?? 0, text }));
      });
      call.once("timeout", () => call.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
      call.once("error", (error) =>
        reject(
          new SandboxError(
            "cluster.unreachable",
            `the API server at ${server} cannot be reached: ${error.message}`,
            "Is the cluster up, and the kubeconfig the right one?",
          ),
        ),
      );
      call.end();
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
