import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import type { StackData } from "../../stack/stack.ts";
import type { ObservabilityConfig } from "./schema/observability.ts";
import type { HelmValues } from "../../kubernetes/objects.ts";
import { ADDON_SECRETS } from "./addons/secrets.ts";
import { dashboardValues } from "./dashboards.ts";
import { DATA_SOURCES } from "./dashboards/names.ts";
import { jaegerQueryUrl, prometheusUrl } from "./addons/addresses.ts";
import { SCRAPE_SECONDS } from "./volume.ts";

const OIDC_VARIABLE = "GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET";

/** Values of the chart grafana 12. All that it shows is made by the stack, so nothing is lost with its pod. */
export function grafanaValues(stack: StackData, pool: HelmValues): HelmValues {
  const { observability } = stack.config;
  const { name, userKey, passwordKey } = ADDON_SECRETS.grafana;
  return {
    admin: { existingSecret: name, userKey, passwordKey },
    resources: observability.grafana.resources,
    ...pool,
    // The container that would fetch dashboards from the network; the chart has it as soon as there are any.
    downloadDashboards: { resources: observability.grafana.resources },
    testFramework: { enabled: false },
    datasources: { "datasources.yaml": { apiVersion: 1, datasources: dataSources(observability) } },
    ...dashboardValues(stack.catalog.namespace, dataPlaneOf(stack)),
    ...login(observability),
  };
}

function dataSources(observability: ObservabilityConfig): HelmValues[] {
  const jaeger = jaegerQueryUrl(observability);
  const prometheus: HelmValues = {
    name: "Prometheus",
    type: "prometheus",
    uid: DATA_SOURCES.prometheus,
    access: "proxy",
    isDefault: true,
    url: prometheusUrl(observability),
    jsonData: {
      timeInterval: `${SCRAPE_SECONDS}s`,
      // From a point in a graph to the trace behind it.
      ...(jaeger !== undefined && {
        exemplarTraceIdDestinations: [{ name: "trace_id", datasourceUid: DATA_SOURCES.jaeger }],
      }),
    },
  };
  return jaeger === undefined
    ? [prometheus]
    : [prometheus, { name: "Jaeger", type: "jaeger", uid: DATA_SOURCES.jaeger, access: "proxy", url: jaeger }];
}

/** Behind the ingress gateway people log in at the identity provider; the administrator's password still works. */
function login({ access }: ObservabilityConfig): HelmValues {
  const host = access.hosts.grafana;
  if (host === undefined || access.oidc === undefined) {
    return {};
  }
  const { clientId, clientSecret, authUrl, tokenUrl, userInfoUrl, allowedDomains } = access.oidc;
  return {
    "grafana.ini": {
      server: { root_url: `https://${host}` },
      "auth.generic_oauth": {
        enabled: true,
        name: "Single sign-on",
        client_id: clientId,
        scopes: "openid profile email",
        use_pkce: true,
        auth_url: authUrl,
        token_url: tokenUrl,
        api_url: userInfoUrl,
        allow_sign_up: true,
        ...(allowedDomains.length > 0 && { allowed_domains: allowedDomains.join(" ") }),
      },
    },
    envValueFrom: { [OIDC_VARIABLE]: { secretKeyRef: clientSecret } },
  };
}
