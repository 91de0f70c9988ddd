import { inBlock } from "../../mesh/kubernetes/cidr.ts";
import { callerConditionHolds, CALLER_KEYS, type CallerScope, type Condition } from "./caller.ts";
import { matchesClaim, matchesRequestPrincipal } from "./claims.ts";
import { holds, matchesPattern } from "./patterns.ts";
import type { InboundRequest } from "./request.ts";

/** Whether a condition of `when` holds; undefined for a key that Istio does not know. */
export function conditionHolds(condition: Condition, request: InboundRequest, scope: CallerScope): boolean | undefined {
  if (CALLER_KEYS.includes(condition.key)) {
    return callerConditionHolds(condition, request.principal, scope);
  }
  const matches = matcherOf(condition.key, request);
  return matches === undefined ? undefined : holds(condition.values, condition.notValues, matches);
}

function matcherOf(key: string, request: InboundRequest): ((value: string) => boolean) | undefined {
  const { claims } = request;
  const names = [...key.matchAll(/\[([^\]]+)\]/g)].map(([, name = ""]) => name);
  switch (key.replace(/\[.*/s, "[")) {
    case "source.ip":
      return (value) => inBlock(value, request.sourceIp);
    case "remote.ip":
      return (value) => inBlock(value, request.remoteIp);
    case "destination.ip":
      return (value) => inBlock(value, request.destinationIp);
    case "destination.port":
      return (value) => value === String(request.port);
    case "connection.sni":
      return (value) => matchesPattern(value, request.sni);
    case "request.auth.principal":
      return (value) => matchesRequestPrincipal(value, claims);
    case "request.auth.audiences":
      return (value) => matchesClaim(["aud"], value, claims);
    case "request.auth.presenter":
      return (value) => matchesClaim(["azp"], value, claims);
    case "request.auth.claims[":
      return (value) => matchesClaim(names, value, claims);
    case "request.headers[":
      return (value) => matchesPattern(value, request.headers?.[(names[0] ?? "").toLowerCase()]);
    default:
      return undefined;
  }
}
