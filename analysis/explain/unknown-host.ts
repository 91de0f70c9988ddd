import { admit, refused } from "./access.ts";
import { outboundPolicy, readsHttpOn, type UnknownTarget } from "./callers.ts";
import { portOf } from "./entry.ts";
import { failed, passed, step, together, type Outcome } from "./outcome.ts";
import { podsOf, type PodGroup } from "./pods.ts";
import type { Walk } from "./walk.ts";
import type { GatewayWorkload } from "./world.ts";

/** What ztunnel does with a host that it does not know, whatever the mesh's policy for such hosts is. */
export function handedOn(walk: Walk, { host, why }: UnknownTarget): Outcome {
  const message = `${host}: ${why}; it is handed on as it is, where NetworkPolicies let it`;
  return { ...passed(step("ztunnel", message)), answers: [outside(walk, host)] };
}

/**
 * What a sidecar does with a host that it does not know.
 * @param through what becomes of it at a gateway that the caller's Sidecar hides
 */
export function unknownHost(
  walk: Walk,
  pods: PodGroup,
  { host, why, service, gateway }: UnknownTarget,
  through: (gateway: GatewayWorkload) => Outcome,
): Outcome {
  const { world, request, share } = walk;
  const policy = outboundPolicy(world, pods);
  // Only a proxy that reads HTTP there can answer with a status.
  const isRead = request.scheme === "http" && readsHttpOn(world, pods, portOf(request));
  const unread = isRead ? "" : `; nothing that it knows speaks HTTP on port ${portOf(request)}, so it reads no request`;
  const told = step("outbound traffic policy", `${host}: ${why}${unread}`, policy);
  if (policy === "REGISTRY_ONLY") {
    return failed(isRead ? 502 : null, share, `${host}: ${why}, and REGISTRY_ONLY lets nothing else out`, told);
  }
  // What the proxy does not know it passes on as it is: without a certificate.
  const [group] = service === undefined ? [] : podsOf(world, service);
  if (group !== undefined) {
    const port = group.ports["http"] ?? portOf(request);
    const admission = admit(walk, group, { principal: undefined, port });
    if (admission.status !== undefined) {
      // Without mutual TLS the other side closes the connection.
      const status = admission.status === 503 && !isRead ? null : admission.status;
      return together(passed(told), refused(admission, share, status));
    }
  }
  return gateway === undefined
    ? { ...passed(told), answers: [outside(walk, host)] }
    : together(passed(told), through(gateway));
}

/** Sends a share out of the mesh, to a host that a ServiceEntry names. */
export function sendOutside(walk: Walk, host: string): Outcome {
  const { serviceEntries, destinationRules } = walk.world;
  const entry = [...serviceEntries.values()].find(({ spec }) => spec.hosts.includes(host));
  if (entry === undefined) {
    const message = `${host} is neither a Service nor a ServiceEntry`;
    return failed(503, walk.share, message, step(`Service ${host}`, message));
  }
  const rule = destinationRules.get(host);
  const { tls, portLevelSettings } = rule?.spec.trafficPolicy ?? {};
  const mode = tls?.mode ?? portLevelSettings?.[0]?.tls?.mode;
  const encryption =
    rule === undefined || mode === undefined ? [] : [step(rule, `the proxy speaks TLS (${mode}) to it`, "tls")];
  return { ...passed(step(entry, `${host} is outside the mesh`), ...encryption), answers: [outside(walk, host)] };
}

function outside({ share }: Walk, host: string) {
  return { service: host, version: null, probability: share, pods: [] };
}
