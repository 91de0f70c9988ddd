/**
 * Ports of Istio that policies below the mesh must leave open.
 * Source: istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio, read 2026-11-21.
 */
export const ISTIO_PORTS = {
  /** istiod: certificates and configuration over TLS. */
  xds: 15012,
  /** istiod: its own metrics, and `/debug`, which it answers without a token to calls from inside its pod. */
  istiodMetrics: 15014,
  /** istiod: webhooks, called by the API server. */
  webhook: 15017,
  /** Proxy: metrics of the proxy and the application together; the kubelet's probes arrive here too. */
  metrics: 15020,
  /** Envoy: where redirected connections out and in arrive, and its administration. */
  outbound: 15001,
  inbound: 15006,
  admin: 15000,
  agent: 15004,
  dns: 15053,
  /** Gateway: the load balancer's health checks. */
  gatewayHealth: 15021,
  /** Proxy: Envoy's own metrics. */
  envoyMetrics: 15090,
  /** Tunnel of a mesh without sidecars (ambient), through which all its traffic comes. */
  hbone: 15008,
} as const;
