import { MANAGED_BY } from "../../kubernetes/labels.ts";
import { caSecret, remoteSecret } from "../multi-cluster/multi-cluster.ts";
import { NAMESPACES } from "../../kubernetes/names.ts";
import type { Metadata } from "../../kubernetes/objects.ts";
import { ADDON_SECRETS } from "../observability/addon-secrets.ts";
import { installsRateLimitService } from "../rate-limits/service/installed.ts";
import { inRateLimitNamespace, REDIS, REDIS_PASSWORD } from "../rate-limits/service/names.ts";
import { addonReleases } from "../observability/releases.ts";
import type { StackData } from "../../stack/stack.ts";

/** A Secret without its values: those exist only in the engine's encrypted state and in the cluster. */
export interface SecretTemplate {
  readonly metadata: Metadata;
  readonly type: "Opaque" | "kubernetes.io/tls";
  /** Keys of the data. */
  readonly keys: readonly string[];
}

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
