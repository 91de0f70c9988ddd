/** Who keeps the object: what `kubectl get -l app.kubernetes.io/managed-by=ecommerce-mesh` shows. */
export const MANAGED_BY = { "app.kubernetes.io/managed-by": "ecommerce-mesh" } as const;

/** Labels of every object of one service. `app` is what Istio, Kiali and the selectors read. */
export function serviceLabels(catalog: { readonly name: string }, service: string): Record<string, string> {
  return { app: service, "app.kubernetes.io/name": service, "app.kubernetes.io/part-of": catalog.name, ...MANAGED_BY };
}

/** Labels that select the pods of one version. They never change: a Deployment's selector is immutable. */
export function versionSelector(service: string, version: string): Record<string, string> {
  return { app: service, version };
}

/** Annotation of pods with connections that bypass the sidecar: why the configuration excepts them. */
export const PAST_SIDECAR_REASON = "ecommerce-mesh.dev/past-the-sidecar-because";

/** Annotation of a PeerAuthentication that takes plain text: why the configuration excepts it. */
export const PLAIN_TEXT_REASON = "ecommerce-mesh.dev/plain-text-because";

/** Annotation of every object of a placeholder chart: the chart that it replaces. */
export const PLACEHOLDER_ANNOTATION = "sandbox.ecommerce-mesh.dev/represents";

/** Prefix that mesh-node gives to the image of a container whose image it cannot run, as the id of that image. */
export const PLACEHOLDER_IMAGE = "placeholder:";
