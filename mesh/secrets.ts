import { MANAGED_BY } from "./kubernetes/labels.ts";
import { caSecret, remoteSecret } from "./features/multi-cluster/multi-cluster.ts";
import { NAMESPACES } from "./kubernetes/names.ts";
import { ADDON_SECRETS } from "./features/observability/addons/secrets.ts";
import { installsRateLimitService } from "./features/rate-limits/limits.ts";
import { inRateLimitNamespace, REDIS, REDIS_PASSWORD } from "./features/rate-limits/names.ts";
import { addonReleases } from "./features/observability/releases.ts";
import type { StackData } from "./stack/stack.ts";
import type { SecretTemplate } from "./kubernetes/secret-template.ts";

/** User and password of Grafana's administrator. */
export const GRAFANA_SECRET = addonSecret(ADDON_SECRETS.grafana.name, [
  ADDON_SECRETS.grafana.userKey,
  ADDON_SECRETS.grafana.passwordKey,
]);

/** Key with which Kiali signs its sessions. */
export const KIALI_SECRET = addonSecret(ADDON_SECRETS.kiali.name, [ADDON_SECRETS.kiali.key]);

/** Password of the rate limit service's Redis and its Sentinels. */
export const REDIS_SECRET: SecretTemplate = {
  metadata: inRateLimitNamespace(REDIS_PASSWORD.secret, REDIS),
  type: "Opaque",
  keys: [REDIS_PASSWORD.key],
};

/** Certificate of the ingress gateway, where the stack makes it. */
export function gatewaySecret(credentialName: string): SecretTemplate {
  return {
    metadata: { name: credentialName, namespace: NAMESPACES.ingress, labels: MANAGED_BY },
    type: "kubernetes.io/tls",
    keys: ["tls.crt", "tls.key"],
  };
}

/** Every Secret that a stack makes. */
export function secretTemplates(stack: StackData): SecretTemplate[] {
  const { tls } = stack.config.traffic;
  const ca = caSecret(stack);
  const installed = addonReleases(stack).map((release) => release.name);
  return [
    ...(installed.includes("grafana") ? [GRAFANA_SECRET] : []),
    ...(installed.includes("kiali") ? [KIALI_SECRET] : []),
    ...(ca === undefined ? [] : [ca]),
    ...stack.config.mesh.multiCluster.remoteClusters.map(remoteSecret),
    ...(installsRateLimitService(stack) ? [REDIS_SECRET] : []),
    ...(tls.mode === "selfSigned" ? [gatewaySecret(tls.credentialName)] : []),
  ];
}

function addonSecret(name: string, keys: readonly string[]): SecretTemplate {
  return { metadata: { name, namespace: NAMESPACES.observability, labels: MANAGED_BY }, type: "Opaque", keys };
}
