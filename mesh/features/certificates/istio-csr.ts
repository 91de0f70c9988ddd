import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import { certifiesWorkloads } from "./uses.ts";
import { signerHost, workloadIssuer } from "./workload-certificates.ts";
import { NAMESPACES, RELEASES } from "../../kubernetes/names.ts";
import type { HelmRelease } from "../../kubernetes/objects.ts";
import { revisionsOf } from "../control-plane/revisions/revisions.ts";
import type { StackData } from "../../stack/stack.ts";
import { spreadByHost, spreadByZone, systemPool } from "../../releases/placement.ts";

const LABELS = { app: RELEASES.istioCsr };

/**
 * What takes the proxies' requests for certificates to cert-manager. Undefined where istiod signs.
 * @param clusterName name of the cluster, as istiod tells it to the proxies: requests of other clusters are refused
 */
export function istioCsr(stack: StackData, clusterName: string): HelmRelease | undefined {
  const { config } = stack;
  const { mesh } = config;
  if (!certifiesWorkloads(config)) {
    return undefined;
  }
  const { replicas, resources, maxCertificateHours, chart } = mesh.istioCsr;
  const hours = `${maxCertificateHours}h`;
  return {
    name: RELEASES.istioCsr,
    namespace: NAMESPACES.certManager,
    chart: "cert-manager-istio-csr",
    ...chart,
    values: {
      replicaCount: replicas,
      resources,
      priorityClassName: mesh.priorityClassName,
      ...systemPool(config),
      affinity: spreadByHost(LABELS),
      topologySpreadConstraints: spreadByZone(LABELS),
      ...(replicas > 1 ? { podDisruptionBudget: { enabled: true, maxUnavailable: 1 } } : {}),
      app: {
        logFormat: "json",
        certmanager: { namespace: NAMESPACES.istioSystem, issuer: { enabled: true, ...workloadIssuer(config) } },
        tls: {
          trustDomain: mesh.trustDomain,
          certificateDNSNames: [signerHost()],
          certificateDuration: hours,
          // The program makes it, so that istiod can wait for it.
          istiodCertificateEnable: false,
        },
        server: {
          clusterID: clusterName,
          maxCertificateDuration: hours,
          serving: { signatureAlgorithm: "ECDSA", certificateKeySize: 256 },
          ...dataPlaneOf(stack).certificateServer,
        },
        istio: { namespace: NAMESPACES.istioSystem, revisions: revisionsOf(mesh).map(({ name }) => name) },
        controller: { leaderElectionNamespace: NAMESPACES.istioSystem },
      },
    },
  };
}
