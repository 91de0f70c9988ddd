import { ambientFindings } from "./ambient.ts";
import { callFindings } from "./calls.ts";
import type { Finding } from "./finding.ts";
import { gatewayCertificateFindings, gatewayFindings } from "./gateways.ts";
import { mtlsFindings } from "./mtls.ts";
import { podFindings } from "./pods.ts";
import { routeFindings } from "./routes.ts";
import { autoscalerFindings, certificateFindings, endpointFindings, issuanceFindings } from "./services.ts";
import { sidecarFindings } from "./sidecars.ts";
import type { ClusterView } from "./view.ts";

/** Everything that is wrong with a cluster, errors first, each object's findings together. */
export function diagnose(view: ClusterView): Finding[] {
  const findings = [
    ...podFindings(view),
    ...sidecarFindings(view),
    ...routeFindings(view),
    ...endpointFindings(view),
    ...mtlsFindings(view),
    ...gatewayFindings(view),
    ...gatewayCertificateFindings(view),
    ...callFindings(view),
    ...autoscalerFindings(view),
    ...certificateFindings(view),
    ...ambientFindings(view),
    ...issuanceFindings(view),
  ];
  const rank = ({ severity, object }: Finding) => `${severity === "error" ? 0 : 1} ${object}`;
  return findings.sort((one, other) => (rank(one) < rank(other) ? -1 : rank(one) > rank(other) ? 1 : 0));
}
