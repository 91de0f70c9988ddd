import { setTimeout as delay } from "node:timers/promises";
import type { KubernetesClient } from "../cluster/client.ts";
import { listAt, objectAt, stringAt, type KubernetesObject } from "../../mesh/kubernetes/fields.ts";
import { objectPath } from "../cluster/resource-path.ts";
import type { PendingOperation, StateResource } from "./checkpoint.ts";
import type { EngineOperation } from "./engine.ts";

/** What a killed provider did, and the engine did not get to record. */
export interface Unrecorded {
  /** Resources that were made, as the state is to hold them. */
  readonly made: readonly StateResource[];
  /** URNs of those that were deleted. */
  readonly gone: readonly string[];
  /** One sentence for each thing that was put right. */
  readonly told: readonly string[];
}

const RELEASE = "kubernetes:helm.sh/v3:Release";

/** How long an object that is being deleted may take. */
const DELETION_MS = 60_000;
const LOOK_EVERY_MS = 250;

/** Helm's words for a release that somebody else is said to be working on. */
const PENDING_RELEASES = "owner=helm,status in (pending-install,pending-upgrade,pending-rollback)";

/**
 * Asks the API server what became of the operations that were under way when a run was killed. Doing them again is not
 * enough: the provider gives each object that it makes a field manager of its own, so that an object that is made a second
 * time would have two owners, and every later change of it would be a conflict; and Helm refuses to install over a release that
 * is still said to be under way.
 */
export async function findUnrecorded(
  client: KubernetesClient,
  pending: readonly PendingOperation[],
  operation: EngineOperation,
  signal: AbortSignal,
): Promise<Unrecorded> {
  const made: StateResource[] = [];
  const gone: string[] = [];
  const told: string[] = [];
  for (const { type, resource } of pending.filter((one) => one.resource.type.startsWith("kubernetes:"))) {
    if (resource.type === RELEASE) {
      const { name = "", namespace = "default" } = (resource.inputs ?? {}) as { name?: string; namespace?: string };
      const records = await releaseRecords(client, `owner=helm,name=${name}`, namespace);
      if (type === "creating" && operation === "destroy" && records.length > 0) {
        made.push({ ...resource, id: `${namespace}/${name}`, outputs: resource.inputs ?? {} });
      } else if (operation === "up" && (type === "creating" || (type === "deleting" && !isDeployed(records)))) {
        told.push(...(await forgetReleases(client, records)));
        gone.push(...(type === "deleting" ? [resource.urn] : []));
      }
      continue;
    }
    const found = await findObject(client, resource);
    const live = type === "deleting" ? await settled(client, found, signal) : found?.live;
    if (type === "creating" && live !== undefined) {
      made.push(recorded(resource, live));
      told.push(`${live.kind} ${idOf(live)} had been applied and not recorded; it is in the state now`);
    } else if (type === "deleting" && live === undefined) {
      gone.push(resource.urn);
    }
  }
  if (operation === "up") {
    told.push(...(await forgetReleases(client, await releaseRecords(client, PENDING_RELEASES))));
  }
  return { made, gone, told };
}

interface Found {
  readonly path: string;
  readonly live: KubernetesObject;
}

async function findObject(client: KubernetesClient, { inputs = {} }: StateResource): Promise<Found | undefined> {
  const path = await objectPath(client, inputs as unknown as KubernetesObject);
  const live = path === undefined ? undefined : await client.find(path);
  return path === undefined || live === undefined ? undefined : { path, live };
}

/** Waits until an object that is on its way out is gone; one that stays after all is returned. */
async function settled(
  client: KubernetesClient,
  found: Found | undefined,
  signal: AbortSignal,
): Promise<KubernetesObject | undefined> {
  let live = found?.live;
  const deadline = Date.now() + DELETION_MS;
  while (found !== undefined && live?.metadata.deletionTimestamp !== undefined && Date.now() < deadline) {
    await delay(LOOK_EVERY_MS, undefined, { signal });
    live = await client.find(found.path);
  }
  return live;
}

/**
 * As the provider would have recorded it, with the field manager that it gave the object. The error makes the engine update it
 * once more, and so wait until it is ready.
 */
function recorded(resource: StateResource, live: KubernetesObject): StateResource {
  const inputs = resource.inputs ?? {};
  const managers = listAt(live, "metadata", "managedFields").map((entry) => stringAt(entry, "manager") ?? "");
  const manager = managers.find((name) => name.startsWith("pulumi-kubernetes"));
  return {
    ...resource,
    id: idOf(live),
    outputs: {
      ...inputs,
      __inputs: inputs,
      __initialApiVersion: live.apiVersion,
      ...(manager === undefined ? {} : { __fieldManager: manager }),
    },
    initErrors: ["the run that made it was killed before it was ready"],
  };
}

function idOf({ metadata: { name = "", namespace } }: KubernetesObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

async function releaseRecords(
  client: KubernetesClient,
  labelSelector: string,
  namespace?: string,
): Promise<readonly KubernetesObject[]> {
  const scope = namespace === undefined ? "" : `/namespaces/${namespace}`;
  const list = await client.call("GET", `/api/v1${scope}/secrets`, { query: { labelSelector } });
  return listAt(list, "items") as readonly KubernetesObject[];
}

function isDeployed(records: readonly KubernetesObject[]): boolean {
  return records.some((record) => objectAt(record, "metadata", "labels")["status"] === "deployed");
}

/**
 * What an operator does about "another operation is in progress": Helm's record of the unfinished revision goes. The release is
 * then installed again over what is there, which carries its name, or upgraded again from the revision before.
 */
async function forgetReleases(client: KubernetesClient, records: readonly KubernetesObject[]): Promise<string[]> {
  return await Promise.all(
    records.map(async ({ metadata: { namespace = "default", name = "", labels = {} } }) => {
      await client.call("DELETE", `/api/v1/namespaces/${namespace}/secrets/${name}`);
      const { name: release = "", status = "", version = "" } = labels;
      return `Helm release ${namespace}/${release} was left ${status}: its record of revision ${version} is removed, so that Helm goes on from what is there`;
    }),
  );
}
