import { NAMESPACES, RATE_LIMIT_NAMESPACE } from "../../../mesh/kubernetes/names.ts";
import { installsRateLimitService } from "../../../mesh/features/rate-limits/limits.ts";
import { ofKind, reading } from "./check.ts";

const STANDARD = "pod-security.kubernetes.io";

/** Namespaces refuse pods that are less than restricted, and hold the application to what the catalog needs. */
export const namespaces = reading(["Namespace", "ResourceQuota", "LimitRange"], (stack, objects) => {
  const { catalog, config } = stack;
  const application = catalog.namespace;
  const inMesh = [application, ...(installsRateLimitService(stack) ? [RATE_LIMIT_NAMESPACE] : [])];
  const guarded = [
    NAMESPACES.istioSystem,
    NAMESPACES.ingress,
    ...(config.mesh.egressGateway.enabled ? [NAMESPACES.egress] : []),
    ...(config.mesh.cni.enabled ? inMesh : []),
    ...(config.traffic.tls.mode === "certManager" || config.mesh.istioCsr.enabled ? [NAMESPACES.certManager] : []),
  ];
  const labels = new Map(ofKind(objects, "Namespace").map(({ metadata }) => [metadata.name, metadata.labels ?? {}]));
  const weak = guarded.find((name) => labels.get(name)?.[`${STANDARD}/enforce`] !== "restricted");
  if (weak !== undefined) {
    return `${weak} does not enforce the restricted standard`;
  }
  const silent = inMesh.find((name) =>
    ["warn", "audit"].some((mode) => labels.get(name)?.[`${STANDARD}/${mode}`] !== "restricted"),
  );
  if (silent !== undefined) {
    return `${silent} does not warn or audit`;
  }
  const own = <T extends { readonly metadata: { readonly namespace?: string } }>(all: readonly T[]) =>
    all.filter(({ metadata }) => metadata.namespace === application);
  const hard = own(ofKind(objects, "ResourceQuota"))[0]?.spec.hard ?? {};
  const limits = own(ofKind(objects, "LimitRange"))[0]?.spec.limits ?? [];
  const quota =
    Number(hard["pods"]) >= Object.keys(catalog.services).length &&
    hard["requests.cpu"] !== undefined &&
    hard["requests.memory"] !== undefined &&
    hard["services.loadbalancers"] === "0" &&
    hard["services.nodeports"] === "0";
  const defaults = limits.some(
    ({ type, default: most, defaultRequest: least }) =>
      type === "Container" && [most, least].every((amounts) => amounts?.["cpu"] !== undefined && amounts["memory"]),
  );
  return !config.security.quota.enabled || (quota && defaults) ? undefined : `${application} has no quota`;
});
