import type { DestinationRuleObject, ServiceObject } from "../../mesh/kubernetes/objects.ts";
import { policiesFor } from "../authorization/select.ts";
import { nameOf, namespaceOf, type AnyObject, type Labels } from "../objects/object.ts";
import { admit, refused } from "./access.ts";
import { fullHost } from "./hosts.ts";
import { failed, passed, step, together, type Outcome } from "./outcome.ts";
import { podsOf, type PodGroup } from "./pods.ts";
import { localLimitsOf } from "./rate-limits.ts";
import type { Limit, MirrorTarget } from "./types.ts";
import type { HttpRoute } from "./views.ts";
import type { Hop } from "./walk.ts";
import { whoPasses } from "./who.ts";
import type { World } from "./world.ts";

/** A destination of a route, with its host in full. */
export interface Destination {
  readonly host: string;
  readonly subset?: string;
  readonly port?: number;
}

/** Destinations of a route with their shares; weights count against their sum, and a single destination needs none. */
export function targetsOf(object: AnyObject, targets: NonNullable<HttpRoute["route"]>) {
  const total = targets.reduce((sum, { weight = 0 }) => sum + weight, 0);
  return targets.map(({ destination: { host, subset, port }, weight = 0 }) => ({
    destination: { host: fullHost(host, namespaceOf(object)), subset, port: port?.number } satisfies Destination,
    weight: total === 0 ? 1 / targets.length : weight / total,
  }));
}

/** What becomes of a share of the requests that is sent to a Service of the cluster. */
export function sendToService(hop: Hop, service: ServiceObject, destination: Destination): Outcome {
  const { world, share } = hop;
  const { host, subset: name } = destination;
  const rule = world.destinationRules.get(host);
  const subset = subsetOf(rule, name);
  const ruled = (message: string) =>
    step(rule ?? `Service ${host}`, message, name === undefined ? "" : `subset ${name}`);
  if (name !== undefined && subset === undefined) {
    const message = `no DestinationRule defines the subset ${name} of ${host}`;
    return failed(503, share, message, ruled(message));
  }
  const ports = service.spec.ports ?? [];
  const wanted = destination.port ?? solePort(service);
  const port = ports.find((one) => one.port === wanted);
  if (port === undefined) {
    const message = `the Service has no port ${destination.port ?? "(the route names none, and there are several)"}`;
    return failed(503, share, message, step(service, message, "ports"));
  }
  const groups = podsOf(world, service, subset?.labels).filter(({ max }) => max > 0);
  const told = ruled(podWords(groups, subset?.labels));
  if (groups.length === 0) {
    return failed(503, share, `no pod stands behind ${name === undefined ? host : `${host} subset ${name}`}`, told);
  }
  const total = groups.reduce((sum, { min }) => sum + Math.max(min, 1), 0);
  const limits = rule === undefined ? [] : limitsOf(rule, subset);
  const parts = groups.map((group) => {
    const podPort = typeof port.targetPort === "number" ? port.targetPort : group.ports[port.targetPort ?? ""];
    const part = { ...hop, share: (share * Math.max(group.min, 1)) / total };
    return answerOf(part, service, group, podPort ?? port.port, { limits, tlsMode: tlsModeOf(world, destination) });
  });
  return together(passed(told), ...parts);
}

/** What the pods of one Deployment make of their share. */
function answerOf(
  hop: Hop,
  service: ServiceObject,
  group: PodGroup,
  port: number,
  { limits, tlsMode }: { readonly limits: readonly Limit[]; readonly tlsMode: string | undefined },
): Outcome {
  const { world, request, share } = hop;
  const ambient = world.ambient.get(namespaceOf(service));
  // From a waypoint everything goes through the tunnel, whatever mode a rule sets for the connection within.
  const isPlain = ambient === undefined && tlsMode === "DISABLE";
  const admission = admit(hop, group, { principal: isPlain ? undefined : hop.principal, port });
  const policies = policiesFor(world.authorizationPolicies, group, world.rootNamespace);
  // A waypoint has told already who may call.
  const callers = ambient?.waypoint === undefined ? whoPasses(world, policies, port, request) : undefined;
  if (admission.status !== undefined) {
    return { ...refused(admission, share), callers };
  }
  const { deployment, min, max, labels } = group;
  const answer = { service: service.metadata.name, version: labels["version"] ?? null, probability: share };
  return {
    ...passed(...admission.steps),
    answers: [{ ...answer, pods: [{ deployment, min, max }] }],
    limits: [...limits, ...localLimitsOf(world, group, request)],
    callers,
  };
}

/** The version that a mirror goes to. */
export function mirrorTarget(world: World, { host, subset: name }: Destination, percent: number): MirrorTarget {
  const subset = subsetOf(world.destinationRules.get(host), name);
  const service = world.services.get(host);
  return {
    service: service?.metadata.name ?? host,
    version: subset?.labels?.["version"] ?? name ?? service?.spec.selector?.["version"] ?? null,
    percent,
  };
}

/** TLS mode of connections to a destination, where a DestinationRule sets one. */
export function tlsModeOf(world: World, { host, subset }: Destination) {
  const rule = world.destinationRules.get(host);
  return (subsetOf(rule, subset)?.trafficPolicy?.tls ?? rule?.spec.trafficPolicy?.tls)?.mode;
}

/** The port of a Service that has only one. */
export function solePort(service: ServiceObject | undefined): number | undefined {
  const [only, ...more] = service?.spec.ports ?? [];
  return more.length === 0 ? only?.port : undefined;
}

type Subset = NonNullable<DestinationRuleObject["spec"]["subsets"]>[number];

function subsetOf(rule: DestinationRuleObject | undefined, name: string | undefined): Subset | undefined {
  return name === undefined ? undefined : rule?.spec.subsets?.find((subset) => subset.name === name);
}

/**
 * Limits of the callers' pools, and ejection. A subset's policy replaces the host's field by field: its pool as a whole, its outlier
 * detection as a whole.
 */
function limitsOf(rule: DestinationRuleObject, subset: Subset | undefined): Limit[] {
  const { connectionPool: pool, outlierDetection } = { ...rule.spec.trafficPolicy, ...subset?.trafficPolicy };
  const fields = { connectionPool: pool && { ...pool.tcp, ...pool.http }, outlierDetection };
  return (["connectionPool", "outlierDetection"] as const).flatMap((kind) => {
    const isOfSubset = subset?.trafficPolicy?.[kind] !== undefined;
    const object = isOfSubset ? `${nameOf(rule)} subset ${subset.name}` : nameOf(rule);
    return fields[kind] === undefined ? [] : [{ kind, object, message: fieldWords(fields[kind]) }];
  });
}

/** `maxConnections 100, connectTimeout 30s, tcpKeepalive.time 7200s`. */
function fieldWords(fields: object, prefix = ""): string {
  return Object.entries(fields)
    .map(([name, value]: [string, unknown]) =>
      typeof value === "object" && value !== null
        ? fieldWords(value, `${prefix}${name}.`)
        : `${prefix}${name} ${String(value)}`,
    )
    .join(", ");
}

function podWords(groups: readonly PodGroup[], labels: Labels = {}): string {
  const which = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const pods = groups.map(({ namespace, deployment, min, max }) => {
    const count = min === max ? min : `${min} to ${max}`;
    return `Deployment ${namespace}/${deployment} with ${count} pods`;
  });
  const whose = which.length === 0 ? "pods" : `pods with ${which.join(", ")}`;
  return groups.length === 0 ? `no ${whose}` : `${whose}: ${pods.join(", ")}`;
}
