import type { KubernetesClient } from "./client.ts";
import { listAt, stringAt, type KubernetesObject } from "../../mesh/kubernetes/fields.ts";

/**
 * Path of one object, by what the API server knows of its kind; undefined where the kind is not served, e.g. because its
 * definition is gone.
 */
export async function objectPath(
  client: KubernetesClient,
  { apiVersion, kind, metadata }: Pick<KubernetesObject, "apiVersion" | "kind" | "metadata">,
): Promise<string | undefined> {
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const served = listAt(await client.find(group), "resources");
  // Subresources (`deployments/status`) share the kind's name.
  const resource = served.find((entry) => stringAt(entry, "kind") === kind && !stringAt(entry, "name")?.includes("/"));
  if (resource === undefined) {
    return undefined;
  }
  const { namespace = "default", name = "" } = metadata;
  const scope = (resource as { namespaced?: boolean }).namespaced === true ? `/namespaces/${namespace}` : "";
  return `${group}${scope}/${stringAt(resource, "name") ?? ""}/${name}`;
}
