import { BY_SERVICE, type RecordingRule, type RuleSource } from "./rule.ts";

/** What requests are counted by that carry labels of a service's own. */
export const REQUESTS_BY_OUTCOME = "service:istio_requests_by_outcome:rate5m";

/**
 * Requests a second of every service that gives its metrics labels of its own, by these labels and by `outcome`: `success` below
 * status 400, else `failure`. Istio has no counters beside its own; this is what one would count.
 */
export function outcomeRecordings({ plane, labelled }: RuleSource): RecordingRule[] {
  return labelled.map(({ service, namespace, labels }) => {
    const counted = [
      `reporter="${plane.telemetry.callee}"`,
      `destination_service_name="${service}"`,
      `destination_service_namespace="${namespace}"`,
    ].join(", ");
    const rate = `rate(istio_requests_total{${counted}}[5m])`;
    return {
      record: REQUESTS_BY_OUTCOME,
      expr:
        `sum by (${[BY_SERVICE, ...labels, "outcome"].join(", ")}) (label_replace(label_replace(${rate}, ` +
        `"outcome", "failure", "", ""), "outcome", "success", "response_code", "[123].."))`,
    };
  });
}
