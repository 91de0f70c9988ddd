import type { ObservabilityConfig } from "../../config/schema/observability.ts";
import { NAMESPACES } from "../names.ts";
import type { HelmValues } from "../objects.ts";
import { ADDON_SECRETS } from "./addon-secrets.ts";
import { grafanaUrl, jaegerQueryUrl, prometheusUrl } from "./addresses.ts";

/** Values of the chart kiali-server 2. */
export function kialiValues(observability: ObservabilityConfig, pool: HelmValues): HelmValues {
  const { kiali } = observability;
  const { name, key } = ADDON_SECRETS.kiali;
  const { nodeSelector, tolerations } = pool;
  const jaeger = jaegerQueryUrl(observability);
  const grafana = grafanaUrl(observability);
  return {
    auth: authentication(observability),
    deployment: {
      replicas: kiali.replicas,
      resources: kiali.resources,
      image_pull_policy: "IfNotPresent",
      view_only_mode: kiali.viewOnly,
      // The chart's own policy lets everybody in; the stack's says who reads from whom.
      network_policy: { enabled: false },
      ...(kiali.replicas > 1
        ? { pod_disruption_budget: { spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" } } }
        : {}),
      // The chart has names of its own.
      ...(nodeSelector === undefined ? {} : { node_selector: nodeSelector }),
      ...(tolerations === undefined ? {} : { tolerations }),
    },
    external_services: {
      istio: { root_namespace: NAMESPACES.istioSystem },
      prometheus: { url: prometheusUrl(observability) },
      grafana: grafana === undefined ? { enabled: false } : { enabled: true, internal_url: grafana },
      tracing: jaeger === undefined ? { enabled: false } : { enabled: true, internal_url: jaeger, use_grpc: false },
    },
    login_token: { signing_key: `secret:${name}:${key}` },
  };
}

/** A token of Kubernetes, or, behind the ingress gateway, the identity provider. */
function authentication({ access }: ObservabilityConfig): HelmValues {
  return access.hosts.kiali === undefined || access.oidc === undefined
    ? { strategy: "token" }
    : {
        strategy: "openid",
        openid: {
          client_id: access.oidc.clientId,
          issuer_uri: access.oidc.issuer,
          scopes: ["openid", "email"],
          username_claim: "email",
          // Who is let in sees the mesh read-only; finer rights need an API server that trusts the same provider.
          disable_rbac: true,
        },
      };
}
