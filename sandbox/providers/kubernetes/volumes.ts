import type { KubernetesClient } from "./client.ts";
import type { Discovery } from "./discovery.ts";
import { isApiError } from "./errors.ts";
import { STAND_IN_ANNOTATION } from "./load-balancer.ts";
import { at, objectAt, stringAt, type KubernetesObject } from "./object.ts";
import type { WatchHub } from "./watch-hub.ts";

const CLAIM_PROVISIONER = "volume.kubernetes.io/storage-provisioner";
const CLAIM_NODE = "volume.kubernetes.io/selected-node";
const VOLUME_PROVISIONER = "pv.kubernetes.io/provisioned-by";
const ZONE = "topology.kubernetes.io/zone";

/**
 * Stands in for storage drivers such as that of EBS: gives a volume to every claim that waits for one, in the zone of the
 * node that the scheduler chose, and takes the volume away after its claim. Nothing is stored.
 */
export class VolumeStandIn {
  readonly #client: KubernetesClient;
  readonly #discovery: Discovery;
  readonly #abort = new AbortController();
  #started: Promise<void> | undefined;

  constructor(client: KubernetesClient, discovery: Discovery) {
    this.#client = client;
    this.#discovery = discovery;
  }

  /** Watches claims and volumes, also those that a chart makes; safe to call again. */
  async start(hub: WatchHub, onError: (error: Error) => void): Promise<void> {
    this.#started ??= this.#watch(hub, onError);
    await this.#started;
  }

  /** Stops watching. */
  stop(): void {
    this.#abort.abort();
  }

  async #watch(hub: WatchHub, onError: (error: Error) => void): Promise<void> {
    const answers = [
      ["PersistentVolumeClaim", (claim: KubernetesObject) => this.#provide(claim)],
      ["PersistentVolume", (volume: KubernetesObject) => this.#takeAway(volume)],
    ] as const;
    for (const [kind, answer] of answers) {
      const info = await this.#discovery.resolve("v1", kind);
      hub.forEach(info, (object) => void answer(object).catch(onError), this.#abort.signal);
    }
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
        body: volumeOf(claim, driver, zone, stringAt(storageClass, "reclaimPolicy") ?? "Delete"),
      });
    } catch (error) {
      // Made at an earlier event of the same claim.
      if (!isApiError(error) || error.reason !== "AlreadyExists") {
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
    const ours = objectAt(volume, "metadata", "annotations")[STAND_IN_ANNOTATION] !== undefined;
    const released = stringAt(volume, "status", "phase") === "Released";
    const going = volume.metadata.deletionTimestamp !== undefined;
    if (ours && released && !going && stringAt(volume, "spec", "persistentVolumeReclaimPolicy") === "Delete") {
      await this.#client.call("DELETE", `/api/v1/persistentvolumes/${volume.metadata.name ?? ""}`);
    }
  }
}

/** The volume that a driver would make for a claim. */
export function volumeOf(
  claim: KubernetesObject,
  driver: string,
  zone: string | undefined,
  reclaimPolicy: string,
): object {
  const { namespace = "default", name = "", uid = "" } = claim.metadata;
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: {
      name: `pvc-${uid}`,
      annotations: { [VOLUME_PROVISIONER]: driver, [STAND_IN_ANNOTATION]: "volume: nothing is stored" },
    },
    spec: {
      capacity: { storage: stringAt(claim, "spec", "resources", "requests", "storage") ?? "1Gi" },
      accessModes: at(claim, "spec", "accessModes"),
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: stringAt(claim, "spec", "storageClassName") ?? "",
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name, uid },
      csi: { driver, volumeHandle: `vol-${uid.replaceAll("-", "").slice(0, 17)}` },
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
