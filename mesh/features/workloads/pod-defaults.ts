import type { Container, ContainerPort } from "kubernetes-types/core/v1.d.ts";
import type { DeploymentSpec, PodSpec } from "../../kubernetes/objects.ts";
import type { StackConfig } from "../../stack/config.ts";
import { workloadPlacement } from "../../stack/node-pools.ts";

type Labels = Readonly<Record<string, string>>;

/** A user id that no image's system users have (distroless calls it `nonroot`); Kubernetes refuses root without one. */
const NON_ROOT = 65532;

/** One pod at a time, and a pod that is not ready never blocks a drain. */
export const ONE_AT_A_TIME = { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" } as const;

/** What the Pod Security Standard `restricted` asks of a container, and a file system that is only read. */
export const RESTRICTED_CONTAINER: NonNullable<Container["securityContext"]> = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** A rolling update in which a new pod is there before an old one goes, so capacity never drops below what is asked for. */
export function rolling(
  selector: Labels,
  template: DeploymentSpec["template"],
): Pick<DeploymentSpec, "revisionHistoryLimit" | "selector" | "strategy" | "template"> {
  return {
    revisionHistoryLimit: 3,
    selector: { matchLabels: { ...selector } },
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: 0 } },
    template,
  };
}

/**
 * What pods of the workload pool have in common: an account without a token for Kubernetes, what the Pod Security Standard
 * `restricted` asks of a pod, and an even spread over zones, and over the nodes of a zone.
 * @param selector labels of the pods that are spread
 */
export function restrictedPod(
  config: StackConfig,
  serviceAccountName: string,
  selector: Labels,
): Omit<PodSpec, "containers"> {
  return {
    serviceAccountName,
    automountServiceAccountToken: false,
    ...workloadPlacement(config),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: NON_ROOT,
      runAsGroup: NON_ROOT,
      seccompProfile: { type: "RuntimeDefault" },
    },
    topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      // Uneven pods are better than no pods while a zone is away.
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: { ...selector } },
    })),
  };
}

/** Ports of a container by their names. */
export function containerPorts(ports: Readonly<Record<string, number>>): ContainerPort[] {
  return Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort, protocol: "TCP" }));
}
