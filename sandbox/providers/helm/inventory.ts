import type { Cluster, ObjectRef } from "../kubernetes/cluster.ts";
import { collectionPath } from "../kubernetes/discovery.ts";
import {
  isObject,
  listAt,
  numberAt,
  objectAt,
  stringAt,
  type JsonObject,
  type KubernetesObject,
} from "../kubernetes/object.ts";
import { MANAGED_BY } from "./representation/marks.ts";

/** What a represented release made, and of what: enough to prune, to roll back and to remove it after a restart. */
export interface Inventory {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly version: string;
  readonly revision: number;
  /** `deployed`, or `pending` while objects are being applied. */
  readonly status: "deployed" | "pending";
  /** Why the chart was represented and not run. */
  readonly reason: string;
  readonly objects: readonly ObjectRef[];
  /** The inputs of the revision, for a rollback to it. */
  readonly inputs: JsonObject;
  /** The last revision that was deployed, while another is pending. */
  readonly previous?: Inventory;
}

const FIELD_MANAGER = "ecommerce-mesh-sandbox";
const LABEL = "sandbox.ecommerce-mesh.dev/release";

/** Like Helm's own release records, it is a Secret: values may hold secrets. */
function secretRef(namespace: string, name: string): ObjectRef {
  return { apiVersion: "v1", kind: "Secret", metadata: { name: `represented-release.${name}`, namespace } };
}

/** The record of a represented release; undefined where there is none. */
export async function readInventory(
  cluster: Cluster,
  release: { readonly name: string; readonly namespace: string },
): Promise<Inventory | undefined> {
  return decode(await cluster.find(secretRef(release.namespace, release.name)));
}

/** Writes the record of a represented release. */
export async function writeInventory(cluster: Cluster, inventory: Inventory): Promise<void> {
  const { namespace, name } = inventory;
  const ref = secretRef(namespace, name);
  const labels = { [LABEL]: name.slice(0, 63), "app.kubernetes.io/managed-by": MANAGED_BY };
  const record = Buffer.from(JSON.stringify(inventory)).toString("base64");
  await cluster.apply({ ...ref, metadata: { ...ref.metadata, labels }, data: { record } }, FIELD_MANAGER);
}

/** Removes the record, the last thing that is left of a represented release. */
export async function removeInventory(cluster: Cluster, inventory: Inventory): Promise<void> {
  await cluster.remove(secretRef(inventory.namespace, inventory.name), { timeoutMs: 30_000 });
}

/** The records of all represented releases of the cluster. */
export async function listInventories(cluster: Cluster): Promise<readonly Inventory[]> {
  const secrets = await cluster.discovery.resolve("v1", "Secret");
  const found = await cluster.client.call("GET", collectionPath(secrets), { query: { labelSelector: LABEL } });
  const items = listAt(found, "items") as readonly KubernetesObject[];
  return items.map(decode).filter((inventory) => inventory !== undefined);
}

function decode(secret: KubernetesObject | undefined): Inventory | undefined {
  const record = stringAt(secret, "data", "record");
  if (record === undefined) {
    return undefined;
  }
  const parsed: unknown = JSON.parse(Buffer.from(record, "base64").toString("utf8"));
  return isObject(parsed) ? asInventory(parsed) : undefined;
}

function asInventory(parsed: JsonObject): Inventory {
  return {
    name: stringAt(parsed, "name") ?? "",
    namespace: stringAt(parsed, "namespace") ?? "",
    chart: stringAt(parsed, "chart") ?? "",
    version: stringAt(parsed, "version") ?? "",
    revision: numberAt(parsed, 1, "revision"),
    status: parsed["status"] === "deployed" ? "deployed" : "pending",
    reason: stringAt(parsed, "reason") ?? "",
    objects: listAt(parsed, "objects") as readonly ObjectRef[],
    inputs: objectAt(parsed, "inputs"),
    previous: isObject(parsed["previous"]) ? asInventory(parsed["previous"]) : undefined,
  };
}
