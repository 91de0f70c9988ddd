import { alert, BY_SERVICE, requestsTo, type AlertingRule, type RecordingRule, type RuleSource } from "./rule.ts";

const RATIO = "service_version:istio_requests_errors:ratio_rate10m";
const BY_VERSION = `${BY_SERVICE}, destination_version`;

/** A version is not judged by fewer requests than these in a second: one failure of three proves nothing. */
const LEAST_REQUESTS_PER_SECOND = 0.05;

/** Share of failed requests by version; 0 where there are requests and no failure, so that versions can be compared. */
export function versionRecordings({ plane }: RuleSource): RecordingRule[] {
  const reporter = `reporter="${plane.telemetry.callee}"`;
  const requests = `sum by (${BY_VERSION}) (rate(istio_requests_total{${reporter}}[10m]))`;
  const errors = `sum by (${BY_VERSION}) (rate(istio_requests_total{${reporter}, response_code=~"5.."}[10m]))`;
  return [{ record: RATIO, expr: `(${errors} or ${requests} * 0) / (${requests} > ${LEAST_REQUESTS_PER_SECOND})` }];
}

/** Every canary of the catalog against the version that gets most of the requests. */
export function canaryAlerts(source: RuleSource): AlertingRule[] {
  return source.canaries.map((compared) => {
    const { service, stable, canary } = compared;
    const of = (version: string) => `${RATIO}{${requestsTo(compared)}, destination_version="${version}"}`;
    return alert(source, "CanaryWorseThanStable", "critical", {
      // Twice as bad, and bad enough to be seen: 1 % beside 0 % is worse, 0.02 % beside 0.01 % is not.
      expr: `${of(canary)} > 0.01 and on (${BY_SERVICE}) (${of(canary)} > ignoring (destination_version) 2 * ${of(stable)})`,
      for: "5m",
      summary: `${canary} of ${service} fails more often than ${stable}`,
      description: `{{ $value | humanizePercentage }} of the requests to ${service} ${canary} failed in the last 10 minutes, more than twice as many as of ${stable}.`,
    });
  });
}
