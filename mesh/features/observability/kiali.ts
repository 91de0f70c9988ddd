import type { ObservabilityConfig } from "./schema/observability.ts";
import { NAMESPACES } from "../../kubernetes/names.ts";
import { defined } from "../../kubernetes/defined.ts";
import type { HelmValues } from "../../kubernetes/objects.ts";
import { spreadByHost, spreadByZone } from "../../releases/placement.ts";
import { ADDON_SECRETS } from "./addons/secrets.ts";
import { grafanaUrl, isInstalled, jaegerQueryUrl, prometheusUrl } from "./addons/addresses.ts";
import { DASHBOARD_TITLES, DATA_SOURCES } from "./dashboards/names.ts";

const LABELS = { "app.kubernetes.io/name": "kiali" } as const;

/** Values of the chart kiali-server 2. */
export function kialiValues(observability: ObservabilityConfig, pool: HelmValues): HelmValues {
  const { kiali } = observability;
  const { name, key } = ADDON_SECRETS.kiali;
  const { nodeSelector, tolerations } = pool;
  const jaeger = jaegerQueryUrl(observability);
  const login = singleSignOn(observability);
  return {
    auth: login === undefined ? { strategy: "token" } : { strategy: "openid", openid: login.openid },
    ...(login !== undefined && { server: login.server }),
    deployment: {
      replicas: kiali.replicas,
      resources: kiali.resources,
      image_pull_policy: "IfNotPresent",
      view_only_mode: kiali.viewOnly,
      // The chart's own policy lets everybody in; the stack's lets in who reads from it.
      network_policy: { enabled: false },
      ...(login !== undefined && { secret_name: login.secret }),
      ...(kiali.replicas > 1 && {
        pod_disruption_budget: { spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" } },
      }),
      // The chart has names of its own.
      affinity: { pod_anti: spreadByHost(LABELS).podAntiAffinity },
      topology_spread_constraints: spreadByZone(LABELS),
      ...defined({ node_selector: nodeSelector, tolerations }),
    },
    external_services: {
      istio: { root_namespace: NAMESPACES.istioSystem },
      prometheus: { url: prometheusUrl(observability) },
      grafana: grafanaLinks(observability),
      tracing: jaeger === undefined ? { enabled: false } : { enabled: true, internal_url: jaeger, use_grpc: false },
    },
    login_token: { signing_key: `secret:${name}:${key}` },
  };
}

/**
 * Kiali links to Grafana's dashboards, so it needs an address that a browser reaches; without one it takes Grafana for
 * broken, and is told of none. It looks the dashboards up by title, as Grafana's administrator where the stack installs it.
 * Source: kiali v2.29.0, grafana/grafana.go.
 */
function grafanaLinks(observability: ObservabilityConfig): HelmValues {
  const { grafana, access } = observability;
  const internal = grafanaUrl(observability);
  const external =
    grafana.address ?? (access.hosts.grafana === undefined ? undefined : `https://${access.hosts.grafana}`);
  if (internal === undefined || external === undefined) {
    return { enabled: false };
  }
  const links = { enabled: true, internal_url: internal, external_url: external };
  const { name, passwordKey } = ADDON_SECRETS.grafana;
  return isInstalled(grafana)
    ? {
        ...links,
        datasource_uid: DATA_SOURCES.prometheus,
        auth: { type: "basic", username: "admin", password: `secret:${name}:${passwordKey}` },
        dashboards: [
          { name: DASHBOARD_TITLES.service, variables: { service: "var-service" } },
          { name: DASHBOARD_TITLES.canary, variables: { service: "var-service" } },
          { name: DASHBOARD_TITLES.overview, variables: {} },
        ],
      }
    : links;
}

/** Behind the ingress gateway the identity provider lets people in; undefined where a token of Kubernetes does. */
function singleSignOn({ access: { hosts, oidc } }: ObservabilityConfig) {
  if (hosts.kiali === undefined || oidc === undefined) {
    return undefined;
  }
  return {
    openid: {
      client_id: oidc.clientId,
      issuer_uri: oidc.issuer,
      scopes: ["openid", "email"],
      username_claim: "email",
      ...(oidc.allowedDomains.length > 0 && { allowed_domains: [...oidc.allowedDomains] }),
      // Who is let in sees the mesh read-only; finer rights need an API server that trusts the same provider.
      disable_rbac: true,
    },
    // The provider sends people back to this address. Kiali's own guess has the port of its pod.
    server: { web_fqdn: hosts.kiali, web_schema: "https", web_port: "443" },
    secret: oidc.clientSecret.name,
  };
}
