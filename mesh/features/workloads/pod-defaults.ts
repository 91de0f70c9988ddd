import type { Container } from "kubernetes-types/core/v1.d.ts";
import type { PodSpec } from "../../kubernetes/objects.ts";

/** A user id that no image's system users have (distroless calls it `nonroot`); Kubernetes refuses root without one. */
const NON_ROOT = 65532;

/** What the Pod Security Standard `restricted` asks of a pod. */
export const RESTRICTED_POD: NonNullable<PodSpec["securityContext"]> = {
  runAsNonRoot: true,
  runAsUser: NON_ROOT,
  runAsGroup: NON_ROOT,
  seccompProfile: { type: "RuntimeDefault" },
};

/** What it asks of a container, and a file system that is only read. */
export const RESTRICTED_CONTAINER: NonNullable<Container["securityContext"]> = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** Spreads the pods with these labels over zones, and over the nodes of a zone. */
export function spreadEvenly(
  labels: Readonly<Record<string, string>>,
): NonNullable<PodSpec["topologySpreadConstraints"]> {
  return ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    // Uneven pods are better than no pods while a zone is away.
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: { ...labels } },
  }));
}
