import { objectName, type Finding } from "./finding.ts";
import type { ClusterView } from "./view.ts";

const DAY_MS = 86_400_000;

/** Days before its end at which a certificate is spoken of. */
const NEAR_DAYS = 30;

/** Services that nobody answers for. */
export function endpointFindings({ services }: ClusterView): Finding[] {
  return services
    .filter(
      ({ selector, type, readyEndpoints }) => selector !== undefined && type !== "ExternalName" && readyEndpoints === 0,
    )
    .map((service) => ({
      code: "service-without-endpoints",
      severity: "error",
      object: objectName("Service", service),
      message: "no ready pod is behind it: requests to it get a 503",
      remediation: `look at its pods: kubectl -n ${service.namespace} get pods -l ${labelText(service.selector ?? {})}`,
    }));
}

/** Autoscalers that would start more pods if they might. */
export function autoscalerFindings({ autoscalers }: ClusterView): Finding[] {
  return autoscalers
    .filter(({ current, desired, min, max }) => max > min && current >= max && desired >= max)
    .map((autoscaler) => ({
      code: "autoscaler-at-its-top",
      severity: "warning",
      object: objectName("HorizontalPodAutoscaler", autoscaler),
      message: `it runs ${autoscaler.current} pods and may not start more (${autoscaler.min} to ${autoscaler.max})`,
      remediation: "raise its max in the stack's configuration, after looking whether the nodes have headroom",
    }));
}

/** Certificates that end soon, or have. */
export function certificateFindings({ certificates, now }: ClusterView): Finding[] {
  return certificates
    .filter(({ notAfter }) => notAfter - now < NEAR_DAYS * DAY_MS)
    .map((certificate) => {
      const days = Math.floor((certificate.notAfter - now) / DAY_MS);
      const when = days < 0 ? `ended ${-days} days ago` : `ends in ${days} days`;
      return {
        code: "certificate-near-expiry",
        severity: days < 7 ? "error" : "warning",
        object: objectName("Secret", certificate),
        message: `the certificate in ${certificate.key} ${when} (${new Date(certificate.notAfter).toISOString().slice(0, 10)})`,
        remediation: "renew it where it comes from; one that the stack signed itself is renewed by the next `up`",
      };
    });
}

/** Certificates that cert-manager could not get, or has not yet. */
export function issuanceFindings({ issuances = [] }: ClusterView): Finding[] {
  return issuances
    .filter(({ ready }) => !ready)
    .map((issuance) => ({
      code: "certificate-not-issued",
      severity: "error",
      object: objectName("Certificate", issuance),
      message: `the Secret ${issuance.secretName} holds no valid certificate: ${issuance.message === "" ? "cert-manager has not looked at it yet" : issuance.message}`,
      remediation: `see how far it came: kubectl -n ${issuance.namespace} describe certificate,certificaterequest,order,challenge`,
    }));
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}
