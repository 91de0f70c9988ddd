import { problemIf, type Problem } from "../../stack/errors.ts";
import type { ServiceSpec } from "../../stack/catalog.ts";
import type { StackData } from "../../stack/stack.ts";
import type { Check } from "../../stack/check.ts";

/** No fault outlives its last day, where faults are on. */
export const checkFaults: Check = (stack) => checkFaultsOn(stack, new Date().toISOString().slice(0, 10));

/** The same, on a given day, e.g. `2026-11-21`. */
export function checkFaultsOn({ config, catalog }: StackData, today: string): Problem[] {
  if (!config.traffic.faults) {
    return [];
  }
  return Object.entries(catalog.services).flatMap(([name, service]) =>
    faultsOf(service).flatMap(({ fault, path }) =>
      problemIf(
        fault.until !== undefined && fault.until < today,
        `services.${name}.${path}.until`,
        `expected a day that is not over; the fault ended on ${fault.until}, and today is ${today}`,
        "take the fault away, give a later day, or set traffic.faults: false",
      ),
    ),
  );
}

/** Every fault of a service with its key path below the service. */
export function faultsOf({ fault, rules }: ServiceSpec) {
  return [
    ...(fault === undefined ? [] : [{ fault, path: "fault" }]),
    ...rules.flatMap((rule, index) =>
      rule.fault === undefined ? [] : [{ fault: rule.fault, path: `rules[${index}].fault` }],
    ),
  ];
}
