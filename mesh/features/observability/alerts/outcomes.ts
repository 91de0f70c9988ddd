import { BY_SERVICE, requestsTo, type RecordingRule, type RuleSource } from "./rule.ts";

/** Series of the requests to services whose metrics carry labels of their own. */
export const REQUESTS_BY_OUTCOME = "service:istio_requests_by_outcome:rate5m";

/**
 * Requests a second of every service that gives its metrics labels of its own, by these labels and by `outcome`: `success` below
 * status 400, else `failure`. Istio has no counters beside its own; this is what one would count.
 */
export function outcomeRecordings({ plane, labelled }: RuleSource): RecordingRule[] {
  return labelled.map((service) => {
    const rate = `rate(istio_requests_total{reporter="${plane.telemetry.callee}", ${requestsTo(service)}}[5m])`;
    return {
      record: REQUESTS_BY_OUTCOME,
      expr:
        `sum by (${[BY_SERVICE, ...service.labels, "outcome"].join(", ")}) (label_replace(label_replace(${rate}, ` +
        `"outcome", "failure", "", ""), "outcome", "success", "response_code", "[123].."))`,
    };
  });
}
