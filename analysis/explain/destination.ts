import type { DestinationRuleObject, ServiceObject } from "../../mesh/kubernetes/objects.ts";
import { admit } from "./access.ts";
import { limitsOf } from "./limits.ts";
import { NOTHING, failed, together, type Outcome } from "./outcome.ts";
import { localLimitsOf } from "./rate-limits.ts";
import { podsOf, type PodGroup } from "./pods.ts";
import type { MeshRequest, MirrorTarget, TraceStep } from "./types.ts";
import { whoMayCall } from "./who.ts";
import { nameOf, type World } from "./world.ts";

/** A destination of a route, with its host in full. */
export interface Destination {
  readonly host: string;
  readonly subset?: string | undefined;
  readonly port?: number | undefined;
}

/** Who sends a request to a destination. */
export interface Sender {
  /** Identity in its certificate. */
  readonly principal: string;
}

/** What becomes of a share of the requests that is sent to a Service of the cluster. */
export function sendToService(
  world: World,
  service: ServiceObject,
  destination: Destination,
  sender: Sender,
  request: MeshRequest,
  share: number,
  now: number,
): Outcome {
  const rule = world.destinationRules.get(destination.host);
  const subset = subsetOf(rule, destination.subset);
  if (destination.subset !== undefined && subset === undefined) {
    const says = `no DestinationRule defines the subset ${destination.subset} of ${destination.host}`;
    return failed(503, share, says, [step(rule, destination, says)]);
  }
  const port = servicePort(service, destination.port);
  if (port === undefined) {
    const says = `the Service has no port ${destination.port ?? "(the route names none, and there are several)"}`;
    return failed(503, share, says, [{ object: nameOf(service), rule: "ports", says }]);
  }
  const groups = podsOf(world, service, subset?.labels).filter(({ max }) => max > 0);
  const told = step(rule, destination, podWords(groups, subset?.labels));
  if (groups.length === 0) {
    return failed(503, share, `no pod stands behind ${destinationName(destination)}`, [told]);
  }
  const ambient = world.ambient.get(service.metadata.namespace ?? "default");
  // From a waypoint everything goes through the tunnel, whatever a rule says of the connection within.
  const plain =
    ambient === undefined && (subset?.trafficPolicy?.tls ?? rule?.spec.trafficPolicy?.tls)?.mode === "DISABLE";
  const total = groups.reduce((sum, { min }) => sum + Math.max(min, 1), 0);
  const parts = groups.map((group): Outcome => {
    const part = (share * Math.max(group.min, 1)) / total;
    const podPort = typeof port.targetPort === "number" ? port.targetPort : group.ports[port.targetPort ?? ""];
    const at = podPort ?? port.port;
    const admission = admit(world, group, { principal: plain ? undefined : sender.principal, port: at }, request, now);
    // A waypoint has told already who may call.
    const callers = ambient?.waypoint === undefined ? whoMayCall(world, group, at, request) : undefined;
    if (admission.status !== undefined) {
      const { status, because, steps } = admission;
      return {
        ...failed(status, part, because, steps),
        ...(callers === undefined ? {} : { callers }),
        failures: [{ status, probability: part, because, byPolicy: true }],
      };
    }
    const { deployment, min, max, labels } = group;
    const answer = { service: service.metadata.name, version: labels["version"] ?? null, probability: part };
    return {
      ...NOTHING,
      answers: [{ ...answer, pods: [{ deployment, min, max }] }],
      limits: [...limitsOf(rule, subset), ...localLimitsOf(world, group, request)],
      ...(callers === undefined ? {} : { callers }),
      trace: admission.steps,
    };
  });
  return together([{ ...NOTHING, trace: [told] }, ...parts]);
}

/** The version that a mirror goes to. */
export function mirrorTarget(world: World, destination: Destination, percent: number): MirrorTarget {
  const subset = subsetOf(world.destinationRules.get(destination.host), destination.subset);
  const service = world.services.get(destination.host);
  return {
    service: service?.metadata.name ?? destination.host,
    version: subset?.labels?.["version"] ?? destination.subset ?? service?.spec.selector?.["version"] ?? null,
    percent,
  };
}

/** `product.shop.svc.cluster.local subset v1`. */
export function destinationName({ host, subset }: Destination): string {
  return subset === undefined ? host : `${host} subset ${subset}`;
}

function subsetOf(rule: DestinationRuleObject | undefined, name: string | undefined) {
  return name === undefined ? undefined : rule?.spec.subsets?.find((subset) => subset.name === name);
}

function step(rule: DestinationRuleObject | undefined, destination: Destination, says: string): TraceStep {
  return {
    object: rule === undefined ? `Service ${destination.host}` : nameOf(rule),
    rule: destination.subset === undefined ? "" : `subset ${destination.subset}`,
    says,
  };
}

function servicePort(service: ServiceObject, wanted: number | undefined) {
  const ports = service.spec.ports ?? [];
  return wanted === undefined ? (ports.length === 1 ? ports[0] : undefined) : ports.find(({ port }) => port === wanted);
}

function podWords(groups: readonly PodGroup[], labels: Readonly<Record<string, string>> | undefined): string {
  const which = Object.entries(labels ?? {}).map(([name, value]) => `${name}=${value}`);
  const pods = groups.map(
    (group) =>
      `Deployment ${group.namespace}/${group.deployment} with ${group.min === group.max ? group.min : `${group.min} to ${group.max}`} pods`,
  );
  const whose = which.length === 0 ? "pods" : `pods with ${which.join(", ")}`;
  return groups.length === 0 ? `no ${whose}` : `${whose}: ${pods.join(", ")}`;
}
