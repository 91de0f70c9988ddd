import type { AuthorizationPolicyObject } from "../../mesh/kubernetes/objects.ts";
import {
  CALLER_KEYS,
  callerConditionHolds,
  takesCaller,
  type CallerScope,
  type Condition,
  type Operation,
  type AuthorizationRule,
  type Source,
} from "../authorization/caller.ts";
import type { SelectedPolicies } from "../authorization/select.ts";
import { nameOf } from "../objects/object.ts";
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
 * What a caller may ask by policies that are known to hold: those of a workload, of a Service at its waypoint, or of a ztunnel. The same
 * order as in `decide`, but over all requests at once.
 * @param principal identity of the caller; undefined for plain text
 */
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

/** The part of it that is for a port; without one all of it. */
export function onPort({ grants, deniedBy }: Access, port: number | undefined): Access {
  const isFor = ({ ports }: Grant) => port === undefined || ports === undefined || ports.includes(String(port));
  return { grants: grants.filter(isFor), deniedBy };
}

const EVERYTHING: Region = { methods: ["*"], paths: ["*"] };

/** Where no rule matches, the policies without rules say best why: they are there to refuse. */
function refusing(allow: readonly AuthorizationPolicyObject[]): string[] {
  const empty = allow.filter(({ spec }) => (spec.rules ?? []).length === 0);
  return (empty.length > 0 ? empty : allow).map(nameOf);
}

/** The rules of a policy that may match requests of the caller, each source with each operation. */
function regionsOf(
  policy: AuthorizationPolicyObject,
  principal: string | undefined,
  trustDomains: readonly string[],
): Grant[] {
  const scope: CallerScope = { trustDomains, policyNamespace: policy.metadata.namespace ?? "" };
  return (policy.spec.rules ?? []).flatMap((rule) => {
    const { when = [] } = rule;
    const isCaller = ({ key }: Condition) => CALLER_KEYS.includes(key);
    if (!when.filter(isCaller).every((condition) => callerConditionHolds(condition, principal, scope))) {
      return [];
    }
    const conditions = when
      .filter((condition) => !isCaller(condition))
      .flatMap(({ key, values, notValues }) => inWords(key, values, notValues));
    const sources = sourcesOf(rule).filter((source) => takesCaller(source, principal, scope));
    return sources.flatMap((source) =>
      operationsOf(rule).map((operation) => grantOf(source, operation, nameOf(policy), conditions)),
    );
  });
}

function grantOf(source: Source, operation: Operation, by: string, conditions: readonly string[]): Grant {
  const { methods = ["*"], paths = ["*"], ports } = operation;
  const { ipBlocks: addresses } = source;
  return {
    methods,
    paths,
    ...(ports === undefined ? {} : { ports }),
    by,
    ...(addresses === undefined ? {} : { addresses }),
    conditions: [
      ...inWords("host", operation.hosts, operation.notHosts),
      ...inWords("method", [], operation.notMethods),
      ...inWords("path", [], operation.notPaths),
      ...inWords("port", [], operation.notPorts),
      ...inWords("address", addresses, source.notIpBlocks),
      ...inWords("client address", source.remoteIpBlocks, source.notRemoteIpBlocks),
      ...inWords("token", source.requestPrincipals, source.notRequestPrincipals),
      ...conditions,
    ],
  };
}

function sourcesOf({ from = [] }: AuthorizationRule): Source[] {
  return from.length === 0 ? [{}] : from.map(({ source = {} }) => source);
}

function operationsOf({ to = [] }: AuthorizationRule): Operation[] {
  return to.length === 0 ? [{}] : to.map(({ operation = {} }) => operation);
}

function inWords(name: string, values: readonly string[] = [], notValues: readonly string[] = []): string[] {
  return [
    ...(values.length === 0 ? [] : [`${name} ${values.join(" or ")}`]),
    ...(notValues.length === 0 ? [] : [`${name} not ${notValues.join(" or ")}`]),
  ];
}
