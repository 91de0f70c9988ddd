import { KUBE_SYSTEM, RELEASES } from "../../kubernetes/names.ts";
import type { HelmRelease } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";

/**
 * The Gateway API's CustomResourceDefinitions. No chart of Istio brings them, and EKS does not either.
 * @returns undefined where nothing is of their kinds, and where the cluster brings them
 */
export function gatewayApiCrds({ config }: StackData): HelmRelease | undefined {
  const { mode, gatewayApi, gatewayApiCrds: crds } = config.mesh;
  return (mode === "ambient" || gatewayApi) && crds.install
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
