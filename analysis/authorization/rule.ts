import { takesCaller, type CallerScope, type Operation, type AuthorizationRule, type Source } from "./caller.ts";
import { matchesRequestPrincipal } from "./claims.ts";
import { inBlock } from "../../mesh/kubernetes/cidr.ts";
import { conditionHolds } from "./conditions.ts";
import { holds, matchesHost, matchesPath, matchesPattern } from "./patterns.ts";
import type { InboundRequest } from "./request.ts";

/**
 * Whether one of the sources, one of the operations and all conditions match. A part that is left out matches everything, so the
 * empty rule does too. Istio skips a rule with a condition whose key it does not know.
 */
export function ruleMatches(rule: AuthorizationRule, request: InboundRequest, scope: CallerScope): boolean {
  return (
    some(rule.from, ({ source }) => sourceMatches(source ?? {}, request, scope)) &&
    some(rule.to, ({ operation }) => operationMatches(operation ?? {}, request)) &&
    (rule.when ?? []).every((condition) => conditionHolds(condition, request, scope) ?? false)
  );
}

function some<T>(list: readonly T[] = [], matches: (item: T) => boolean): boolean {
  return list.length === 0 || list.some(matches);
}

function sourceMatches(source: Source, request: InboundRequest, scope: CallerScope): boolean {
  return (
    takesCaller(source, request.principal, scope) &&
    holds(source.ipBlocks, source.notIpBlocks, (block) => inBlock(block, request.sourceIp)) &&
    holds(source.remoteIpBlocks, source.notRemoteIpBlocks, (block) => inBlock(block, request.remoteIp)) &&
    holds(source.requestPrincipals, source.notRequestPrincipals, (value) =>
      matchesRequestPrincipal(value, request.claims),
    )
  );
}

function operationMatches(operation: Operation, request: InboundRequest): boolean {
  return (
    holds(operation.hosts, operation.notHosts, (host) => matchesHost(host, request.host)) &&
    holds(operation.methods, operation.notMethods, (method) => matchesPattern(method, request.method)) &&
    holds(operation.paths, operation.notPaths, (path) => matchesPath(path, request.path)) &&
    holds(operation.ports, operation.notPorts, (port) => port === String(request.port))
  );
}
