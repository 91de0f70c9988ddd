/** Whose requests are counted. */
export interface CanaryLabels {
  /** Label `reporter` of the proxy that knows the version of every request: the canary's own, or its waypoint. */
  readonly reporter: string;
  readonly service: string;
  readonly namespace: string;
  readonly version: string;
}

/** PromQL for one window, over Istio's standard metrics (istio.io/latest/docs/reference/config/metrics). */
export interface CanaryQueries {
  readonly requests: string;
  readonly successRate: string;
  readonly p99Milliseconds: string;
}

/** The queries of a canary. What its own proxies report, or its waypoint: only they know the version of every request. */
export function canaryQueries(
  { reporter, service, namespace, version }: CanaryLabels,
  windowSeconds: number,
): CanaryQueries {
  const labels = [
    `reporter="${reporter}"`,
    `destination_service_name="${service}"`,
    `destination_service_namespace="${namespace}"`,
    `destination_version="${version}"`,
  ];
  const window = `[${windowSeconds}s]`;
  const all = `istio_requests_total{${labels.join(",")}}${window}`;
  const good = `istio_requests_total{${[...labels, `response_code!~"5.."`].join(",")}}${window}`;
  const buckets = `istio_request_duration_milliseconds_bucket{${labels.join(",")}}${window}`;
  return {
    requests: `sum(increase(${all}))`,
    // Without a single good request the left side has no series; then the share is nought, and not unknown.
    successRate: `100 * (sum(rate(${good})) or vector(0)) / sum(rate(${all}))`,
    p99Milliseconds: `histogram_quantile(0.99, sum by (le) (rate(${buckets})))`,
  };
}
