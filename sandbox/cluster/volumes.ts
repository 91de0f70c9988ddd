import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { KubernetesClient } from "./client.ts";
import { ApiError } from "./errors.ts";
import { FAKE_ANNOTATION } from "./marks.ts";
import { at, objectAt, stringAt, type KubernetesObject } from "../../mesh/kubernetes/fields.ts";
import { watchObjects } from "./watch.ts";

const CLAIM_PROVISIONER = "volume.kubernetes.io/storage-provisioner";
const CLAIM_NODE = "volume.kubernetes.io/selected-node";
const VOLUME_PROVISIONER = "pv.kubernetes.io/provisioned-by";
const ZONE = "topology.kubernetes.io/zone";

/** Where volumes lie. */
export interface VolumeOptions {
  /** Directory on this machine that holds one folder a volume. */
  readonly dir: string;
  /** Told of what could not be done. */
  readonly onError: (error: Error) => void;
  readonly signal: AbortSignal;
}

/**
 * Stands in for storage drivers such as that of EBS: gives a volume to every claim that waits for one, in the zone of the
 * node that the scheduler chose, and takes the volume away after its claim. A volume is a folder on this machine.
 */
export class VolumeStandIn {
  readonly #client: KubernetesClient;
  readonly #options: VolumeOptions;

  constructor(client: KubernetesClient, options: VolumeOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** Watches claims and volumes, also those that a chart makes, until the signal aborts. */
  async run(): Promise<void> {
    const { onError, signal } = this.#options;
    const answers = [
      ["persistentvolumeclaims", (claim: KubernetesObject) => this.#provide(claim)],
      ["persistentvolumes", (volume: KubernetesObject) => this.#takeAway(volume)],
    ] as const;
    await Promise.all(
      answers.map(async ([resource, answer]) =>
        watchObjects(this.#client, `/api/v1/${resource}`, (object) => void answer(object).catch(onError), signal),
      ),
    );
  }

  async #provide(claim: KubernetesObject): Promise<void> {
    // The API server's controller names the driver on the claim once it is the driver's turn.
    const driver = stringAt(claim, "metadata", "annotations", CLAIM_PROVISIONER);
    const waits = stringAt(claim, "status", "phase") === "Pending" && at(claim, "spec", "volumeName") === undefined;
    if (driver === undefined || !waits || claim.metadata.deletionTimestamp !== undefined) {
      return;
    }
    const [zone, className] = [await this.#zoneOf(claim), stringAt(claim, "spec", "storageClassName") ?? ""];
    const storageClass = await this.#client.find(`/apis/storage.k8s.io/v1/storageclasses/${className}`);
    try {
      await this.#client.call("POST", "/api/v1/persistentvolumes", {
        body: volumeOf(claim, {
          driver,
          zone,
          reclaimPolicy: stringAt(storageClass, "reclaimPolicy") ?? "Delete",
          dir: this.#options.dir,
        }),
      });
    } catch (error) {
      // Made at an earlier event of the same claim.
      if (!(error instanceof ApiError) || error.reason !== "AlreadyExists") {
        throw error;
      }
    }
  }

  async #zoneOf(claim: KubernetesObject): Promise<string | undefined> {
    const node = stringAt(claim, "metadata", "annotations", CLAIM_NODE);
    const object = node === undefined ? undefined : await this.#client.find(`/api/v1/nodes/${node}`);
    return stringAt(object, "metadata", "labels", ZONE);
  }

  async #takeAway(volume: KubernetesObject): Promise<void> {
    const ours = objectAt(volume, "metadata", "annotations")[FAKE_ANNOTATION] !== undefined;
    const released = stringAt(volume, "status", "phase") === "Released";
    const going = volume.metadata.deletionTimestamp !== undefined;
    if (ours && released && !going && stringAt(volume, "spec", "persistentVolumeReclaimPolicy") === "Delete") {
      const { name = "" } = volume.metadata;
      await this.#client.call("DELETE", `/api/v1/persistentvolumes/${name}`);
      await rm(join(this.#options.dir, name), { recursive: true, force: true });
    }
  }
}

/** What a volume is made from, beside its claim. */
export interface VolumeTraits {
  /** Name of the storage driver. */
  readonly driver: string;
  /** Zone of the nodes that may mount it; undefined: all. */
  readonly zone: string | undefined;
  /** `Delete` or `Retain`. */
  readonly reclaimPolicy: string;
  /** Directory that holds the folders of volumes. */
  readonly dir: string;
}

/** The volume that a driver would make for a claim: a folder here, made when it is mounted. */
export function volumeOf(claim: KubernetesObject, { driver, zone, reclaimPolicy, dir }: VolumeTraits): object {
  const { namespace = "default", name = "", uid = "" } = claim.metadata;
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: {
      name: `pvc-${uid}`,
      annotations: { [VOLUME_PROVISIONER]: driver, [FAKE_ANNOTATION]: "volume: a folder on this machine" },
    },
    spec: {
      capacity: { storage: stringAt(claim, "spec", "resources", "requests", "storage") ?? "1Gi" },
      accessModes: at(claim, "spec", "accessModes"),
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: stringAt(claim, "spec", "storageClassName") ?? "",
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name, uid },
      hostPath: { path: join(dir, `pvc-${uid}`), type: "DirectoryOrCreate" },
      ...(zone === undefined
        ? {}
        : {
            nodeAffinity: {
              required: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: "In", values: [zone] }] }],
              },
            },
          }),
    },
  };
}
