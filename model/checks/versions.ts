import type { Problem } from "../../config/errors.ts";
import { eksRefusal } from "../eks-versions.ts";
import { ISTIO_KUBERNETES, ISTIO_TABLE_DATE, istioRefusal } from "../istio-versions.ts";
import type { StackData } from "../stack.ts";
import type { Check } from "./index.ts";

/** The Istio version is safe and supported, EKS supports the Kubernetes version, and the two support each other. */
export const checkVersions: Check = (stack) => {
  const istio = istioRefusal(stack.config.mesh.version);
  const kubernetes = kubernetesProblem(stack);
  return [
    ...(istio === undefined ? [] : [{ path: "mesh.version", message: istio.reason, hint: istio.mend }]),
    ...(kubernetes === undefined ? [] : [kubernetes]),
  ];
};

function kubernetesProblem({ config }: StackData): Problem | undefined {
  if (config.platform.kind !== "eks") {
    return undefined;
  }
  const path = "cluster.version";
  const eks = eksRefusal(config.cluster.version);
  return eks === undefined
    ? versionPairProblem(path, config.mesh.version, config.cluster.version)
    : { path, message: eks.reason, hint: eks.mend };
}

/** Why this Istio must not run on this Kubernetes; undefined when it may, or the Istio is unknown. */
export function versionPairProblem(path: string, istio: string, kubernetes: string): Problem | undefined {
  const supported = ISTIO_KUBERNETES[istio.split(".").slice(0, 2).join(".")];
  const minor = Number(kubernetes.split(".")[1]);
  return supported === undefined || (minor >= supported.min && minor <= supported.max)
    ? undefined
    : {
        path,
        message: `expected Kubernetes 1.${supported.min} to 1.${supported.max}, which Istio ${istio} supports; got "${kubernetes}"`,
        hint: `table of ${ISTIO_TABLE_DATE}`,
      };
}
