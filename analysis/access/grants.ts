import type { AuthorizationPolicyObject } from "../../mesh/kubernetes/objects.ts";
import type { AuthorizationWorld } from "../authorization/authorize.ts";
import {
  CALLER_KEYS,
  callerConditionHolds,
  takesCaller,
  type CallerScope,
  type Condition,
  type Rule,
  type Source,
} from "../authorization/caller.ts";
import type { Workload } from "../authorization/request.ts";
import { policiesFor, type SelectedPolicies } from "../authorization/select.ts";
import { covers, disjoint, type Region } from "./regions.ts";

/** Requests of a caller that pass, and by which object. */
export interface Grant extends Region {
  readonly by: string;
  /** Networks that the caller must be in; undefined: anywhere. */
  readonly addresses?: readonly string[];
  /** What else must hold: tokens, headers, addresses, external authorizers, and what DENY policies take away. */
  readonly conditions: readonly string[];
}

/** What the policies of a workload make of a caller. */
export interface Access {
  readonly grants: readonly Grant[];
  /** Objects that refuse what no grant lets pass. */
  readonly deniedBy: readonly string[];
}

/**
 * What a caller may ask of a workload, by its AuthorizationPolicies alone: the same order as in `authorize`, but over all
 * requests at once.
 * @param principal identity of the caller; undefined for plain text
 */
export function accessOf(world: AuthorizationWorld, workload: Workload, principal: string | undefined): Access {
  return accessBy(policiesFor(world.policies, workload, world.rootNamespace), world.trustDomains, principal);
}

/** As `accessOf`, by policies that are known to hold: those of a Service at its waypoint, or of a ztunnel. */
export function accessBy(
  { custom, deny, allow }: SelectedPolicies,
  trustDomains: readonly string[],
  principal: string | undefined,
): Access {
  const regions = (policies: readonly AuthorizationPolicyObject[]) =>
    policies.flatMap((policy) => regionsOf(policy, principal, trustDomains));

  const opened: readonly Grant[] =
    allow.length === 0 ? [{ ...EVERYTHING, by: "no ALLOW policy", conditions: [] }] : regions(allow);
  const refusals = regions(deny);
  const asked = regions(custom);
  const removed = new Set<string>();
  const grants = opened.flatMap((grant) => {
    const against = refusals.filter((refusal) => !disjoint(refusal, grant));
    const whole = against.find((refusal) => refusal.conditions.length === 0 && covers(refusal, grant));
    if (whole !== undefined) {
      removed.add(whole.by);
      return [];
    }
    const asks = asked.filter((region) => !disjoint(region, grant));
    return [
      {
        ...grant,
        conditions: [
          ...grant.conditions,
          ...against.map(({ by }) => `not what ${by} refuses`),
          ...new Set(asks.map(({ by }) => `the authorizer of ${by} agrees`)),
        ],
      },
    ];
  });
  return { grants, deniedBy: removed.size > 0 ? [...removed] : refusing(allow) };
}

const EVERYTHING: Region = { methods: ["*"], paths: ["*"] };

/** Where no rule matches, the policies without rules say best why: they are there to refuse. */
function refusing(allow: readonly AuthorizationPolicyObject[]): string[] {
  const empty = allow.filter(({ spec }) => (spec.rules ?? []).length === 0);
  return (empty.length > 0 ? empty : allow).map(nameOf);
}

function nameOf({ metadata }: AuthorizationPolicyObject): string {
  return `AuthorizationPolicy ${metadata.namespace ?? ""}/${metadata.name}`;
}

/** The rules of a policy that may match requests of the caller, each source with each operation. */
function regionsOf(
  policy: AuthorizationPolicyObject,
  principal: string | undefined,
  trustDomains: readonly string[],
): Grant[] {
  const scope: CallerScope = { trustDomains, policyNamespace: policy.metadata.namespace ?? "" };
  return (policy.spec.rules ?? []).flatMap((rule) => {
    const when = rule.when ?? [];
    const isCaller = ({ key }: Condition) => CALLER_KEYS.includes(key);
    if (!when.filter(isCaller).every((condition) => callerConditionHolds(condition, principal, scope))) {
      return [];
    }
    const conditions = when
      .filter((condition) => !isCaller(condition))
      .flatMap(({ key, values, notValues }) => inWords(key, values, notValues));
    return sourcesOf(rule)
      .filter((source) => takesCaller(source, principal, scope))
      .flatMap((source) =>
        operationsOf(rule).map((operation) => ({
          methods: operation.methods ?? ["*"],
          paths: operation.paths ?? ["*"],
          ...(operation.ports === undefined ? {} : { ports: operation.ports }),
          by: nameOf(policy),
          ...(source.ipBlocks === undefined ? {} : { addresses: source.ipBlocks }),
          conditions: [
            ...inWords("host", operation.hosts, operation.notHosts),
            ...inWords("method", undefined, operation.notMethods),
            ...inWords("path", undefined, operation.notPaths),
            ...inWords("port", undefined, operation.notPorts),
            ...inWords("address", source.ipBlocks, source.notIpBlocks),
            ...inWords("client address", source.remoteIpBlocks, source.notRemoteIpBlocks),
            ...inWords("token", source.requestPrincipals, source.notRequestPrincipals),
            ...conditions,
          ],
        })),
      );
  });
}

type Operation = NonNullable<NonNullable<Rule["to"]>[number]["operation"]>;

function sourcesOf({ from }: Rule): Source[] {
  return from === undefined || from.length === 0 ? [{}] : from.map(({ source }) => source ?? {});
}

function operationsOf({ to }: Rule): Operation[] {
  return to === undefined || to.length === 0 ? [{}] : to.map(({ operation }) => operation ?? {});
}

function inWords(
  name: string,
  values: readonly string[] | undefined,
  notValues: readonly string[] | undefined,
): string[] {
  return [
    ...(values === undefined || values.length === 0 ? [] : [`${name} ${values.join(" or ")}`]),
    ...(notValues === undefined || notValues.length === 0 ? [] : [`${name} not ${notValues.join(" or ")}`]),
  ];
}
