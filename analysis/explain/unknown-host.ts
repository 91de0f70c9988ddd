import { admit } from "./access.ts";
import { outboundPolicy, readsHttpOn, type Target } from "./callers.ts";
import { portOf } from "./entry.ts";
import { NOTHING, failed, together, type Outcome } from "./outcome.ts";
import { podsOf, type PodGroup } from "./pods.ts";
import type { MeshRequest, TraceStep } from "./types.ts";
import { refusal, type Walk } from "./walk.ts";
import { nameOf, type GatewayWorkload, type World } from "./world.ts";

/** What ztunnel does with a host that it does not know, whatever the mesh says of such hosts. */
export function handedOn({ host, why }: Extract<Target, { kind: "unknown" }>): Outcome {
  const says = `${host}: ${why}; it is handed on as it is, where NetworkPolicies let it`;
  return {
    ...NOTHING,
    answers: [{ service: host, version: null, probability: 1, pods: [] }],
    trace: [{ object: "ztunnel", rule: "", says }],
  };
}

/**
 * What a sidecar does with a host that it does not know.
 * @param through what becomes of it at a gateway that the caller's Sidecar hides
 */
export function unknownHost(
  walk: Walk,
  pods: PodGroup,
  target: Extract<Target, { kind: "unknown" }>,
  request: MeshRequest,
  through: (gateway: GatewayWorkload) => Outcome,
): Outcome {
  const { host, why, service } = target;
  const policy = outboundPolicy(walk.world, pods);
  // Only a proxy that reads HTTP there can answer with a status.
  const isRead = request.scheme === "http" && readsHttpOn(walk.world, pods, portOf(request));
  const unread = isRead ? "" : `; nothing that it knows speaks HTTP on port ${portOf(request)}, so it reads no request`;
  const step: TraceStep = { object: "outbound traffic policy", rule: policy, says: `${host}: ${why}${unread}` };
  // What the proxy does not know it passes on as it is: without a certificate.
  const [group] = service === undefined ? [] : podsOf(walk.world, service);
  if (policy === "ALLOW_ANY" && group !== undefined) {
    const port = group.ports["http"] ?? portOf(request);
    const admission = admit(walk.world, group, { principal: undefined, port }, request, walk.now);
    if (admission.status !== undefined) {
      // Without mutual TLS the other side closes the connection.
      const status = admission.status === 503 && !isRead ? null : admission.status;
      return together([{ ...NOTHING, trace: [step] }, refusal(admission, status, 1)]);
    }
  }
  if (policy === "ALLOW_ANY" && target.gateway !== undefined) {
    return together([{ ...NOTHING, trace: [step] }, through(target.gateway)]);
  }
  return policy === "ALLOW_ANY"
    ? { ...NOTHING, answers: [{ service: host, version: null, probability: 1, pods: [] }], trace: [step] }
    : failed(isRead ? 502 : null, 1, `${host}: ${why}, and REGISTRY_ONLY lets nothing else out`, [step]);
}

/** Sends a share out of the mesh, to a host that a ServiceEntry names. */
export function sendOutside(world: World, host: string, share: number): Outcome {
  const entry = [...world.serviceEntries.values()].find(({ spec }) => spec.hosts.includes(host));
  if (entry === undefined) {
    const says = `${host} is neither a Service nor a ServiceEntry`;
    return failed(503, share, says, [{ object: `Service ${host}`, rule: "", says }]);
  }
  const rule = world.destinationRules.get(host);
  const mode = rule?.spec.trafficPolicy?.tls?.mode ?? rule?.spec.trafficPolicy?.portLevelSettings?.[0]?.tls?.mode;
  return {
    ...NOTHING,
    answers: [{ service: host, version: null, probability: share, pods: [] }],
    trace: [
      { object: nameOf(entry), rule: "", says: `${host} is outside the mesh` },
      ...(rule === undefined || mode === undefined
        ? []
        : [{ object: nameOf(rule), rule: "tls", says: `the proxy speaks TLS (${mode}) to it` }]),
    ],
  };
}
