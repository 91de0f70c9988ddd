import type { AddonConfig, ObservabilityConfig } from "../../config/schema/observability.ts";
import { NAMESPACES, RELEASES } from "../names.ts";
import type { HelmRelease, HelmValues } from "../objects.ts";
import type { StackData } from "../stack.ts";
import { systemPool } from "./placement.ts";

/** Secrets that the addons read; the program makes them, so that no password stands in chart values. */
export const ADDON_SECRETS = {
  grafana: { name: "grafana-admin", userKey: "admin-user", passwordKey: "admin-password" },
  kiali: { name: "kiali-signing-key", key: "key" },
} as const;

/** The addons that this stack installs itself, in the order in which they read from each other. */
export function addonReleases({ config }: StackData): HelmRelease[] {
  const { prometheus, jaeger, grafana, kiali } = config.observability;
  const pool = systemPool(config);
  return [
    ...release(RELEASES.prometheus, "prometheus", prometheus, prometheusValues(prometheus, pool)),
    ...release(RELEASES.jaeger, "jaeger", jaeger, jaegerValues(jaeger, pool)),
    ...release(RELEASES.grafana, "grafana", grafana, { ...grafanaValues(config.observability), ...pool }),
    ...release(RELEASES.kiali, "kiali-server", kiali, kialiValues(config.observability, pool)),
  ];
}

function release(name: string, chart: string, addon: AddonConfig, values: HelmValues): HelmRelease[] {
  if (!addon.enabled || addon.address !== undefined) {
    return [];
  }
  return [{ name, namespace: NAMESPACES.observability, chart, ...addon.chart, values }];
}

/** Address of Prometheus for those who read from it. */
function prometheusUrl({ prometheus }: ObservabilityConfig): string {
  return prometheus.address ?? `http://${RELEASES.prometheus}-server.${NAMESPACES.observability}.svc.cluster.local`;
}

/** Address of Jaeger's query service; undefined when this stack does not install it. */
function jaegerQueryUrl({ jaeger }: ObservabilityConfig): string | undefined {
  return jaeger.enabled && jaeger.address === undefined
    ? `http://${RELEASES.jaeger}.${NAMESPACES.observability}.svc.cluster.local:16686`
    : undefined;
}

/** The server alone: it finds proxies, gateways and istiod by their prometheus.io annotations. */
function prometheusValues(prometheus: ObservabilityConfig["prometheus"], pool: HelmValues): HelmValues {
  return {
    server: {
      ...pool,
      resources: prometheus.resources,
      retention: `${prometheus.retentionDays}d`,
      // Metrics live as long as the pod: a volume needs a storage class that not every cluster has.
      persistentVolume: { enabled: false },
    },
    alertmanager: { enabled: false },
    "kube-state-metrics": { enabled: false },
    "prometheus-node-exporter": { enabled: false },
    "prometheus-pushgateway": { enabled: false },
  };
}

function jaegerValues(jaeger: AddonConfig, pool: HelmValues): HelmValues {
  return { jaeger: { replicas: 1, resources: jaeger.resources, ...pool } };
}

function grafanaValues(observability: ObservabilityConfig): HelmValues {
  const { name, userKey, passwordKey } = ADDON_SECRETS.grafana;
  const jaeger = jaegerQueryUrl(observability);
  return {
    admin: { existingSecret: name, userKey, passwordKey },
    resources: observability.grafana.resources,
    testFramework: { enabled: false },
    datasources: {
      "datasources.yaml": {
        apiVersion: 1,
        datasources: [
          {
            name: "Prometheus",
            type: "prometheus",
            uid: "prometheus",
            access: "proxy",
            isDefault: true,
            url: prometheusUrl(observability),
          },
          ...(jaeger === undefined
            ? []
            : [{ name: "Jaeger", type: "jaeger", uid: "jaeger", access: "proxy", url: jaeger }]),
        ],
      },
    },
  };
}

function kialiValues(observability: ObservabilityConfig, { nodeSelector, tolerations }: HelmValues): HelmValues {
  const { name, key } = ADDON_SECRETS.kiali;
  const jaeger = jaegerQueryUrl(observability);
  return {
    auth: { strategy: "token" },
    deployment: {
      resources: observability.kiali.resources,
      image_pull_policy: "IfNotPresent",
      // The chart has names of its own.
      ...(nodeSelector === undefined ? {} : { node_selector: nodeSelector }),
      ...(tolerations === undefined ? {} : { tolerations }),
    },
    external_services: {
      istio: { root_namespace: NAMESPACES.istioSystem },
      prometheus: { url: prometheusUrl(observability) },
      grafana: grafanaLink(observability),
      tracing: jaeger === undefined ? { enabled: false } : { enabled: true, internal_url: jaeger, use_grpc: false },
    },
    login_token: { signing_key: `secret:${name}:${key}` },
  };
}

/** Kiali links to Grafana's dashboards; it needs no login for that. */
function grafanaLink({ grafana }: ObservabilityConfig): HelmValues {
  const url =
    grafana.address ??
    (grafana.enabled ? `http://${RELEASES.grafana}.${NAMESPACES.observability}.svc.cluster.local` : undefined);
  return url === undefined ? { enabled: false } : { enabled: true, internal_url: url };
}
