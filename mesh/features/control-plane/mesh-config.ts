import type { HelmValues } from "../../kubernetes/objects.ts";
import type { MeshConfig } from "../../stack/mesh.ts";
import type { StackData } from "../../stack/stack.ts";
import { authorizerProvider } from "../authorization/external-authorization.ts";
import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import { tracingProvider } from "../observability/telemetry/provider.ts";
import { extraStatTags } from "../observability/telemetry/telemetry.ts";

/**
 * Seconds without a packet after which a proxy asks whether the other side still lives: below the 350 seconds after which
 * an AWS network load balancer or NAT gateway forgets a connection. Source: ELB and VPC user guides.
 */
const KEEPALIVE_SECONDS = 300;

/** Istio's MeshConfig: what holds for every proxy of the mesh. */
export function meshConfig(stack: StackData): HelmValues {
  const { config } = stack;
  const { mesh } = config;
  const tracing = tracingProvider(config);
  // What policies of the mesh refer to by name. Istio knows `prometheus` (metrics) and `envoy` (access log) by itself.
  const extensionProviders = [
    ...(tracing === undefined
      ? []
      : [{ name: tracing.name, opentelemetry: { service: tracing.service, port: tracing.port } }]),
    ...authorizerProvider(config),
  ];
  return {
    accessLogFile: "/dev/stdout",
    accessLogEncoding: "JSON",
    enablePrometheusMerge: true,
    trustDomain: mesh.trustDomain,
    outboundTrafficPolicy: { mode: mesh.outboundTraffic },
    connectTimeout: "10s",
    tcpKeepalive: { probes: 9, time: `${KEEPALIVE_SECONDS}s`, interval: "75s" },
    defaultConfig: { ...proxyConfig(mesh, extraStatTags(stack)), ...dataPlaneOf(stack).proxyConfig },
    ...defaultTrafficPolicy(mesh),
    ...(extensionProviders.length === 0 ? {} : { extensionProviders }),
  };
}

/** Istio's ProxyConfig: how every proxy starts, ends and counts. */
function proxyConfig({ proxy }: MeshConfig, extraStatTags: readonly string[]): HelmValues {
  const stats = Object.entries(proxy.stats).filter(([, names]) => names.length > 0);
  return {
    concurrency: proxy.concurrency,
    holdApplicationUntilProxyStarts: true,
    drainDuration: `${proxy.drainSeconds}s`,
    terminationDrainDuration: `${proxy.terminationDrainSeconds}s`,
    proxyStatsMatcher: Object.fromEntries(stats),
    // A proxy counts by a label of its own only when it is told so at its start.
    ...(extraStatTags.length > 0 ? { extraStatTags } : {}),
  };
}

function defaultTrafficPolicy({ defaultTrafficPolicy: policy }: MeshConfig): HelmValues {
  if (policy === undefined) {
    return {};
  }
  const { maxConnections, connectTimeoutSeconds, maxPendingRequests, consecutive5xxErrors, maxEjectionPercent } =
    policy;
  return {
    defaultTrafficPolicy: {
      connectionPool: {
        tcp: { maxConnections, connectTimeout: `${connectTimeoutSeconds}s` },
        http: { http1MaxPendingRequests: maxPendingRequests },
      },
      outlierDetection: { consecutive5xxErrors, maxEjectionPercent },
    },
  };
}
