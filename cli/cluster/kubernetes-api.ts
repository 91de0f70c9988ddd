import { existsSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request, type RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { listAt, stringAt } from "../../mesh/kubernetes/fields.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** Milliseconds after which a call is given up. */
const TIMEOUT_MS = 20_000;

/** Reads from a cluster with a kubeconfig, whatever way it logs in: certificate, token, or a program such as `aws`. */
export class KubernetesApi {
  readonly config: KubeConfig;

  /** @throws CommandError `cluster.kubeconfig` when the file is not there or is none. */
  constructor(kubeconfig: string) {
    this.config = new KubeConfig();
    if (!existsSync(kubeconfig)) {
      throw new CommandError(
        "cluster.kubeconfig",
        `there is no file ${kubeconfig}`,
        "Name a kubeconfig with --kubeconfig.",
      );
    }
    try {
      this.config.loadFromFile(kubeconfig);
    } catch (error) {
      throw new CommandError("cluster.kubeconfig", `${kubeconfig} is no kubeconfig: ${messageOf(error)}`);
    }
    if (this.config.getCurrentCluster() === null) {
      throw new CommandError("cluster.kubeconfig", `${kubeconfig} names no current cluster`);
    }
  }

  /**
   * The items at a path of the API; none where the cluster does not know the kind.
   * @throws CommandError `cluster.unreachable`, `cluster.refused`.
   */
  async list(path: string): Promise<readonly unknown[]> {
    return listAt(await this.find(path), "items");
  }

  /**
   * What is at a path of the API; undefined where nothing is.
   * @throws CommandError `cluster.unreachable`, `cluster.refused`.
   */
  async find(path: string): Promise<unknown> {
    const { status, text } = await this.#get(path);
    if (status === 404) {
      return undefined;
    }
    if (status !== 200) {
      throw new CommandError(
        "cluster.refused",
        `the API server refused to read ${path} (${status})`,
        "Needed is the right to read every namespace: the ClusterRole view, and Secrets for the certificates.",
      );
    }
    return JSON.parse(text);
  }

  /**
   * Reads a stream of text, such as a log, until it ends or `signal` aborts.
   * @throws CommandError `cluster.unreachable`; `cluster.refused` with what the API server says of it.
   */
  async stream(path: string, onText: (text: string) => void, signal: AbortSignal): Promise<void> {
    const response = await this.#open(path, 0, signal);
    response.setEncoding("utf8");
    let refusal = "";
    const take = response.statusCode === 200 ? onText : (text: string) => (refusal += text);
    try {
      for await (const text of response as AsyncIterable<string>) {
        take(text);
      }
    } catch (error) {
      if (!signal.aborted) {
        throw error;
      }
    }
    if (response.statusCode !== 200) {
      throw new CommandError("cluster.refused", messageIn(refusal));
    }
  }

  async #get(path: string): Promise<{ status: number; text: string }> {
    const response = await this.#open(path, TIMEOUT_MS);
    response.setEncoding("utf8");
    let text = "";
    for await (const chunk of response as AsyncIterable<string>) {
      text += chunk;
    }
    return { status: response.statusCode ?? 0, text };
  }

  /** @param timeoutMs without a word; 0: never */
  async #open(path: string, timeoutMs: number, signal?: AbortSignal): Promise<IncomingMessage> {
    const server = this.config.getCurrentCluster()?.server ?? "";
    const options: RequestOptions = {
      timeout: timeoutMs,
      headers: { Accept: "application/json" },
      ...(signal === undefined ? {} : { signal }),
    };
    await this.config.applyToHTTPSOptions(options);
    return new Promise((resolve, reject) => {
      const call = request(new URL(path, server), options, resolve);
      call.once("timeout", () => call.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
      // Before the answer; an error after it comes from the answer itself.
      call.on("error", (error) =>
        reject(
          new CommandError(
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

/** The message of a Status object, or the text itself. */
function messageIn(text: string): string {
  try {
    return stringAt(JSON.parse(text), "message") ?? text;
  } catch {
    return text;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
