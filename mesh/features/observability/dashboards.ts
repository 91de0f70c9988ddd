import type { DataPlane } from "../data-plane/data-plane.ts";
import type { HelmValues } from "../../kubernetes/objects.ts";
import { dashboardJson } from "./dashboards/json.ts";
import { sharedProxyOverhead, sidecarOverhead } from "./dashboards/overhead.ts";
import type { Dashboard } from "./dashboards/panel.ts";
import { controlPlane, gateways } from "./dashboards/platform.ts";
import { canaryComparison, meshOverview, serviceSignals } from "./dashboards/services.ts";

const FOLDER = "mesh";

/** Every dashboard of a stack. */
export function dashboards(namespace: string, plane: DataPlane): Dashboard[] {
  return [
    meshOverview(plane),
    serviceSignals(namespace, plane),
    canaryComparison(namespace, plane),
    controlPlane(),
    gateways(),
    plane.sharedProxies().length > 0 ? sharedProxyOverhead(namespace) : sidecarOverhead(namespace),
  ];
}

/** Values of Grafana's chart that bring them, in a folder of their own. */
export function dashboardValues(namespace: string, plane: DataPlane): HelmValues {
  const provider = {
    name: FOLDER,
    orgId: 1,
    folder: "Mesh",
    type: "file",
    // Every `up` makes them again; what somebody saves by hand would be lost.
    disableDeletion: true,
    allowUiUpdates: false,
    options: { path: `/var/lib/grafana/dashboards/${FOLDER}` },
  };
  const files = dashboards(namespace, plane).map((dashboard) => [
    dashboard.uid,
    { json: JSON.stringify(dashboardJson(dashboard)) },
  ]);
  return {
    dashboardProviders: { "dashboardproviders.yaml": { apiVersion: 1, providers: [provider] } },
    dashboards: { [FOLDER]: Object.fromEntries(files) as HelmValues },
  };
}
