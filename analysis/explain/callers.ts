import type { ServiceObject } from "../../mesh/kubernetes/objects.ts";
import { candidateHosts, coversHost, mostSpecific } from "./hosts.ts";
import { podsOf, type PodGroup } from "./pods.ts";
import type { Caller } from "./types.ts";
import {
  hasLabels,
  nameOf,
  namespaceOf,
  type GatewayWorkload,
  type ServiceEntryView,
  type SidecarView,
  type World,
} from "./world.ts";

/** The caller of a request is not in the mesh. */
export class UnknownCallerError extends Error {
  override readonly name = "UnknownCallerError";
}

/** The pods that call. @throws UnknownCallerError naming those that there are. */
export function callerPods(world: World, { service, version }: Caller): PodGroup {
  const object = [...world.services.values()].find(({ metadata }) => metadata.name === service);
  if (object === undefined) {
    const known = [...world.services.values()].map(({ metadata }) => metadata.name);
    throw new UnknownCallerError(`there is no service named ${service} (known: ${known.join(", ")})`);
  }
  const groups = podsOf(world, object);
  const group = version === undefined ? groups[0] : groups.find(({ labels }) => labels["version"] === version);
  if (group === undefined) {
    const versions = groups.map(({ labels }) => labels["version"] ?? "none");
    throw new UnknownCallerError(`${service} has no version ${version ?? ""} (known: ${versions.join(", ")})`);
  }
  return group;
}

/** What a host means to pods of a namespace. */
export type Target =
  | { readonly kind: "service"; readonly host: string; readonly service: ServiceObject }
  | { readonly kind: "external"; readonly host: string; readonly entry: ServiceEntryView }
  | { readonly kind: "gateway"; readonly host: string; readonly gateway: GatewayWorkload }
  /** `service`, `gateway`: one of the mesh that the caller's Sidecar hides from it. */
  | {
      readonly kind: "unknown";
      readonly host: string;
      readonly why: string;
      readonly service?: ServiceObject;
      readonly gateway?: GatewayWorkload;
    };

/** Looks a host up as a sidecar does: what its Sidecar object does not name, it does not know. */
export function lookUp(world: World, caller: PodGroup, host: string): Target {
  const sidecar = sidecarOf(world, caller);
  for (const candidate of candidateHosts(host, caller.namespace)) {
    const service = world.services.get(candidate);
    if (service !== undefined) {
      return imports(sidecar, caller.namespace, namespaceOf(service), candidate)
        ? { kind: "service", host: candidate, service }
        : { ...hidden(sidecar, candidate), service };
    }
    const gateway = gatewayAt(world, candidate);
    if (gateway !== undefined) {
      return imports(sidecar, caller.namespace, gateway.namespace, candidate)
        ? { kind: "gateway", host: candidate, gateway }
        : { ...hidden(sidecar, candidate), gateway };
    }
  }
  const pattern = mostSpecific(world.serviceEntries.keys(), host);
  const entry = pattern === undefined ? undefined : world.serviceEntries.get(pattern);
  if (entry === undefined) {
    return { kind: "unknown", host, why: "neither a Service nor a ServiceEntry has this host" };
  }
  return imports(sidecar, caller.namespace, namespaceOf(entry), host)
    ? { kind: "external", host, entry }
    : hidden(sidecar, host);
}

/** The gateway whose Service has this host: it comes from a release, so no object of the model is it. */
export function gatewayAt(world: World, host: string): GatewayWorkload | undefined {
  return world.gateways.find(
    ({ serviceAccount, namespace }) => `${serviceAccount}.${namespace}.svc.cluster.local` === host,
  );
}

/** What becomes of calls to unknown hosts: the Sidecar's word before the mesh's. */
export function outboundPolicy(world: World, caller: PodGroup): "ALLOW_ANY" | "REGISTRY_ONLY" {
  return sidecarOf(world, caller)?.spec.outboundTrafficPolicy?.mode === "ALLOW_ANY"
    ? "ALLOW_ANY"
    : sidecarOf(world, caller)?.spec.outboundTrafficPolicy?.mode === "REGISTRY_ONLY"
      ? "REGISTRY_ONLY"
      : world.outboundTraffic;
}

/** Beginnings of ports' names whose connections a proxy hands on unread. A port without such a name is read as HTTP where it is. */
const OPAQUE = /^(tcp|tls|https|mongo|mysql|redis|udp)(-|$)/;

/** Ports of the gateway chart's Service that proxies read as HTTP. Source: manifests/charts/gateway, 1.30. */
const GATEWAY_HTTP_PORTS = [80, 15021];

/**
 * Whether the caller's proxy reads requests to a port as HTTP. It does where anything that its Sidecar names has that port;
 * where nothing has, a connection is handed on, or closed, as it is.
 */
export function readsHttpOn(world: World, caller: PodGroup, port: number): boolean {
  const sidecar = sidecarOf(world, caller);
  const sees = (namespace: string, host: string) => imports(sidecar, caller.namespace, namespace, host);
  const isRead = (name: string | undefined) => !OPAQUE.test(name ?? "");
  return (
    [...world.services].some(
      ([host, service]) =>
        (service.spec.ports ?? []).some((one) => one.port === port && isRead(one.name)) &&
        sees(namespaceOf(service), host),
    ) ||
    [...world.serviceEntries.values()].some(
      (entry) =>
        (entry.spec.ports ?? []).some(({ number, protocol }) => number === port && isRead(protocol?.toLowerCase())) &&
        entry.spec.hosts.some((host) => sees(namespaceOf(entry), host)),
    ) ||
    world.gateways.some(
      ({ serviceAccount, namespace }) =>
        GATEWAY_HTTP_PORTS.includes(port) && sees(namespace, `${serviceAccount}.${namespace}.svc.cluster.local`),
    )
  );
}

/** The workload's own Sidecar before its namespace's before the mesh's. */
function sidecarOf(world: World, { namespace, labels }: PodGroup): SidecarView | undefined {
  const within = (name: string): readonly SidecarView[] =>
    world.sidecars.filter((sidecar) => namespaceOf(sidecar) === name);
  const selectorOf = ({ spec }: SidecarView) => spec.workloadSelector?.labels;
  return (
    within(namespace).find((sidecar) => selectorOf(sidecar) !== undefined && hasLabels(labels, selectorOf(sidecar))) ??
    within(namespace).find((sidecar) => selectorOf(sidecar) === undefined) ??
    within(world.rootNamespace).find((sidecar) => selectorOf(sidecar) === undefined)
  );
}

function imports(sidecar: SidecarView | undefined, own: string, namespace: string, host: string): boolean {
  const egress = sidecar?.spec.egress ?? [];
  return (
    egress.length === 0 ||
    egress
      .flatMap(({ hosts }) => hosts)
      .some((entry) => {
        const slash = entry.indexOf("/");
        const from = entry.slice(0, slash);
        const fits = from === "*" || (from === "." ? namespace === own : from === namespace);
        return fits && coversHost(entry.slice(slash + 1), host);
      })
  );
}

function hidden(sidecar: SidecarView | undefined, host: string): Extract<Target, { kind: "unknown" }> {
  const name = sidecar === undefined ? "Sidecar" : nameOf(sidecar);
  return { kind: "unknown", host, why: `${name} does not name it, so the caller's proxy does not know it` };
}
