import { isAmbientNamespace, marksPods, startsWaypoints } from "../../analysis/doctor/ambient.ts";
import type { Finding } from "../../analysis/doctor/finding.ts";
import type { ClusterView } from "../../analysis/doctor/view.ts";
import { styleFor } from "./style.ts";

/** What the doctor could not see, each as a sentence. */
export function notLookedAt(
  view: Pick<ClusterView, "proxies" | "declared" | "gatewayApi" | "issuances" | "namespaces" | "pods">,
): string[] {
  const { proxies, declared, gatewayApi, issuances } = view;
  const isAmbient = view.namespaces.some(isAmbientNamespace);
  return [
    ...(isAmbient && !marksPods(view)
      ? ["whether ztunnel has every pod: a placeholder stands here for istio-cni, which would mark them"]
      : []),
    ...(isAmbient && !startsWaypoints(view) ? ["pods of waypoints: no istiod runs here, which would start them"] : []),
    ...(issuances === undefined
      ? ["whether certificates are issued: cert-manager is represented here, or these credentials may not list them"]
      : []),
    ...(proxies === undefined
      ? ["whether proxies are in step with istiod: its debug port cannot be reached through the API server"]
      : []),
    ...(gatewayApi === undefined
      ? ["HTTPRoutes and Gateways of the Gateway API: these credentials may not list them"]
      : []),
    ...(declared === undefined ? ["calls that a catalog declares: no stack was named"] : []),
  ];
}

/** The lines that a person reads. */
export function doctorLines(
  findings: readonly Finding[],
  unseen: readonly string[],
  stream: NodeJS.WriteStream,
): string[] {
  const color = styleFor(stream);
  return [
    ...findings.flatMap(({ severity, code, object, message, remediation }) => [
      `${severity === "error" ? color.red("error") : color.yellow("warning")} ${code}: ${object}`,
      `  ${message}`,
      `  ${remediation}`,
    ]),
    ...unseen.map((what) => color.dim(`not looked at: ${what}`)),
    findings.length === 0 ? color.green("nothing found") : `${findings.length} findings`,
  ];
}
