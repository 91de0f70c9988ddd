import { problemIf, problemUnless, type Problem } from "../../stack/errors.ts";
import type { RetriesSpec, ServiceSpec } from "../../stack/catalog.ts";
import { milliseconds } from "../../kubernetes/duration.ts";
import type { Check } from "../../stack/check.ts";

/** All tries of a request have their time before its timeout, unless the catalog says that they need not. */
export const checkRetries: Check = ({ catalog }) =>
  Object.entries(catalog.services).flatMap(([name, service]) =>
    places(service).flatMap(({ retries, timeout, path }) => [
      ...idleSettings(retries, `services.${name}.${path}`),
      ...tooLong(retries, timeout, `services.${name}.${path}`),
    ]),
  );

interface Place {
  readonly retries: RetriesSpec;
  readonly timeout: string | undefined;
  readonly path: string;
}

/** Every pair of retries and timeout that meets, each named by the place that says it. */
function places({ retries, timeout, rules }: ServiceSpec): Place[] {
  const own = retries === undefined ? [] : [{ retries, timeout, path: "retries" }];
  const ofRules = rules.flatMap((rule, index) => {
    const inForce = rule.retries ?? retries;
    const isChanged = rule.retries !== undefined || rule.timeout !== undefined;
    const path = `rules[${index}].${rule.retries === undefined ? "timeout" : "retries"}`;
    return inForce === undefined || !isChanged ? [] : [{ retries: inForce, timeout: rule.timeout ?? timeout, path }];
  });
  return [...own, ...ofRules];
}

function idleSettings({ attempts, perTryTimeout, retryOn }: RetriesSpec, path: string): Problem[] {
  return problemIf(
    attempts === 0 && (perTryTimeout !== undefined || retryOn !== undefined),
    path,
    "expected attempts alone, because 0 turns retries off; Istio refuses more",
  );
}

function tooLong({ attempts, perTryTimeout, cutShort }: RetriesSpec, timeout: string | undefined, path: string) {
  if (timeout === undefined || perTryTimeout === undefined) {
    return [];
  }
  const [limit, one] = [milliseconds(timeout), milliseconds(perTryTimeout)];
  const total = one * (attempts + 1);
  if (one > limit) {
    return [{ path, message: `expected tries shorter than the timeout of ${timeout}; got ${perTryTimeout}` }];
  }
  return problemUnless(
    total <= limit || cutShort,
    path,
    `expected a first try and ${attempts} retries of ${perTryTimeout} within the timeout of ${timeout}; got ${total / 1000}s`,
    `use a timeout of ${total / 1000}s, fewer or shorter retries, or say cutShort: true`,
  );
}
