import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import type { StackConfig } from "../../stack/config.ts";
import type { DefaultTrafficPolicy } from "../routing/schema/default-traffic-policy.ts";
import type { MeshConfig } from "../../stack/mesh.ts";
import type { HelmValues } from "../../kubernetes/objects.ts";
import { tracingProvider } from "../observability/telemetry/provider.ts";
import { extraStatTags } from "../observability/telemetry/telemetry.ts";
import type { StackData } from "../../stack/stack.ts";
import { authorizerProvider } from "../authorization/external-authorization.ts";

/**
 * Seconds without a packet after which a proxy asks whether the other side still lives: below the 350 seconds after which
 * an AWS network load balancer or NAT gateway forgets a connection. Source: ELB and VPC user guides.
 */
const KEEPALIVE_SECONDS = 300;

/** Istio's MeshConfig: what holds for every proxy of the mesh. */
export function meshConfig(stack: StackData): HelmValues {
  const { config } = stack;
  const tags = extraStatTags(stack);
  const { mesh } = config;
  const providers = extensionProviders(config);
  return {
    accessLogFile: "/dev/stdout",
    accessLogEncoding: "JSON",
    enablePrometheusMerge: true,
    trustDomain: mesh.trustDomain,
    outboundTrafficPolicy: { mode: mesh.outboundTraffic },
    connectTimeout: "10s",
    tcpKeepalive: { probes: 9, time: `${KEEPALIVE_SECONDS}s`, interval: "75s" },
    defaultConfig: {
      ...proxyConfig(mesh, tags),
      ...dataPlaneOf(stack).proxyConfig,
    },
    ...(mesh.defaultTrafficPolicy === undefined
      ? {}
      : { defaultTrafficPolicy: trafficPolicy(mesh.defaultTrafficPolicy) }),
    ...(providers.length === 0 ? {} : { extensionProviders: providers }),
  };
}

/** Istio's ProxyConfig: how every proxy starts, ends and counts. */
function proxyConfig({ proxy }: MeshConfig, extraStatTags: readonly string[]): HelmValues {
  return {
    concurrency: proxy.concurrency,
    holdApplicationUntilProxyStarts: true,
    drainDuration: `${proxy.drainSeconds}s`,
    terminationDrainDuration: `${proxy.terminationDrainSeconds}s`,
    proxyStatsMatcher: Object.fromEntries(
      Object.entries(proxy.stats)
        .filter(([, names]) => names.length > 0)
        .map(([key, names]) => [key, [...names]]),
    ),
    // A proxy counts by a label of its own only when it is told so at its start.
    ...(extraStatTags.length > 0 ? { extraStatTags } : {}),
  };
}

/** What policies of the mesh refer to by name. Istio knows `prometheus` (metrics) and `envoy` (access log) by itself. */
function extensionProviders(config: StackConfig): HelmValues[] {
  const tracing = tracingProvider(config);
  return [
    ...(tracing === undefined
      ? []
      : [{ name: tracing.name, opentelemetry: { service: tracing.service, port: tracing.port } }]),
    ...authorizerProvider(config),
  ];
}

function trafficPolicy(policy: DefaultTrafficPolicy): HelmValues {
  return {
    connectionPool: {
      tcp: { maxConnections: policy.maxConnections, connectTimeout: `${policy.connectTimeoutSeconds}s` },
      http: { http1MaxPendingRequests: policy.maxPendingRequests },
    },
    outlierDetection: {
      consecutive5xxErrors: policy.consecutive5xxErrors,
      maxEjectionPercent: policy.maxEjectionPercent,
    },
  };
}
