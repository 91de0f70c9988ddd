import type { Cluster } from "../kubernetes/cluster.ts";
import { collectionPath } from "../kubernetes/discovery.ts";
import { listAt, numberAt, objectAt, stringAt, type JsonObject } from "../kubernetes/object.ts";
import type { ServerAccess } from "../kubernetes/kubeconfig.ts";
import { HelmError, type HelmCli } from "./helm-cli.ts";
import { PLAIN_FLAGS, resourceNames, type ReleaseSpec } from "./release-spec.ts";

/** A release that the real Helm knows. */
export interface InstalledRelease {
  readonly status: string;
  readonly revision: number;
  readonly chart: string;
  readonly version: string;
  readonly appVersion: string;
  readonly resourceNames: Record<string, string[]>;
}

/** What names a release. */
export interface ReleaseRef {
  readonly name: string;
  readonly namespace: string;
}

/** Runs releases with the real Helm on the sandbox's API server. */
export class InstalledReleases {
  readonly #helm: HelmCli;

  constructor(helm: HelmCli) {
    this.#helm = helm;
  }

  /**
   * `helm upgrade --install`; a release that a killed run left half-way is put right first.
   * @param chart Local path of the chart.
   * @throws HelmError in Helm's words; an atomic release was rolled back or removed then.
   */
  async install(
    spec: ReleaseSpec,
    chart: string,
    access: ServerAccess,
    signal: AbortSignal,
  ): Promise<InstalledRelease> {
    await this.#settle(spec, access, signal);
    const values = await this.#helm.write(`${spec.namespace}.${spec.name}.values.json`, JSON.stringify(spec.values));
    await this.#helm.run(["upgrade", "--install", spec.name, chart, ...upgradeFlags(spec, values)], signal, access);
    const installed = await this.find(spec, access, signal);
    if (installed === undefined) {
      throw new HelmError(`helm installed ${spec.name} and does not know it`);
    }
    return installed;
  }

  /** The release as Helm knows it; undefined where it does not. */
  async find(ref: ReleaseRef, access: ServerAccess, signal: AbortSignal): Promise<InstalledRelease | undefined> {
    try {
      const ask = async (...command: string[]) => {
        const args = [...command, ref.name, "--namespace", ref.namespace, "--output", "json"];
        return JSON.parse(await this.#helm.run(args, signal, access)) as unknown;
      };
      const [status, metadata] = await Promise.all([ask("status"), ask("get", "metadata")]);
      return await describe(status, metadata);
    } catch (error) {
      if (error instanceof HelmError && /release: not found/.test(error.message)) {
        return undefined;
      }
      throw error;
    }
  }

  /** `helm uninstall` and wait; a release that is gone already is fine. */
  async uninstall(ref: ReleaseRef, timeoutSeconds: number, access: ServerAccess, signal: AbortSignal): Promise<void> {
    const wait = ["--wait=watcher", "--timeout", `${timeoutSeconds}s`, "--ignore-not-found", "--cascade", "foreground"];
    await this.#helm.run(["uninstall", ref.name, "--namespace", ref.namespace, ...wait], signal, access);
  }

  /** Helm refuses to touch a release that is `pending`; whoever was at it is gone when we hold the stack's lock. */
  async #settle(spec: ReleaseSpec, access: ServerAccess, signal: AbortSignal): Promise<void> {
    const found = await this.find(spec, access, signal);
    if (found === undefined || !found.status.startsWith("pending")) {
      return;
    }
    if (found.revision === 1) {
      await this.uninstall(spec, spec.timeoutSeconds, access, signal);
    } else {
      await this.#helm.run(["rollback", spec.name, "--namespace", spec.namespace], signal, access);
    }
  }
}

/** Ids of all releases that Helm has records of. */
export async function installedIds(cluster: Cluster): Promise<ReadonlySet<string>> {
  const secrets = await cluster.discovery.resolve("v1", "Secret");
  const found = await cluster.client.call("GET", collectionPath(secrets), { query: { labelSelector: "owner=helm" } });
  const metadata = listAt(found, "items").map((secret) => objectAt(secret, "metadata"));
  return new Set(metadata.map((entry) => `${String(entry["namespace"])}/${String(objectAt(entry, "labels")["name"])}`));
}

function upgradeFlags(spec: ReleaseSpec, valuesFile: string): readonly string[] {
  return [
    "--namespace",
    spec.namespace,
    "--values",
    valuesFile,
    "--timeout",
    `${spec.timeoutSeconds}s`,
    ...(spec.awaits || spec.atomic ? ["--wait=watcher"] : []),
    ...(spec.atomic ? ["--rollback-on-failure"] : []),
    ...(spec.createNamespace ? ["--create-namespace"] : []),
    ...(spec.maxHistory === undefined ? [] : ["--history-max", String(spec.maxHistory)]),
    // Objects may be left of a time when the chart was represented, e.g. Istio's definitions.
    "--take-ownership",
    ...[...spec.flags].flatMap((key) => PLAIN_FLAGS[key] ?? []),
  ];
}

async function describe(status: unknown, metadata: unknown): Promise<InstalledRelease> {
  const { parseAllDocuments } = await import("yaml");
  const objects = parseAllDocuments(stringAt(status, "manifest") ?? "").map(
    (document) => document.toJS() as JsonObject | null,
  );
  return {
    status: stringAt(status, "info", "status") ?? "unknown",
    revision: numberAt(status, 1, "version"),
    chart: stringAt(metadata, "chart") ?? "",
    version: stringAt(metadata, "version") ?? "",
    appVersion: stringAt(metadata, "appVersion") ?? "",
    resourceNames: resourceNames(listAt({ objects }, "objects")),
  };
}
