import { installsCertManager, usesPrivateCa } from "./uses.ts";
import { NAMESPACES, RELEASES } from "../../kubernetes/names.ts";
import type { HelmRelease, HelmValues } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { spreadByHost, spreadByZone, systemPool } from "../../releases/placement.ts";

const NAME = "app.kubernetes.io/name";

/** cert-manager, where the stack brings it along. */
export function certManager({ config }: StackData): HelmRelease | undefined {
  if (!installsCertManager(config)) {
    return undefined;
  }
  const { replicas, resources, chart } = config.certificates.certManager;
  const pool = systemPool(config);
  const pods = (name: string): HelmValues => ({
    replicaCount: replicas,
    resources,
    ...pool,
    affinity: spreadByHost({ [NAME]: name }),
    topologySpreadConstraints: spreadByZone({ [NAME]: name }),
    ...(replicas > 1
      ? { podDisruptionBudget: { enabled: true, maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" } }
      : {}),
  });
  return {
    name: RELEASES.certManager,
    namespace: NAMESPACES.certManager,
    chart: "cert-manager",
    ...chart,
    values: {
      // They come and go with the release: what a destroy left behind would be the next cluster's riddle.
      crds: { enabled: true, keep: false },
      global: {
        priorityClassName: config.mesh.priorityClassName,
        // In its own namespace: in kube-system, the default, it would need rights there.
        leaderElection: { namespace: NAMESPACES.certManager },
      },
      ...pods("cert-manager"),
      // The Gateway's Secret stays when its Certificate is made again, and with it HTTPS.
      enableCertificateOwnerRef: false,
      webhook: { ...pods("webhook"), timeoutSeconds: 10 },
      cainjector: pods("cainjector"),
      // The release is done once the webhooks have answered: then, and not when the pods are ready, an Issuer passes.
      startupapicheck: { enabled: true, timeout: "5m", resources, ...pool },
    },
  };
}

/** The issuer that asks AWS Private CA; undefined where none is asked. */
export function privateCaIssuer({ config }: StackData): HelmRelease | undefined {
  const { resources, chart } = config.certificates.privateCa;
  return usesPrivateCa(config)
    ? {
        name: RELEASES.privateCaIssuer,
        namespace: NAMESPACES.certManager,
        chart: "aws-privateca-issuer",
        ...chart,
        values: {
          replicaCount: 2,
          serviceAccount: { name: RELEASES.privateCaIssuer },
          resources,
          priorityClassName: config.mesh.priorityClassName,
          // What Pod Security `restricted` asks for: the chart's own are short of it.
          podSecurityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          podDisruptionBudget: { maxUnavailable: 1 },
          approverRole: { enabled: true, serviceAccountName: RELEASES.certManager, namespace: NAMESPACES.certManager },
          ...systemPool(config),
        },
      }
    : undefined;
}

/** Releases that issue certificates, in the order of their installation. */
export function certificateReleases(stack: StackData): HelmRelease[] {
  return [certManager(stack), privateCaIssuer(stack)].filter((release) => release !== undefined);
}
