import { listAt, objectAt, stringAt } from "../../mesh/kubernetes/fields.ts";
import type { KubernetesApi } from "./kubernetes-api.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** A pod as people name it on the command line. */
export interface FoundPod extends PodName {
  readonly isReady: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** Container that `kubectl logs` takes by default; undefined where the pod does not say. */
  readonly defaultContainer: string | undefined;
  /** Init containers that go on running among them. */
  readonly containers: readonly string[];
}

/** Labels that name what a pod belongs to, first the one of Istio's and of this program. */
const APP_LABELS = ["app", "app.kubernetes.io/name", "istio"] as const;

/** Container of the sidecar, and the only one of a gateway. */
export const PROXY_CONTAINER = "istio-proxy";

/**
 * The pods that a name means: a pod's own name, `namespace/name`, or a service, with `:version` if need be. Ready ones
 * come first, then by name.
 * @throws CommandError `pod.missing` naming what there is
 */
export async function podsNamed(
  api: Pick<KubernetesApi, "list">,
  text: string,
): Promise<readonly [FoundPod, ...FoundPod[]]> {
  const pods = (await api.list("/api/v1/pods")).map(foundPod);
  const [first, ...others] = pods
    .filter((pod) => isMeant(pod, text))
    .sort((one, other) => Number(other.isReady) - Number(one.isReady) || (one.name < other.name ? -1 : 1));
  if (first === undefined) {
    const known = [...new Set(pods.flatMap(({ labels }) => labels["app"] ?? []))].sort();
    throw new CommandError(
      "pod.missing",
      `no pod and no service is named ${text}`,
      `Services with pods: ${known.join(", ")}. A pod is named as kubectl lists it, or namespace/name.`,
    );
  }
  return [first, ...others];
}

function isMeant({ namespace, name, labels }: FoundPod, text: string): boolean {
  if (name === text || `${namespace}/${name}` === text) {
    return true;
  }
  const slash = text.indexOf("/");
  const [service, version] = text.slice(slash + 1).split(":");
  return (
    (slash < 0 || text.slice(0, slash) === namespace) &&
    APP_LABELS.some((label) => labels[label] === service) &&
    (version === undefined || labels["version"] === version)
  );
}

function foundPod(pod: unknown): FoundPod {
  const annotations = objectAt(pod, "metadata", "annotations");
  const isSidecar = (container: unknown) => stringAt(container, "restartPolicy") === "Always";
  return {
    namespace: stringAt(pod, "metadata", "namespace") ?? "",
    name: stringAt(pod, "metadata", "name") ?? "",
    isReady:
      stringAt(pod, "metadata", "deletionTimestamp") === undefined &&
      listAt(pod, "status", "conditions").some(
        (one) => stringAt(one, "type") === "Ready" && stringAt(one, "status") === "True",
      ),
    labels: objectAt(pod, "metadata", "labels") as Record<string, string>,
    defaultContainer: stringAt(annotations, "kubectl.kubernetes.io/default-container"),
    containers: [
      ...listAt(pod, "spec", "containers"),
      ...listAt(pod, "spec", "initContainers").filter(isSidecar),
    ].flatMap((container) => stringAt(container, "name") ?? []),
  };
}

/** A pod as the API server names it. */
export interface PodName {
  readonly namespace: string;
  readonly name: string;
}
