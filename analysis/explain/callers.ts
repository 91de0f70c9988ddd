import type { ServiceObject } from "../../mesh/kubernetes/objects.ts";
import { ISTIO_PORTS } from "../../mesh/kubernetes/ports.ts";
import { hasLabels, hostOfService, nameOf, namespaceOf } from "../objects/object.ts";
import { candidateHosts, coversHost, mostSpecific } from "./hosts.ts";
import { podsOf, type PodGroup } from "./pods.ts";
import type { Caller } from "./types.ts";
import type { ServiceEntryView, SidecarView } from "./views.ts";
import type { GatewayWorkload, World } from "./world.ts";

/** The caller of a request is not in the mesh. */
export class UnknownCallerError extends Error {
  override readonly name = "UnknownCallerError";
}

/** The pods that call. @throws UnknownCallerError naming those that there are. */
export function callerPods(world: World, { service, version }: Caller): PodGroup {
  const services = [...world.services.values()];
  const object = services.find(({ metadata }) => metadata.name === service);
  if (object === undefined) {
    const known = services.map(({ metadata }) => metadata.name).join(", ");
    throw new UnknownCallerError(`there is no service named ${service} (known: ${known})`);
  }
  const groups = podsOf(world, object);
  const group = version === undefined ? groups[0] : groups.find(({ labels }) => labels["version"] === version);
  if (group === undefined) {
    const known = groups.map(({ labels }) => labels["version"] ?? "none").join(", ");
    throw new UnknownCallerError(`${service} has no version ${version ?? ""} (known: ${known})`);
  }
  return group;
}

/** A host that the caller's proxy does not know; `service` or `gateway`: one of the mesh that its Sidecar hides. */
export interface UnknownTarget {
  readonly kind: "unknown";
  readonly host: string;
  readonly why: string;
  readonly service?: ServiceObject;
  readonly gateway?: GatewayWorkload;
}

/** What a host means to pods of a namespace. */
export type Target =
  | { readonly kind: "service"; readonly host: string; readonly service: ServiceObject }
  | { readonly kind: "external"; readonly host: string; readonly entry: ServiceEntryView }
  | { readonly kind: "gateway"; readonly host: string; readonly gateway: GatewayWorkload }
  | UnknownTarget;

/** Looks a host up as a sidecar does: what its Sidecar object does not name, it does not know. */
export function lookUp(world: World, caller: PodGroup, asked: string): Target {
  const { name, imports } = sidecarOf(world, caller);
  const why = `${name} does not name it, so the caller's proxy does not know it`;
  for (const host of candidateHosts(asked, caller.namespace)) {
    const service = world.services.get(host);
    if (service !== undefined) {
      return imports(namespaceOf(service), host)
        ? { kind: "service", host, service }
        : { kind: "unknown", host, why, service };
    }
    const gateway = gatewayAt(world, host);
    if (gateway !== undefined) {
      return imports(gateway.namespace, host)
        ? { kind: "gateway", host, gateway }
        : { kind: "unknown", host, why, gateway };
    }
  }
  const entry = world.serviceEntries.get(mostSpecific(world.serviceEntries.keys(), asked) ?? "");
  if (entry === undefined) {
    return { kind: "unknown", host: asked, why: "neither a Service nor a ServiceEntry has this host" };
  }
  return imports(namespaceOf(entry), asked)
    ? { kind: "external", host: asked, entry }
    : { kind: "unknown", host: asked, why };
}

/** The gateway whose Service has this host: it comes from a release, so no object of the stack is it. */
export function gatewayAt(world: World, host: string): GatewayWorkload | undefined {
  return world.gateways.find(({ serviceAccount, namespace }) => hostOfService(serviceAccount, namespace) === host);
}

/** What becomes of calls to unknown hosts: by the Sidecar, else by the mesh. */
export function outboundPolicy(world: World, caller: PodGroup): "ALLOW_ANY" | "REGISTRY_ONLY" {
  const mode = sidecarOf(world, caller).object?.spec.outboundTrafficPolicy?.mode;
  return mode === "ALLOW_ANY" || mode === "REGISTRY_ONLY" ? mode : world.outboundTraffic;
}

/** Beginnings of ports' names whose connections a proxy hands on unread. A port without such a name is read as HTTP where it is. */
const OPAQUE = /^(tcp|tls|https|mongo|mysql|redis|udp)(-|$)/;

/** Ports of the gateway chart's Service that proxies read as HTTP. Source: manifests/charts/gateway, 1.30. */
const GATEWAY_HTTP_PORTS: readonly number[] = [80, ISTIO_PORTS.gatewayHealth];

/**
 * Whether the caller's proxy reads requests to a port as HTTP. It does where anything that its Sidecar names has that port;
 * where nothing has, a connection is handed on, or closed, as it is.
 */
export function readsHttpOn(world: World, caller: PodGroup, port: number): boolean {
  const { imports } = sidecarOf(world, caller);
  const isRead = (name = "") => !OPAQUE.test(name);
  return (
    [...world.services].some(
      ([host, service]) =>
        (service.spec.ports ?? []).some((one) => one.port === port && isRead(one.name)) &&
        imports(namespaceOf(service), host),
    ) ||
    [...world.serviceEntries.values()].some(
      (entry) =>
        (entry.spec.ports ?? []).some(({ number, protocol }) => number === port && isRead(protocol?.toLowerCase())) &&
        entry.spec.hosts.some((host) => imports(namespaceOf(entry), host)),
    ) ||
    world.gateways.some(
      ({ serviceAccount, namespace }) =>
        GATEWAY_HTTP_PORTS.includes(port) && imports(namespace, hostOfService(serviceAccount, namespace)),
    )
  );
}

/** What decides which hosts a caller's proxy knows. */
interface Scope {
  readonly object: SidecarView | undefined;
  readonly name: string;
  /** Whether it knows a host of a namespace. */
  readonly imports: (namespace: string, host: string) => boolean;
}

/** The workload's own Sidecar before its namespace's before the mesh's. */
function sidecarOf({ sidecars, rootNamespace }: World, { namespace: own, labels }: PodGroup): Scope {
  const inNamespace = (name: string) => sidecars.filter((sidecar) => namespaceOf(sidecar) === name);
  const selectorOf = ({ spec }: SidecarView) => spec.workloadSelector?.labels;
  const hasNone = (sidecar: SidecarView) => selectorOf(sidecar) === undefined;
  const object =
    inNamespace(own).find((sidecar) => !hasNone(sidecar) && hasLabels(labels, selectorOf(sidecar))) ??
    inNamespace(own).find(hasNone) ??
    inNamespace(rootNamespace).find(hasNone);
  const hosts = (object?.spec.egress ?? []).flatMap((egress) => egress.hosts);
  const names = (entry: string, namespace: string, host: string) => {
    const slash = entry.indexOf("/");
    const from = entry.slice(0, slash).replace(/^\.$/, own);
    return (from === "*" || from === namespace) && coversHost(entry.slice(slash + 1), host);
  };
  return {
    object,
    name: object === undefined ? "Sidecar" : nameOf(object),
    imports: (namespace, host) =>
      (object?.spec.egress ?? []).length === 0 || hosts.some((entry) => names(entry, namespace, host)),
  };
}
