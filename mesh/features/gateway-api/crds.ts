import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import { KUBE_SYSTEM, RELEASES } from "../../kubernetes/names.ts";
import type { HelmRelease } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";

/**
 * The Gateway API's CustomResourceDefinitions. No chart of Istio brings them, and EKS does not either.
 * @returns undefined where nothing is of their kinds, and where the cluster brings them
 */
export function gatewayApiCrds(stack: StackData): HelmRelease | undefined {
  const { gatewayApi, gatewayApiCrds: crds } = stack.config.mesh;
  return (gatewayApi || dataPlaneOf(stack).readsRequestsAt === "waypoint") && crds.install
    ? {
        name: RELEASES.gatewayApiCrds,
        // What it brings lies in no namespace; this one always exists, and holds Helm's record.
        namespace: KUBE_SYSTEM,
        chart: "gateway-api-crds",
        version: crds.chart.version,
        repository: crds.chart.repository,
        values: {},
      }
    : undefined;
}
