import { ISTIO_KUBERNETES, ISTIO_TABLE_DATE, istioRefusal } from "../istio-versions.ts";
import type { Check } from "./index.ts";

/** The Istio version is safe and supported, and supports the Kubernetes version of the cluster. */
export const checkVersions: Check = ({ config }) => {
  const { version } = config.mesh;
  const refusal = istioRefusal(version);
  if (refusal !== undefined) {
    return [{ path: "mesh.version", message: refusal.reason, hint: refusal.mend }];
  }
  const supported = ISTIO_KUBERNETES[version.split(".").slice(0, 2).join(".")];
  const minor = Number(config.cluster.version.split(".")[1]);
  if (config.platform.kind !== "eks" || supported === undefined || (minor >= supported.min && minor <= supported.max)) {
    return [];
  }
  return [
    {
      path: "cluster.version",
      message: `expected Kubernetes 1.${supported.min} to 1.${supported.max}, which Istio ${version} supports; got "${config.cluster.version}"`,
      hint: `table of ${ISTIO_TABLE_DATE}`,
    },
  ];
};
