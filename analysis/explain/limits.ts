import type { DestinationRuleObject } from "../../mesh/kubernetes/objects.ts";
import type { Limit } from "./types.ts";
import { nameOf } from "./world.ts";

type Subset = NonNullable<DestinationRuleObject["spec"]["subsets"]>[number];

/** The parts of a policy that limit, as plain data: the full type is a union that spreading would multiply out. */
interface LimitingPolicy {
  readonly connectionPool?: { readonly tcp?: object; readonly http?: object };
  readonly outlierDetection?: object;
}

/** Limits that hold for requests to a group of pods: the callers' pools and ejection. */
export function limitsOf(rule: DestinationRuleObject | undefined, subset: Subset | undefined): Limit[] {
  return rule === undefined ? [] : poolLimits(rule, subset);
}

/** A subset's policy replaces the host's field by field: its pool as a whole, its outlier detection as a whole. */
function poolLimits(rule: DestinationRuleObject, subset: Subset | undefined): Limit[] {
  const ofHost: LimitingPolicy = rule.spec.trafficPolicy ?? {};
  const ofSubset: LimitingPolicy = subset?.trafficPolicy ?? {};
  const policy: LimitingPolicy = { ...ofHost, ...ofSubset };
  const source = (key: "connectionPool" | "outlierDetection"): string =>
    subset === undefined || ofSubset[key] === undefined ? nameOf(rule) : `${nameOf(rule)} subset ${subset.name}`;
  return [
    ...(policy.connectionPool === undefined
      ? []
      : [
          {
            kind: "connectionPool" as const,
            object: source("connectionPool"),
            says: words({ ...policy.connectionPool.tcp, ...policy.connectionPool.http }),
          },
        ]),
    ...(policy.outlierDetection === undefined
      ? []
      : [
          {
            kind: "outlierDetection" as const,
            object: source("outlierDetection"),
            says: words(policy.outlierDetection),
          },
        ]),
  ];
}

/** `maxConnections 100, connectTimeout 30s, tcpKeepalive.time 7200s`. */
function words(fields: object, prefix = ""): string {
  return Object.entries(fields)
    .map(([name, value]: [string, unknown]) =>
      typeof value === "object" && value !== null
        ? words(value, `${prefix}${name}.`)
        : `${prefix}${name} ${String(value)}`,
    )
    .join(", ");
}
