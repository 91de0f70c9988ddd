import {
  diffProperties,
  Refusal,
  toPlain,
  unwrap,
  type CheckRequest,
  type CheckResult,
  type ConfigRequest,
  type CreateRequest,
  type CreateResult,
  type DeleteRequest,
  type DiffRequest,
  type DiffResult,
  type PropertyMap,
  type ReadRequest,
  type ReadResult,
  type Session,
  type StandInProvider,
  type UpdateRequest,
} from "../protocol/index.ts";
import { diffRelease } from "../helm/release-inputs.ts";
import { RELEASE_TYPE, type ReleaseOperations } from "../helm/release-operations.ts";
import { checkObject } from "./check.ts";
import type { Clusters } from "./clusters.ts";
import type { Cluster } from "./cluster.ts";
import { createObject, deleteObject, diffObject, readObject, updateObject } from "./resource-operations.ts";

/** The published provider that this one stands in for. */
const STANDS_IN_FOR_VERSION = "4.34.2";

/**
 * Stands in for the `kubernetes` provider on the sandbox's real API server: objects are applied by server-side apply and
 * waited for, releases go to `helm` or are represented. Nothing connects in check, diff or preview.
 */
export class KubernetesProvider implements StandInProvider {
  readonly packageName = "kubernetes";
  readonly version = STANDS_IN_FOR_VERSION;
  readonly #clusters: Clusters;
  readonly #releases: ReleaseOperations;

  constructor(clusters: Clusters, releases: ReleaseOperations) {
    this.#clusters = clusters;
    this.#releases = releases;
  }

  diffConfig(request: ConfigRequest): Promise<DiffResult> {
    // Only another cluster replaces what was made in it; the sandbox may hand out a new kubeconfig for the same one.
    const named = [request.olds, request.news].every((config) => unwrap(config["clusterIdentifier"]) !== undefined);
    const replaceOn = named ? ["clusterIdentifier"] : [];
    return Promise.resolve(diffProperties(request.olds, request.news, { replaceOn }));
  }

  check(request: CheckRequest): Promise<CheckResult> {
    const namespace = textOption(request.session.config, "namespace") ?? "default";
    const result =
      request.type === RELEASE_TYPE ? this.#releases.check(request, namespace) : checkObject(request, namespace);
    return Promise.resolve(result);
  }

  diff(request: DiffRequest): Promise<DiffResult> {
    if (request.type === RELEASE_TYPE) {
      return Promise.resolve(diffRelease(request));
    }
    const { config } = request.session;
    const mutability = {
      configMapMutable: flagOption(config, "enableConfigMapMutable"),
      secretMutable: flagOption(config, "enableSecretMutable"),
    };
    return Promise.resolve(diffObject(request, mutability));
  }

  async create(request: CreateRequest): Promise<CreateResult> {
    refuseOthers(request.type);
    const cluster = this.#connect(request.session);
    return request.type === RELEASE_TYPE
      ? await this.#releases.create(request, cluster)
      : await createObject(request, cluster);
  }

  async read(request: ReadRequest): Promise<ReadResult> {
    const cluster = this.#connect(request.session);
    return request.type === RELEASE_TYPE
      ? await this.#releases.read(request, cluster)
      : await readObject(request, cluster);
  }

  async update(request: UpdateRequest): Promise<{ outputs: PropertyMap }> {
    const cluster = this.#connect(request.session);
    return request.type === RELEASE_TYPE
      ? await this.#releases.update(request, cluster)
      : await updateObject(request, cluster);
  }

  async delete(request: DeleteRequest): Promise<void> {
    const cluster = this.#connect(request.session);
    await (request.type === RELEASE_TYPE ? this.#releases.delete(request, cluster) : deleteObject(request, cluster));
  }

  #connect(session: Session): () => Promise<Cluster> {
    const { config } = session;
    const kubeconfig = config["kubeconfig"];
    const source = kubeconfig === undefined ? undefined : toPlainOrUndefined(kubeconfig);
    return () => this.#clusters.get(source, textOption(config, "context"));
  }
}

/** Kinds of the published provider that are not Kubernetes objects and that this stand-in does not know. */
function refuseOthers(type: string): void {
  if (type !== RELEASE_TYPE && /^kubernetes:(helm\.sh|yaml|kustomize)\//.test(type)) {
    throw new Refusal(`the sandbox's stand-in for the Kubernetes provider does not support ${type}`);
  }
}

function textOption(config: PropertyMap, key: string): string | undefined {
  const value = unwrap(config[key]);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Provider options arrive as booleans or as their JSON. */
function flagOption(config: PropertyMap, key: string): boolean {
  const value = unwrap(config[key]);
  return value === true || value === "true";
}

function toPlainOrUndefined(value: PropertyMap[string]): unknown {
  return value === undefined ? undefined : toPlain(value);
}
